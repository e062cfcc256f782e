import type { Terminal } from '@xterm/headless';
import type { Cursor, CursorShape, Modes, MouseEncoding } from './screen.ts';

/** Progress that a program reports. */
export interface Progress {
  readonly state: ProgressState;
  /** Percent, 0–100; of no meaning while it is indeterminate. */
  readonly value: number;
}

const progressStates = ['value', 'error', 'indeterminate', 'paused'] as const;
type ProgressState = (typeof progressStates)[number];

/**
 * Parses the progress in OSC 9, in the form of ConEmu: `4 ; state ; percent`, state 0 for none. An error or a
 * pause may leave out the percents and then has those of before.
 * @param data of the sequence, behind its number
 * @returns undefined for a sequence without progress, such as a notification
 */
export function readProgress(data: string, before: Progress | null): Progress | null | undefined {
  const [, number, percent] = /^4;([0-4])(?:;(\d{0,3}))?;?$/.exec(data) ?? [];
  if (number === undefined) return undefined;
  const state = progressStates[Number(number) - 1];
  if (state === undefined) return null;
  return { state, value: percent ? Math.min(Number(percent), 100) : (before?.value ?? 0) };
}

/** Modes that a program has set in its terminal. Those that @xterm/headless does not expose are read before its handlers. */
export class TrackedModes {
  readonly #terminal: Terminal;
  readonly #keyboard: KeyboardStack;
  #cursorVisible = true;
  #cursorShape: CursorShape = 'block';
  #cursorBlink = false;
  #mouseEncoding: MouseEncoding = 'default';
  #progress: Progress | null = null;

  /** @param onReply gets answers to queries that the terminal does not know */
  constructor(terminal: Terminal, onReply: (bytes: string) => void) {
    this.#terminal = terminal;
    this.#keyboard = new KeyboardStack(terminal, onReply);
    const { parser } = terminal;
    const observing = (note: () => void) => {
      note();
      return false;
    };
    parser.registerCsiHandler({ prefix: '?', final: 'h' }, (modes) =>
      observing(() => this.#set(modes, true)),
    );
    parser.registerCsiHandler({ prefix: '?', final: 'l' }, (modes) =>
      observing(() => this.#set(modes, false)),
    );
    parser.registerCsiHandler({ intermediates: ' ', final: 'q' }, ([style]) =>
      observing(() => this.#setCursorStyle(typeof style === 'number' ? style : 0)),
    );
    parser.registerCsiHandler({ intermediates: '!', final: 'p' }, () =>
      observing(() => {
        this.#cursorVisible = true;
      }),
    );
    parser.registerOscHandler(9, (data) => observing(() => this.#setProgress(data)));
    parser.registerEscHandler({ final: 'c' }, () => observing(() => this.#reset()));
  }

  get cursor(): Cursor {
    const { cols, rows, buffer } = this.#terminal;
    return {
      x: Math.min(buffer.active.cursorX, cols - 1),
      y: Math.min(buffer.active.cursorY, rows - 1),
      visible: this.#cursorVisible,
      shape: this.#cursorShape,
      blink: this.#cursorBlink,
    };
  }

  get modes(): Modes {
    const { modes, buffer } = this.#terminal;
    return {
      applicationCursor: modes.applicationCursorKeysMode,
      applicationKeypad: modes.applicationKeypadMode,
      bracketedPaste: modes.bracketedPasteMode,
      focusEvents: modes.sendFocusMode,
      mouse: modes.mouseTrackingMode,
      mouseEncoding: this.#mouseEncoding,
      keyboard: this.#keyboard.flags,
      alternateScreen: buffer.active.type === 'alternate',
    };
  }

  /** The same object until it changes. */
  get progress(): Progress | null {
    return this.#progress;
  }

  #set(modes: readonly (number | number[])[], on: boolean): void {
    for (const mode of modes) {
      if (mode === 12) this.#cursorBlink = on;
      else if (mode === 25) this.#cursorVisible = on;
      else if (mode === 1006) this.#mouseEncoding = on ? 'sgr' : 'default';
      else if (mode === 1016) this.#mouseEncoding = on ? 'sgr-pixels' : 'default';
    }
  }

  /** DECSCUSR: 1 and 2 block, 3 and 4 underline, 5 and 6 bar, odd ones blink, 0 is the terminal's own. */
  #setCursorStyle(style: number): void {
    if (style > 6) return;
    this.#cursorShape = style >= 5 ? 'bar' : style >= 3 ? 'underline' : 'block';
    this.#cursorBlink = style % 2 === 1;
  }

  #setProgress(data: string): void {
    const before = this.#progress;
    const progress = readProgress(data, before);
    if (progress === undefined) return;
    const isSame = progress?.state === before?.state && progress?.value === before?.value;
    if (!isSame) this.#progress = progress;
  }

  #reset(): void {
    this.#progress = null;
    this.#cursorVisible = true;
    this.#setCursorStyle(0);
    this.#mouseEncoding = 'default';
  }
}

type Params = readonly (number | number[])[];

/** Programs nest a few deep; of a longer stack the oldest entries are dropped, as the protocol allows. */
const deepest = 16;
/** Flags that the protocol has: disambiguate 1, event types 2, alternate keys 4, all as escapes 8, text 16. */
const allFlags = 31;

/**
 * The keyboard modes of a program by the kitty keyboard protocol (sw.kovidgoyal.net/kitty/keyboard-protocol): a stack of
 * flags for each of the two screens.
 */
class KeyboardStack {
  readonly #terminal: Terminal;
  #main = [0];
  #alternate = [0];

  /** @param onReply gets the answer to a query, in the order of the program's queries */
  constructor(terminal: Terminal, onReply: (bytes: string) => void) {
    this.#terminal = terminal;
    const handle = (prefix: string, act: (params: Params) => void) =>
      terminal.parser.registerCsiHandler({ prefix, final: 'u' }, (params) => {
        act(params);
        return true;
      });
    handle('>', ([flags]) => this.#push(numberOf(flags)));
    handle('<', ([count]) => this.#pop(Math.max(1, numberOf(count))));
    handle('=', ([flags, mode]) => this.#set(numberOf(flags), numberOf(mode)));
    handle('?', () => onReply(`\x1b[?${this.flags}u`));
    terminal.parser.registerEscHandler({ final: 'c' }, () => {
      this.#main = [0];
      this.#alternate = [0];
      return false;
    });
  }

  /** 0–31, of the screen that is shown. */
  get flags(): number {
    return this.#shown.at(-1) ?? 0;
  }

  get #shown(): number[] {
    return this.#terminal.buffer.active.type === 'alternate' ? this.#alternate : this.#main;
  }

  #push(flags: number): void {
    const stack = this.#shown;
    stack.push(flags & allFlags);
    if (stack.length > deepest) stack.shift();
  }

  /** The last entry stays, without flags. */
  #pop(count: number): void {
    const stack = this.#shown;
    stack.length -= Math.min(count, stack.length);
    if (stack.length === 0) stack.push(0);
  }

  /** Mode 1, or none, sets all flags to those given; 2 adds these, 3 takes these away. */
  #set(given: number, mode: number): void {
    const stack = this.#shown;
    const flags = given & allFlags;
    const added = mode === 3 ? this.flags & ~flags : mode === 2 ? this.flags | flags : flags;
    if (mode <= 3) stack[stack.length - 1] = added;
  }
}

function numberOf(param: number | number[] | undefined): number {
  return typeof param === 'number' ? param : 0;
}
