import type { EntryStatus } from '../core/invoices.ts';
import { type EntryField, type EntryTable, entryAliases } from './entries.ts';
import type { Invoices } from './invoices.ts';
import { foldName } from './markdown.ts';
import { matchFields } from './names.ts';
import { newRoom, placeBefore, placeUnder, type Room, roomIn } from './tableEdit.ts';

/**
 * Where an entry goes: among those of its month where headings name months, else of its status where they name that,
 * else into the last table; and where there is none yet, into a new one.
 */
export function openEntryRoom(invoices: Invoices, date: string, status: EntryStatus): Room<EntryField> {
  const { tables, file } = invoices;
  const fitting = tables.filter((one) => one.status === null || one.status === status);
  const table = fitting.findLast((one) => isOfMonth(one, date)) ?? fitting.at(-1);
  if (table) return entryRoom(invoices, table);
  const names = tables.at(-1)?.table.names ?? [
    'ID',
    'Date',
    'Task',
    'Repo',
    'Worker',
    'Hours',
    'Rate',
    'Amount',
    'Status',
  ];
  const heading = file.headings.find(({ text }) => foldName(text) === status);
  const title = `${'#'.repeat(tables.at(-1)?.table.path.at(-1)?.level ?? 2)} ${tables.length === 0 ? 'Entries' : headings[status]}`;
  const place = heading ? placeUnder(file, heading.line) : placeBefore(file, file.lines.length, title);
  return newRoom(names, matchFields(names, entryAliases), tables.at(-1)?.table, place);
}

const headings: Readonly<Record<EntryStatus, string>> = {
  pending: 'Pending',
  invoiced: 'Invoiced',
  paid: 'Paid',
};

/** Behind the last entry, in front of the sums. */
function entryRoom({ rows }: Invoices, { table, fields, totals }: EntryTable): Room<EntryField> {
  const sound = new Set(rows.flatMap(({ entry, line }) => (entry ? [line - 1] : [])));
  const entries = table.rows.filter((row) => !totals.includes(row));
  const models = entries.filter(({ line }) => sound.has(line));
  return roomIn(table, fields, entries, models.length > 0 ? models : entries);
}

const months = [
  'january',
  'february',
  'march',
  'april',
  'may',
  'june',
  'july',
  'august',
  'september',
  'october',
  'november',
  'december',
];

function isOfMonth({ table }: EntryTable, date: string): boolean {
  const [year = '', month = ''] = date.split('-');
  const name = months[Number(month) - 1] ?? '';
  return table.path.some(({ text }) => {
    const heading = foldName(text);
    return (
      heading.includes(`${year} ${month}`) ||
      (heading.includes(year) && heading.split(' ').some((word) => word.length >= 3 && name.startsWith(word)))
    );
  });
}
