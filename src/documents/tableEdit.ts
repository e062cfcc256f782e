import { failure, type Result, success } from '../lib/result.ts';
import {
  addFirstCell,
  editLines,
  foldName,
  isPlaceholder,
  type LineEdit,
  likeModel,
  type MarkdownFile,
  type MarkdownLine,
  makeRow,
  plainValue,
  rowFlaw,
  scanRow,
  setCells,
  type Table,
  type TableRow,
  tableCellText,
} from './markdown.ts';

/** Where lines go, and what stands in front of and behind them. */
interface Gap {
  /** Line behind which they come, -1 for the top. */
  readonly after: number;
  readonly lead: readonly string[];
  readonly tail: readonly string[];
}

/** A place for new rows: a table of the file, or one to be made. Rows wait in it until `roomEdits`. */
export interface Room<Field extends string> extends Gap {
  readonly names: readonly string[];
  readonly fields: readonly (Field | null)[];
  readonly delimiters: readonly string[];
  /** The row that new ones look like. */
  readonly model: string;
  /** Whether `model` is a header: its cells are names. */
  readonly isNew: boolean;
  /** What a cell says that says nothing, such as `—`. */
  readonly placeholder: string;
  readonly rows: string[];
}

/**
 * @param rows of the table that new ones follow, without the sums below them
 * @param models those that new ones may look like
 */
export function roomIn<Field extends string>(
  table: Table,
  fields: readonly (Field | null)[],
  rows: readonly TableRow[] = table.rows,
  models: readonly TableRow[] = rows,
): Room<Field> {
  const model = models.findLast((row) => rowFlaw(table, row) === null);
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

/** How many of the last rows are looked through for what the file writes into empty cells. */
const looked = 50;

/** What this table writes where there is nothing to say. */
export function placeholderOf(table: Table): string {
  for (const row of table.rows.slice(-looked))
    for (const cell of row.cells) {
      const text = tableCellText(row, cell);
      if (text !== '' && isPlaceholder(text)) return text;
    }
  return '';
}

/** Values that a table has no column for, by field or by the name of the column they were in. */
export type UnwrittenFields = Readonly<Record<string, string>>;

/** Returns the cells of the row that new ones look like; none where that is a header. */
export function modelCells<Field extends string>({ model, isNew }: Room<Field>): readonly string[] {
  return isNew ? [] : scanRow(model).map(({ from, to }) => model.slice(from, to));
}

/**
 * Adds a row to the room, each value in the marks of the model's cell.
 * @param others by the name of a column that only the person has
 * @returns what found no column
 */
export function addRow<Field extends string>(
  room: Room<Field>,
  texts: ReadonlyMap<Field, string>,
  others: ReadonlyMap<string, string>,
  models: readonly string[],
): UnwrittenFields {
  const named = new Map([...others].map(([name, text]) => [foldName(name), text]));
  const values = room.fields.map((field, at) => {
    const text = (field === null ? named.get(foldName(room.names[at] ?? '')) : texts.get(field)) ?? '';
    if (text === '') return room.placeholder;
    return field === null || field === 'task' ? text : likeModel(text, models[at] ?? '');
  });
  room.rows.push(makeRow(room.model, room.delimiters, values));
  const names = new Set(room.names.map(foldName));
  const left: readonly (readonly [string, string])[] = [
    ...[...texts].filter(([field]) => !room.fields.includes(field)),
    ...[...others].filter(([name]) => !names.has(foldName(name))),
  ];
  return Object.fromEntries(left.filter(([, text]) => !isPlaceholder(text)));
}

/** @param rooms in the order in which new ones at the same place follow each other */
export function roomEdits(rooms: Iterable<Room<string>>): LineEdit[] {
  const used = new Set<number>();
  const edits: LineEdit[] = [];
  for (const { after, lead, rows, tail } of rooms) {
    if (rows.length === 0) continue;
    const gap = used.has(after) && lead[0] !== '' ? [''] : [];
    used.add(after);
    edits.push({ kind: 'insert', after, texts: [...gap, ...lead, ...rows, ...tail] });
  }
  return edits;
}

/** The table that a file lacks, in the style of another one: its pipes and delimiters. */
export function newRoom<Field extends string>(
  names: readonly string[],
  fields: readonly (Field | null)[],
  like: Table | undefined,
  place: Gap,
): Room<Field> {
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
 * Where a table goes that stands under a heading: behind what is written there, in front of the next heading or of
 * the rule that parts it from what follows.
 */
export function placeUnder(file: MarkdownFile, heading: number): Gap {
  const next = file.headings.find(({ line }) => line > heading)?.line ?? file.lines.length;
  let last = next - 1;
  const isRule = (line: number) =>
    /^ {0,3}(?:-{3,}|\*{3,}|_{3,})\s*$/.test(textAt(file.lines, line)) && textAt(file.lines, line - 1) === '';
  while (last > heading && (textAt(file.lines, last) === '' || isRule(last))) last--;
  return { after: last, lead: [''], tail: textAt(file.lines, last + 1) === '' ? [] : [''] };
}

/** Where a section goes that the file lacks: in front of this line, apart from what stands around it. */
export function placeBefore(file: MarkdownFile, line: number, heading: string): Gap {
  const gap = line === 0 || textAt(file.lines, line - 1) === '' ? [] : [''];
  return { after: line - 1, lead: [...gap, heading, ''], tail: line < file.lines.length ? [''] : [] };
}

/** The line without blanks around it; none behind the last one. */
function textAt(lines: readonly MarkdownLine[], at: number): string {
  return lines[at]?.text.trim() ?? '';
}

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
interface IdTable {
  readonly table: Table;
  readonly column: number;
  /** Rows that get none: sums. */
  readonly without?: readonly TableRow[];
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
        'Fix the rows by hand.',
      );
    if (column < 0) edits.push(...addColumn(file, table, without, takeId));
    else
      for (const row of table.rows) {
        if (
          damaged.includes(row) ||
          without.includes(row) ||
          plainValue(tableCellText(row, row.cells[column])) !== null
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
  without: readonly TableRow[],
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
