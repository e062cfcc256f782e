import type { ChildProcess } from 'node:child_process';
import type { Socket } from 'node:net';
import type { Readable } from 'node:stream';
import { findTree, listProcesses, type ProcessEntry, processStart } from './processes.ts';
import { pollUntil } from './schedule.ts';

/** The kernel holds less than a turn reads; only a leftover that prints without end needs more turns. */
const mostTurns = 20;

/**
 * Calls back once a child has exited and all that it printed until then was read. What it left running may hold its
 * pipes for as long as it likes: that is not waited for, its output is dropped, and it does not keep this process alive.
 * @param ended gets what `exit` got; it is not called where the child could not be started
 */
export function onceEnded(
  child: ChildProcess,
  ended: (code: number | null, signal: NodeJS.Signals | null) => void,
): void {
  let isOver = false;
  const finish = (code: number | null, signal: NodeJS.Signals | null) => {
    if (isOver) return;
    isOver = true;
    ended(code, signal);
  };
  child.once('close', finish);
  child.once('exit', (code, signal) => {
    const streams = [child.stdout, child.stderr].filter((stream) => stream !== null);
    // What was in the pipes at its exit is read by the next turn of the event loop: a turn without data ends it.
    let came = true;
    for (const stream of streams) stream.on('data', () => (came = true));
    let turns = 0;
    const look = () => {
      if (isOver) return;
      if (came && turns++ < mostTurns) {
        came = false;
        setImmediate(look);
        return;
      }
      finish(code, signal);
      for (const stream of streams) letGo(stream);
    };
    setImmediate(look);
  });
}

/** Reads on, so that a leftover which prints is not ended by it, and keeps nothing. */
function letGo(stream: Readable): void {
  stream.removeAllListeners('data');
  stream.on('error', () => {}); // Its reader is gone.
  stream.resume();
  (stream as Socket).unref?.();
}

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

/** A process and all that is below it now; empty once it has ended. */
export function treeOf(pid: number): readonly ProcessEntry[] {
  const start = processStart(pid);
  return start === null ? [] : findTree(pid, start, listProcesses());
}
