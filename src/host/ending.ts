import type { EndingStep, ShutdownPolicy } from '../ipc/hostApi.ts';
import { endProcesses } from '../lib/children.ts';
import { findMarked, findTree, listProcesses, type ProcessEntry } from '../lib/processes.ts';
import { pollUntil } from '../lib/schedule.ts';
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
interface EndingChild {
  readonly pid: number;
  /** Of its process; with another one the pid belongs to another process and is left alone. */
  readonly start: string;
  /** Stands as `ORCH_TOKEN` in the environment of all that it started. */
  readonly token: string;
  /** How it is asked to end before it is made to; null: it is not asked. */
  readonly manners: ShutdownPolicy | null;
  readonly keyboard: Keyboard;
  /** Says how far it is. */
  step(now: EndingStep): void;
}

/**
 * Ends a child and everything it started: interrupts it and tells it to quit where it has manners, then signals. At a
 * question no key is pressed, for it would be an answer.
 * Resolves when all of it is gone.
 */
export async function terminateChild(child: EndingChild): Promise<void> {
  const { manners } = child;
  // Collected before the child ends: what it leaves behind is init's then, and leads nowhere any more.
  const found = new Map<string, ProcessEntry>();
  const collect = () => {
    const all = listProcesses();
    for (const entry of [
      ...findTree(child.pid, child.start, all),
      ...findMarked(`ORCH_TOKEN=${child.token}`, all),
    ])
      found.set(`${entry.pid} ${entry.start}`, entry);
  };
  collect();
  if (manners) {
    await requestExit(child, manners);
    collect();
  }
  child.step('terminating');
  await endProcesses([...found.values()], manners?.termMs ?? usualTermMs);
}

async function requestExit({ keyboard, step }: EndingChild, manners: ShutdownPolicy): Promise<void> {
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
