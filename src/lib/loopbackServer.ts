import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo, Socket } from 'node:net';
import { PendingConnections, RateLimit } from './schedule.ts';
import { isDeeperThan, mostDepth } from './shape.ts';

/** A request with a valid token. */
export interface KnownRequest {
  readonly id: string;
  readonly path: string;
  readonly request: IncomingMessage;
  readonly response: ServerResponse;
  /** Undefined where the method has none. */
  readonly body: unknown;
  /** Size of the body. */
  readonly bytes: number;
}

interface LoopbackOptions {
  /** Returns the id of the token's owner; null for an unknown token. */
  identify(token: string): string | null | Promise<string | null>;
  /** Answers a checked request. A rejection closes the connection. */
  handle(request: KnownRequest): Promise<void>;
  /** Answers with a refusal, in the client's protocol. */
  refuse(response: ServerResponse, path: string, status: number, error: string): void;
  /** Reports a bug. Expected failures do not come here. */
  fail(error: unknown): void;
  hasPath(path: string): boolean;
  /** Methods besides POST, which have no body. */
  readonly bodiless?: readonly string[];
  /** Requests of one token per second; more are refused. */
  readonly perSecond: number;
  readonly burst: number;
}

const maxBodyBytes = 1024 * 1024;
/** Connections of all clients that have not shown a valid token. */
const maxPending = 128;
/** Time for the head of a request; our own programs send it at once. */
const pendingMs = 3000;
/** Connections of one token: those of a worker, including its hooks that wait for an answer. */
const maxPerToken = 128;
/** Wrong tokens answered with 401; beyond them a guessing client gets 429. */
const refusalsPerSecond = 20;

/**
 * An HTTP server on the loopback interface for programs that hold a token. Everything on this machine can reach it, web
 * pages in a browser included. So it accepts only JSON, no Origin, and only its own name as Host (a page whose name
 * resolves to 127.0.0.1 sends that name). Connections without a valid token are few and short-lived, and the oldest gives
 * way to a new one, so that they cannot keep out a client with a token.
 */
export class LoopbackServer {
  readonly #options: LoopbackOptions;
  readonly #server: Server;
  readonly #rate: RateLimit;
  readonly #refusals = new RateLimit(refusalsPerSecond, refusalsPerSecond);
  readonly #pending = new PendingConnections<Socket>(maxPending, pendingMs, (socket) => socket.destroy());
  readonly #known = new Map<Socket, string>();

  private constructor(options: LoopbackOptions) {
    this.#options = options;
    this.#rate = new RateLimit(options.perSecond, options.burst);
    const limits = { headersTimeout: 5000, requestTimeout: 15_000, connectionsCheckingInterval: 2000 };
    this.#server = createServer(limits, (request, response) => {
      this.#serve(request, response).catch((error) => {
        if (!request.destroyed) options.fail(error);
        response.destroy();
      });
    });
    this.#server.on('connection', (socket: Socket) => {
      this.#pending.add(socket);
      socket.once('close', () => {
        this.#pending.remove(socket);
        this.#known.delete(socket);
      });
    });
  }

  /** @param port preferred one; a free one where it is taken, or for null */
  static async listen(options: LoopbackOptions, port: number | null = null): Promise<LoopbackServer> {
    const server = new LoopbackServer(options);
    const isBound = port !== null && (await server.#bind(port));
    if (!isBound && !(await server.#bind(0))) throw new Error('no port on 127.0.0.1');
    return server;
  }

  get port(): number {
    return (this.#server.address() as AddressInfo).port;
  }

  get url(): string {
    return `http://${this.#name}`;
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
    const { url: path = '', method = '' } = request;
    const refuse = (status: number, error: string) => this.#options.refuse(response, path, status, error);
    const { host, origin, authorization = '' } = request.headers;
    if (host !== this.#name) return refuse(421, 'wrong host');
    if (origin !== undefined) return refuse(403, 'not for web pages');
    const token = /^Bearer (\S{16,200})$/i.exec(authorization)?.[1];
    const asked = token === undefined ? null : this.#options.identify(token);
    const id = asked instanceof Promise ? await asked : asked;
    if (id === null) return refuse(this.#refusals.allows('') ? 401 : 429, 'unknown token');
    if (!this.#admit(request.socket, id)) return refuse(429, 'too many connections');
    if (!this.#rate.allows(id)) return refuse(429, 'too many messages');
    if (!this.#options.hasPath(path)) return refuse(404, 'no such path');
    const known = { id, path, request, response };
    if (this.#options.bodiless?.includes(method))
      return this.#options.handle({ ...known, body: undefined, bytes: 0 });
    if (method !== 'POST') return refuse(405, 'POST only');
    if (!/^application\/json\b/i.test(request.headers['content-type'] ?? '')) return refuse(415, 'JSON only');
    const text = await readBody(request, maxBodyBytes);
    if (text === null) return refuse(413, 'at most 1 MB');
    const body = parseJson(text);
    if (body === undefined) return refuse(400, 'not JSON');
    if (isDeeperThan(mostDepth, body)) return refuse(400, 'nested too deep');
    return this.#options.handle({ ...known, body, bytes: Buffer.byteLength(text) });
  }

  /** Counts a connection for its token, so that no other client's limit applies to it. */
  #admit(socket: Socket, id: string): boolean {
    if (this.#known.get(socket) === id) return true;
    let own = 0;
    for (const other of this.#known.values()) if (other === id) own += 1;
    if (own >= maxPerToken) return false;
    this.#pending.remove(socket);
    if (!socket.destroyed) this.#known.set(socket, id);
    return true;
  }
}

/** A body of so many times the limit ends the connection. */
const endlessFactor = 8;

/**
 * Reads the whole body; null when it is too large. The rest of such a body is read for a while without being kept, because
 * a sender whose connection closes early does not get the answer.
 * @throws Error for an endless body
 */
async function readBody(request: IncomingMessage, maxBytes: number): Promise<string | null> {
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of request as AsyncIterable<Buffer>) {
    size += chunk.length;
    if (size <= maxBytes) chunks.push(chunk);
    if (size > maxBytes * endlessFactor) throw new Error('endless body');
  }
  return size > maxBytes ? null : Buffer.concat(chunks).toString('utf8');
}

/** Returns the parsed text; undefined when it is no JSON. */
function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    // The caller answers with 400.
    return undefined;
  }
}
