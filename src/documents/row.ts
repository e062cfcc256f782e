import { storedText } from '../lib/sanitize.ts';

/** The text between two pipes of a row; offsets into the line, padding included. */
export interface Cell {
  readonly from: number;
  readonly to: number;
}

/**
 * Splits a row at its unescaped pipes, as GitHub does: those in code spans split, too, and the pipes at both ends are
 * optional. https://github.github.com/gfm/#tables-extension-
 */
export function scanRow(line: string): Cell[] {
  let from = line.length - line.trimStart().length;
  let end = line.trimEnd().length;
  if (line[from] === '|') from++;
  if (end > from && isPipe(line, end - 1)) end--;
  const cells: Cell[] = [];
  for (let at = line.indexOf('|', from); at >= 0 && at < end; at = line.indexOf('|', at + 1)) {
    if (!isPipe(line, at)) continue;
    cells.push({ from, to: at });
    from = at + 1;
  }
  cells.push({ from, to: end });
  return cells;
}

function isPipe(line: string, at: number): boolean {
  return line[at] === '|' && line[at - 1] !== '\\';
}

/** What a cell says: `\|` is a pipe, `<br>` a line break. */
export function decodeCell(raw: string): string {
  const text = raw.trim();
  return /[\\<]/.test(text) ? text.replaceAll('\\|', '|').replace(/<br\s*\/?>/gi, '\n') : text;
}

/** A text for a cell; control characters, which no cell can hold, become blanks, and explicit directions nothing. */
function encodeCell(text: string): string {
  return storedText(text.toWellFormed(), ' ')
    .trim()
    .replaceAll('\n', '<br>')
    .replaceAll('\t', ' ')
    .replaceAll('|', '\\|');
}

/** A text padded as `raw` is, the cell that it follows; `width` is that of its aligned column, 0 for none. */
function pad(text: string, raw: string, width: number, isRight: boolean): string {
  const isBlank = raw.trim() === '';
  const lead = isBlank ? raw.slice(0, 1) : raw.slice(0, raw.length - raw.trimStart().length);
  const trail = isBlank ? raw.slice(0, 1) : raw.slice(raw.trimEnd().length);
  const space = text.endsWith('\\') && trail === '' ? ' ' : '';
  if (width === 0) return lead + text + trail + space;
  const side = lead.slice(0, 1);
  const end = (trail.slice(0, 1) || side) + space;
  return isRight ? (side + text + end).padStart(width) : (side + text + end).padEnd(width);
}

/**
 * Widths of a row's cells where its pipes stand below those of the delimiters, as in a table that somebody aligned.
 * They are UTF-16 units: wide emoji count two, as they show.
 */
function alignedWidths(raws: readonly string[], delimiters: readonly string[]): number[] {
  const fitting = raws.filter((raw, at) => raw.length === delimiters[at]?.length).length;
  if (fitting * 2 < raws.length) return raws.map(() => 0);
  return raws.map((raw, at) =>
    raw.length >= (delimiters[at] ?? '').length ? (delimiters[at] ?? '').length : 0,
  );
}

/** The row with these cells changed, every other byte as it was. Pipes at the ends come where it is no row without. */
export function setCells(
  line: string,
  delimiters: readonly string[],
  values: ReadonlyMap<number, string>,
): string {
  const cells = scanRow(line);
  const first = cells[0]?.from ?? 0;
  const end = cells.at(-1)?.to ?? line.length;
  const raws = cells.map(({ from, to }) => line.slice(from, to));
  const widths = alignedWidths(raws, delimiters);
  const written = raws.map((raw, at) => {
    const value = values.get(at);
    const isRight = /^[^:]*:\s*$/.test(delimiters[at] ?? '');
    return value === undefined ? raw : pad(encodeCell(value), raw, widths[at] ?? 0, isRight);
  });
  const start =
    values.has(0) && line[first - 1] !== '|' && !/^\p{L}/u.test(written[0]?.trim() ?? '') ? '| ' : '';
  const close = written.at(-1)?.trim() === '' && line[end] !== '|' ? ' |' : '';
  return line.slice(0, first) + start + written.join('|') + close + line.slice(end);
}

/** A new row that looks like `model`, a row or the header of the same table. */
export function makeRow(model: string, delimiters: readonly string[], values: readonly string[]): string {
  return setCells(model, delimiters, new Map(values.map((value, at) => [at, value])));
}

/** The line with one more cell in front. */
export function addFirstCell(line: string, text: string): string {
  const [first] = scanRow(line);
  const from = first?.from ?? 0;
  const hasPipe = line[from - 1] === '|';
  const lead = /^\s/.test(line.slice(from)) || !hasPipe ? ' ' : '';
  return `${line.slice(0, from)}${hasPipe ? lead : '| '}${encodeCell(text)}${lead}|${hasPipe ? '' : ' '}${line.slice(from)}`;
}
