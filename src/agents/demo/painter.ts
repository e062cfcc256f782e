import { Throttle } from '../../lib/schedule.ts';
import type { LivePicture } from './live.ts';

/** Milliseconds between paintings at most; a burst of lines becomes one write. */
const frameTime = 16;

/**
 * Keeps a conversation flowing into the terminal's scrollback, and below it an area that is painted over in place.
 * Lines must fit the terminal's width.
 */
export class Painter {
  readonly #write: (bytes: string) => void;
  readonly #live: () => LivePicture;
  #pending: string[] = [];
  readonly #painting = new Throttle(() => this.#paintNext(), frameTime, 'delayed');
  /** Rows from the top of the live area to the cursor. */
  #cursorRow = 0;

  constructor(write: (bytes: string) => void, live: () => LivePicture) {
    this.#write = write;
    this.#live = live;
  }

  /** Adds lines to the conversation. */
  add(lines: readonly string[]): void {
    this.#pending.push(...lines);
    this.refresh();
  }

  /** Paints soon. */
  refresh(): void {
    this.#painting.ask();
  }

  flush(): void {
    this.#painting.runNow();
  }

  #paintNext(): void {
    const top = this.#cursorRow > 0 ? `\x1b[${this.#cursorRow}A` : '';
    this.#paint(`${top}\r`, this.#pending.splice(0), this.#live());
  }

  /** Paints the screen anew, as after a resize: as many of the conversation's last lines as there is room for. */
  repaint(lines: readonly string[], rows: number): void {
    this.#pending = [];
    const live = this.#live();
    const room = rows - live.lines.length;
    this.#paint('\x1b[H', room > 0 ? lines.slice(-room) : [], live);
  }

  /** Leaves the terminal as a shell expects it, the live area gone. */
  close(): void {
    this.#painting.cancel();
    const top = this.#cursorRow > 0 ? `\x1b[${this.#cursorRow}A` : '';
    const lines = this.#pending.splice(0).map((line) => `${line}\r\n`);
    this.#write(`${top}\r\x1b[J${lines.join('')}\x1b[?25h\x1b[?7h`);
  }

  #paint(start: string, lines: readonly string[], { lines: live, cursor }: LivePicture): void {
    const text = [...lines, ...live].join('\r\n');
    const last = live.length - 1;
    const row = cursor?.row ?? last;
    const up = last > row ? `\x1b[${last - row}A` : '';
    const place = cursor ? `${up}\r${cursor.col > 0 ? `\x1b[${cursor.col}C` : ''}\x1b[?25h` : '';
    // Without autowrap a line that is wider than we thought is clipped, and no row is miscounted.
    this.#write(`\x1b[?2026h\x1b[?25l\x1b[?7l${start}\x1b[J${text}\x1b[?7h${place}\x1b[?2026l`);
    this.#cursorRow = row;
  }
}
