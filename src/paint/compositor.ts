import { blit, clearGrid, createGrid, erase, type Grid, type Rectangle, rowsEqual } from '../domain/grid.ts';
import type { Cursor } from '../domain/screen.ts';
import { allCapabilities, type Capabilities } from '../terminal/sgr.ts';
import { CellWriter } from './cellWriter.ts';

/** A rectangle of the screen: a pane shows its grid, an overlay the chrome again, above the panes below it. */
export interface Layer extends Rectangle {
  readonly id: string;
  readonly kind: 'pane' | 'overlay';
  /**
   * A pane's cells; smaller than the rectangle: the rest is blank, larger: clipped. Without it the chrome shows.
   */
  readonly grid?: Grid;
}

const beginUpdate = '\x1b[?2026h';
const endUpdate = '\x1b[?2026l';
const hideCursor = '\x1b[?25l';
const showCursor = '\x1b[?25h';
const clear = '\x1b[0m\x1b[2J';

/** Lays panes over the chrome and says what to write to the terminal so that it shows the outcome. */
export class Compositor {
  readonly #writer: CellWriter;
  #next = createGrid(0, 0);
  /** What the terminal shows. */
  #shown = createGrid(0, 0);
  #shownCursor: Cursor | null = null;
  #isKnown = false;

  constructor(capabilities: Capabilities = allCapabilities) {
    this.#writer = new CellWriter(capabilities);
  }

  /**
   * Bytes that bring the terminal from the last frame to this one, '' when they look the same. Layers from
   * bottom to top; the cursor in cells of the chrome, null for none. Wants auto-wrap off (`CSI ?7l`).
   */
  frame(chrome: Grid, layers: readonly Layer[], cursor: Cursor | null): string {
    this.#fit(chrome);
    compose(this.#next, chrome, layers);
    const start = this.#isKnown ? '' : this.#forget();
    for (let y = 0; y < chrome.rows; y++)
      if (!rowsEqual(this.#next, y, this.#shown, y)) this.#writer.row(this.#next, this.#shown, y);
    const cells = start + this.#writer.take();
    [this.#next, this.#shown] = [this.#shown, this.#next];
    const hide = cells !== '' && this.#shownCursor !== null ? hideCursor : '';
    const place = this.#placeCursor(visibleCursor(cursor, chrome), cells !== '');
    return cells + place === '' ? '' : beginUpdate + hide + cells + place + endUpdate;
  }

  /** What the terminal shows is not known any more: the next frame clears it and paints everything. */
  invalidate(): void {
    this.#isKnown = false;
  }

  #fit(chrome: Grid): void {
    if (this.#next.cols === chrome.cols && this.#next.rows === chrome.rows) return;
    this.#next = createGrid(chrome.cols, chrome.rows);
    this.#shown = createGrid(chrome.cols, chrome.rows);
    this.#isKnown = false;
  }

  #forget(): string {
    clearGrid(this.#shown);
    this.#shownCursor = null;
    this.#isKnown = true;
    return hideCursor + clear;
  }

  /** `moved`: painting left the terminal's cursor hidden, and somewhere else. */
  #placeCursor(cursor: Cursor | null, moved: boolean): string {
    const shown = this.#shownCursor;
    this.#shownCursor = cursor;
    if (cursor === null) return shown !== null && !moved ? hideCursor : '';
    const isSameStyle = shown?.shape === cursor.shape && shown.blink === cursor.blink;
    if (!moved && isSameStyle && shown.x === cursor.x && shown.y === cursor.y) return '';
    const style = isSameStyle ? '' : cursorStyle(cursor);
    const show = moved || shown === null ? showCursor : '';
    return `\x1b[${cursor.y + 1};${cursor.x + 1}H${style}${show}`;
  }
}

/** Lays the layers over the chrome, from bottom to top; `next` has the size of the chrome. */
export function compose(next: Grid, chrome: Grid, layers: readonly Layer[]): void {
  next.bytes.set(chrome.bytes);
  for (const layer of layers) {
    const { x, y, width, height, grid } = layer;
    if (layer.kind === 'overlay') blit(chrome, layer, next, x, y);
    else if (grid) {
      if (grid.cols < width || grid.rows < height) erase(next, layer);
      blit(grid, { x: 0, y: 0, width, height }, next, x, y);
    }
  }
}

function visibleCursor(cursor: Cursor | null, { cols, rows }: Grid): Cursor | null {
  if (!cursor?.visible) return null;
  return cursor.x >= 0 && cursor.x < cols && cursor.y >= 0 && cursor.y < rows ? cursor : null;
}

/** DECSCUSR: 1 blinking block, 2 steady block, 3 and 4 underline, 5 and 6 bar. */
function cursorStyle({ shape, blink }: Cursor): string {
  const steady = shape === 'block' ? 2 : shape === 'underline' ? 4 : 6;
  return `\x1b[${blink ? steady - 1 : steady} q`;
}
