import { failure, type Result, success } from '../lib/result.ts';
import { editLines, type LineEdit } from './lines.ts';
import { cellText, type MarkdownFile, type Row, rowFlaw, type Table } from './markdown.ts';
import { plainValue } from './names.ts';
import { addFirstCell, setCells } from './row.ts';

/** Ids `<prefix>-<n>`, each higher than any that the text names anywhere: none is ever given twice. */
export function idMaker(text: string, prefix: string): () => string {
  const pattern = new RegExp(
    `(?<![\\p{L}\\p{N}])${prefix.replace(/[^A-Za-z0-9]/g, '\\$&')}-(\\d{1,9})(?!\\d)`,
    'gu',
  );
  let highest = 0;
  for (const [, digits] of text.matchAll(pattern)) highest = Math.max(highest, Number(digits));
  return () => {
    highest++;
    return `${prefix}-${highest}`;
  };
}

/** The part before the number that most ids of a document have, where nothing else is configured. */
export function prefixOf(ids: Iterable<string | null>, configured: string | null, otherwise: string): string {
  if (configured !== null) return configured;
  const counts = new Map<string, number>();
  for (const id of ids) {
    const [, prefix] = /^([A-Za-z][A-Za-z0-9]{0,15})-\d+$/.exec(id ?? '') ?? [];
    if (prefix !== undefined) counts.set(prefix, (counts.get(prefix) ?? 0) + 1);
  }
  const [most] = [...counts].sort(([, a], [, b]) => b - a);
  return most?.[0] ?? otherwise;
}

/** Which tables of a file get ids, and in which of their columns they stand, -1 where there is none yet. */
export interface IdTable {
  readonly table: Table;
  readonly column: number;
  /** Rows that get none: sums. */
  readonly without?: readonly Row[];
}

/**
 * Gives an id to each sound row that has none. A table without a column for it gets one in front, unless a damaged row
 * would then be read wrongly.
 */
export function setIds(file: MarkdownFile, tables: readonly IdTable[], takeId: () => string): Result<string> {
  const edits: LineEdit[] = [];
  for (const { table, column, without = [] } of tables) {
    const damaged = table.rows.filter((row) => rowFlaw(table, row) !== null);
    if (column < 0 && damaged.length > 0)
      return failure(
        'damaged_row',
        `The table on line ${table.header.line + 1} gets no ids while ${lineList(damaged.map(({ line }) => line))} damaged.`,
        'Mend the rows by hand.',
      );
    if (column < 0) edits.push(...addColumn(file, table, without, takeId));
    else
      for (const row of table.rows) {
        if (
          damaged.includes(row) ||
          without.includes(row) ||
          plainValue(cellText(row, row.cells[column])) !== null
        )
          continue;
        const text = setCells(row.text, table.delimiters, new Map([[column, takeId()]]));
        edits.push({ kind: 'replace', line: row.line, text });
      }
  }
  return success(editLines(file.lines, edits));
}

function addColumn(
  file: MarkdownFile,
  { header, delimiters, rows }: Table,
  without: readonly Row[],
  takeId: () => string,
): LineEdit[] {
  const below = header.line + 1;
  const replace = (line: number, text: string): LineEdit => ({ kind: 'replace', line, text });
  const dashes = /^\s/.test(delimiters[0] ?? '') ? '---' : '----';
  return [
    replace(header.line, addFirstCell(header.text, 'ID')),
    replace(below, addFirstCell(file.lines[below]?.text ?? '', dashes)),
    ...rows.map((row) => replace(row.line, addFirstCell(row.text, without.includes(row) ? '' : takeId()))),
  ];
}

function lineList(lines: readonly number[]): string {
  const shown = lines.slice(0, 5).map((line) => line + 1);
  return `${lines.length === 1 ? 'line' : 'lines'} ${shown.join(', ')}${lines.length > 5 ? ' …' : ''} ${lines.length === 1 ? 'is' : 'are'}`;
}
