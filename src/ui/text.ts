import stringWidth from 'string-width';
import { plainLine, plainLines, shownAlike, withoutHalfSpelt } from '../lib/sanitize.ts';

/** The meaning of a piece of text; `Row` gives each tone its style. */
export type Tone =
  | 'plain'
  | 'muted'
  | 'strong'
  | 'accent'
  | 'good'
  | 'warning'
  | 'bad'
  | 'notice'
  | 'key'
  | 'selected'
  | 'selected-strong'
  | 'border'
  | 'border-selected'
  | 'border-typing'
  | 'border-copy-mode';

/** A run of text of one tone, free of control characters. */
export interface Span {
  readonly text: string;
  readonly tone: Tone;
}

/** One row of the screen. */
export type Line = readonly Span[];

/** Makes a span of any text; control characters are replaced. */
export function span(text: string, tone: Tone = 'plain'): Span {
  return { text: plainLine(text), tone };
}

export function line(text: string, tone: Tone = 'plain'): Line {
  return [span(text, tone)];
}

export function lineWidth(spans: Line): number {
  let width = 0;
  for (const part of spans) width += cellWidth(part.text);
  return width;
}

export function lineText(spans: Line): string {
  return spans.map((part) => part.text).join('');
}

/** Returns the line in exactly `width` cells: cut with `…`, or padded with spaces. */
export function fitLine(spans: Line, width: number): Line {
  const room = Math.max(0, width);
  const full = lineWidth(spans);
  if (full === room) return spans;
  if (full < room) return [...spans, { text: ' '.repeat(room - full), tone: 'plain' }];
  const kept: Span[] = [];
  let left = room;
  for (const part of spans) {
    const wide = cellWidth(part.text);
    // The cut is in the part that reaches the edge, since more follows.
    const isLast = wide >= left;
    const text = isLast ? cutText(`${part.text}${wide === left ? '…' : ''}`, left) : part.text;
    kept.push({ text, tone: part.tone });
    left -= cellWidth(text);
    if (isLast) break;
  }
  return left > 0 ? [...kept, { text: ' '.repeat(left), tone: 'plain' }] : kept;
}

/** Returns the line, cut with `…` where it is longer than `width` cells. */
export function cutLine(spans: Line, width: number): Line {
  return lineWidth(spans) > width ? fitLine(spans, width) : spans;
}

/** Returns `left` and `right` at the ends of `width` cells; the left is cut, one space stays between. */
export function spreadLine(left: Line, right: Line, width: number): Line {
  const rightWidth = lineWidth(right);
  if (rightWidth === 0 || rightWidth + 2 > width) return fitLine(left, width);
  return [...fitLine(left, width - rightWidth - 1), { text: ' ', tone: 'plain' }, ...right];
}

/** Wraps text into rows of at most `width` cells. A no-break space keeps words together and looks like a space. */
export function wrapLines(text: string, width: number, tone: Tone = 'plain'): readonly Line[] {
  return wrapText(plainLines(text), width).map((row) => line(row.replaceAll('\u00a0', ' '), tone));
}

/** Created on first use: the rules of Unicode take 20 ms to load, and most text is ASCII. */
let segmenter: Intl.Segmenter | undefined;
const printableAscii = /^[\x20-\x7e]*$/;

/** A character class for regular expressions: one cell wide, joins nothing before it. Most text consists of it. */
export const narrow =
  '\\x20-\\x7e\\u00a1-\\u00ac\\u00ae-\\u02ff\\u2010-\\u2027\\u2190-\\u2193\\u2500-\\u25fc\\u2713\\u270e';
const isNarrow = new RegExp(`^[${narrow}]*$`);

/** Returns the width of a text in cells, measured as the layout engine does. */
export function cellWidth(text: string): number {
  return isNarrow.test(text) ? text.length : stringWidth(shownAlike(text));
}

/** Returns the grapheme clusters of a text. */
export function clustersOf(text: string): readonly string[] {
  if (printableAscii.test(text)) return text.split('');
  segmenter ??= new Intl.Segmenter();
  return Array.from(segmenter.segment(text), (part) => part.segment);
}

/** Returns the text, cut with `…` where it is longer than `width` cells. */
export function cutText(text: string, width: number): string {
  if (text.length <= width && printableAscii.test(text)) return text;
  if (width <= 0) return '';
  if (cellWidth(text) <= width) return text;
  let kept = '';
  let used = 0;
  for (const cluster of clustersOf(text)) {
    const wide = cellWidth(cluster);
    if (used + wide > width - 1) break;
    kept += cluster;
    used += wide;
  }
  return `${withoutHalfSpelt(kept)}…`;
}

/** One row of wrapped text: the part `start` to `end` of it, without the line break. */
interface WrappedRow {
  readonly start: number;
  readonly end: number;
}

/**
 * Breaks text into rows of at most `width` cells: at line breaks, else after the last space that fits, else
 * anywhere. Rows keep their trailing space, so that every character has a cell for the caret.
 */
export function wrapRanges(text: string, width: number): readonly WrappedRow[] {
  const rows: WrappedRow[] = [];
  let at = 0;
  for (const line of text.split('\n')) {
    wrapLine(line, at, Math.max(1, width), rows);
    at += line.length + 1;
  }
  return rows;
}

function wrapLine(line: string, offset: number, width: number, rows: WrappedRow[]): void {
  let start = 0;
  let breakAt = 0;
  let breakUsed = 0;
  let used = 0;
  let at = 0;
  for (const cluster of clustersOf(line)) {
    const wide = cellWidth(cluster);
    // A space may hang over the edge: it is not seen there.
    if (used + wide > width && cluster !== ' ' && at > start) {
      const end = breakAt > start ? breakAt : at;
      rows.push({ start: offset + start, end: offset + end });
      used -= breakAt > start ? breakUsed : used;
      start = end;
    }
    at += cluster.length;
    used += wide;
    if (cluster === ' ') {
      breakAt = at;
      breakUsed = used;
    }
  }
  rows.push({ start: offset + start, end: offset + line.length });
}

/** Wraps text into rows of at most `width` cells, without trailing spaces. */
export function wrapText(text: string, width: number): readonly string[] {
  return wrapRanges(text, width).map(({ start, end }) => text.slice(start, end).trimEnd());
}
