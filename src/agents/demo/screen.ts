import { type Introduction, renderBanner } from './banner.ts';
import { type Entry, renderEntry } from './entries.ts';
import type { Live } from './live.ts';
import { renderLive } from './live.ts';
import { Painter } from './painter.ts';

/** The terminal the agent shows itself in. */
export interface TerminalOut {
  write(bytes: string): void;
  size(): { readonly cols: number; readonly rows: number };
}

/** Entries kept to paint the screen anew after a resize. */
const keptEntries = 300;

/** The conversation as a picture in the terminal, and its title. */
export class Screen {
  readonly #terminal: TerminalOut;
  readonly #introduction: Introduction;
  readonly #painter: Painter;
  #entries: Entry[] = [];
  #title = '';

  constructor(terminal: TerminalOut, introduction: Introduction, live: () => Live) {
    this.#terminal = terminal;
    this.#introduction = introduction;
    this.#painter = new Painter(terminal.write, () => {
      const { cols, rows } = terminal.size();
      return renderLive(live(), cols, rows);
    });
  }

  /** Bracketed paste on, the banner and what was said before. */
  open(earlier: readonly Entry[]): void {
    const { cols } = this.#terminal.size();
    this.#terminal.write('\x1b[?2004h');
    this.#painter.add(renderBanner(this.#introduction, cols));
    for (const entry of earlier) this.show(entry);
    this.#painter.flush();
  }

  show(entry: Entry): void {
    if (this.#entries.push(entry) > keptEntries * 2) this.#entries = this.#entries.slice(-keptEntries);
    this.#painter.add(renderEntry(entry, this.#terminal.size().cols));
  }

  /** Paints soon what changed below the conversation. */
  refresh(): void {
    this.#painter.refresh();
  }

  /** Title as Claude Code sets it: a sign, then the name. */
  title(sign: '⠂' | '⠐' | '✳'): void {
    const title = `${sign} ${this.#introduction.name}`;
    if (title !== this.#title) this.#terminal.write(`\x1b]0;${title}\x07`);
    this.#title = title;
  }

  /** The terminal has another size: the conversation is wrapped anew. */
  resize(): void {
    const { cols, rows } = this.#terminal.size();
    const lines = this.#entries.flatMap((entry) => renderEntry(entry, cols));
    this.#painter.repaint([...renderBanner(this.#introduction, cols), ...lines], rows);
  }

  close(): void {
    this.#painter.close();
    this.#terminal.write('\x1b[?2004l\x1b]0;\x07');
  }
}
