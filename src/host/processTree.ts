import { listProcesses, type ProcessEntry, processStart } from '../protocol/processes.ts';

/** Time to end politely. */
const politeMs = 3000;
/** Even SIGKILL has to wait for a process that hangs in the kernel; we do not wait for ever. */
const killMs = 5000;
/** Descendants are no children of ours, so nothing tells when they end. */
const lookAgainMs = 40;

/**
 * Ends a process and everything below it, also what moved into sessions of its own: SIGTERM, and SIGKILL for
 * what is left after three seconds. Resolves when all of it is gone.
 * @param start - of the process; with another one the pid belongs to somebody else and is left alone
 */
export async function endProcessTree(pid: number, start: string): Promise<void> {
  // Collected before the first signal: an orphan's parent is init, and leads nowhere any more.
  const tree = findTree(pid, start, listProcesses());
  signalAll(tree, 'SIGTERM');
  // A stopped process takes the SIGTERM only when it goes on.
  signalAll(tree, 'SIGCONT');
  const stubborn = await waitForEnd(tree, politeMs);
  const all = listProcesses();
  const rest = new Set(stubborn.flatMap((entry) => findTree(entry.pid, entry.start, all)));
  signalAll([...rest], 'SIGKILL');
  await waitForEnd([...rest], killMs);
}

/** Those that are still there at the end of the time. */
async function waitForEnd(entries: readonly ProcessEntry[], ms: number): Promise<readonly ProcessEntry[]> {
  const end = Date.now() + ms;
  let alive = entries.filter(isAlive);
  while (alive.length > 0 && Date.now() < end) {
    await new Promise((resolve) => setTimeout(resolve, lookAgainMs));
    alive = alive.filter(isAlive);
  }
  return alive;
}

/** The process and its descendants; empty when the process is another one by now. */
export function findTree(pid: number, start: string, all: readonly ProcessEntry[]): readonly ProcessEntry[] {
  const root = all.find((entry) => entry.pid === pid && entry.start === start);
  if (!root) return [];
  const tree = [root];
  for (const member of tree)
    tree.push(...all.filter((entry) => entry.parent === member.pid && !tree.includes(entry)));
  return tree;
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
