import type { Place } from '../terminal/lines.ts';
import {
  ColorKind,
  cellIndex,
  cellWords,
  colorMask,
  Foreground,
  type Grid,
  widthOf,
} from '../terminal/screen.ts';

/** Ways to mark cells, the stronger the later: a cell is marked in one of them only. */
export const Mark = { none: 0, match: 1, selected: 2, current: 3 } as const;
export type Mark = (typeof Mark)[keyof typeof Mark];

/** From one cell of a terminal to another, both included. */
export interface Span {
  readonly from: Place;
  readonly to: Place;
  readonly mark: Mark;
}

/** Marks what is visible of spans in a grid whose upper row is line `top`; characters are marked as a whole. */
export function paintMarks(grid: Grid, top: number, spans: readonly Span[]): void {
  if (spans.length === 0) return;
  const marks = new Uint8Array(grid.cols * grid.rows);
  const cellOf = ({ line, x }: Place) => (line - top) * grid.cols + x;
  for (const { from, to, mark } of spans) {
    const last = Math.min(cellOf(to), marks.length - 1);
    for (let cell = Math.max(0, cellOf(from)); cell <= last; cell++)
      marks[cell] = Math.max(marks[cell] as number, mark);
  }
  for (let y = 0; y < grid.rows; y++) paintRow(grid, y, marks.subarray(y * grid.cols, (y + 1) * grid.cols));
}

/** The rows of a grid, whose upper row is line `top`, that have something marked. */
export function markedRows(spans: readonly Span[], top: number, rows: number): number[] {
  const isMarked = (y: number) => spans.some(({ from, to }) => from.line - top <= y && y <= to.line - top);
  return spans.length === 0 ? [] : Array.from({ length: rows }, (_, y) => y).filter(isMarked);
}

function paintRow(grid: Grid, y: number, marks: Uint8Array): void {
  const { data, cols } = grid;
  const start = cellIndex(grid, 0, y);
  for (let x = 0; x < cols; x++) {
    const at = start + x * cellWords;
    const isWide = widthOf(data[at] as number) === 2;
    const mark = Math.max(marks[x] as number, isWide ? (marks[x + 1] as number) : 0);
    if (mark !== Mark.none) paintCell(data, at, mark);
    if (!isWide) continue;
    if (mark !== Mark.none) paintCell(data, at + cellWords, mark);
    x++;
  }
}

/** The current match is black on yellow; all else shows the colours the other way round than they were. */
function paintCell(data: Uint32Array, at: number, mark: number): void {
  if (mark !== Mark.current) {
    data[at + 1] = ((data[at + 1] as number) ^ Foreground.inverse) >>> 0;
    return;
  }
  data[at + 1] = ColorKind.ansi;
  data[at + 2] = ColorKind.ansi | yellow;
  data[at + 3] = (data[at + 3] as number) & ~colorMask;
}

const yellow = 3;
