import { findTree, listProcesses, type ProcessEntry, processStart } from '../lib/processes.ts';
import { pollUntil } from '../lib/schedule.ts';

/** Even SIGKILL has to wait for a process that hangs in the kernel; we do not wait for ever. */
const killMs = 5000;
/** Descendants are no children of ours, so nothing tells when they end. */
const lookAgainMs = 40;

/**
 * Ends processes, also those in sessions of their own: SIGTERM, and SIGKILL for what is left after `termMs`
 * milliseconds, with what it started since. Resolves when all of it is gone.
 */
export async function endProcesses(entries: readonly ProcessEntry[], termMs: number): Promise<void> {
  signalAll(entries, 'SIGTERM');
  // A stopped process takes the SIGTERM only when it goes on.
  signalAll(entries, 'SIGCONT');
  const stubborn = await waitForEnd(entries, termMs);
  const all = listProcesses();
  const rest = new Set(stubborn.flatMap((entry) => findTree(entry.pid, entry.start, all)));
  signalAll([...rest], 'SIGKILL');
  await waitForEnd([...rest], killMs);
}

/** Those that are still there at the end of the time. */
async function waitForEnd(entries: readonly ProcessEntry[], ms: number): Promise<readonly ProcessEntry[]> {
  let alive = entries;
  const areGone = () => {
    alive = alive.filter(isAlive);
    return alive.length === 0;
  };
  await pollUntil(areGone, { limitMs: ms, everyMs: lookAgainMs });
  return alive;
}

/** Signals the processes' groups, which holds what was started since, and the processes themselves. */
function signalAll(entries: readonly ProcessEntry[], signal: NodeJS.Signals): void {
  const alive = entries.filter(isAlive);
  // Only groups that one of them leads: any other may hold strangers.
  const led = alive.filter((entry) => entry.group === entry.pid);
  for (const entry of led) send(-entry.group, signal);
  for (const entry of alive) if (!led.some((leader) => leader.group === entry.group)) send(entry.pid, signal);
}

function isAlive(entry: ProcessEntry): boolean {
  return processStart(entry.pid) === entry.start;
}

function send(target: number, signal: NodeJS.Signals): void {
  try {
    process.kill(target, signal);
  } catch {
    // Ended in between, or changed its user; the next look tells.
  }
}
