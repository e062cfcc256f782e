import { plainLines, withoutHidden } from '../lib/sanitize.ts';
import { cellWidth, clustersOf, type Line, span, wrapRanges } from './text.ts';

/** An editable text with a caret. */
export interface TextField {
  readonly text: string;
  /** Index of the character after the caret; always a boundary of grapheme clusters. */
  readonly caret: number;
}

export const emptyField: TextField = { text: '', caret: 0 };

/** The longest text in characters; a longer paste is cut. */
export const maxFieldLength = 100_000;

export function fieldOf(text: string): TextField {
  return { text, caret: text.length };
}

/** Inserts typed or pasted text at the caret, without control characters; line breaks only where `multiline`. */
export function insertText(field: TextField, text: string, multiline = false): TextField {
  const plain = plainLines(withoutHidden(text));
  const clean = multiline ? plain : plain.replace(/\n/g, ' ');
  const added = clean.slice(0, Math.max(0, maxFieldLength - field.text.length));
  if (added === '') return field;
  const { text: old, caret } = field;
  return { text: old.slice(0, caret) + added + old.slice(caret), caret: caret + added.length };
}

/** Returns the field after an editing key, as in readline; null when the key does not edit. */
export function editField(field: TextField, key: string): TextField | null {
  const edit = edits[key];
  return edit ? edit(field) : null;
}

const edits: Readonly<Record<string, (field: TextField) => TextField>> = {
  left: (field) => moved(field, before(field)),
  right: (field) => moved(field, after(field)),
  'ctrl-left': (field) => moved(field, wordBefore(field)),
  'alt-b': (field) => moved(field, wordBefore(field)),
  'ctrl-right': (field) => moved(field, wordAfter(field)),
  'alt-f': (field) => moved(field, wordAfter(field)),
  home: (field) => moved(field, lineStart(field)),
  'ctrl-a': (field) => moved(field, lineStart(field)),
  end: (field) => moved(field, lineEnd(field)),
  'ctrl-e': (field) => moved(field, lineEnd(field)),
  backspace: (field) => without(field, before(field), field.caret),
  'shift-backspace': (field) => without(field, before(field), field.caret),
  delete: (field) => without(field, field.caret, after(field)),
  'ctrl-d': (field) => without(field, field.caret, after(field)),
  'ctrl-w': (field) => without(field, wordBefore(field), field.caret),
  'alt-backspace': (field) => without(field, wordBefore(field), field.caret),
  'ctrl-u': (field) => without(field, lineStart(field), field.caret),
  'ctrl-k': (field) => without(field, field.caret, lineEnd(field)),
};

/** Moves the caret a row up or down in text wrapped to `width` cells; null at the first or last row. */
export function moveRow(field: TextField, by: 1 | -1, width: number): TextField | null {
  const rows = wrapRanges(field.text, width);
  const row = caretRow(field, width);
  const from = rows[row];
  const to = rows[row + by];
  if (!from || !to) return null;
  const column = clustersOf(field.text.slice(from.start, field.caret)).length;
  const target = clustersOf(field.text.slice(to.start, to.end));
  // The end of a row that goes on below is the start of the next one.
  const reach = rows[row + by + 1]?.start === to.end ? target.length - 1 : target.length;
  return moved(field, to.start + target.slice(0, Math.min(column, reach)).join('').length);
}

/** Returns the index of the wrapped row with the caret. */
function caretRow(field: TextField, width: number): number {
  const next = wrapRanges(field.text, width).findIndex((row) => row.start > field.caret);
  return next < 0 ? wrapRanges(field.text, width).length - 1 : next - 1;
}

function moved(field: TextField, caret: number): TextField {
  return { text: field.text, caret };
}

function without(field: TextField, from: number, to: number): TextField {
  return { text: field.text.slice(0, from) + field.text.slice(to), caret: from };
}

/** Returns the index of the cluster before the caret. Only 64 characters are searched: real clusters are shorter. */
function before({ text, caret }: TextField): number {
  return caret - (clustersOf(text.slice(Math.max(0, caret - 64), caret)).at(-1)?.length ?? 0);
}

function after({ text, caret }: TextField): number {
  return caret + (clustersOf(text.slice(caret, caret + 64))[0]?.length ?? 0);
}

function wordBefore({ text, caret }: TextField): number {
  const trimmed = text.slice(0, caret).trimEnd();
  return Math.max(trimmed.lastIndexOf(' '), trimmed.lastIndexOf('\n')) + 1;
}

function wordAfter({ text, caret }: TextField): number {
  return caret + (/^\s*\S+/.exec(text.slice(caret))?.[0].length ?? text.length - caret);
}

function lineStart({ text, caret }: TextField): number {
  return text.slice(0, caret).lastIndexOf('\n') + 1;
}

function lineEnd({ text, caret }: TextField): number {
  const end = text.indexOf('\n', caret);
  return end < 0 ? text.length : end;
}

/**
 * Draws one line of text behind a prompt, scrolled so that the caret is in sight.
 * @returns the line, and the caret's column counted from the end of the prompt
 */
export function oneLineField(
  prompt: string,
  field: TextField,
  width: number,
): { line: Line; column: number } {
  const room = width - cellWidth(prompt) - 1;
  const before = lastCells(field.text.slice(0, field.caret), room);
  const after = firstCells(field.text.slice(field.caret), room - cellWidth(before));
  return { line: [span(prompt, 'muted'), span(before + after)], column: cellWidth(before) };
}

function firstCells(text: string, room: number): string {
  let kept = '';
  let left = room;
  for (const cluster of clustersOf(text.slice(0, 4 * Math.max(0, room)))) {
    left -= cellWidth(cluster);
    if (left < 0) break;
    kept += cluster;
  }
  return kept;
}

function lastCells(text: string, room: number): string {
  const clusters = clustersOf(text.slice(-4 * Math.max(1, room)));
  let from = clusters.length;
  let left = room;
  while (from > 0) {
    left -= cellWidth(clusters[from - 1] ?? '');
    if (left < 0) break;
    from -= 1;
  }
  return clusters.slice(from).join('');
}

/** Returns exactly `height` rows of wrapped text around the caret, and the caret's position in them. */
export function manyLineField(
  field: TextField,
  width: number,
  height: number,
): { rows: readonly string[]; caret: { row: number; column: number } } {
  const ranges = wrapRanges(field.text, width);
  const at = caretRow(field, width);
  const first = Math.max(0, Math.min(at - Math.floor(height / 2), ranges.length - height));
  const rows = Array.from({ length: height }, (_, index) => {
    const range = ranges[first + index];
    return range ? field.text.slice(range.start, range.end) : '';
  });
  const start = ranges[at]?.start ?? 0;
  const column = Math.min(width, cellWidth(field.text.slice(start, field.caret)));
  return { rows, caret: { row: at - first, column } };
}
