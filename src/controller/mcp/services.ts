import { randomUUID } from 'node:crypto';
import { findRepo } from '../../config/workspaceConfig.ts';
import type { Repo } from '../../core/repo.ts';
import type { SessionRequest } from '../../features/commands.ts';
import type { FoundMemory } from '../../features/memory/memory.ts';
import type { CopilotMemory } from '../../features/memory/service/copilotMemory.ts';
import { MemoryIndex } from '../../features/memory/service/memoryIndex.ts';
import type { ChangeTheirs, MemorySearch, SessionServices } from '../../features/services.ts';
import { noSuchWorker } from '../../features/state.ts';
import { readCommit, readHistory, workDiff } from '../../git/history.ts';
import { type Result, success } from '../../lib/result.ts';
import type { Core } from '../core.ts';
import type { Queries } from '../effects/looks.ts';
import type { Edge } from '../effects/runEffect.ts';

/** Wires what sessions are served from to the running controller. */
export function createSessions(
  core: Core,
  looks: Queries,
  edge: Edge,
  board: SessionServices['board'],
): {
  readonly servicesOf: (id: string) => SessionServices;
  readonly searchMemory: MemorySearch;
  readonly changeTheirs: ChangeTheirs;
  close(): Promise<void>;
} {
  const index = new MemoryIndex();
  let loaded: Promise<CopilotMemory> | undefined;
  const copilot = () => {
    loaded ??= import('../../features/memory/service/copilotMemory.ts').then(
      ({ CopilotMemory }) => new CopilotMemory((problem) => edge.tell({ type: 'noticed', problem })),
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
  const changeTheirs: ChangeTheirs = async (id, content) =>
    (await copilot()).change(core.state.config, edge.ambient, id, content);
  const at = async <T>(name: string, use: (repo: Repo) => Promise<Result<T>>): Promise<Result<T>> => {
    const repo = findRepo(core.state.config, name);
    return repo.ok ? use(repo.value) : repo;
  };
  const servicesOf = (caller: string): SessionServices => ({
    get state() {
      return core.state;
    },
    ask: (request) => core.hear(caller, request as SessionRequest),
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
