import {
  adoptWord,
  Background,
  blankText,
  blit,
  ColorKind,
  type Cursor,
  cellBytes,
  cellIndex,
  cellWords,
  clearGrid,
  clusterFlag,
  codeMask,
  colorKindMask,
  colorMask,
  colorValueMask,
  completeWide,
  createGrid,
  Foreground,
  type Grid,
  isPlain,
  linkMask,
  linkShift,
  type Rectangle,
  underlineStyleOf,
  widthOf,
  wordLink,
  wordText,
} from './screen.ts';
import { allCapabilities, type Capabilities, type ColorDepth, reducedColor } from './tty.ts';

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

/** Composes panes and chrome, and returns the bytes that update the terminal. */
export class Compositor {
  readonly #writer: CellWriter;
  /** Cells that the terminal shows. */
  #shown = createGrid(0, 0);
  #shownCursor: Cursor | null = null;
  #isKnown = false;

  constructor(capabilities: Capabilities = allCapabilities) {
    this.#writer = new CellWriter(capabilities);
  }

  /**
   * Returns bytes that bring the terminal from the last frame to this one, '' when they look the same. Layers from
   * bottom to top; the cursor in cells of the chrome, null for none. Wants auto-wrap off (`CSI ?7l`).
   */
  frame(chrome: Grid, layers: readonly Layer[], cursor: Cursor | null): string {
    this.#fit(chrome);
    const start = this.#isKnown ? '' : this.#forget();
    for (let y = 0; y < chrome.rows; y++) this.#writer.row(rowPieces(chrome, layers, y), this.#shown, y);
    const cells = start + this.#writer.take();
    const hide = cells !== '' && this.#shownCursor !== null ? hideCursor : '';
    const place = this.#placeCursor(visibleCursor(cursor, chrome), cells !== '');
    return cells + place === '' ? '' : beginUpdate + hide + cells + place + endUpdate;
  }

  /** Forgets what the terminal shows: the next frame clears it and paints everything. */
  invalidate(): void {
    this.#isKnown = false;
  }

  #fit(chrome: Grid): void {
    if (this.#shown.cols === chrome.cols && this.#shown.rows === chrome.rows) return;
    this.#shown = createGrid(chrome.cols, chrome.rows);
    this.#isKnown = false;
  }

  #forget(): string {
    clearGrid(this.#shown);
    this.#shownCursor = null;
    this.#isKnown = true;
    return hideCursor + clear;
  }

  /** @param moved painting has hidden the terminal's cursor and moved it */
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

/** Lays the layers over the chrome, from bottom to top; `whole` has the size of the chrome. */
export function compose(whole: Grid, chrome: Grid, layers: readonly Layer[]): void {
  clearGrid(whole);
  for (let y = 0; y < chrome.rows; y++)
    for (const { grid, x, y: row, left, right } of rowPieces(chrome, layers, y))
      if (grid) blit(grid, { x, y: row, width: right - left, height: 1 }, whole, left, y);
}

/** Columns of a row of the screen that show cells of one grid. Wide characters that it cuts are blank. */
interface Piece {
  readonly left: number;
  /** One behind the last column. */
  readonly right: number;
  /** Null for blanks. */
  readonly grid: Grid | null;
  /** The cell of the grid that is in the first column. */
  readonly x: number;
  readonly y: number;
}

/** Returns the pieces of a row, from left to right without gaps: layers cover the chrome and those below them. */
function rowPieces(chrome: Grid, layers: readonly Layer[], y: number): readonly Piece[] {
  let pieces: readonly Piece[] = [{ left: 0, right: chrome.cols, grid: chrome, x: 0, y }];
  for (const { kind, x, y: top, width, height, grid } of layers) {
    const row = y - top;
    if (row < 0 || row >= height) continue;
    const [left, right] = [Math.max(x, 0), Math.min(x + width, chrome.cols)];
    if (left >= right) continue;
    if (kind === 'overlay') pieces = cover(pieces, { left, right, grid: chrome, x: left, y });
    else if (grid) {
      const end = row < grid.rows ? Math.min(right, x + grid.cols) : left;
      if (end < right) pieces = cover(pieces, { left: Math.max(left, end), right, grid: null, x: 0, y: 0 });
      if (left < end) pieces = cover(pieces, { left, right: end, grid, x: left - x, y: row });
    }
  }
  return pieces;
}

/** Lays a piece over others; what is left of these on its sides is cut. */
function cover(pieces: readonly Piece[], top: Piece): Piece[] {
  const covered: Piece[] = [];
  let isLaid = false;
  for (const piece of pieces) {
    if (piece.left < top.left) covered.push({ ...piece, right: Math.min(piece.right, top.left) });
    if (!isLaid && piece.right > top.left) {
      covered.push(top);
      isLaid = true;
    }
    if (piece.right > top.right) {
      const left = Math.max(piece.left, top.right);
      covered.push({ ...piece, left, x: piece.x + left - piece.left });
    }
  }
  return covered;
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

/**
 * Writes cells as bytes for a terminal, tracking its cursor and style. Around characters of ambiguous width the cursor is
 * set, and the cells that a terminal may have drawn over are written again, so that at worst one character looks wrong.
 */
class CellWriter {
  readonly #capabilities: Capabilities;
  #out = '';
  #fg = 0;
  #bg = 0;
  #ext = 0;
  /** Number of the open link, 0 for none. */
  #link = 0;
  /** Cell of the terminal's cursor; column -1 when it is not certain. */
  #x = -1;
  #y = 0;

  constructor(capabilities: Capabilities) {
    this.#capabilities = capabilities;
  }

  /** Returns the output since the last call; leaves the terminal in its plain style, with no link open. */
  take(): string {
    if (this.#link !== 0) this.#out += closeLink;
    this.#link = 0;
    if (this.#fg !== 0 || this.#bg !== 0 || this.#ext !== 0) this.#out += '\x1b[0m';
    const out = this.#out;
    this.#out = '';
    this.#fg = this.#bg = this.#ext = 0;
    this.#x = -1;
    return out;
  }

  /** Writes the cells of a row that differ from what the terminal shows; that is then the same. */
  row(pieces: readonly Piece[], shown: Grid, y: number): void {
    let disturbedUntil = 0;
    for (const piece of pieces)
      if (piece.left < disturbedUntil || !isShown(piece, shown, y))
        disturbedUntil = this.#piece(piece, shown, y, disturbedUntil);
  }

  /** @returns the column up to which a terminal may have drawn over what it shows */
  #piece({ left, right, grid, x, y: row }: Piece, shown: Grid, y: number, disturbed: number): number {
    const { data } = shown;
    const source = grid ?? blank;
    let disturbedUntil = disturbed;
    let from = grid ? cellIndex(grid, x, row) : 0;
    let at = cellIndex(shown, left, y);
    for (let column = left; column < right; ) {
      const own = source.data[from] as number;
      const width = widthOf(own);
      const isCut = width === 0 || (width === 2 && column + 1 === right);
      const step = width === 2 && !isCut ? 2 : 1;
      const word = adoptWord(shown, source, isCut ? blankText | (own & linkMask) : own);
      if (column < disturbedUntil || word !== data[at] || !sameStyle(source.data, from, data, at)) {
        data[at] = word;
        data[at + 1] = source.data[from + 1] as number;
        data[at + 2] = source.data[from + 2] as number;
        data[at + 3] = source.data[from + 3] as number;
        if (step === 2) completeWide(data, at);
        disturbedUntil = Math.max(disturbedUntil, this.#cell(shown, at, column, y));
      }
      column += step;
      at += step * cellWords;
      if (grid) from += step * cellWords;
    }
    return disturbedUntil;
  }

  /** Writes a cell. @returns the column up to which a terminal may have drawn */
  #cell(shown: Grid, at: number, x: number, y: number): number {
    const word = shown.data[at] as number;
    this.#setStyle(shown.data, at);
    this.#setLink(shown, word);
    if (hasAmbiguousWidth(word)) return x + this.#ambiguous(shown, word, x, y);
    this.#unambiguous(shown, word, x, y);
    return 0;
  }

  #unambiguous(grid: Grid, word: number, x: number, y: number): void {
    this.#move(x, y);
    this.#out += wordText(grid, word);
    this.#x = x + widthOf(word);
  }

  /** Returns how many columns a terminal may have written to. */
  #ambiguous(grid: Grid, word: number, x: number, y: number): number {
    const width = widthOf(word);
    const text = wordText(grid, word);
    const [base = ' '] = text;
    this.#x = -1;
    this.#move(x, y);
    this.#out += ' '.repeat(width);
    this.#x = -1;
    this.#move(x, y);
    // In the last column there is no room for what a terminal makes of a cluster.
    this.#out += x + 1 === grid.cols ? base : text;
    this.#x = -1;
    return 2 * [...text].length;
  }

  #move(x: number, y: number): void {
    if (this.#x !== x || this.#y !== y) this.#out += `\x1b[${y + 1};${x + 1}H`;
    this.#x = x;
    this.#y = y;
  }

  #setLink(grid: Grid, word: number): void {
    const link = word >>> linkShift;
    if (link === this.#link || !this.#capabilities.osc) return;
    this.#link = link;
    this.#out += linkSequence(grid, word);
  }

  #setStyle(data: Uint32Array, at: number): void {
    const fg = data[at + 1] as number;
    const bg = data[at + 2] as number;
    const ext = data[at + 3] as number;
    if (fg === this.#fg && bg === this.#bg && ext === this.#ext) return;
    this.#out += sgr(fg, bg, ext, this.#capabilities);
    this.#fg = fg;
    this.#bg = bg;
    this.#ext = ext;
  }
}

/** A cell without anything in it. */
const blank = createGrid(1, 1);

function sameStyle(a: Uint32Array, atA: number, b: Uint32Array, atB: number): boolean {
  return a[atA + 1] === b[atB + 1] && a[atA + 2] === b[atB + 2] && a[atA + 3] === b[atB + 3];
}

/** Reports whether a terminal surely shows a piece already, by a quick comparison. */
function isShown({ left, right, grid, x, y: row }: Piece, shown: Grid, y: number): boolean {
  if (grid === null || !(isPlain(grid) || isPlain(shown))) return false;
  const from = cellIndex(grid, x, row);
  const last = from + (right - left - 1) * cellWords;
  if (widthOf(grid.data[from] as number) === 0 || widthOf(grid.data[last] as number) === 2) return false;
  const at = cellIndex(shown, left, y) * 4;
  const length = (right - left) * cellBytes;
  return grid.bytes.compare(shown.bytes, at, at + length, from * 4, from * 4 + length) === 0;
}

/** Code points that every terminal draws one column wide, and that join nothing. First and last of each range. */
const narrow: readonly (readonly [number, number])[] = [
  [0x20, 0x7e],
  [0xa1, 0x2ff],
  [0x370, 0x52f],
  [0x1e00, 0x1fff],
  [0x2010, 0x205e],
  [0x20a0, 0x20bf],
  [0x2100, 0x218b],
  [0x2190, 0x2328],
  [0x232b, 0x2426],
  [0x2460, 0x2bff],
  [0xff61, 0xff9d],
];

/** The same, two columns wide. */
const wide: readonly (readonly [number, number])[] = [
  [0x3001, 0x3029],
  [0x3041, 0x3096],
  [0x309b, 0x30ff],
  [0x3400, 0x4dbf],
  [0x4e00, 0x9fff],
  [0xac00, 0xd7a3],
  [0xf900, 0xfa6d],
  [0xff01, 0xff60],
  [0xffe0, 0xffe6],
];

/** Whatever may be drawn as an emoji, may be missing from a terminal's tables, or joins its neighbours. */
const doubtful = /^(?![\x20-\x7e])[\p{Emoji}\p{Extended_Pictographic}\p{Cn}\p{Co}\p{M}]$/u;

/** Cached widths by code point: 0 not looked up yet, 3 ambiguous. A pattern match per cell would be too slow. */
const agreedWidths = new Uint8Array(0x110000);

/** Reports whether terminals may draw a cell's text at another width than ours, or join it with its neighbours. */
export function hasAmbiguousWidth(textWord: number): boolean {
  if (textWord & clusterFlag) return true;
  const code = textWord & codeMask;
  if (code < 0x7f) return false;
  agreedWidths[code] ||= agreedWidth(code);
  return agreedWidths[code] !== widthOf(textWord);
}

function agreedWidth(code: number): 1 | 2 | 3 {
  const isIn = ([first, last]: readonly [number, number]) => code >= first && code <= last;
  if (doubtful.test(String.fromCodePoint(code))) return 3;
  if (narrow.some(isIn)) return 1;
  return wide.some(isIn) ? 2 : 3;
}

/** Returns the cursor of a pane's program in cells of the whole screen; null where it is hidden, clipped or covered. */
export function paneCursor(layers: readonly Layer[], id: string, cursor: Cursor): Cursor | null {
  const at = layers.findIndex((layer) => layer.kind === 'pane' && layer.id === id);
  const pane = layers[at];
  if (!pane || !cursor.visible || cursor.x >= pane.width || cursor.y >= pane.height) return null;
  const x = pane.x + cursor.x;
  const y = pane.y + cursor.y;
  const covers = (layer: Layer) =>
    x >= layer.x && x < layer.x + layer.width && y >= layer.y && y < layer.y + layer.height;
  return layers.slice(at + 1).some(covers) ? null : { ...cursor, x, y };
}

/** Returns the sequence that sets a cell's style, independent of the current one. */
export function sgr(fg: number, bg: number, ext: number, capabilities: Capabilities): string {
  let codes = '0';
  if (fg & Foreground.bold) codes += ';1';
  if (bg & Background.dim) codes += ';2';
  if (bg & Background.italic) codes += ';3';
  const underline = underlineStyleOf(ext);
  if (underline > 0) codes += underline > 1 && capabilities.underlineStyles ? `;4:${underline}` : ';4';
  if (fg & Foreground.blink) codes += ';5';
  if (fg & Foreground.inverse) codes += ';7';
  if (fg & Foreground.invisible) codes += ';8';
  if (fg & Foreground.strikethrough) codes += ';9';
  if (bg & Background.overline) codes += ';53';
  codes += color(fg & colorMask, 30, capabilities.colors) + color(bg & colorMask, 40, capabilities.colors);
  if (capabilities.underlineStyles)
    codes += underlineColor(reducedColor(ext & colorMask, capabilities.colors));
  return `\x1b[${codes}m`;
}

function color(exact: number, base: 30 | 40, depth: ColorDepth): string {
  const word = reducedColor(exact, depth);
  const value = word & colorValueMask;
  switch (word & colorKindMask) {
    case ColorKind.ansi:
      return value < 8 ? `;${base + value}` : `;${base + 52 + value}`;
    case ColorKind.palette:
      return `;${base + 8};5;${value}`;
    case ColorKind.rgb:
      return `;${base + 8};2;${value >> 16};${(value >> 8) & 255};${value & 255}`;
    default:
      return '';
  }
}

function underlineColor(word: number): string {
  const value = word & colorValueMask;
  if (word === 0) return '';
  if ((word & colorKindMask) !== ColorKind.rgb) return `;58:5:${value}`;
  return `;58:2::${value >> 16}:${(value >> 8) & 255}:${value & 255}`;
}

export const closeLink = '\x1b]8;;\x1b\\';

/**
 * Returns the sequence that opens the link of a cell, given by its text word, or closes links. By the id terminals know
 * the parts of a link that goes over several rows.
 */
export function linkSequence(grid: Grid, textWord: number): string {
  const link = textWord >>> linkShift;
  return link === 0 ? closeLink : `\x1b]8;id=${link};${wordLink(grid, textWord)}\x1b\\`;
}
