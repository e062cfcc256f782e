import { randomUUID } from 'node:crypto';
import type { ServerResponse } from 'node:http';
import { findRepo } from '../../config/workspaceConfig.ts';
import type { Repo } from '../../core/repo.ts';
import type { SessionRequest } from '../../features/commands.ts';
import type { FoundMemory } from '../../features/memory/memoryState.ts';
import type { CopilotMemory } from '../../features/memory/service/copilotMemory.ts';
import { MemoryIndex } from '../../features/memory/service/memoryIndex.ts';
import type { Message } from '../../features/messages.ts';
import type { ChangeServerMemory, MemorySearch, SessionServices } from '../../features/services.ts';
import { noSuchWorker } from '../../features/state.ts';
import { readCommit, readHistory, workDiff } from '../../git/history.ts';
import { readText } from '../../lib/files.ts';
import { LoopbackServer } from '../../lib/loopbackServer.ts';
import { failure, type Result, success } from '../../lib/result.ts';
import type { Core } from '../core.ts';
import type { HostPort } from '../effects/hostPort.ts';
import type { Queries } from '../effects/queries.ts';
import type { Edge } from '../effects/runEffect.ts';
import { mcpConfigFile, writeMcpConfig } from '../effects/tools.ts';
import type { McpServer } from './server.ts';

interface McpDeps {
  readonly root: string;
  readonly servicesOf: (id: string) => SessionServices;
  readonly host: Pick<HostPort, 'find'>;
  dispatch(message: Message): void;
  fail(error: unknown): void;
}

/** The endpoint of the tools for agents: opened for the first agent, on the port of last time. */
export class Mcp {
  readonly #deps: McpDeps;
  #opening: Promise<Result<string>> | null = null;
  #endpoint: LoopbackServer | null = null;
  #server: Promise<McpServer> | null = null;
  #closed = false;

  constructor(deps: McpDeps) {
    this.#deps = deps;
  }

  /** Opens the endpoint once, and returns its address. */
  open(): Promise<Result<string>> {
    this.#opening ??= this.#open().catch((error: Error) => {
      this.#opening = null;
      return failure('no_tools', `Agents cannot be given our tools: ${error.message}`);
    });
    return this.#opening;
  }

  async close(): Promise<void> {
    this.#closed = true;
    this.#endpoint?.close();
    await (await this.#server)?.close();
  }

  async #open(): Promise<Result<string>> {
    const { root, fail } = this.#deps;
    const endpoint = await LoopbackServer.listen(
      {
        perSecond: 50,
        burst: 300,
        identify: (token) => this.#identify(token),
        handle: async ({ id, request, response, body }) =>
          (await this.#loaded()).handle(id, request, response, body),
        refuse,
        fail,
        hasPath: (path) => path === '/mcp',
        // A stream for messages of the server (GET) is not offered: there are none.
        bodiless: ['DELETE'],
      },
      // Running agents have this port; another one is used where it is not free.
      lastPort(root),
    );
    const address = `${endpoint.url}/mcp`;
    const written = this.#closed ? null : writeMcpConfig(root, address);
    // The next agent retries; no agent would have this port.
    if (!written?.ok) endpoint.close();
    if (written?.ok === false) throw new Error(written.problem.message);
    this.#endpoint = endpoint;
    return success(address);
  }

  /** Returns the session of a token, which the host knows; null unless its process runs. */
  async #identify(token: string): Promise<string | null> {
    const call = await this.#deps.host.find();
    if (!call.ok) return null;
    const known = await call.value('identify', { token });
    return known.ok ? known.value.id : null;
  }

  /** Loads the SDK, which takes half a second and 30 MB, with the first request of an agent. */
  #loaded(): Promise<McpServer> {
    const { servicesOf, dispatch } = this.#deps;
    this.#server ??= import('./server.ts').then(
      ({ McpServer }) =>
        new McpServer(servicesOf, (id, listed) => dispatch({ type: 'tools-met', id, listed })),
    );
    return this.#server;
  }
}

function refuse(response: ServerResponse, _path: string, status: number, error: string): void {
  const headers = { 'content-type': 'application/json', connection: 'close' };
  response.writeHead(status, status === 405 ? { ...headers, allow: 'POST, DELETE' } : headers);
  response.end(JSON.stringify({ jsonrpc: '2.0', error: { code: -32000, message: error }, id: null }));
}

/** Returns the port in the file for agents; null for none. */
function lastPort(root: string): number | null {
  const text = readText(root, mcpConfigFile(root), 64 * 1024);
  // Without the file any port will do.
  const port = Number(/"http:\/\/127\.0\.0\.1:(\d{1,5})\/mcp"/.exec((text.ok && text.value) || '')?.[1]);
  return Number.isInteger(port) && port > 1023 && port < 65_536 ? port : null;
}

/** Returns the services of sessions. */
export function createSessions(
  core: Core,
  looks: Queries,
  edge: Edge,
  board: SessionServices['board'],
): {
  readonly servicesOf: (id: string) => SessionServices;
  readonly searchMemory: MemorySearch;
  readonly changeTheirs: ChangeServerMemory;
  close(): Promise<void>;
} {
  const index = new MemoryIndex();
  let loaded: Promise<CopilotMemory> | undefined;
  const copilot = () => {
    loaded ??= import('../../features/memory/service/copilotMemory.ts').then(
      ({ CopilotMemory }) => new CopilotMemory((problem) => edge.dispatch({ type: 'noticed', problem })),
    );
    return loaded;
  };
  const searchMemory: MemorySearch = async (query, kind, limit) => {
    const theirs = await copilot();
    const { config } = core.state;
    const others = await theirs.read(config, edge.ambient);
    const all = [...others, ...core.state.log.memories];
    const found = await index.search(all, query, kind, limit);
    const near = await theirs.search(config, edge.ambient, query, limit);
    return joined(
      found,
      near.filter(({ memory }) => kind === undefined || memory.kind === kind),
    ).slice(0, limit);
  };
  const changeTheirs: ChangeServerMemory = async (id, content) =>
    (await copilot()).change(core.state.config, edge.ambient, id, content);
  const at = async <T>(name: string, use: (repo: Repo) => Promise<Result<T>>): Promise<Result<T>> => {
    const repo = findRepo(core.state.config, name);
    return repo.ok ? use(repo.value) : repo;
  };
  const servicesOf = (caller: string): SessionServices => ({
    get state() {
      return core.state;
    },
    ask: (request) => core.askForSession(caller, request as SessionRequest),
    newSessionId: randomUUID,
    async screenOf(id, scrollback) {
      const call = await edge.host.find();
      if (!call.ok) return call;
      const screen = await call.value('text', { id, scrollback });
      return screen.ok ? success(screen.value.text) : screen;
    },
    diffOf(id) {
      const worker = core.state.log.workers.get(id);
      return worker ? workDiff(edge.git, worker) : noSuchWorker(core.state, id);
    },
    historyOf: (name, wish) => at(name, (repo) => readHistory(edge.git, repo, wish)),
    commitOf: (name, wish) => at(name, (repo) => readCommit(edge.git, repo, wish)),
    conflicts: (repo) => looks.conflicts(repo),
    whoIsChanging: (path) => edge.radar.whoIsChanging(caller, path),
    board,
    searchMemory,
  });
  const close = async () => (await loaded)?.close();
  return { servicesOf, searchMemory, changeTheirs, close };
}

/** Returns the results of the word search and of the server's own search, each once; the nearer first. */
function joined(found: readonly FoundMemory[], near: readonly FoundMemory[]): readonly FoundMemory[] {
  const known = new Set(found.flatMap(({ memory }) => [memory.id, memory.content]));
  const more = near.filter(({ memory }) => !known.has(memory.id) && !known.has(memory.content));
  return [...found, ...more].sort((one, other) => one.distance - other.distance);
}
