import type { ServerResponse } from 'node:http';
import type { Result } from '../domain/problem.ts';
import { type KnownRequest, LoopbackServer } from '../lib/loopbackServer.ts';
import { isSameSecret } from '../lib/secrets.ts';
import type { ChildMessage } from '../protocol/hostApi.ts';

export interface InboxServerOptions {
  /** Terminals that may post, with what each has to show. */
  readonly tokens: () => Iterable<readonly [id: string, token: string]>;
  /** Takes a checked message; its answer is the child's, unless that has hung up meanwhile. */
  readonly post: (message: ChildMessage, bytes: number, gone: AbortSignal) => Promise<Result<unknown>>;
  /** What to answer with 200 instead of a refusal; null for the refusal itself. */
  readonly answerRefused?: (topic: string, error: string) => object | null;
  /** A bug: nothing that can be expected comes here. */
  readonly fail?: (error: unknown) => void;
}

/** Where children post to: the host's own end of the loopback interface. */
export class InboxServer {
  readonly #options: InboxServerOptions;
  readonly #server: LoopbackServer;

  private constructor(options: InboxServerOptions, server: LoopbackServer) {
    this.#options = options;
    this.#server = server;
  }

  static async listen(options: InboxServerOptions): Promise<InboxServer> {
    const server = await LoopbackServer.listen({
      perSecond: 200,
      burst: 1000,
      identify: (token) => inbox.#idOf(token),
      handle: (known) => inbox.#take(known),
      refuse: (response, path, status, error) => inbox.#refuse(response, path, status, error),
      fail: options.fail ?? (() => {}),
      hasPath: (path) => topicOf(path) !== undefined,
    });
    const inbox = new InboxServer(options, server);
    return inbox;
  }

  get url(): string {
    return this.#server.url;
  }

  close(): void {
    this.#server.close();
  }

  async #take({ id, path, response, body, bytes }: KnownRequest): Promise<void> {
    const at = new Date().toISOString();
    const gone = new AbortController();
    response.once('close', () => gone.abort());
    const message = { id, topic: topicOf(path) ?? '', at, body };
    const answer = await this.#options.post(message, bytes, gone.signal);
    if (gone.signal.aborted) return;
    response.writeHead(answer.ok ? 200 : 422, { 'content-type': 'application/json' });
    response.end(JSON.stringify(answer.ok ? (answer.value ?? {}) : { error: answer.problem }));
  }

  #refuse(response: ServerResponse, path: string, status: number, error: string): void {
    const instead = this.#options.answerRefused?.(topicOf(path) ?? '', error) ?? null;
    response.writeHead(instead ? 200 : status, { 'content-type': 'application/json', connection: 'close' });
    response.end(JSON.stringify(instead ?? { error }));
  }

  /** Every token is compared, each in constant time. */
  #idOf(token: string): string | null {
    let found: string | null = null;
    for (const [id, own] of this.#options.tokens()) if (isSameSecret(own, token)) found = id;
    return found;
  }
}

function topicOf(path: string): string | undefined {
  return /^\/([a-z][a-z0-9/-]{0,63})$/.exec(path)?.[1];
}
