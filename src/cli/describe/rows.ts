import { cellWidth } from '../../app/text/cells.ts';
import { plainLine } from '../../app/text/plain.ts';
import { dayOf } from '../../domain/day.ts';

/** A fact with its name; nothing is said of one without a text. */
export type NamedText = readonly [name: string, text: string | null | undefined];

/** Facts with their names in a column of their own; further lines of a text stand below its first. */
export function namedRows(rows: readonly NamedText[]): readonly string[] {
  const width = Math.max(...rows.map(([name]) => name.length));
  const below = `\n${' '.repeat(width + 4)}`;
  return rows.flatMap(([name, text]) =>
    text ? [`  ${name.padEnd(width)}  ${text.split('\n').map(plainLine).join(below)}`] : [],
  );
}

/** Rows as aligned columns, each on one line. */
export function columns(rows: readonly (readonly string[])[]): string {
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
