import type { EndingStep, ShutdownPolicy } from '../ipc/hostApi.ts';
import { endProcesses } from '../lib/children.ts';
import { findMarked, findTree, listProcesses, type ProcessEntry } from '../lib/processes.ts';
import { pollUntil } from '../lib/schedule.ts';
import { asksNow, type Keyboard, typeWord } from './typeLine.ts';

/** Milliseconds without output after which a program counts as idle: one that works moves a spinner. */
const restMs = 400;
/** Interval of looking for descendants: they are no children of ours, so their end raises no event. */
const lookAgainMs = 40;
/** Milliseconds within which a program should show the word that makes it end. */
const wordShownMs = 600;
/** Milliseconds from SIGTERM to SIGKILL by default. */
const usualTermMs = 3000;

/** A child that is to be ended. */
interface EndingChild {
  readonly pid: number;
  /** Start of its process. With another start the pid belongs to another process, which is left alone. */
  readonly start: string;
  /** Value of `ORCH_TOKEN` in the environment of all that it started. */
  readonly token: string;
  /** Keys and times for asking it to end before signals; null: it is not asked. */
  readonly manners: ShutdownPolicy | null;
  readonly keyboard: Keyboard;
  /** Called at each step of the ending. */
  step(now: EndingStep): void;
}

/**
 * Ends a child and everything it started: interrupts it and types its quit command where it has one, then signals. At a
 * question no key is pressed, for it would be an answer.
 * Resolves when all of it is gone.
 */
export async function terminateChild(child: EndingChild): Promise<void> {
  const { manners } = child;
  // Collected before the child ends: afterwards its orphans are init's, and no parent leads to them.
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
