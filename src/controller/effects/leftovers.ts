import {
  type LeftProcess,
  type LeftProcesses,
  noProcText,
  processesToEndText,
} from '../../core/leftProcess.ts';
import type { Worker } from '../../core/worker.ts';
import type { Message } from '../../features/messages.ts';
import type { ControllerState } from '../../features/state.ts';
import { readDaemonHolder } from '../../ipc/guard.ts';
import { isFromHost } from '../../ipc/origin.ts';
import {
  commandOf,
  endProcesses,
  environmentOf,
  findTree,
  listProcesses,
  type ProcessEntry,
} from '../../lib/processes.ts';
import { oneLine } from '../../lib/sanitize.ts';
import { pollUntil } from '../../lib/schedule.ts';
import { isEqual } from '../../lib/store.ts';

/** Of a command's line, in characters. */
const longestCommand = 60;
/** Time for processes to end after the SIGHUP of their terminal's end. */
const endingMs = 1000;
const lookAgainMs = 50;
/** From SIGTERM to SIGKILL. */
const termMs = 3000;

/** Reports whether processes show whose they are. */
export const canLookForLeft = process.platform === 'linux';

/**
 * Looks for what a host of this workspace started and the host that runs now, if one does, does not keep: by the worker's
 * id. A worker of which anything is below the living host is left out as a whole, for what left its tree is its own.
 */
export function listLeft(root: string): LeftProcesses {
  return Object.fromEntries(
    [...entriesLeft(root)].map(([id, entries]) => [id, entries.map(describe)] as const),
  );
}

/**
 * Does so, too, after what is about to end has had the time to.
 * @param id whose end matters; absent for all
 */
async function settledLeft(root: string, id?: string): Promise<LeftProcesses> {
  const isNone = () => {
    const left = entriesLeft(root);
    return id === undefined ? left.size === 0 : !left.has(id);
  };
  await pollUntil(isNone, { limitMs: endingMs, everyMs: lookAgainMs });
  return listLeft(root);
}

/** Tells what is left of workers that are lost, where that is not known already. */
export async function findLeftProcesses(
  dispatch: (message: Message) => void,
  { config, log, left: known }: ControllerState,
): Promise<void> {
  const lost = [...log.workers.values()].filter(({ state }) => state === 'lost').map(({ id }) => id);
  const found = lost.length === 0 || !canLookForLeft ? {} : await settledLeft(config.root);
  const left = Object.fromEntries(Object.entries(found).filter(([id]) => lost.includes(id)));
  if (!isEqual(left, known)) dispatch({ type: 'left-found', left });
}

/**
 * Looks for what has to be ended before a worker goes on, or goes. Of one that ended by itself nothing is: what it left
 * to run, it meant to.
 * @param worker null before its first run
 * @returns the warnings that tell of it, too
 */
export async function leftOf(
  root: string,
  id: string,
  worker: Worker | null,
): Promise<{ readonly left: readonly LeftProcess[]; readonly warnings: readonly string[] }> {
  if (worker !== null && worker.state !== 'lost') return { left: [], warnings: [] };
  if (!canLookForLeft) return { left: [], warnings: worker ? [noProcText] : [] };
  const left = (await settledLeft(root, id))[id] ?? [];
  return { left, warnings: left.length > 0 ? [processesToEndText(left)] : [] };
}

/**
 * Returns what still runs of a lost worker where a person has not agreed to end any of it: what agreed processes have
 * started since is ended with them.
 */
export function unagreedLeft(
  root: string,
  { id, state }: Worker,
  agreed: readonly LeftProcess[] = [],
): readonly LeftProcess[] {
  if (state !== 'lost') return [];
  const now = listLeft(root)[id] ?? [];
  return now.some((one) => isAmong(agreed, one)) ? [] : now;
}

function isAmong(
  agreed: readonly LeftProcess[],
  { pid, start }: Pick<LeftProcess, 'pid' | 'start'>,
): boolean {
  return agreed.some((one) => one.pid === pid && one.start === start);
}

/**
 * Ends what a person has agreed to, and what it has started since. Each is looked at again before: one that has ended,
 * or that has come to be another one, is left alone.
 * @returns what still runs
 */
export async function endLeft(
  root: string,
  id: string,
  agreed: readonly LeftProcess[],
): Promise<readonly LeftProcess[]> {
  const now = entriesLeft(root).get(id) ?? [];
  const wanted = now.filter((one) => isAmong(agreed, one));
  if (wanted.length === 0) return now.map(describe);
  const all = listProcesses();
  await endProcesses([...new Set(wanted.flatMap(({ pid, start }) => findTree(pid, start, all)))], termMs);
  // Nothing but these could start more under this name: its worker has no terminal.
  const since = entriesLeft(root).get(id) ?? [];
  if (since.length > 0) await endProcesses(since, termMs);
  return listLeft(root)[id] ?? [];
}

function describe({ pid, start }: ProcessEntry): LeftProcess {
  return { pid, start, command: oneLine(commandOf(pid).join(' '), longestCommand) || 'ending' };
}

function entriesLeft(root: string): ReadonlyMap<string, readonly ProcessEntry[]> {
  if (!canLookForLeft) return new Map();
  const all = listProcesses();
  const host = readDaemonHolder(root, 'host');
  const kept = new Set(host ? findTree(host.pid, host.processStart, all) : []);
  const found = new Map<string, ProcessEntry[]>();
  const living = new Set<string>();
  for (const entry of all) {
    const id = workerOf(entry.pid, root);
    if (id === null) continue;
    if (kept.has(entry)) living.add(id);
    else found.set(id, [...(found.get(id) ?? []), entry]);
  }
  for (const id of living) found.delete(id);
  return found;
}

/** Variables can be copied by anything; the mark of a host cannot be. */
function workerOf(pid: number, root: string): string | null {
  const variables = environmentOf(pid);
  if (!variables.includes(`ORCH_WORKSPACE=${root}`)) return null;
  const prefix = 'ORCH_WORKER=';
  const id = variables.find((text) => text.startsWith(prefix))?.slice(prefix.length);
  return id && isFromHost(pid) ? id : null;
}
