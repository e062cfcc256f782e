import { readFileSync } from 'node:fs';
import { findTree, listProcesses, type ProcessEntry, processStart } from '../lib/processes.ts';
import { pollUntil } from '../lib/schedule.ts';
import type { EndingManners, EndingStep } from '../protocol/hostApi.ts';
import { asksNow, type Keyboard, typeWord } from './typeLine.ts';

/** A program that printed nothing for so long is taken to rest; one that works moves a spinner. */
const restMs = 400;
/** Descendants are no children of ours, so nothing tells when they end. */
const lookAgainMs = 40;
/** Until a program should have shown the word that makes it end. */
const wordShownMs = 600;
/** From SIGTERM to SIGKILL where nothing else is said. */
const usualTermMs = 3000;

/** A child that is to be ended. */
interface Departing {
  readonly pid: number;
  /** Of its process; with another one the pid belongs to another process and is left alone. */
  readonly start: string;
  /** Stands as `ORCH_TOKEN` in the environment of all that it started. */
  readonly token: string;
  /** How it is asked to end before it is made to; null: it is not asked. */
  readonly manners: EndingManners | null;
  readonly keyboard: Keyboard;
  /** Says how far it is. */
  step(now: EndingStep): void;
}

/**
 * Ends a child and everything it started: interrupts it and tells it to quit where it has manners, then signals. At a
 * question no key is pressed, for it would be an answer.
 * Resolves when all of it is gone.
 */
export async function endChild(child: Departing): Promise<void> {
  const { manners } = child;
  // Collected before the child ends: what it leaves behind is init's then, and leads nowhere any more.
  const found = new Map<string, ProcessEntry>();
  const collect = () => {
    const all = listProcesses();
    for (const entry of [...findTree(child.pid, child.start, all), ...findMarked(child.token, all)])
      found.set(`${entry.pid} ${entry.start}`, entry);
  };
  collect();
  if (manners) {
    await takeLeave(child, manners);
    collect();
  }
  child.step('terminating');
  await endProcesses([...found.values()], manners?.termMs ?? usualTermMs);
}

async function takeLeave({ keyboard, step }: Departing, manners: EndingManners): Promise<void> {
  const { interrupt, idleMs, quit, quitMs } = manners;
  if (interrupt !== '' && idleMs > 0) {
    if (await asksNow(keyboard)) return;
    step('interrupting');
    keyboard.type(Buffer.from(interrupt));
    const typed = performance.now();
    await until(
      () => !keyboard.isRunning() || performance.now() - Math.max(keyboard.lastOutput(), typed) >= restMs,
      idleMs,
    );
  }
  if (quit === '' || quitMs === 0 || !keyboard.isRunning() || (await asksNow(keyboard))) return;
  step('quitting');
  if (await typeWord(keyboard, quit, wordShownMs)) await until(() => !keyboard.isRunning(), quitMs);
}

function until(holds: () => boolean, limitMs: number): Promise<boolean> {
  return pollUntil(holds, { limitMs, everyMs: lookAgainMs });
}

/**
 * Processes that carry a child's token in their first environment (proc(5), `environ`): what forked twice has lost its
 * parent, not its environment. Elsewhere than on Linux there is no such look, and only parents lead to them.
 */
function findMarked(token: string, all: readonly ProcessEntry[]): readonly ProcessEntry[] {
  if (process.platform !== 'linux') return [];
  const mark = `ORCH_TOKEN=${token}`;
  return all.filter(({ pid }) => pid !== process.pid && environmentOf(pid).includes(mark));
}

function environmentOf(pid: number): readonly string[] {
  try {
    return readFileSync(`/proc/${pid}/environ`, 'utf8').split('\0');
  } catch {
    // Of another user, or gone.
    return [];
  }
}

/** Even SIGKILL has to wait for a process that hangs in the kernel; we do not wait for ever. */
const killMs = 5000;

/**
 * Ends processes, also those in sessions of their own: SIGTERM, and SIGKILL for what is left after `termMs`
 * milliseconds, with what it started since. Resolves when all of it is gone.
 */
async function endProcesses(entries: readonly ProcessEntry[], termMs: number): Promise<void> {
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
  await until(areGone, ms);
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
