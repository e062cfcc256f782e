import type { Terminal } from '@xterm/headless';
import { ScreenCopy, ScreenEncoder } from '../../../src/terminal/codec.ts';
import { Emulator } from '../../../src/terminal/emulator.ts';
import { Compositor, type Layer, paneCursor } from '../../../src/terminal/renderer.ts';
import { cellIndex, createScreen, type Grid, wordLink } from '../../../src/terminal/screen.ts';
import { writeNow } from '../../../src/terminal/xterm.ts';
import { gridOf, type Look, looksOf, terminal } from '../looks.ts';

export interface Size {
  readonly cols: number;
  readonly rows: number;
}

export interface Shown {
  /** The cells where the pane is. */
  readonly pane: readonly Look[][];
  readonly underlines: readonly number[][];
  /** Where each cell leads to, '' where it is no link. */
  readonly links: readonly string[][];
  /** Column and row of the pane; null while the cursor is hidden. */
  readonly cursor: string | null;
  /** The first cell around the pane that is not what the chrome has there. */
  readonly spill: string | null;
}

/** The pane in cells of the screen around it; there is room on all sides. */
const corner = { x: 5, y: 2 };
const outerSize = { cols: 90, rows: 28 };
/** As many as an emulator keeps at least: what they hold comes back when the screen grows. */
const scrollback = 64;
/** Milliseconds; longer than a synchronized frame is waited for. */
const longHold = 200;

const chrome = drawChrome();

/** Bytes from a program to what a person's terminal shows, every step as it is at work. */
export class PanePath {
  readonly #outer: Terminal;
  readonly #emulator: Emulator;
  readonly #screen = createScreen(0, 0);
  readonly #encoder = new ScreenEncoder();
  readonly #copy = new ScreenCopy();
  readonly #compositor = new Compositor();
  #time = 0;

  constructor({ cols, rows }: Size) {
    this.#emulator = new Emulator({ cols, rows, scrollback, now: () => this.#time });
    this.#outer = terminal(outerSize.cols, outerSize.rows);
    writeNow(this.#outer, '\x1b[?7l');
  }

  write(bytes: Buffer): void {
    this.#emulator.write(bytes);
    this.#paint();
  }

  resize({ cols, rows }: Size): void {
    this.#emulator.resize(cols, rows);
    this.#paint();
  }

  /** What is shown once nothing is held back any more. */
  settle(): Shown {
    while (!this.#paint()) this.#time += longHold;
    const { cols, rows } = this.#emulator;
    const looks = looksOf(this.#outer);
    const part = <T>(all: T[][]) =>
      all.slice(corner.y, corner.y + rows).map((row) => row.slice(corner.x, corner.x + cols));
    const { cursorX, cursorY } = this.#outer.buffer.active;
    return {
      pane: part(looks),
      underlines: part(underlinesOf(this.#outer)),
      links: part(linksOf(this.#outer)),
      cursor: this.#copy.screen.cursor.visible ? `${cursorX - corner.x},${cursorY - corner.y}` : null,
      spill: spillOf(looks, this.#emulator),
    };
  }

  dispose(): void {
    this.#emulator.dispose();
    this.#outer.dispose();
  }

  /** One frame; false while the program holds its screen back. */
  #paint(): boolean {
    const changed: number[] = [];
    const isRead = this.#emulator.readScreen(this.#screen, changed);
    const update = isRead ? this.#encoder.encode(this.#screen, changed) : null;
    if (update) this.#copy.apply(update);
    const { grid, cursor } = this.#copy.screen;
    const { cols, rows } = this.#emulator;
    const pane: Layer = { id: 'pane', kind: 'pane', ...corner, width: cols, height: rows, grid };
    const painted = this.#compositor.frame(chrome.grid, [pane], paneCursor([pane], 'pane', cursor));
    if (painted !== '') writeNow(this.#outer, painted);
    return isRead;
  }
}

/** Rows of different styles and of characters that reach up to the pane. */
function drawChrome(): { readonly grid: Grid; readonly looks: readonly Look[][] } {
  const drawn = terminal(outerSize.cols, outerSize.rows);
  for (let y = 1; y <= outerSize.rows; y++)
    writeNow(drawn, `\x1b[${y}H\x1b[${30 + (y % 8)};${40 + (y % 5)}m${'│=·'.repeat(30)}`);
  return { grid: gridOf(drawn), looks: looksOf(drawn) };
}

/** Style and colour of every cell's underline, which the public interface does not tell. */
export function underlinesOf(shown: Terminal): number[][] {
  const grid = gridOf(shown);
  return Array.from({ length: grid.rows }, (_, y) =>
    Array.from({ length: grid.cols }, (_, x) => grid.data[cellIndex(grid, x, y) + 3] ?? 0),
  );
}

export function linksOf(shown: Terminal): string[][] {
  const grid = gridOf(shown);
  return Array.from({ length: grid.rows }, (_, y) =>
    Array.from({ length: grid.cols }, (_, x) => wordLink(grid, grid.data[cellIndex(grid, x, y)] ?? 0)),
  );
}

function spillOf(shown: readonly Look[][], { cols, rows }: Size): string | null {
  const isPane = (x: number, y: number) =>
    x >= corner.x && x < corner.x + cols && y >= corner.y && y < corner.y + rows;
  for (const [y, row] of shown.entries())
    for (const [x, look] of row.entries())
      if (!isPane(x, y) && !sameLook(look, chrome.looks[y]?.[x])) return `${x},${y}`;
  return null;
}

export function sameLook(a: Look, b: Look | undefined): boolean {
  return a.text === b?.text && a.width === b.width && a.style === b.style;
}
