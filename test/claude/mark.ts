import { setTimeout } from 'node:timers/promises';
import type { TestTerminal } from '../e2e/harness/terminal.ts';

/** What shows a dialog of Claude Code: a pane of its own, or the control room around one. */
interface Shown {
  screen(): string;
  press(key: 'up' | 'down'): void;
  /** Waits until that is true of the screen, or throws. */
  until(isTrue: (screen: string) => boolean): Promise<unknown>;
}

/** Claude Code loses a key that comes while it redraws a dialog. */
const tries = 8;

/** Milliseconds without a change that make a dialog drawn. */
const quietMs = 500;

/** Milliseconds until a key counts as lost. */
const patience = 4000;

/**
 * Moves the mark of a dialog to a choice, as a person does: some versions number the choices, and each begins at
 * another of them.
 */
export async function mark(shown: Shown, choice: string): Promise<void> {
  for (;;) {
    const screen = await settled(shown);
    const before = markedIn(screen);
    if (before.includes(choice)) return;
    await insist(
      () => shown.press(screen.lastIndexOf(choice) < screen.lastIndexOf(before) ? 'up' : 'down'),
      () => shown.until((now) => !['', before].includes(markedIn(now))),
    );
  }
}

/** Waits until the dialog is drawn and stays as it is: only then it takes every key, and for what is shown. */
async function settled(shown: Shown): Promise<string> {
  for (let screen = shown.screen(); ; screen = shown.screen()) {
    await setTimeout(quietMs);
    if (shown.screen() === screen && markedIn(screen) !== '') return screen;
  }
}

/** Presses a key again until its effect is seen; the last refusal to wait longer is thrown. */
export async function insist(press: () => void, effect: () => Promise<unknown>): Promise<void> {
  for (let tried = 1; ; tried++) {
    press();
    try {
      await effect();
      return;
    } catch (error) {
      if (tried === tries) throw error;
    }
  }
}

/** The same in a control room whose keys go to the pane. */
export function markIn(room: TestTerminal, choice: string): Promise<void> {
  const until = (isTrue: (screen: string) => boolean) => room.until(isTrue, { timeout: patience });
  return mark({ screen: () => room.screen(), press: (key) => room.press(key), until }, choice);
}

/** The words behind the last mark. */
function markedIn(screen: string): string {
  return screen.match(/❯ [^\n│┃]*/g)?.at(-1) ?? '';
}
