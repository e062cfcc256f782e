import { inside, type Rect } from '../../room/layout.ts';
import { fitLine, type Line, lineWidth, type Span, span, type Tone } from '../../room/text/line.ts';

export type BorderTone = Extract<Tone, 'border' | 'border-selected' | 'border-typing' | 'border-history'>;

/** A border with text in its upper and lower line. */
export interface FrameView {
  readonly rect: Rect;
  readonly top: Line;
  readonly bottom: Line;
  /** One cell of its left and right line. */
  readonly side: Span;
}

/** The upper line, the lower one and a side. A heavy or a double border has the keys: told apart without colour. */
const strokes: Readonly<Record<BorderTone, readonly [top: string, bottom: string, side: string]>> = {
  border: ['╭─╮', '╰─╯', '│'],
  'border-selected': ['╭─╮', '╰─╯', '│'],
  'border-typing': ['┏━┓', '┗━┛', '┃'],
  'border-history': ['╔═╗', '╚═╝', '║'],
};

/** Text in a border: at its left end, and at the right where there is room. */
export interface BorderText {
  readonly left?: Line;
  readonly right?: Line;
}

export function frameView(rect: Rect, tone: BorderTone, top: BorderText, bottom: BorderText = {}): FrameView {
  const [upper, lower, side] = strokes[tone];
  return {
    rect,
    top: borderLine(upper, top, rect.width, tone),
    bottom: borderLine(lower, bottom, rect.width, tone),
    side: span(side, tone),
  };
}

/**
 * A line with text in it: `╭ left ──── right ╮`. The right text gives way first, then the left is cut.
 * @param strokes left end, line and right end
 */
export function borderLine(strokes: string, text: BorderText, width: number, tone: Tone): Line {
  const [start = '', stroke = '', end = ''] = [...strokes];
  const room = width - 2;
  const left = framed(text.left ?? [], room);
  const spare = room - lineWidth(left);
  const wanted = framed(text.right ?? [], room);
  const right = lineWidth(wanted) + 1 <= spare ? wanted : [];
  const fill = stroke.repeat(Math.max(0, spare - lineWidth(right)));
  return [span(start, tone), ...left, span(fill, tone), ...right, span(end, tone)];
}

/** A space at both sides; nothing for nothing. */
function framed(text: Line, room: number): Line {
  const wide = lineWidth(text);
  if (wide === 0 || room < 3) return [];
  return [span(' '), ...(wide + 2 > room ? fitLine(text, room - 2) : text), span(' ')];
}

/** Columns of text inside a frame that has one empty cell at each side. */
export function textColumns(rect: Rect): number {
  return inside(rect).width - 2;
}
