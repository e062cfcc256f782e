import type { Lines, Place } from '../terminal/lines.ts';
import { endOfLine, PrintedLine, startOfLine } from '../terminal/lines.ts';
import { Mark, type Span } from './marks.ts';

/** What is looked for. */
export interface Needle {
  readonly text: string;
  readonly isCaseSensitive: boolean;
}

/** Plain text; case counts only where it has a capital. Null for nothing. */
export function needleOf(text: string): Needle | null {
  const composed = text.normalize();
  const isCaseSensitive = composed !== composed.toLowerCase();
  return composed === '' ? null : { text: composed, isCaseSensitive };
}

/** Where each match begins, overlapping ones too. Blanks at the end of a line are none of it. */
export function* matchesIn(text: string, needle: Needle): Generator<number> {
  const written = text.trimEnd();
  const searched = needle.isCaseSensitive ? written : lowered(written);
  for (let at = searched.indexOf(needle.text); at >= 0; at = searched.indexOf(needle.text, at + 1)) yield at;
}

/** In lower case, each code unit at its place: where a letter would become several it stays. */
function lowered(text: string): string {
  const lower = text.toLowerCase();
  if (lower.length === text.length) return lower;
  return Array.from(text, (letter) => {
    const small = letter.toLowerCase();
    return small.length === letter.length ? small : letter;
  }).join('');
}

/** The matches that reach into the `rows` lines from `top`; the one that begins at `current` is marked as that. */
export function* visibleMatches(
  lines: Lines,
  top: number,
  rows: number,
  needle: Needle,
  current: Place | null,
): Generator<Span> {
  // A line may be wrapped over all there is; a match reaches no further than its length in wide characters.
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

/** Of all matches the one wanted, and how many there are. */
export interface SearchEnd {
  readonly place: Place | null;
  readonly matches: number;
  /** From 1; 0 without a match. */
  readonly nth: number;
}

export interface SearchStart {
  readonly needle: Needle;
  readonly direction: 'back' | 'forward';
  /** The match is the nearest before or behind this. */
  readonly pivot: Place;
}

/**
 * Goes through all lines. A step ends with the first line that is complete after `sliceMs`, so that whoever steps can
 * do something else in between; it gives undefined while there is more to do. Lines that are thrown away meanwhile
 * are left out. Not to be stepped on once lines have other numbers.
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

type Nearest = Place | null;

export function comparePlaces(a: Place, b: Place): number {
  return a.line - b.line || a.x - b.x;
}
