import type { Terminal } from '@xterm/headless';
import type { CursorShape, MouseEncoding } from '../domain/screen.ts';

/** What the program set and @xterm/headless does not tell: listened for on the way to its own handlers. */
export class TrackedModes {
  cursorVisible = true;
  cursorShape: CursorShape = 'block';
  cursorBlink = false;
  mouseEncoding: MouseEncoding = 'default';

  constructor(terminal: Terminal) {
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
        this.cursorVisible = true;
      }),
    );
    parser.registerEscHandler({ final: 'c' }, () => heard(() => this.#reset()));
  }

  #set(modes: readonly (number | number[])[], on: boolean): void {
    for (const mode of modes) {
      if (mode === 12) this.cursorBlink = on;
      else if (mode === 25) this.cursorVisible = on;
      else if (mode === 1006) this.mouseEncoding = on ? 'sgr' : 'default';
      else if (mode === 1016) this.mouseEncoding = on ? 'sgr-pixels' : 'default';
    }
  }

  /** DECSCUSR: 1 and 2 block, 3 and 4 underline, 5 and 6 bar, odd ones blink, 0 is the terminal's own. */
  #setCursorStyle(style: number): void {
    if (style > 6) return;
    this.cursorShape = style >= 5 ? 'bar' : style >= 3 ? 'underline' : 'block';
    this.cursorBlink = style % 2 === 1;
  }

  #reset(): void {
    this.cursorVisible = true;
    this.#setCursorStyle(0);
    this.mouseEncoding = 'default';
  }
}
