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

/** Most shown characters of a command. */
const longestCommand = 60;
/** Time for processes to end after the SIGHUP of their closed terminal. */
const endingMs = 1000;
const lookAgainMs = 50;
/** From SIGTERM to SIGKILL. */
const termMs = 3000;

/** True on systems that show the environment of processes. */
export const canLookForLeft = process.platform === 'linux';

/**
 * Returns, by worker, the processes that an earlier host of this workspace started and the running host does not have. A
 * worker with any process below the running host is left out: its processes outside of that tree are its own.
 */
export function listLeft(root: string): LeftProcesses {
  return Object.fromEntries(
    [...entriesLeft(root)].map(([id, entries]) => [id, entries.map(describe)] as const),
  );
}

/**
 * Does the same as `listLeft`, after a wait for processes that are about to end.
 * @param id worker to wait for; absent for all
 */
async function settledLeft(root: string, id?: string): Promise<LeftProcesses> {
  const isNone = () => {
    const left = entriesLeft(root);
    return id === undefined ? left.size === 0 : !left.has(id);
  };
  await pollUntil(isNone, { limitMs: endingMs, everyMs: lookAgainMs });
  return listLeft(root);
}

/** Dispatches the leftover processes of lost workers, where they have changed. */
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
 * Returns the processes to end before a worker is resumed or removed, with warnings. A worker that ended by itself has none:
 * it left its processes running on purpose.
 * @param worker null before its first run
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
 * Returns the leftover processes of a lost worker where a person has agreed to end none of them. New descendants of agreed
 * ones are ended with them.
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
 * Ends the processes that a person has agreed to, with their new descendants. Skips a pid that belongs to another process
 * by now.
 * @returns the processes that still run
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
  // The worker has no terminal, so only these processes could have started more.
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

/** Returns the worker of a process, by its variables and the mark of a host, which cannot be copied. */
function workerOf(pid: number, root: string): string | null {
  const variables = environmentOf(pid);
  if (!variables.includes(`ORCH_WORKSPACE=${root}`)) return null;
  const prefix = 'ORCH_WORKER=';
  const id = variables.find((text) => text.startsWith(prefix))?.slice(prefix.length);
  return id && isFromHost(pid) ? id : null;
}
