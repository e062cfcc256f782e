import { parseDuration } from '../core/amounts.ts';
import type { TimeEntry } from '../core/invoices.ts';
import type { Left } from './cardRow.ts';
import { bareUnit, type EntryField, type EntryTable } from './entries.ts';
import { cellText, foldName, type Row } from './markdown.ts';
import { isPlaceholder, marked, plainText } from './names.ts';
import { amountLike, timeLike } from './numberStyle.ts';
import { scanRow, setCells } from './row.ts';
import { addRow, type Room } from './tableEdit.ts';

/** The line with these fields changed, each written as it was before. */
export function editEntry(
  at: EntryTable,
  row: Row,
  entry: Partial<TimeEntry>,
  currency: string,
): { readonly text: string; readonly left: Left } {
  const model = (field: EntryField) => modelIn(at, row, at.fields.indexOf(field), field);
  const texts = textsOf(entry, currency, model, bareUnit(at) === 1);
  const values = new Map<number, string>();
  for (const [field, text] of texts) {
    const column = at.fields.indexOf(field);
    if (column >= 0) values.set(column, marked(text, cellText(row, row.cells[column])));
  }
  const left = [...texts].filter(([field, text]) => text !== '' && !at.fields.includes(field));
  return { text: setCells(row.text, at.table.delimiters, values), left: Object.fromEntries(left) };
}

/** A cell that shows how this column is written: the row's own where it says a number, else another row's. */
function modelIn({ table }: EntryTable, row: Row, column: number, field: EntryField): string {
  const text = (one: Row) => plainText(cellText(one, one.cells[column]));
  const isModel = (one: Row) =>
    field === 'time' ? parseDuration(text(one), { bare: 60 }).ok : /\d/.test(text(one)) || field === 'status';
  const model = isModel(row) ? row : table.rows.findLast(isModel);
  return model === undefined ? '' : text(model);
}

/** Writes an entry into a room. @returns what found no column */
export function fillEntry(room: Room<EntryField>, entry: TimeEntry): Left {
  const cells = scanRow(room.model).map(({ from, to }) => room.model.slice(from, to));
  const at = (field: EntryField) => (room.isNew ? '' : (cells[room.fields.indexOf(field)] ?? ''));
  const isMinutes = /^min/.test(foldName(room.names[room.fields.indexOf('time')] ?? ''));
  const texts = textsOf(entry, entry.currency, (field) => plainText(at(field)), isMinutes);
  return fill(room, texts, new Map(), at);
}

/** The row in the table of another status. @returns what found no column */
export function moveEntry(
  room: Room<EntryField>,
  { table, fields }: EntryTable,
  row: Row,
  entry: Partial<TimeEntry>,
  currency: string,
): Left {
  const texts = new Map<EntryField, string>();
  const others = new Map<string, string>();
  for (const [column, field] of fields.entries()) {
    const text = cellText(row, row.cells[column]);
    if (field === null) others.set(foldName(table.names[column] ?? ''), text);
    else texts.set(field, text);
  }
  const changed = textsOf(entry, currency, (field) => texts.get(field) ?? '', false);
  // The heading says the status there, so it is not lost where no column does.
  if (!room.fields.includes('status')) changed.delete('status');
  return fill(room, new Map([...texts, ...changed]), others, () => '');
}

function fill(
  room: Room<EntryField>,
  texts: ReadonlyMap<EntryField, string>,
  others: ReadonlyMap<string, string>,
  model: (field: EntryField) => string,
): Left {
  addRow(
    room,
    room.fields.map((field, at) => {
      const text = (field === null ? others.get(foldName(room.names[at] ?? '')) : texts.get(field)) ?? '';
      if (text === '') return room.placeholder;
      return field === null || field === 'task' ? text : marked(text, model(field));
    }),
  );
  const names = new Set(room.names.map(foldName));
  return Object.fromEntries([
    ...[...texts].filter(([field, text]) => !isPlaceholder(text) && !room.fields.includes(field)),
    ...[...others].filter(([name, text]) => !isPlaceholder(text) && !names.has(name)),
  ]);
}

/** What cells say of these fields, in the style of the models. */
function textsOf(
  entry: Partial<TimeEntry>,
  currency: string,
  model: (field: EntryField) => string,
  isMinutes: boolean,
): Map<EntryField, string> {
  const texts = new Map<EntryField, string>();
  for (const field of ['id', 'date', 'task', 'repo', 'worker', 'currency', 'source'] as const) {
    const text = entry[field];
    if (text !== undefined) texts.set(field, text);
  }
  const { minutes, rateCents, amountCents, status } = entry;
  if (minutes !== undefined) texts.set('time', timeLike(model('time'), minutes, isMinutes));
  if (rateCents !== undefined) texts.set('rate', amountLike(model('rate'), rateCents, currency));
  if (amountCents !== undefined) texts.set('amount', amountLike(model('amount'), amountCents, currency));
  if (status !== undefined)
    texts.set(
      'status',
      /^\p{Lu}/u.test(model('status')) || model('status') === ''
        ? status.replace(/^./, (c) => c.toUpperCase())
        : status,
    );
  return texts;
}
