import { workDiff } from '../../git/workDiff.ts';
import { noSuchWorker } from '../checks.ts';
import type { Core } from '../core.ts';
import type { Looks } from '../looks.ts';
import { MemoryIndex } from '../memoryIndex.ts';
import type { Edge } from '../runEffect.ts';
import type { CopilotMemory } from './copilotMemory.ts';
import type { Desk } from './desk.ts';

/** What tools are answered from, wired to the running controller. */
export function createDesk(core: Core, looks: Looks, edge: Edge): Desk {
  const index = new MemoryIndex();
  let loaded: Promise<CopilotMemory> | undefined;
  const copilot = () => {
    loaded ??= import('./copilotMemory.ts').then(
      ({ CopilotMemory }) => new CopilotMemory((problem) => edge.tell({ type: 'noticed', problem })),
    );
    return loaded;
  };
  return {
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
    conflicts: (repo) => looks.conflicts(repo),
    whoIsChanging: (id, path) => edge.radar.whoIsChanging(id, path),
    async searchMemory(query, filter) {
      const others = await copilot().then((one) => one.read(core.state.config, edge.ambient));
      return index.search([...others, ...core.state.log.memories], query, filter);
    },
  };
}
