import { Throttle } from '../lib/schedule.ts';
import type { Menu } from './input.ts';
import {
  accent,
  bold,
  busy,
  cut,
  demoCellWidth,
  dim,
  type Entry,
  frame,
  type Introduction,
  renderBanner,
  renderEntry,
  wrap,
} from './text.ts';

/** The terminal that the agent draws to. */
export interface TerminalOut {
  write(bytes: string): void;
  size(): { readonly cols: number; readonly rows: number };
}

/** Entries kept to paint the screen again after a resize. */
const keptEntries = 300;

/** Draws the conversation and sets the terminal's title. */
export class DemoScreen {
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

  /** Turns bracketed paste on; draws the banner and the earlier conversation. */
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

  /** Schedules a repaint of the live area. */
  refresh(): void {
    this.#painter.refresh();
  }

  /** Sets the title as Claude Code does: a sign, then the name. */
  title(sign: '⠂' | '⠐' | '✳'): void {
    const title = `${sign} ${this.#introduction.name}`;
    if (title !== this.#title) this.#terminal.write(`\x1b]0;${title}\x07`);
    this.#title = title;
  }

  /** Wraps and paints the conversation again, for a new size of the terminal. */
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

/** The live area below the conversation, which changes in place. */
export interface Live {
  /** Text that is appearing; empty for none. */
  readonly saying: string;
  /** Set during a turn; `tick` counts up and animates the spinner. */
  readonly working: { readonly tick: number; readonly seconds: number } | null;
  readonly menu: Menu | null;
  readonly input: string;
  /** Requests typed during a turn. */
  readonly queued: readonly string[];
  readonly hint: string;
}

interface LivePicture {
  readonly lines: readonly string[];
  /** Cell of the cursor, from the top left of the lines; null hides it. */
  readonly cursor: { readonly row: number; readonly col: number } | null;
}

const spinner = ['·', '✢', '✳', '✶', '✻', '✽', '✻', '✶', '✳', '✢'];

/** Draws the live area for a terminal of the given size; always fits. */
export function renderLive(live: Live, cols: number, rows: number): LivePicture {
  const isRoomy = rows >= 14 && cols >= 20;
  const top = [...statusLines(live, cols, isRoomy), ...queuedLines(live, cols)];
  const bottom = live.menu ? menuLines(live.menu, cols) : promptLines(live, cols, isRoomy);
  const said = live.saying === '' ? [] : renderEntry({ kind: 'say', text: live.saying }, cols);
  // In a small terminal the end stays: prompt or menu.
  const lines = [...said, ...top, ...bottom].slice(-Math.max(1, rows - 1));
  return { lines, cursor: live.menu ? null : cursorOf(live, lines.length, cols, isRoomy) };
}

function statusLines({ working, menu }: Live, cols: number, isRoomy: boolean): string[] {
  const gap = isRoomy ? [''] : [];
  if (menu || working === null) return gap;
  const sign = spinner[working.tick % spinner.length] ?? '';
  const words = cut(`Working… (${working.seconds}s · esc to interrupt)`, cols - 2);
  return [...gap, `${busy(sign)} ${busy(words.slice(0, 8))}${dim(words.slice(8))}`, ...gap];
}

function queuedLines({ queued }: Live, cols: number): string[] {
  return queued.slice(-3).map((text) => dim(cut(`  ❯ ${text.replaceAll('\n', ' ')}`, cols)));
}

/** Visible lines of a long prompt. */
const promptRows = 5;

function promptLines(live: Live, cols: number, isRoomy: boolean): string[] {
  const rule = frame('─'.repeat(cols));
  const input = inputRows(live.input, cols).map((line, i) => `${i === 0 ? accent('❯ ') : '  '}${line}`);
  return isRoomy ? [rule, ...input, rule, dim(cut(`  ${live.hint}`, cols))] : input;
}

function inputRows(input: string, cols: number): string[] {
  // The marker keeps a space that was just typed from being trimmed.
  const rows = wrap(`${input}\u0000`, cols - 3).map((line) => line.replace('\u0000', ''));
  return rows.slice(-promptRows);
}

function cursorOf(live: Live, height: number, cols: number, isRoomy: boolean): LivePicture['cursor'] {
  const last = inputRows(live.input, cols).at(-1) ?? '';
  return { row: height - (isRoomy ? 3 : 1), col: 2 + demoCellWidth(last) };
}

function menuLines(menu: Menu, cols: number): string[] {
  const text = (line: string, style: (text: string) => string) =>
    wrap(line, cols - 2).map((part) => ` ${style(part)}`);
  return [
    frame('─'.repeat(cols)),
    ...text(menu.title, (part) => bold(accent(part))),
    ...(menu.subject === '' ? [] : ['', ...wrap(menu.subject, cols - 4).map((part) => `   ${part}`), '']),
    ...text(menu.question, bold),
    ...menu.options.map((option, i) => {
      const line = cut(`${i === menu.selected ? '❯' : ' '} ${i + 1}. ${option}`, cols - 1);
      return ` ${i === menu.selected ? accent(line) : line}`;
    }),
    '',
    dim(cut(' ↑↓ or number · enter · esc to stop', cols)),
  ];
}

/** Interval of repaints in milliseconds; a burst of lines becomes one write. */
const frameMs = 16;

/**
 * Appends a conversation to the terminal's scrollback, and repaints a live area below it in place. Lines must fit the
 * terminal's width.
 */
export class Painter {
  readonly #write: (bytes: string) => void;
  readonly #live: () => LivePicture;
  #pending: string[] = [];
  readonly #painting = new Throttle(() => this.#paintNext(), frameMs, 'delayed');
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

  /** Schedules a repaint. */
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

  /** Paints the whole screen, as after a resize: the last lines of the conversation, as many as fit. */
  repaint(lines: readonly string[], rows: number): void {
    this.#pending = [];
    const live = this.#live();
    const room = rows - live.lines.length;
    this.#paint('\x1b[H', room > 0 ? lines.slice(-room) : [], live);
  }

  /** Removes the live area and restores the terminal for the shell. */
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
    // Without autowrap a line that is wider than measured is clipped, and no row is miscounted.
    this.#write(`\x1b[?2026h\x1b[?25l\x1b[?7l${start}\x1b[J${text}\x1b[?7h${place}\x1b[?2026l`);
    this.#cursorRow = row;
  }
}
