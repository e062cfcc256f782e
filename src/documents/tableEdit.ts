import { failure, type Result, success } from '../lib/result.ts';
import {
  addFirstCell,
  editLines,
  foldName,
  isPlaceholder,
  type LineEdit,
  type MarkdownFile,
  type MarkdownLine,
  plainValue,
  rowProblem,
  scanRow,
  setCells,
  styledLike,
  type Table,
  type TableRow,
  tableCell,
  tableCells,
} from './markdown.ts';

/** Insertion point of lines, with the lines before and after them. */
interface Gap {
  /** They follow this line, -1 for the top. */
  readonly after: number;
  readonly lead: readonly string[];
  readonly tail: readonly string[];
}

/** A place for new rows: a table of the file, or a new one. Rows are collected in it until `roomEdits`. */
export interface Insertion<Field extends string> extends Gap {
  readonly names: readonly string[];
  readonly fields: readonly (Field | null)[];
  readonly delimiters: readonly string[];
  /** The row whose style new ones get. */
  readonly model: string;
  /** `model` is a header: its cells are names. */
  readonly isNew: boolean;
  /** Text of an empty cell, such as `—`. */
  readonly placeholder: string;
  readonly rows: string[];
}

/**
 * Returns the place for new rows at the end of a table.
 * @param rows of the table that new ones follow, without the sums below them
 * @param models candidates for the style of new ones
 */
export function insertionInto<Field extends string>(
  table: Table,
  fields: readonly (Field | null)[],
  rows: readonly TableRow[] = table.rows,
  models: readonly TableRow[] = rows,
): Insertion<Field> {
  const model = models.findLast((row) => rowProblem(table, row) === null);
  return {
    names: table.names,
    fields,
    delimiters: table.delimiters,
    model: model?.text ?? table.header.text,
    isNew: model === undefined,
    placeholder: placeholderOf(table),
    after: rows.at(-1)?.line ?? table.header.line + 1,
    lead: [],
    tail: [],
    rows: [],
  };
}

/** Number of last rows that are searched for the file's placeholder. */
const searchedRows = 50;

/** Returns the placeholder of empty cells in this table. */
export function placeholderOf(table: Table): string {
  for (const row of table.rows.slice(-searchedRows))
    for (const text of tableCells(row)) if (text !== '' && isPlaceholder(text)) return text;
  return '';
}

/** Returns the cell texts of a row: by field, and by column name where a column has no field. */
export function splitRow<Field extends string>(
  { table, fields }: { readonly table: Table; readonly fields: readonly (Field | null)[] },
  row: TableRow,
): { readonly texts: Map<Field, string>; readonly others: Map<string, string> } {
  const texts = new Map<Field, string>();
  const others = new Map<string, string>();
  for (const [column, field] of fields.entries()) {
    if (field === null) others.set(table.names[column] ?? '', tableCell(row, column));
    else texts.set(field, tableCell(row, column));
  }
  return { texts, others };
}

/** Values that a table has no column for, by field or by the name of their former column. */
export type UnwrittenFields = Readonly<Record<string, string>>;

/** Returns the cells of the row whose style new ones get; none where that is a header. */
export function modelCells<Field extends string>({ model, isNew }: Insertion<Field>): readonly string[] {
  return isNew ? [] : scanRow(model).map(({ from, to }) => model.slice(from, to));
}

/**
 * Adds a row, each value with the marks of the model's cell.
 * @param others values of columns without a field, by column name
 * @returns values without a column
 */
export function addRow<Field extends string>(
  insertion: Insertion<Field>,
  texts: ReadonlyMap<Field, string>,
  others: ReadonlyMap<string, string>,
  models: readonly string[],
): UnwrittenFields {
  const named = new Map([...others].map(([name, text]) => [foldName(name), text]));
  const values = insertion.fields.map((field, at) => {
    const text = (field === null ? named.get(foldName(insertion.names[at] ?? '')) : texts.get(field)) ?? '';
    if (text === '') return insertion.placeholder;
    return field === null || field === 'task' ? text : styledLike(text, models[at] ?? '');
  });
  insertion.rows.push(setCells(insertion.model, insertion.delimiters, new Map(values.entries())));
  const names = new Set(insertion.names.map(foldName));
  const left: readonly (readonly [string, string])[] = [
    ...[...texts].filter(([field]) => !insertion.fields.includes(field)),
    ...[...others].filter(([name]) => !names.has(foldName(name))),
  ];
  return Object.fromEntries(left.filter(([, text]) => !isPlaceholder(text)));
}

/**
 * Returns the edits that insert the collected rows.
 * @param insertions in the order in which new ones at the same place follow each other
 */
export function insertionEdits(insertions: Iterable<Insertion<string>>): LineEdit[] {
  const used = new Set<number>();
  const edits: LineEdit[] = [];
  for (const { after, lead, rows, tail } of insertions) {
    if (rows.length === 0) continue;
    const gap = used.has(after) && lead[0] !== '' ? [''] : [];
    used.add(after);
    edits.push({ kind: 'insert', after, texts: [...gap, ...lead, ...rows, ...tail] });
  }
  return edits;
}

/** Creates a missing table in the style of another one: its pipes and delimiters. */
export function newTable<Field extends string>(
  names: readonly string[],
  fields: readonly (Field | null)[],
  like: Table | undefined,
  place: Gap,
): Insertion<Field> {
  const isSpaced = like?.delimiters.some((cell) => /^\s/.test(cell)) ?? false;
  const delimiters = names.map(({ length }) =>
    isSpaced ? ` ${'-'.repeat(Math.max(3, length))} ` : '-'.repeat(Math.max(3, length + 2)),
  );
  const cells = names.map((name) => name.replaceAll('|', '\\|').padEnd(isSpaced ? 3 : 0));
  const model = `| ${cells.join(' | ')} |`;
  const placeholder = like === undefined ? '' : placeholderOf(like);
  const lead = [...place.lead, model, `|${delimiters.join('|')}|`];
  return { ...place, names, fields, delimiters, model, isNew: true, placeholder, lead, rows: [] };
}

/**
 * Returns the place of a table below a heading: after the text there, before the next heading or the rule
 * that separates it.
 */
export function placeUnder(file: MarkdownFile, heading: number): Gap {
  const next = file.headings.find(({ line }) => line > heading)?.line ?? file.lines.length;
  let last = next - 1;
  const isRule = (line: number) =>
    /^ {0,3}(?:-{3,}|\*{3,}|_{3,})\s*$/.test(textAt(file.lines, line)) && textAt(file.lines, line - 1) === '';
  while (last > heading && (textAt(file.lines, last) === '' || isRule(last))) last--;
  return { after: last, lead: [''], tail: textAt(file.lines, last + 1) === '' ? [] : [''] };
}

/** Returns the place of a missing section: before this line, with blank lines around it. */
export function placeBefore(file: MarkdownFile, line: number, heading: string): Gap {
  const gap = line === 0 || textAt(file.lines, line - 1) === '' ? [] : [''];
  return { after: line - 1, lead: [...gap, heading, ''], tail: line < file.lines.length ? [''] : [] };
}

/** Returns the trimmed line; empty after the last one. */
function textAt(lines: readonly MarkdownLine[], at: number): string {
  return lines[at]?.text.trim() ?? '';
}

/** Returns a generator of ids `<prefix>-<n>`, each higher than any in the text, so that none is reused. */
export function idGenerator(text: string, prefix: string): () => string {
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

/** Returns the configured prefix, else the most frequent one of a document's ids, else `otherwise`. */
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

/** A table whose rows get ids, and the column of the ids, -1 where there is none. */
interface IdTable {
  readonly table: Table;
  readonly column: number;
  /** Rows without ids: sums. */
  readonly exempt?: readonly TableRow[];
}

/**
 * Adds an id to each sound row without one. A table without an id column gets one in front, unless a damaged
 * row would then be read wrongly.
 */
export function setIds(file: MarkdownFile, tables: readonly IdTable[], nextId: () => string): Result<string> {
  const edits: LineEdit[] = [];
  for (const { table, column, exempt = [] } of tables) {
    const damaged = table.rows.filter((row) => rowProblem(table, row) !== null);
    if (column < 0 && damaged.length > 0)
      return failure(
        'damaged_row',
        `The table on line ${table.header.line + 1} gets no ids while ${lineList(damaged.map(({ line }) => line))} damaged.`,
        'Fix the rows by hand.',
      );
    if (column < 0) edits.push(...addColumn(file, table, exempt, nextId));
    else
      for (const row of table.rows) {
        const hasId = plainValue(tableCell(row, column)) !== null;
        if (hasId || damaged.includes(row) || exempt.includes(row)) continue;
        const text = setCells(row.text, table.delimiters, new Map([[column, nextId()]]));
        edits.push({ kind: 'replace', line: row.line, text });
      }
  }
  return success(editLines(file.lines, edits));
}

function addColumn(
  file: MarkdownFile,
  { header, delimiters, rows }: Table,
  exempt: readonly TableRow[],
  nextId: () => string,
): LineEdit[] {
  const below = header.line + 1;
  const replace = (line: number, text: string): LineEdit => ({ kind: 'replace', line, text });
  const dashes = /^\s/.test(delimiters[0] ?? '') ? '---' : '----';
  return [
    replace(header.line, addFirstCell(header.text, 'ID')),
    replace(below, addFirstCell(file.lines[below]?.text ?? '', dashes)),
    ...rows.map((row) => replace(row.line, addFirstCell(row.text, exempt.includes(row) ? '' : nextId()))),
  ];
}

function lineList(lines: readonly number[]): string {
  const shown = lines.slice(0, 5).map((line) => line + 1);
  return `${lines.length === 1 ? 'line' : 'lines'} ${shown.join(', ')}${lines.length > 5 ? ' …' : ''} ${lines.length === 1 ? 'is' : 'are'}`;
}
