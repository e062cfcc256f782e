import type { Terminal } from '@xterm/headless';
import { type Access, pickAccess, writeNow } from './access.ts';
import { createTerminal, possibleSize } from './createTerminal.ts';
import { Lines } from './lines.ts';
import { type Progress, TrackedModes } from './modes.ts';
import { createGrid, createScreen, type Grid, gridToText, type Modes, type Screen } from './screen.ts';
import { gridToAnsi } from './sgr.ts';

export interface EmulatorOptions {
  /** 2–1000; the nearest of them is taken. */
  readonly cols: number;
  /** 1–1000, likewise. */
  readonly rows: number;
  /** Lines kept above the screen, at least `leastScrollback`. */
  readonly scrollback: number;
  /** A bare \n also returns the carriage, as the tty would do for a program that writes to one. */
  readonly convertEol?: boolean;
  /** Milliseconds; only differences count. */
  readonly now?: () => number;
  /** How to reach into the terminal; the fastest way that works when not given. */
  readonly access?: Access;
}

/** A program that began a synchronized frame and never ends it must not freeze its screen. */
const longestHoldMs = 150;
/** With less, @xterm/headless 6.0.0 may keep fewer lines than the screen has rows after a resize. */
export const leastScrollback = 64;
const longestTitle = 1024;

/**
 * A terminal in memory: what a program prints goes in, a screen of cells comes out. Total: whatever the bytes
 * are, nothing throws and later bytes are still understood.
 */
export class Emulator {
  /** What the terminal answers to the program's queries: to be written to its input. */
  onReply: (bytes: string) => void = ignore;
  /** Text of OSC 0 and 2, as the program sent it, at most 1024 characters. */
  onTitle: (title: string) => void = ignore;
  onBell: () => void = ignore;

  /**
   * How often the program has gone to another screen or reset all: a real terminal that gets its bytes does not
   * follow it there, for that one has screens of somebody else's.
   */
  breaks = 0;
  readonly #access: Access;
  readonly #now: () => number;
  readonly #convertEol: boolean;
  #scrollback: number;
  #terminal: Terminal;
  #tracked: TrackedModes;
  #lines: Lines;
  #heldSince: number | null = null;
  #said: Said = { replies: '', title: null, rang: false };

  constructor(options: EmulatorOptions) {
    this.#access = options.access ?? pickAccess();
    this.#now = options.now ?? (() => performance.now());
    this.#convertEol = options.convertEol ?? false;
    this.#scrollback = Math.max(leastScrollback, options.scrollback);
    this.#terminal = this.#create(options.cols, options.rows);
    this.#tracked = this.#track();
    this.#lines = new Lines(this.#terminal, this.#access, 0);
  }

  get cols(): number {
    return this.#terminal.cols;
  }

  get rows(): number {
    return this.#terminal.rows;
  }

  /** Lines of the scrollback and the screen together. */
  get lineCount(): number {
    return this.#terminal.buffer.active.length;
  }

  /** Scrollback and screen, line by line. Only to be kept until the next write. */
  get lines(): Lines {
    return this.#lines;
  }

  /** What the program asked for so far. */
  get modes(): Modes {
    return this.#tracked.modes;
  }

  /** How far the program says it is; the same object as long as that is the same. */
  get progress(): Progress | null {
    return this.#tracked.progress;
  }

  /** Parsed when it returns. Replies, titles and bells are told after that. */
  write(bytes: Uint8Array | string): void {
    if (bytes.length === 0) return;
    const { cols, rows } = this.#terminal;
    if (!this.#survives(() => writeNow(this.#terminal, bytes))) this.#replace(cols, rows);
    this.#lines.update();
    this.#tell();
  }

  resize(cols: number, rows: number): void {
    const size = possibleSize(cols, rows);
    if (!this.#survives(() => this.#terminal.resize(size.cols, size.rows)))
      this.#replace(size.cols, size.rows);
    this.#lines.renumber();
  }

  /**
   * Fills in grid, cursor and modes. While the program holds a synchronized frame the screen stays as it was,
   * for at most 150 ms, and the answer is false: ask again after that, even when nothing was written.
   */
  readScreen(screen: Screen): boolean {
    const { cols, rows } = this.#terminal;
    const isNewSize = screen.grid.cols !== cols || screen.grid.rows !== rows;
    if (this.#isHeld() && !isNewSize) return false;
    if (isNewSize) screen.grid = createGrid(cols, rows);
    const buffer = this.#terminal.buffer.active;
    this.#access.readLines(this.#terminal, buffer.baseY, screen.grid);
    screen.cursor = this.#tracked.cursor;
    screen.modes = this.#tracked.modes;
    screen.scroll = { back: 0, history: buffer.baseY };
    return true;
  }

  /** What makes a real terminal of this size go on exactly here; null while that is impossible. See `WholeScreen`. */
  wholeScreen(): string | null {
    const screen = createScreen(0, 0);
    return this.readScreen(screen) ? this.#access.wholeScreen(this.#terminal, screen) : null;
  }

  /** Lines as a grid; line 0 is the oldest one kept. Clipped to the lines there are. */
  readLines(from: number, count: number): Grid {
    const first = Math.min(Math.max(0, Math.floor(from)), this.lineCount);
    const grid = createGrid(this.cols, Math.max(0, Math.min(Math.floor(count), this.lineCount - first)));
    this.#access.readLines(this.#terminal, first, grid);
    return grid;
  }

  /**
   * The screen and `scrollback` lines above it, without trailing blanks and blank lines at the end. Safe to
   * print: `ansi` adds SGR sequences and nothing else.
   */
  text(options: { ansi?: boolean; scrollback?: number } = {}): string {
    const above = Math.min(Math.max(0, options.scrollback ?? 0), this.lineCount - this.rows);
    const grid = this.readLines(this.lineCount - this.rows - above, this.rows + above);
    return options.ansi ? gridToAnsi(grid) : gridToText(grid);
  }

  /** Fewer lines give their memory back at once. */
  setScrollback(lines: number): void {
    this.#scrollback = Math.max(leastScrollback, lines);
    this.#terminal.options.scrollback = this.#scrollback;
    this.#lines.update();
  }

  dispose(): void {
    this.#terminal.dispose();
  }

  #create(cols: number, rows: number): Terminal {
    const terminal = createTerminal(
      { cols, rows, scrollback: this.#scrollback, convertEol: this.#convertEol },
      this.#access,
    );
    this.#access.hasten(terminal);
    terminal.onData((bytes) => {
      this.#said.replies += bytes;
    });
    terminal.onTitleChange((title) => {
      this.#said.title = title;
    });
    terminal.onBell(() => {
      this.#said.rang = true;
    });
    // Also told of a reset.
    terminal.buffer.onBufferChange(() => {
      this.breaks++;
    });
    return terminal;
  }

  #track(): TrackedModes {
    return new TrackedModes(this.#terminal, (bytes) => {
      this.#said.replies += bytes;
    });
  }

  #tell(): void {
    const { replies, title, rang } = this.#said;
    this.#said = { replies: '', title: null, rang: false };
    if (replies !== '') this.onReply(replies);
    if (title !== null) this.onTitle(title.slice(0, longestTitle));
    if (rang) this.onBell();
  }

  /** False where the terminal threw: a fault of its own, after which it parses nothing any more. */
  #survives(act: () => void): boolean {
    try {
      act();
      return true;
    } catch {
      // Whatever it was, only a new terminal helps.
      return false;
    }
  }

  /** A new terminal with the text of the old one, as far as that can still be read. */
  #replace(cols: number, rows: number): void {
    let kept = '';
    this.#survives(() => {
      kept = this.text({ ansi: true, scrollback: this.lineCount });
    });
    this.#terminal.dispose();
    this.#terminal = this.#create(cols, rows);
    this.#tracked = this.#track();
    this.breaks++;
    this.#lines = new Lines(this.#terminal, this.#access, this.#lines.epoch + 1);
    writeNow(this.#terminal, `${kept.replaceAll('\n', '\r\n')}\r\n`);
  }

  #isHeld(): boolean {
    if (!this.#terminal.modes.synchronizedOutputMode) {
      this.#heldSince = null;
      return false;
    }
    this.#heldSince ??= this.#now();
    if (this.#now() - this.#heldSince < longestHoldMs) return true;
    this.#heldSince = null;
    return false;
  }
}

/** What a write made the terminal say, told once it is parsed: many bells are one, and the last title counts. */
interface Said {
  replies: string;
  title: string | null;
  rang: boolean;
}

function ignore(): void {}
