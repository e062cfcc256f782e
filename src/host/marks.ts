import type { SelectionShape } from '../ipc/hostApi.ts';
import { endOfLine, type LinePosition, type Lines, PrintedLine, startOfLine } from '../terminal/lines.ts';
import {
  ColorKind,
  cellIndex,
  cellWords,
  colorMask,
  Foreground,
  type Grid,
  widthOf,
} from '../terminal/screen.ts';

/** Marks of cells by priority: a cell shows only the highest one. */
export const Mark = { none: 0, match: 1, selected: 2, current: 3 } as const;
export type Mark = (typeof Mark)[keyof typeof Mark];

/** A marked range of cells, both ends included. */
export interface MarkSpan {
  readonly from: LinePosition;
  readonly to: LinePosition;
  readonly mark: Mark;
}

/** Paints the visible parts of spans into a grid whose first row is line `top`. Wide characters are marked as a whole. */
export function paintMarks(grid: Grid, top: number, spans: readonly MarkSpan[]): void {
  const marks = new Uint8Array(grid.cols * grid.rows);
  const cellOf = ({ line, x }: LinePosition) => (line - top) * grid.cols + x;
  for (const { from, to, mark } of spans) {
    const last = Math.min(cellOf(to), marks.length - 1);
    for (let cell = Math.max(0, cellOf(from)); cell <= last; cell++)
      marks[cell] = Math.max(marks[cell] as number, mark);
  }
  for (let y = 0; y < grid.rows; y++) paintRow(grid, y, marks.subarray(y * grid.cols, (y + 1) * grid.cols));
}

/** Returns the rows with marks in a grid whose first row is line `top`. */
export function markedRows(spans: readonly MarkSpan[], top: number, rows: number): number[] {
  const isMarked = (y: number) => spans.some(({ from, to }) => from.line - top <= y && y <= to.line - top);
  return Array.from({ length: rows }, (_, y) => y).filter(isMarked);
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

/** Paints the current match black on yellow, and inverts the colours for other marks. */
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

/** Text of a search. */
export interface Needle {
  readonly text: string;
  readonly isCaseSensitive: boolean;
}

/** Returns a search for plain text; null for none. Case counts only where the text has a capital. */
export function needleOf(text: string): Needle | null {
  const composed = text.normalize();
  const isCaseSensitive = composed !== composed.toLowerCase();
  return composed === '' ? null : { text: composed, isCaseSensitive };
}

/** Yields the start of each match, also of overlapping ones. Blanks at the end of a line do not match. */
function* matchesIn(text: string, needle: Needle): Generator<number> {
  const written = text.trimEnd();
  const searched = needle.isCaseSensitive ? written : lowered(written);
  for (let at = searched.indexOf(needle.text); at >= 0; at = searched.indexOf(needle.text, at + 1)) yield at;
}

/** Returns a text in lower case with the same length: a letter whose lower case is longer stays. */
function lowered(text: string): string {
  const lower = text.toLowerCase();
  if (lower.length === text.length) return lower;
  return Array.from(text, (letter) => {
    const small = letter.toLowerCase();
    return small.length === letter.length ? small : letter;
  }).join('');
}

/** Yields the matches within the `rows` lines from `top`; the one that begins at `current` is the current one. */
export function* visibleMatches(
  lines: Lines,
  top: number,
  rows: number,
  needle: Needle,
  current: LinePosition | null,
): Generator<MarkSpan> {
  // A line may be wrapped over the whole scrollback; a match is no longer than its text in wide characters.
  const reach = Math.ceil((needle.text.length * 2) / lines.cols) + 1;
  const bottom = Math.min(top + rows, lines.end) - 1;
  let first = startOfLine(lines, top, reach);
  while (first <= bottom) {
    const last = Math.min(endOfLine(lines, first), bottom + reach);
    const line = new PrintedLine(lines, first, last);
    for (const at of matchesIn(line.text, needle)) {
      const from = line.placeOf(at);
      const isCurrent = current !== null && comparePlaces(from, current) === 0;
      yield {
        from,
        to: line.placeOf(at + needle.text.length - 1),
        mark: isCurrent ? Mark.current : Mark.match,
      };
    }
    first = last + 1;
  }
}

/** The found match, and the count of all. */
interface SearchEnd {
  readonly place: LinePosition | null;
  readonly matches: number;
  /** From 1; 0 without a match. */
  readonly nth: number;
}

interface SearchStart {
  readonly needle: Needle;
  readonly direction: 'back' | 'forward';
  /** The search finds the nearest match before or after this cell. */
  readonly pivot: LinePosition;
}

/**
 * Searches all lines. Yields after each `sliceMs`, at the end of a line, so that the caller can do other work. Skips lines
 * that are dropped meanwhile. Must not be resumed once the lines are renumbered.
 */
export function* searchLines(
  lines: Lines,
  { needle, direction, pivot }: SearchStart,
  sliceMs: number,
): Generator<undefined, SearchEnd> {
  const seen = { matches: 0, before: 0, notBehind: 0 };
  let [first, previous, next, last]: [Nearest, Nearest, Nearest, Nearest] = [null, null, null, null];
  const { end } = lines;
  let pause = performance.now() + sliceMs;
  for (let line = lines.first; line < end; ) {
    const until = endOfLine(lines, line);
    const printed = new PrintedLine(lines, line, until);
    for (const at of matchesIn(printed.text, needle)) {
      const place = printed.placeOf(at);
      const order = comparePlaces(place, pivot);
      seen.matches++;
      if (order < 0) seen.before++;
      if (order <= 0) seen.notBehind++;
      first ??= place;
      last = place;
      if (order < 0) previous = place;
      if (order > 0) next ??= place;
    }
    line = until + 1;
    if (performance.now() < pause) continue;
    yield;
    pause = performance.now() + sliceMs;
    line = Math.max(line, lines.first);
  }
  const { matches, before, notBehind } = seen;
  if (direction === 'back')
    return previous ? { place: previous, matches, nth: before } : { place: last, matches, nth: matches };
  return next
    ? { place: next, matches, nth: notBehind + 1 }
    : { place: first, matches, nth: Math.min(1, matches) };
}

type Nearest = LinePosition | null;

function comparePlaces(a: LinePosition, b: LinePosition): number {
  return a.line - b.line || a.x - b.x;
}

/** Two ends in any order, extended to the units of the shape. */
export interface Selection {
  readonly anchor: LinePosition;
  readonly head: LinePosition;
  readonly shape: SelectionShape;
}

/** The first cell and the last. */
interface Range {
  readonly from: LinePosition;
  readonly to: LinePosition;
}

/** Returns the selected part of the kept lines; null when none of it is left. */
export function rangeOf({ anchor, head, shape }: Selection, lines: Lines): Range | null {
  const isInOrder = comparePlaces(anchor, head) <= 0;
  const [first, last] = isInOrder ? [anchor, head] : [head, anchor];
  if (last.line < lines.first) return null;
  const from = first.line < lines.first ? { line: lines.first, x: 0 } : first;
  const to = { ...last, line: Math.min(last.line, lines.end - 1) };
  if (shape === 'characters') return { from, to };
  if (shape === 'words') return { from: wordAt(lines, from).from, to: wordAt(lines, to).to };
  return {
    from: { line: startOfLine(lines, from.line), x: 0 },
    to: { line: endOfLine(lines, to.line), x: lines.cols - 1 },
  };
}

/** Fits into one message even with every character escaped. */
const maxCopied = 2_000_000;

/**
 * Returns the text of a range without trailing blanks, wrapped lines joined, and the count of its lines. Of more than two
 * million characters it returns the last lines.
 */
export function textOf({ from, to }: Range, lines: Lines): { text: string; lines: number } {
  const texts: string[] = [];
  let room = maxCopied;
  for (let last = endOfLine(lines, to.line); last >= from.line; ) {
    const first = startOfLine(lines, last);
    const printed = new PrintedLine(lines, first, last);
    const start = first <= from.line ? printed.indexOf(startOfCell(printed, from)) : 0;
    const end = last >= to.line ? printed.indexOf({ ...to, x: to.x + 1 }) : printed.text.length;
    const text = printed.text.slice(start, end).trimEnd();
    if (text.length > room) break;
    texts.push(text);
    room -= text.length + 1;
    last = first - 1;
  }
  return { text: texts.reverse().join('\n'), lines: texts.length };
}

/** Returns the left half for the right half of a wide character; else the cell itself. */
function startOfCell(printed: PrintedLine, place: LinePosition): LinePosition {
  const at = printed.placeOf(printed.indexOf({ ...place, x: place.x + 1 }) - 1);
  return comparePlaces(at, place) < 0 && at.line === place.line ? at : place;
}

/** Kinds of characters whose runs are words. Any other character, such as a bracket, is a word by itself. */
const kinds = [/^\s$/u, /^[^\s()[\]{}<>'"`,;|\u2500-\u259f]$/u];

function kindOf(letter: string): number {
  return kinds.findIndex((kind) => kind.test(letter));
}

function wordAt(lines: Lines, place: LinePosition): Range {
  const printed = new PrintedLine(lines, startOfLine(lines, place.line), endOfLine(lines, place.line));
  const { text } = printed;
  let start = printed.indexOf(startOfCell(printed, place));
  let end = start;
  const kind = kindOf(text.charAt(start));
  if (kind >= 0) {
    while (start > 0 && kindOf(text.charAt(start - 1)) === kind) start--;
    while (end + 1 < text.length && kindOf(text.charAt(end + 1)) === kind) end++;
  }
  return { from: printed.placeOf(start), to: printed.placeOf(end) };
}
