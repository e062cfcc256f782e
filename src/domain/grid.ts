import {
  blankText,
  cellBytes,
  cellWords,
  clusterFlag,
  codeMask,
  rightHalf,
  type Width,
  widthOf,
  widthShift,
} from './cell.ts';
import { isPrintable, printableText } from './characters.ts';
import { ClusterTable } from './clusters.ts';

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

/** One for the whole process: cells of different grids are compared by their words. */
const clusters = new ClusterTable();

/** A grid of blanks. */
export function createGrid(cols: number, rows: number): Grid {
  const data = new Uint32Array(cols * rows * cellWords);
  const grid = { cols, rows, data, bytes: Buffer.from(data.buffer) };
  clusters.track(grid);
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
 * ClusterTable.
 */
export function textWord(text: string, width: Width): number {
  const printable = printableText(text);
  const code = printable.codePointAt(0) ?? 0x20;
  const isCluster = printable.length > (code > 0xffff ? 2 : 1);
  const number = isCluster ? clusters.number(printable) : undefined;
  return (number === undefined ? code : number | clusterFlag) | (width << widthShift);
}

/** What a text word shows: one code point or a cluster, '' for a right half. */
export function wordText(word: number): string {
  if (widthOf(word) === 0) return '';
  return word & clusterFlag ? clusters.text(word & codeMask) : String.fromCodePoint(word & codeMask);
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

/** Copies the part of a grid to (x, y) of another, clipped to both; wide characters cut by an edge go blank. */
export function blit(from: Grid, part: Rectangle, to: Grid, x: number, y: number): void {
  const left = Math.max(0, -part.x, -x);
  const right = Math.min(part.width, from.cols - part.x, to.cols - x);
  const top = Math.max(0, -part.y, -y);
  const bottom = Math.min(part.height, from.rows - part.y, to.rows - y);
  if (left >= right) return;
  for (let row = top; row < bottom; row++) {
    const start = cellIndex(from, part.x + left, part.y + row) * 4;
    const end = start + (right - left) * cellBytes;
    from.bytes.copy(to.bytes, cellIndex(to, x + left, y + row) * 4, start, end);
    mendCut(to, x + left, y + row);
    mendCut(to, x + right, y + row);
  }
}

/** Makes part of a grid blank, clipped to it. */
export function blank(grid: Grid, part: Rectangle): void {
  const left = Math.max(0, part.x);
  const right = Math.min(grid.cols, part.x + part.width);
  if (left >= right) return;
  const bottom = Math.min(grid.rows, part.y + part.height);
  for (let y = Math.max(0, part.y); y < bottom; y++) {
    const end = cellIndex(grid, right, y);
    for (let i = cellIndex(grid, left, y); i < end; i += cellWords) {
      grid.data[i] = blankText;
      grid.data[i + 1] = 0;
      grid.data[i + 2] = 0;
      grid.data[i + 3] = 0;
    }
    mendCut(grid, left, y);
    mendCut(grid, right, y);
  }
}

/** After the cells on one side of column x changed: halves of a wide character that lost the other go blank. */
function mendCut(grid: Grid, x: number, y: number): void {
  const { cols, data } = grid;
  const at = cellIndex(grid, x, y);
  const before = x > 0 && widthOf(data[at - cellWords] as number) === 2;
  const after = x < cols && widthOf(data[at] as number) === 0;
  if (before && !(after && sameStyle(data, at - cellWords, at))) data[at - cellWords] = blankText;
  if (after && !(before && sameStyle(data, at - cellWords, at))) data[at] = blankText;
}

function sameStyle(data: Uint32Array, a: number, b: number): boolean {
  return data[a + 1] === data[b + 1] && data[a + 2] === data[b + 2] && data[a + 3] === data[b + 3];
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
