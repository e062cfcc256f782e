import { randomBytes } from 'node:crypto';
import { request } from 'node:http';
import { Client } from '@modelcontextprotocol/sdk/client/index.js';
import { StreamableHTTPClientTransport } from '@modelcontextprotocol/sdk/client/streamableHttp.js';
import { Mcp } from '../../../src/controller/mcp/mcp.ts';
import { BoardDocuments } from '../../../src/features/board/service/boardService.ts';
import { MemoryIndex } from '../../../src/features/memory/service/memoryIndex.ts';
import type { Message } from '../../../src/features/messages.ts';
import type { SessionServices } from '../../../src/features/services.ts';
import { failure, type Result, success } from '../../../src/lib/result.ts';
import { need } from '../../support/need.ts';
import { Sandbox } from '../../support/sandbox.ts';
import { Scene } from '../scene.ts';

export const auth = 'backend/auth';
export const bill = 'backend/bill';
export const orchestrator = 'orchestrator';

const commit = { commit: 'c0ffee', parents: [], author: 'Ada', at: '2026-11-22T10:00:00+00:00' };

/** Two workers and an orchestrator, before the loop without its world. */
export function createSessions(): Scene {
  const scene = new Scene().started('auth').started('bill');
  const { workers } = scene.state.log;
  const coordinator = { ...need(workers.get(auth)), id: orchestrator, repo: '', task: orchestrator };
  const log = { ...scene.state.log, workers: new Map(workers).set(orchestrator, coordinator) };
  scene.state = { ...scene.state, log };
  return scene;
}

/** The endpoint on a real port, before the loop without its world; tokens as a host would know them. */
export class ToolPlace {
  readonly scene = createSessions();
  readonly told: Message[] = [];
  readonly faults: unknown[] = [];
  /** What would have been done in the world, in all. */
  readonly effects: string[] = [];
  readonly tokens = new Map(
    [auth, bill, orchestrator].map((id) => [id, randomBytes(32).toString('base64url')]),
  );
  readonly sandbox = new Sandbox();
  /** A real board, in the sandbox. */
  readonly board = new BoardDocuments({
    state: () => ({ ...this.scene.state, config: { ...this.scene.state.config, root: this.sandbox.root } }),
    dispatch: (message) => this.told.push(message),
    fail: (error) => this.faults.push(error),
  });
  readonly #index = new MemoryIndex();
  readonly #clients: Client[] = [];
  mcp = this.#make();

  #make(): Mcp {
    return new Mcp({
      root: this.sandbox.root,
      servicesOf: (id) => this.#servicesOf(id),
      host: {
        find: async () =>
          success(((_: string, { token }: { token: string }) => this.#identify(token)) as never),
      },
      dispatch: (message) => this.told.push(message),
      fail: (error) => this.faults.push(error),
    });
  }

  async #identify(token: string): Promise<Result<{ id: string }>> {
    const found = [...this.tokens].find(([, own]) => own === token);
    return found ? success({ id: found[0] }) : failure('unknown_token', 'Nobody.');
  }

  #servicesOf(id: string): SessionServices {
    const place = this;
    return {
      get state() {
        return place.scene.state;
      },
      async ask<T>(request: Parameters<SessionServices['ask']>[0]): Promise<Result<T>> {
        place.scene.tell({ type: 'session-asked', ticket: 1, id, request });
        place.effects.push(...place.scene.done);
        for (const effect of place.scene.effects) {
          if (effect.type === 'reply') return effect.result as Result<T>;
          if (effect.type === 'reply-proposal') return success({ n: effect.n } as T);
        }
        throw new Error('not answered');
      },
      newSessionId: () => 'session-2',
      screenOf: async (id) => success(`screen of ${id}\u001b[2J`),
      diffOf: async () => success('x'.repeat(100_000)),
      historyOf: async (repo) =>
        success({ commits: [{ ...commit, subject: `of ${repo}\u001b[2J` }], more: true }),
      commitOf: async (repo, { commit, path }) =>
        success({ text: `${commit} of ${repo} in ${path}\u202e\n+\tx`, isCut: false }),
      board: place.board,
      conflicts: async () => success([]),
      whoIsChanging: (path) => [
        { worker: id === auth ? bill : auth, ranges: [{ from: path.length, to: 9 }] },
      ],
      searchMemory: (...wanted) => this.#index.search(this.scene.state.log.memories, ...wanted),
    };
  }

  async url(): Promise<string> {
    const opened = await this.mcp.open();
    if (!opened.ok) throw new Error(opened.problem.message);
    return opened.value;
  }

  /** The SDK's own client with a session's token. */
  async client(id: string, token = this.tokens.get(id) ?? ''): Promise<Client> {
    const client = new Client({ name: 'test', version: '1' });
    const headers = { authorization: `Bearer ${token}` };
    await client.connect(
      new StreamableHTTPClientTransport(new URL(await this.url()), { requestInit: { headers } }),
    );
    this.#clients.push(client);
    return client;
  }

  /** Ends the endpoint as a controller that is killed, and opens another. */
  async restart(): Promise<void> {
    await this.mcp.close();
    this.mcp = this.#make();
    await this.url();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    for (const client of this.#clients) await client.close();
    await this.mcp.close();
    await this.board.close();
    await this.sandbox[Symbol.asyncDispose]();
  }
}

/** Calls a tool. @returns its text, and whether it is a refusal */
export async function call(client: Client, name: string, args: Record<string, unknown> = {}) {
  const result = await client.callTool({ name, arguments: args });
  const [first] = result.content as { text: string }[];
  return { text: first?.text ?? '', isError: result.isError === true };
}

interface Knock {
  readonly method?: string;
  readonly path?: string;
  readonly headers?: Record<string, string>;
  readonly body?: string;
}

/** Knocks by hand; an empty header is left out. @returns the status */
export function knock(
  url: string,
  { method = 'POST', path = '/mcp', headers = {}, body = '{}' }: Knock,
): Promise<number> {
  const usual = { 'content-type': 'application/json', accept: 'application/json, text/event-stream' };
  const all = Object.entries({ ...usual, ...headers }).filter(([, text]) => text !== '');
  return new Promise((resolve, reject) => {
    const sent = request(
      new URL(path, url),
      { method, headers: Object.fromEntries(all), agent: false },
      (response) => {
        response.resume().on('end', () => resolve(response.statusCode ?? 0));
      },
    );
    sent.on('error', reject);
    sent.end(body);
  });
}
