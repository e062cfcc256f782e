import type { Terminal } from '@xterm/headless';
import { resizeLines } from './lineMemory.ts';
import { Lines } from './lines.ts';
import { type Progress, TrackedModes } from './modes.ts';
import {
  createGrid,
  createScreen,
  type Grid,
  gridToText,
  isLink,
  type Modes,
  type Screen,
} from './screen.ts';
import { gridToAnsi, serializeScreen } from './serialize.ts';
import {
  amend,
  type Hyperlink,
  openTerminal,
  printAsciiFast,
  readLines,
  setLink,
  type TerminalOptions,
  writeNow,
} from './xterm.ts';

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
  /** Creates the terminal; for tests. */
  readonly create?: (options: TerminalOptions) => Terminal;
}

/** Longest synchronized frame, so that an endless one does not freeze the screen. */
const longestHoldMs = 150;
/** With less, @xterm/headless 6.0.0 may keep fewer lines than the screen has rows after a resize. */
export const leastScrollback = 64;
const longestTitle = 1024;

/**
 * A terminal in memory: parses a program's output into a screen of cells. Total: no bytes make it throw, or keep it from
 * parsing later ones.
 */
export class Emulator {
  /** Called with the replies to the program's queries, for its input. */
  onReply: (bytes: string) => void = ignore;
  /** Text of OSC 0 and 2, as the program sent it, at most 1024 characters. */
  onTitle: (title: string) => void = ignore;
  onBell: () => void = ignore;

  /**
   * Count of switches of the screen and of resets. A real terminal that gets the program's bytes cannot follow these,
   * because its other screen belongs to another program.
   */
  breaks = 0;
  readonly #make: (options: TerminalOptions) => Terminal;
  readonly #now: () => number;
  readonly #convertEol: boolean;
  #scrollback: number;
  #terminal: Terminal;
  #tracked: TrackedModes;
  #lines: Lines;
  #heldSince: number | null = null;
  #pending: PendingEvents = { replies: '', title: null, rang: false };

  constructor(options: EmulatorOptions) {
    this.#make = options.create ?? createTerminal;
    this.#now = options.now ?? (() => performance.now());
    this.#convertEol = options.convertEol ?? false;
    this.#scrollback = Math.max(leastScrollback, options.scrollback);
    this.#terminal = this.#create(options.cols, options.rows);
    this.#tracked = this.#track();
    this.#lines = new Lines(this.#terminal, 0);
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

  /** Scrollback and screen, line by line. Valid until the next write. */
  get lines(): Lines {
    return this.#lines;
  }

  /** Modes that the program has set. */
  get modes(): Modes {
    return this.#tracked.modes;
  }

  /** Progress that the program reports; the same object until it changes. */
  get progress(): Progress | null {
    return this.#tracked.progress;
  }

  /** Parses bytes before it returns. Replies, titles and bells are reported after that. */
  write(bytes: Uint8Array | string): void {
    if (bytes.length === 0) return;
    const { cols, rows } = this.#terminal;
    if (!this.#runs(() => writeNow(this.#terminal, bytes))) this.#replace(cols, rows);
    this.#lines.update();
    this.#emit();
  }

  resize(cols: number, rows: number): void {
    const size = possibleSize(cols, rows);
    if (!this.#runs(() => resizeLines(this.#terminal, size.cols, size.rows)))
      this.#replace(size.cols, size.rows);
    this.#lines.renumber();
  }

  /**
   * Fills in grid, cursor and modes. During a synchronized frame, at most 150 ms, the screen stays unchanged and the result
   * is false: read again after that, even without output.
   */
  readScreen(screen: Screen, changed?: number[]): boolean {
    if (this.isHeld() && this.#fits(screen.grid)) return false;
    this.fillScreen(screen, changed);
    return true;
  }

  /**
   * Fills in a screen, also during a synchronized frame.
   * @param top - the line of `lines` in its first row, if it is not the newest screen's
   * @param changed - gets the rows that look different now; where the size is another one, all that are not blank
   */
  fillScreen(screen: Screen, changed?: number[], top: number = this.#lines.screen): void {
    const { cols, rows } = this.#terminal;
    if (!this.#fits(screen.grid)) screen.grid = createGrid(cols, rows);
    this.#lines.read(top, screen.grid, changed);
    screen.cursor = this.#tracked.cursor;
    screen.modes = this.#tracked.modes;
    const { first, screen: newest } = this.#lines;
    screen.scroll = { back: newest - top, history: newest - first };
  }

  /** Reports whether the program is in the middle of a synchronized frame, for at most 150 ms. */
  isHeld(): boolean {
    if (!this.#terminal.modes.synchronizedOutputMode) {
      this.#heldSince = null;
      return false;
    }
    this.#heldSince ??= this.#now();
    if (this.#now() - this.#heldSince < longestHoldMs) return true;
    this.#heldSince = null;
    return false;
  }

  #fits({ cols, rows }: Grid): boolean {
    return cols === this.#terminal.cols && rows === this.#terminal.rows;
  }

  /** Returns bytes that bring a real terminal of this size to this state; null while that is impossible. See `serializeScreen`. */
  wholeScreen(): string | null {
    const screen = createScreen(0, 0);
    return this.readScreen(screen) ? serializeScreen(this.#terminal, screen) : null;
  }

  /** Lines as a grid; line 0 is the oldest one kept. Clipped to the lines there are. */
  readLines(from: number, count: number): Grid {
    const first = Math.min(Math.max(0, Math.floor(from)), this.lineCount);
    const grid = createGrid(this.cols, Math.max(0, Math.min(Math.floor(count), this.lineCount - first)));
    readLines(this.#terminal, first, grid);
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

  /** Sets the kept lines; dropped ones are freed at once. */
  setScrollback(lines: number): void {
    this.#scrollback = Math.max(leastScrollback, lines);
    this.#terminal.options.scrollback = this.#scrollback;
    this.#lines.update();
  }

  dispose(): void {
    this.#terminal.dispose();
  }

  #create(cols: number, rows: number): Terminal {
    const terminal = this.#make({
      cols,
      rows,
      scrollback: this.#scrollback,
      convertEol: this.#convertEol,
    });
    printAsciiFast(terminal);
    terminal.onData((bytes) => {
      this.#pending.replies += bytes;
    });
    terminal.onTitleChange((title) => {
      this.#pending.title = title;
    });
    terminal.onBell(() => {
      this.#pending.rang = true;
    });
    // Also called on a reset.
    terminal.buffer.onBufferChange(() => {
      this.breaks++;
    });
    return terminal;
  }

  #track(): TrackedModes {
    return new TrackedModes(this.#terminal, (bytes) => {
      this.#pending.replies += bytes;
    });
  }

  #emit(): void {
    const { replies, title, rang } = this.#pending;
    this.#pending = { replies: '', title: null, rang: false };
    if (replies !== '') this.onReply(replies);
    if (title !== null) this.onTitle(title.slice(0, longestTitle));
    if (rang) this.onBell();
  }

  /** Reports whether the terminal did not throw. After a throw it parses nothing any more. */
  #runs(act: () => void): boolean {
    try {
      act();
      return true;
    } catch {
      // After any error only a new terminal works.
      return false;
    }
  }

  /** Creates a new terminal with the text of the old one, as far as it can be read. */
  #replace(cols: number, rows: number): void {
    let kept = '';
    this.#runs(() => {
      kept = this.text({ ansi: true, scrollback: this.lineCount });
    });
    this.#terminal.dispose();
    this.#terminal = this.#create(cols, rows);
    this.#tracked = this.#track();
    this.breaks++;
    this.#lines = new Lines(this.#terminal, this.#lines.epoch + 1);
    writeNow(this.#terminal, `${kept.replaceAll('\n', '\r\n')}\r\n`);
  }
}

/** Events of a write, reported once it is parsed: many bells are one, and the last title counts. */
interface PendingEvents {
  replies: string;
  title: string | null;
  rang: boolean;
}

function ignore(): void {}

const largestSide = 1000;

/** Creates a terminal with our text widths that output cannot hang. */
export function createTerminal(options: TerminalOptions): Terminal {
  const terminal = openTerminal({ ...options, ...possibleSize(options.cols, options.rows) });
  guard(terminal);
  handleLinks(terminal);
  return terminal;
}

/** Clamps a size to 2–1000 columns and 1–1000 rows. */
function possibleSize(cols: number, rows: number): { cols: number; rows: number } {
  const within = (side: number, least: number) =>
    Math.min(Math.max(least, Math.floor(side) || least), largestSide);
  return { cols: within(cols, 2), rows: within(rows, 1) };
}

/** Sequences that @xterm/headless 6.0.0 repeats as often as they say, up to 2^31 times. */
const repeatedPerRow = ['L', 'M', 'S', 'T'];
const repeatedPerColumn = ['I', 'Z', 'b'];

/**
 * Clamps the parameters of sequences that would hang the terminal or exhaust memory; any program can print them.
 */
function guard(terminal: Terminal): void {
  for (const final of repeatedPerRow) amend(terminal, { final }, (count) => Math.min(count, terminal.rows));
  for (const final of repeatedPerColumn)
    amend(terminal, { final }, (count) => Math.min(count, terminal.cols));
  for (const id of [{ final: 'J' }, { prefix: '?', final: 'J' }])
    amend(terminal, id, (part) => (part === 1 && isAtEnd(terminal) ? 2 : part));
}

/** Reports whether the cursor is in the last cell: erasing up to it erases all, but throws in 6.0.0. */
function isAtEnd(terminal: Terminal): boolean {
  const { cursorX, cursorY } = terminal.buffer.active;
  return cursorX >= terminal.cols - 1 && cursorY >= terminal.rows - 1;
}

/** Far more than a screen has; together at most a megabyte. */
const maxLinks = 512;

/**
 * Handles OSC 8 in place of @xterm/headless 6.0.0, which keeps links printed over each other for ever.
 * See gist.github.com/egmontkob/eb114294efbcd5adb1944c9f3cb5feda; equal addresses are one link here.
 */
function handleLinks(terminal: Terminal): void {
  /** The least recently opened first. */
  const links = new Map<string, Hyperlink>();

  const linkTo = (uri: string): Hyperlink => {
    const link = links.get(uri) ?? { uri };
    links.delete(uri);
    links.set(uri, link);
    const [[oldest, forgotten] = []] = links;
    if (links.size > maxLinks && oldest !== undefined && forgotten) {
      forgotten.uri = null;
      links.delete(oldest);
    }
    return link;
  };

  terminal.parser.registerOscHandler(8, (data) => {
    // Parameters, a semicolon, and the address, which may have more of them.
    const uri = data.slice(data.indexOf(';') + 1);
    setLink(terminal, isLink(uri) ? linkTo(uri) : null);
    return true;
  });
}
