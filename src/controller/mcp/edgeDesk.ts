import type { Repo } from '../../core/repo.ts';
import { noSuchWorker } from '../../features/workers/checks.ts';
import { readCommit, readHistory } from '../../git/history.ts';
import { workDiff } from '../../git/workDiff.ts';
import type { Result } from '../../lib/result.ts';
import type { Core } from '../core.ts';
import type { Looks } from '../edge/looks.ts';
import { MemoryIndex } from '../edge/memoryIndex.ts';
import type { Edge } from '../edge/runEffect.ts';
import { findRepo } from '../edge/tools.ts';
import type { CopilotMemory } from './copilotMemory.ts';
import type { Desk } from './desk.ts';

/** What tools are answered from, wired to the running controller. */
export function createDesk(core: Core, looks: Looks, edge: Edge, board: Desk['board']): Desk {
  const index = new MemoryIndex();
  let loaded: Promise<CopilotMemory> | undefined;
  const copilot = () => {
    loaded ??= import('./copilotMemory.ts').then(
      ({ CopilotMemory }) => new CopilotMemory((problem) => edge.tell({ type: 'noticed', problem })),
    );
    return loaded;
  };
  const at = async <T>(name: string, use: (repo: Repo) => Promise<Result<T>>): Promise<Result<T>> => {
    const repo = findRepo(core.state.config, name);
    return repo.ok ? use(repo.value) : repo;
  };
  return {
    board,
    get state() {
      return core.state;
    },
    hear: (id, request) => core.hear(id, request),
    async screenOf(id, scrollback) {
      const call = await edge.host.find();
      if (!call.ok) return call;
      const screen = await call.value('text', { id, scrollback });
      return screen.ok ? { ok: true, value: screen.value.text } : screen;
    },
    async diffOf(id) {
      const worker = core.state.log.workers.get(id);
      return worker ? workDiff(edge.git, worker) : noSuchWorker(core.state, id);
    },
    historyOf: (name, wish) => at(name, (repo) => readHistory(edge.git, repo, wish)),
    commitOf: (name, wish) => at(name, (repo) => readCommit(edge.git, repo, wish)),
    conflicts: (repo) => looks.conflicts(repo),
    whoIsChanging: (id, path) => edge.radar.whoIsChanging(id, path),
    async searchMemory(query, filter) {
      const others = await copilot().then((one) => one.read(core.state.config, edge.ambient));
      return index.search([...others, ...core.state.log.memories], query, filter);
    },
  };
}
