import { dayOf } from '../core/amounts.ts';
import { plainLine } from '../lib/sanitize.ts';
import { cellWidth, wrapText } from './text.ts';

/** A fact with its name; nothing is said of one without a text. */
export type NamedText = readonly [name: string, text: string | null | undefined];

/**
 * Facts with their names in a column of their own; further lines of a text stand below its first.
 * @param columns of the terminal, which would begin long lines anew where the names stand; without it none is broken
 */
export function namedRows(rows: readonly NamedText[], columns?: number): readonly string[] {
  const width = Math.max(...rows.map(([name]) => name.length));
  const below = `\n${' '.repeat(width + 4)}`;
  return rows.flatMap(([name, text]) =>
    text ? [`  ${name.padEnd(width)}  ${brokenLines(text, columns && columns - width - 4).join(below)}`] : [],
  );
}

const narrowest = 20;

/** The lines of a text without anything that does not show, each in as many rows as it needs. */
function brokenLines(text: string, columns?: number): readonly string[] {
  const lines = text.split('\n').map(plainLine);
  if (columns === undefined) return lines;
  return lines.flatMap((one) => wrapText(one, Math.max(narrowest, columns)));
}

/** Text by others, such as agents, with a bar before each of its lines, so that none can be taken for one of ours. */
export function quotedText(text: string, columns?: number): string {
  return brokenLines(text, columns && columns - 2)
    .map((one) => `│ ${one}`.trimEnd())
    .join('\n');
}

/** Rows as aligned columns, each on one line. */
export function alignColumns(rows: readonly (readonly string[])[]): string {
  const clean = rows.map((row) => row.map(plainLine));
  const widths = (clean[0] ?? []).map((_, at) => Math.max(...clean.map((row) => cellWidth(row[at] ?? ''))));
  return clean
    .map((row) =>
      row
        .map((cell, at) => cell + ' '.repeat(Math.max(0, (widths[at] ?? 0) - cellWidth(cell))))
        .join('  ')
        .trimEnd(),
    )
    .join('\n');
}

/** A moment on this machine's clock: `2026-11-22 10:00:05`. Anything else than an ISO time stays as it is. */
export function timeText(at: string): string {
  const date = new Date(at);
  if (Number.isNaN(date.getTime())) return at;
  const two = (part: number) => `${part}`.padStart(2, '0');
  const time = [date.getHours(), date.getMinutes(), date.getSeconds()].map(two).join(':');
  return `${dayOf(date)} ${time}`;
}
