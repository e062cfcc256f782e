import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { parseJson, RateLimit, readBody } from '../../protocol/loopback.ts';

export interface EndpointOptions {
  /** The port of last time: agents that run know no other. */
  readonly port: number | null;
  /** Whose token this is; null for nobody's. */
  identify(token: string): Promise<string | null>;
  /** Answers a checked request. */
  handle(id: string, request: IncomingMessage, response: ServerResponse, body: unknown): Promise<void>;
  /** A bug: nothing that can be expected comes here. */
  fail(error: unknown): void;
}

const maxBodyBytes = 1024 * 1024;
/** An agent that asks more than this is told to be quiet. */
const perSecond = 50;
const burst = 300;
/** The same for all who do not say who they are: guessing tokens leads nowhere, and slowly. */
const strangersPerSecond = 20;
const maxConnections = 256;

/**
 * Where agents reach our tools, on the loopback interface. Anything on this machine can knock, web pages in a
 * browser included, so: only with the token of a terminal that lives, no Origin, only under its own name (a page whose
 * name resolves to 127.0.0.1 carries that name in Host), and no more than is right at once.
 */
export class McpEndpoint {
  readonly #options: EndpointOptions;
  readonly #server: Server;
  readonly #rate = new RateLimit(perSecond, burst);
  readonly #strangers = new RateLimit(strangersPerSecond, strangersPerSecond);

  private constructor(options: EndpointOptions) {
    this.#options = options;
    this.#server = createServer((request, response) => {
      this.#serve(request, response).catch((error) => {
        if (!request.destroyed) options.fail(error);
        response.destroy();
      });
    });
    this.#server.maxConnections = maxConnections;
    this.#server.headersTimeout = 5000;
    this.#server.requestTimeout = 15_000;
  }

  /** Takes the port of last time, or another one where that is taken. */
  static async listen(options: EndpointOptions): Promise<McpEndpoint> {
    const endpoint = new McpEndpoint(options);
    const isBound = options.port !== null && (await endpoint.#bind(options.port));
    if (!isBound && !(await endpoint.#bind(0))) throw new Error('no port on 127.0.0.1');
    return endpoint;
  }

  get port(): number {
    return (this.#server.address() as AddressInfo).port;
  }

  get url(): string {
    return `http://${this.#name}/mcp`;
  }

  close(): void {
    this.#server.close();
    this.#server.closeAllConnections();
  }

  get #name(): string {
    return `127.0.0.1:${this.port}`;
  }

  #bind(port: number): Promise<boolean> {
    return new Promise((resolve) => {
      const refused = () => resolve(false);
      this.#server.once('error', refused);
      this.#server.listen(port, '127.0.0.1', () => {
        this.#server.off('error', refused);
        resolve(true);
      });
    });
  }

  async #serve(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const refuse = (status: number, error: string) => {
      const headers = { 'content-type': 'application/json', connection: 'close' };
      response.writeHead(status, status === 405 ? { ...headers, allow: 'POST, DELETE' } : headers);
      response.end(JSON.stringify({ jsonrpc: '2.0', error: { code: -32000, message: error }, id: null }));
    };
    const { host, origin, authorization = '' } = request.headers;
    if (host !== this.#name) return refuse(421, 'wrong host');
    if (origin !== undefined) return refuse(403, 'not for web pages');
    const token = /^Bearer (\S{16,200})$/i.exec(authorization)?.[1];
    const id = token === undefined ? null : await this.#options.identify(token);
    if (id === null) return refuse(this.#strangers.allows('') ? 401 : 429, 'unknown token');
    if (!this.#rate.allows(id)) return refuse(429, 'too many requests');
    if (request.url !== '/mcp') return refuse(404, 'no such path');
    // A stream for what is said unasked (GET) is not offered: nothing is.
    if (request.method === 'DELETE') return this.#options.handle(id, request, response, undefined);
    if (request.method !== 'POST') return refuse(405, 'POST only');
    if (!/^application\/json\b/i.test(request.headers['content-type'] ?? '')) return refuse(415, 'JSON only');
    const text = await readBody(request, maxBodyBytes);
    if (text === null) return refuse(413, 'at most 1 MB');
    const body = parseJson(text);
    if (body === undefined) return refuse(400, 'not JSON');
    return this.#options.handle(id, request, response, body);
  }
}
