import { caretRow, type TextField } from './field.ts';
import { cellWidth, clustersOf, wrapRanges } from './text/cells.ts';
import { type Line, span } from './text/line.ts';

/**
 * One line of text after a prompt, moved along so that the caret is always in sight.
 * @returns the line, and the caret's cell counted from the end of the prompt
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

/** Rows of wrapped text around the caret, exactly `height` of them, and the caret's place among them. */
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
