import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Result } from '../domain/problem.ts';
import type { ChildMessage } from '../protocol/hostApi.ts';
import { isSameSecret, parseJson, RateLimit, readBody } from '../protocol/loopback.ts';

export interface InboxServerOptions {
  /** Terminals that may post, with what each has to show. */
  readonly tokens: () => Iterable<readonly [id: string, token: string]>;
  /** Takes a checked message; its answer is the child's, unless that has hung up meanwhile. */
  readonly post: (message: ChildMessage, bytes: number, gone: AbortSignal) => Promise<Result<unknown>>;
  /** What to answer with 200 instead of a refusal; null for the refusal itself. */
  readonly answerRefused?: (topic: string, error: string) => object | null;
}

const maxBodyBytes = 1024 * 1024;
/** A child that says more than this is told to be quiet. */
const perSecond = 200;
const burst = 1000;
const maxConnections = 512;

/**
 * Where children post to, on the loopback interface. Anything on this machine can reach it, web pages in a
 * browser included, so: only POST, only JSON, only with a terminal's token, no Origin, and only under its own
 * name (a page whose name resolves to 127.0.0.1 carries that name in Host).
 */
export class InboxServer {
  readonly #options: InboxServerOptions;
  readonly #server: Server;
  readonly #rate = new RateLimit(perSecond, burst);

  private constructor(options: InboxServerOptions) {
    this.#options = options;
    this.#server = createServer((request, response) => {
      void this.#serve(request, response).catch(() => {
        // The child hung up in the middle of its request, or does not stop talking.
        response.destroy();
      });
    });
    this.#server.maxConnections = maxConnections;
    this.#server.headersTimeout = 5000;
    this.#server.requestTimeout = 15_000;
  }

  static async listen(options: InboxServerOptions): Promise<InboxServer> {
    const inbox = new InboxServer(options);
    await new Promise<void>((resolve, reject) => {
      inbox.#server.once('error', reject);
      inbox.#server.listen(0, '127.0.0.1', resolve);
    });
    return inbox;
  }

  get url(): string {
    return `http://${this.#name}`;
  }

  close(): void {
    this.#server.close();
    this.#server.closeAllConnections();
  }

  get #name(): string {
    return `127.0.0.1:${(this.#server.address() as AddressInfo).port}`;
  }

  async #serve(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const topic = /^\/([a-z][a-z0-9/-]{0,63})$/.exec(request.url ?? '')?.[1];
    const refuse = (status: number, error: string) => {
      const instead = this.#options.answerRefused?.(topic ?? '', error) ?? null;
      const headers = { 'content-type': 'application/json', connection: 'close' };
      response.writeHead(instead ? 200 : status, headers);
      response.end(JSON.stringify(instead ?? { error }));
    };
    const { host, origin, authorization = '' } = request.headers;
    if (host !== this.#name) return refuse(421, 'wrong host');
    if (origin !== undefined) return refuse(403, 'not for web pages');
    if (request.method !== 'POST') return refuse(405, 'POST only');
    const id = this.#idOf(/^Bearer (\S+)$/i.exec(authorization)?.[1] ?? '');
    if (id === null) return refuse(401, 'unknown token');
    if (topic === undefined) return refuse(404, 'no such topic');
    if (!/^application\/json\b/i.test(request.headers['content-type'] ?? '')) return refuse(415, 'JSON only');
    if (!this.#rate.allows(id)) return refuse(429, 'too many messages');
    const text = await readBody(request, maxBodyBytes);
    if (text === null) return refuse(413, 'at most 1 MB');
    const body = parseJson(text);
    if (body === undefined) return refuse(400, 'not JSON');
    const at = new Date().toISOString();
    const gone = new AbortController();
    response.once('close', () => gone.abort());
    const answer = await this.#options.post({ id, topic, at, body }, Buffer.byteLength(text), gone.signal);
    if (gone.signal.aborted) return;
    response.writeHead(answer.ok ? 200 : 422, { 'content-type': 'application/json' });
    response.end(JSON.stringify(answer.ok ? (answer.value ?? {}) : { error: answer.problem }));
  }

  /** Every token is compared, each in constant time. */
  #idOf(token: string): string | null {
    let found: string | null = null;
    for (const [id, own] of this.#options.tokens()) if (isSameSecret(own, token)) found = id;
    return found;
  }
}
