import { fitLine, type Line, lineWidth, type Span, span, type Tone } from '../text/line.ts';

/**
 * A border line with text in it: `╭ title ──── aside ╮`. The aside gives way first, then the title is cut.
 * @param corners left and right end of the line
 */
export function borderLine(corners: string, title: Line, aside: Line, width: number, tone: Tone): Line {
  const [left = '', right = ''] = [...corners];
  const room = width - 2;
  const shownTitle = framed(title, room);
  const spare = room - lineWidth(shownTitle);
  const wanted = framed(aside, room);
  const shownAside = lineWidth(wanted) + 1 <= spare ? wanted : [];
  const fill = '─'.repeat(Math.max(0, spare - lineWidth(shownAside)));
  return [span(left, tone), ...shownTitle, span(fill, tone), ...shownAside, span(right, tone)];
}

/** A space at both sides; nothing for nothing. */
function framed(text: Line, room: number): Line {
  const wide = lineWidth(text);
  if (wide === 0 || room < 3) return [];
  return [span(' '), ...(wide + 2 > room ? fitLine(text, room - 2) : text), span(' ')];
}

/** A row between the two sides of a border, in exactly `width` cells. */
export function sideLine(content: Line, width: number, tone: Tone): Line {
  const side: Span = span('│', tone);
  return [side, ...fitLine(content, width - 2), side];
}
