import type { TestTerminal } from '../e2e/harness/terminal.ts';

/** What shows a dialog of Claude Code: a pane of its own, or the control room around one. */
interface Shown {
  screen(): string;
  press(key: 'up' | 'down' | 'enter'): void;
  /** Waits until that is true of the screen, or throws. */
  until(isTrue: (screen: string) => boolean): Promise<unknown>;
}

/** Claude Code loses a key that comes while it draws a dialog anew. */
const tries = 8;

/** Milliseconds until a key counts as lost. */
const patience = 4000;

/**
 * Takes a choice of a dialog as a person does, by moving the mark there: some versions number the choices, and each
 * begins at another of them.
 */
export async function choose(shown: Shown, choice: string): Promise<void> {
  const isMarked = (screen: string) => markedIn(screen)?.includes(choice) === true;
  for (let tried = 1; !isMarked(shown.screen()); tried++) {
    const screen = shown.screen();
    const before = markedIn(screen);
    const isAbove = screen.lastIndexOf(choice) < screen.lastIndexOf(before ?? '');
    await presses(isAbove ? 'up' : 'down', (now) => markedIn(now) !== before, tried);
  }
  for (let tried = 1; isMarked(shown.screen()); tried++)
    await presses('enter', (screen) => !isMarked(screen), tried);

  async function presses(key: 'up' | 'down' | 'enter', isTaken: (screen: string) => boolean, tried: number) {
    shown.press(key);
    try {
      await shown.until(isTaken);
    } catch (error) {
      if (tried === tries) throw error;
    }
  }
}

/** The same in a control room whose keys go to the pane. */
export function chooseIn(room: TestTerminal, choice: string): Promise<void> {
  const until = (isTrue: (screen: string) => boolean) => room.until(isTrue, { timeout: patience });
  return choose({ screen: () => room.screen(), press: (key) => room.press(key), until }, choice);
}

/** The words behind the last mark. */
function markedIn(screen: string): string | undefined {
  return screen.match(/❯ [^\n│┃]*/g)?.at(-1);
}
