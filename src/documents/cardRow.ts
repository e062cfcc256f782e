import type { CardField } from '../core/board.ts';
import { type BoardTable, readField } from './board.ts';
import { cellText, foldName, type Row } from './markdown.ts';
import { isPlaceholder, marked } from './names.ts';
import { scanRow, setCells } from './row.ts';
import { addRow, placeholderOf, type Room } from './tableEdit.ts';

/** Values that a table has no column for, by field or by the name of the column they stood in. */
export type Left = Readonly<Record<string, string>>;

/** The line with these fields changed; '' clears one. */
export function editRow(
  at: BoardTable,
  row: Row,
  texts: ReadonlyMap<CardField, string>,
): { readonly text: string; readonly left: Left } {
  const values = new Map<number, string>();
  for (const [field, text] of texts) {
    const column = at.fields.indexOf(field);
    if (column < 0) continue;
    const before = cellText(row, row.cells[column]);
    values.set(
      column,
      text === '' ? placeholderOf(at.table) : field === 'task' ? text : marked(text, before),
    );
  }
  const left = [...texts].filter(([field, value]) => value !== '' && !at.fields.includes(field));
  return { text: setCells(row.text, at.table.delimiters, values), left: Object.fromEntries(left) };
}

/** The row in another table: as it is where the columns are the same, else cell by cell. */
export function moveRow(
  room: Room<CardField>,
  at: BoardTable,
  row: Row,
  texts: ReadonlyMap<CardField, string>,
): Left {
  const isSame =
    room.names.length === at.table.names.length &&
    room.names.every((name, n) => foldName(name) === foldName(at.table.names[n] ?? ''));
  if (isSame && texts.size === 0) {
    room.rows.push(row.text);
    return {};
  }
  const values = new Map(texts);
  const others = new Map<string, string>();
  for (const [column, field] of at.fields.entries()) {
    const text = cellText(row, row.cells[column]);
    if (field === null) others.set(at.table.names[column] ?? '', text);
    else if (!values.has(field)) values.set(field, text);
  }
  return fillRow(room, values, others);
}

/** Writes a row into a room. @returns what found no column */
export function fillRow(
  room: Room<CardField>,
  texts: ReadonlyMap<CardField, string>,
  others: ReadonlyMap<string, string>,
): Left {
  const models = scanRow(room.model).map(({ from, to }) => (room.isNew ? '' : room.model.slice(from, to)));
  const named = new Map([...others].map(([name, text]) => [foldName(name), text]));
  const values = room.fields.map((field, at) => {
    const text = (field === null ? named.get(foldName(room.names[at] ?? '')) : texts.get(field)) ?? '';
    if (text === '') return room.placeholder;
    return field === null || field === 'task' ? text : marked(text, models[at] ?? '');
  });
  addRow(room, values);
  const names = new Set(room.names.map(foldName));
  return Object.fromEntries([
    ...[...texts]
      .filter(([field, text]) => !isPlaceholder(text) && !room.fields.includes(field))
      .map(([field, text]) => [field, readField(field, text)]),
    ...[...others].filter(([name, text]) => !isPlaceholder(text) && !names.has(foldName(name))),
  ]);
}
