import type { SelectionShape } from '../protocol/hostApi.ts';
import type { Lines, Place } from '../terminal/lines.ts';
import { endOfLine, PrintedLine, startOfLine } from '../terminal/lines.ts';
import { comparePlaces } from './search.ts';

/** Two ends, in any order, and what lies between them made whole. */
export interface Selection {
  readonly anchor: Place;
  readonly head: Place;
  readonly shape: SelectionShape;
}

/** The first cell and the last. */
export interface Range {
  readonly from: Place;
  readonly to: Place;
}

/** What is selected of the lines that are kept; null when they have all been thrown away. */
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

/** Fits into one message however it is escaped. */
const mostCopied = 2_000_000;

/**
 * The text of a range: blanks at the ends of lines cut, wrapped lines joined; and how many lines that are. Of more
 * than two million characters the last lines, as many as that holds.
 */
export function textOf({ from, to }: Range, lines: Lines): { text: string; lines: number } {
  const texts: string[] = [];
  let room = mostCopied;
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

/** The same for the right half of a wide character as for its left half. */
function startOfCell(printed: PrintedLine, place: Place): Place {
  const at = printed.placeOf(printed.indexOf({ ...place, x: place.x + 1 }) - 1);
  return comparePlaces(at, place) < 0 && at.line === place.line ? at : place;
}

/** Kinds of characters; a run of one kind is a word. Anything else, such as a bracket, is one by itself. */
const kinds = [/^\s$/u, /^[^\s()[\]{}<>'"`,;|\u2500-\u259f]$/u];

function kindOf(letter: string): number {
  return kinds.findIndex((kind) => kind.test(letter));
}

function wordAt(lines: Lines, place: Place): Range {
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
