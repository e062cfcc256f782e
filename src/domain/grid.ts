import {
  blankText,
  cellBytes,
  cellWords,
  clusterFlag,
  codeMask,
  linkMask,
  linkShift,
  rightHalf,
  type Width,
  widthOf,
  widthShift,
} from './cell.ts';
import { isPrintable, printableText } from './characters.ts';
import { isLink } from './links.ts';
import { LivingCells, TextNumbers } from './textNumbers.ts';

/**
 * A rectangle of cells, row after row (see cell.ts). Always true: cell texts are safe to print, a cell of width
 * 2 is followed in its row by its right half, and a right half follows nothing else.
 */
export interface Grid {
  readonly cols: number;
  readonly rows: number;
  /** `cols * rows * cellWords` words. */
  readonly data: Uint32Array;
  /** The same memory, for fast copying and comparing. */
  readonly bytes: Buffer;
}

/** Numbers are the same in the whole process: cells of different grids are compared by their words. */
const cells = new LivingCells();
const clusters = new TextNumbers(cells, {
  most: codeMask + 1,
  numberIn: (word) => (word & clusterFlag ? word & codeMask : -1),
});
const links = new TextNumbers(cells, {
  most: linkMask >>> linkShift,
  numberIn: (word) => (word >>> linkShift) - 1,
});

/** A grid of blanks. */
export function createGrid(cols: number, rows: number): Grid {
  const data = new Uint32Array(cols * rows * cellWords);
  const grid = { cols, rows, data, bytes: Buffer.from(data.buffer) };
  cells.track(grid);
  clearGrid(grid);
  return grid;
}

export function clearGrid(grid: Grid): void {
  grid.data.fill(0);
  for (let i = 0; i < grid.data.length; i += cellWords) grid.data[i] = blankText;
}

/** A grid of another size with what fits of this one, from the top left corner. */
export function resizedGrid(grid: Grid, cols: number, rows: number): Grid {
  const resized = createGrid(cols, rows);
  blit(grid, { x: 0, y: 0, width: grid.cols, height: grid.rows }, resized, 0, 0);
  return resized;
}

/** Index of a cell's first word. */
export function cellIndex(grid: Grid, x: number, y: number): number {
  return (y * grid.cols + x) * cellWords;
}

/** The text word of one code point; a blank where it must not be printed. */
export function codeWord(code: number, width: Width): number {
  return (isPrintable(code) ? code : 0x20) | (width << widthShift);
}

/**
 * The text word of a cell's text. A cluster's word must be stored in a grid before the next one is made, see
 * TextNumbers.
 */
export function textWord(text: string, width: Width): number {
  const printable = printableText(text);
  const code = printable.codePointAt(0) ?? 0x20;
  const isCluster = printable.length > (code > 0xffff ? 2 : 1);
  const number = isCluster ? clusters.number(printable) : undefined;
  return (number === undefined ? code : number | clusterFlag) | (width << widthShift);
}

/**
 * The bits of a text word that make its cell part of a link; 0 for what must not be one, and when there are more links
 * on the screens than numbers. They must be stored in a grid before those of another link are asked for.
 */
export function linkBits(uri: string): number {
  const number = isLink(uri) ? links.number(uri) : undefined;
  return number === undefined ? 0 : (number + 1) << linkShift;
}

/** Where the link of a cell leads to; '' without one. */
export function wordLink(word: number): string {
  return links.text((word >>> linkShift) - 1) ?? '';
}

/** What a text word shows: one code point or a cluster, '' for a right half. */
export function wordText(word: number): string {
  if (widthOf(word) === 0) return '';
  return word & clusterFlag ? (clusters.text(word & codeMask) ?? ' ') : String.fromCodePoint(word & codeMask);
}

export function cellText(grid: Grid, x: number, y: number): string {
  return wordText(grid.data[cellIndex(grid, x, y)] ?? rightHalf);
}

/** Whether two rows look the same. */
export function rowsEqual(a: Grid, rowA: number, b: Grid, rowB: number): boolean {
  const stride = a.cols * cellBytes;
  if (a.cols !== b.cols) return false;
  return (
    a.bytes.compare(b.bytes, rowB * stride, (rowB + 1) * stride, rowA * stride, (rowA + 1) * stride) === 0
  );
}

export interface Rectangle {
  readonly x: number;
  readonly y: number;
  readonly width: number;
  readonly height: number;
}

/** Copies part of a grid to (x, y) of another, clipped to both; wide characters cut by an edge go blank. */
export function blit(from: Grid, part: Rectangle, to: Grid, x: number, y: number): void {
  const left = Math.max(0, -part.x, -x);
  const right = Math.min(part.width, from.cols - part.x, to.cols - x);
  const top = Math.max(0, -part.y, -y);
  const bottom = Math.min(part.height, from.rows - part.y, to.rows - y);
  if (left >= right) return;
  for (let row = top; row < bottom; row++) {
    const start = cellIndex(from, part.x + left, part.y + row) * 4;
    const end = start + (right - left) * cellBytes;
    cutPair(to, x + left, y + row);
    cutPair(to, x + right, y + row);
    const first = cellIndex(to, x + left, y + row);
    from.bytes.copy(to.bytes, first * 4, start, end);
    const last = first + (right - left - 1) * cellWords;
    if (widthOf(to.data[first] as number) === 0) takeText(to.data, first);
    if (widthOf(to.data[last] as number) === 2) takeText(to.data, last);
  }
}

/** Makes part of a grid blank, clipped to it. */
export function erase(grid: Grid, part: Rectangle): void {
  const left = Math.max(0, part.x);
  const right = Math.min(grid.cols, part.x + part.width);
  const bottom = Math.min(grid.rows, part.y + part.height);
  if (left >= right) return;
  for (let y = Math.max(0, part.y); y < bottom; y++) {
    cutPair(grid, left, y);
    cutPair(grid, right, y);
    const end = cellIndex(grid, right, y);
    for (let at = cellIndex(grid, left, y); at < end; at += cellWords) setBlank(grid.data, at);
  }
}

/** Blanks both halves of a wide character that lies across the left edge of column x. */
function cutPair(grid: Grid, x: number, y: number): void {
  const at = cellIndex(grid, x, y);
  if (x <= 0 || x >= grid.cols || widthOf(grid.data[at] as number) !== 0) return;
  takeText(grid.data, at - cellWords);
  takeText(grid.data, at);
}

/** Leaves a blank in the cell's style and link. */
function takeText(data: Uint32Array, at: number): void {
  data[at] = blankText | ((data[at] as number) & linkMask);
}

/** Makes a cell, given by the index of its first word, an unstyled blank. */
export function setBlank(data: Uint32Array, at: number): void {
  data[at] = blankText;
  data[at + 1] = 0;
  data[at + 2] = 0;
  data[at + 3] = 0;
}

/**
 * Gives the wide character at `at` its right half, in its style and link. Where its text came out as a blank there are
 * two blanks instead.
 */
export function completeWide(data: Uint32Array, at: number): void {
  const half = at + cellWords;
  const word = data[at] as number;
  const link = word & linkMask;
  const isBlank = (word & (codeMask | clusterFlag)) === 0x20;
  if (isBlank) takeText(data, at);
  data[half] = (isBlank ? blankText : rightHalf) | link;
  data.copyWithin(half + 1, at + 1, at + cellWords);
}

/** A row's text without trailing blanks. */
export function rowText(grid: Grid, y: number): string {
  let text = '';
  for (let x = 0; x < grid.cols; x++) text += cellText(grid, x, y);
  return text.trimEnd();
}

/** The text of all rows, without trailing blanks and blank rows at the end. */
export function gridToText(grid: Grid): string {
  const rows = Array.from({ length: grid.rows }, (_, y) => rowText(grid, y));
  return rows.join('\n').trimEnd();
}
