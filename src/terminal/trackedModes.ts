import type { Terminal } from '@xterm/headless';
import { type Progress, readProgress } from '../domain/progress.ts';
import type { Cursor, CursorShape, Modes, MouseEncoding } from '../domain/screen.ts';
import { KeyboardStack } from './keyboardStack.ts';

/** What a program asked of its terminal; what @xterm/headless does not tell is listened for on the way to its handlers. */
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
    const heard = (note: () => void) => {
      note();
      return false;
    };
    parser.registerCsiHandler({ prefix: '?', final: 'h' }, (modes) => heard(() => this.#set(modes, true)));
    parser.registerCsiHandler({ prefix: '?', final: 'l' }, (modes) => heard(() => this.#set(modes, false)));
    parser.registerCsiHandler({ intermediates: ' ', final: 'q' }, ([style]) =>
      heard(() => this.#setCursorStyle(typeof style === 'number' ? style : 0)),
    );
    parser.registerCsiHandler({ intermediates: '!', final: 'p' }, () =>
      heard(() => {
        this.#cursorVisible = true;
      }),
    );
    parser.registerOscHandler(9, (data) => heard(() => this.#setProgress(data)));
    parser.registerEscHandler({ final: 'c' }, () => heard(() => this.#reset()));
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

  /** The same object as long as it is the same. */
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
