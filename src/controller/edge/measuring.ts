import { type Footprint, rounded } from '../../core/facts.ts';
import type { ControllerState } from '../../features/state.ts';
import { findTree, listProcesses, processStart, residentBytes } from '../../lib/processes.ts';

/** Looks how much memory is left and what each worker's processes take. */
export function measure({ terminals }: Pick<ControllerState, 'terminals'>): Footprint {
  const all = listProcesses();
  const resident = residentBytes();
  const running = [...terminals.values()].filter(({ exit }) => exit === null);
  const workers = running.map(({ id, pid }) => {
    const tree = findTree(pid, processStart(pid) ?? '', all);
    return [id, rounded(tree.reduce((sum, one) => sum + resident(one.pid), 0))] as const;
  });
  return { free: rounded(process.availableMemory()), workers: Object.fromEntries(workers) };
}
