import { plainLine, plainLines } from '../../lib/sanitize.ts';
import { cellWidth, cutText, wrapText } from './cells.ts';

/** What a piece of text means; the theme decides how that looks. */
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
  | 'border-history';

/** A run of text of one tone, free of control characters. */
export interface Span {
  readonly text: string;
  readonly tone: Tone;
}

/** One row of the screen. */
export type Line = readonly Span[];

/** The one way from outside text to a span. */
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

/** The line in exactly `width` cells: cut with `…`, or filled with spaces. */
export function fitLine(spans: Line, width: number): Line {
  const room = Math.max(0, width);
  const full = lineWidth(spans);
  if (full === room) return spans;
  if (full < room) return [...spans, { text: ' '.repeat(room - full), tone: 'plain' }];
  const kept: Span[] = [];
  let left = room;
  for (const part of spans) {
    const wide = cellWidth(part.text);
    // The cut falls into the part after which something must still be dropped.
    const isLast = wide >= left;
    const text = isLast ? cutText(`${part.text}${wide === left ? '…' : ''}`, left) : part.text;
    kept.push({ text, tone: part.tone });
    left -= cellWidth(text);
    if (isLast) break;
  }
  return left > 0 ? [...kept, { text: ' '.repeat(left), tone: 'plain' }] : kept;
}

/** The line, cut with `…` where it is longer than `width` cells. */
export function cutLine(spans: Line, width: number): Line {
  return lineWidth(spans) > width ? fitLine(spans, width) : spans;
}

/** `left` and `right` at the two ends of `width` cells; the left gives way, one space stays between. */
export function spreadLine(left: Line, right: Line, width: number): Line {
  const rightWidth = lineWidth(right);
  if (rightWidth === 0 || rightWidth + 2 > width) return fitLine(left, width);
  return [...fitLine(left, width - rightWidth - 1), { text: ' ', tone: 'plain' }, ...right];
}

/** Outside text in rows of at most `width` cells. A no-break space keeps words together and is shown as any other. */
export function wrapLines(text: string, width: number, tone: Tone = 'plain'): readonly Line[] {
  return wrapText(plainLines(text), width).map((row) => line(row.replaceAll('\u00a0', ' '), tone));
}
