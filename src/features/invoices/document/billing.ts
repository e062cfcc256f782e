import type { BilledEntry, EntryStatus } from '../../../core/invoices.ts';
import {
  foldName,
  isPlaceholder,
  type LineEdit,
  matchFields,
  plainText,
  setCells,
  type TableRow,
  tableCell,
} from '../../../documents/markdown.ts';
import {
  addRow,
  type Insertion,
  insertionInto,
  modelCells,
  newTable,
  placeUnder,
  splitRow,
  type UnwrittenFields,
} from '../../../documents/tableEdit.ts';
import { failure, type Result, success } from '../../../lib/result.ts';
import {
  type Bill,
  type BillField,
  type BillStatus,
  type BillTable,
  billAliases,
  billSection,
  nextNumber,
} from './bills.ts';
import { amountLike, type EntryTable, type WrittenEntry } from './entries.ts';
import type { Invoices } from './invoices.ts';

/** State of one change to a file's invoices. */
export interface Billing {
  readonly invoices: Invoices;
  readonly edits: LineEdit[];
  readonly touched: Set<number>;
  readonly billInsertions: Map<BillStatus, Insertion<BillField>>;
  /** Numbers that this batch has assigned. */
  readonly numbers: Set<string>;
}

/** Result of writing or paying an invoice. */
export interface Billed {
  readonly number: string;
  readonly status: BillStatus;
  readonly amountCents: number;
  readonly currency: string;
  /** Empty where a known invoice was paid. */
  readonly entries: readonly BilledEntry[];
  /** Values of the invoice without a column in its table. */
  readonly left: UnwrittenFields;
}

interface BillOptions {
  readonly status: BillStatus;
  /** `yyyy-mm-dd` */
  readonly on: string;
  /** Number of the invoice; absent: the next one. */
  readonly number?: string | undefined;
}

/** Reports whether billed work moves to a section of invoices in this file, with one row per invoice. */
export function hasBills({ billTables, file }: Invoices): boolean {
  return (
    billTables.length > 0 ||
    file.headings.some(
      ({ level, text }) => level > 1 && billSection(text) === 'invoiced' && / invoices$/.test(foldName(text)),
    )
  );
}

/** Removes rows from their tables, and adds one invoice for all of them. */
export function billRows(
  billing: Billing,
  rows: readonly { readonly at: EntryTable; readonly row: TableRow; readonly entry: WrittenEntry }[],
  { status, on, number: wanted }: BillOptions,
): Result<Billed> {
  const { currency } = billing.invoices;
  const other = rows.find(({ entry }) => entry.currency !== currency);
  if (other)
    return failure(
      'other_currency',
      `Line ${other.row.line + 1} is in ${other.entry.currency}, the file's invoices are in ${currency}.`,
      'Bill it by hand, or in a file of its own.',
    );
  const insertion = insertionFor(billing, status);
  if (!insertion.ok) return insertion;
  const number = numberFor(billing, wanted);
  if (!number.ok) return number;
  const amountCents = rows.reduce((sum, { entry }) => sum + entry.amountCents, 0);
  const entries = rows.map(({ at, row, entry }) => ({ ...entry, status, cells: cellsOf(at, row) }));
  const models = modelCells(insertion.value);
  const amounts = entries.flatMap(({ cells }) => Object.entries(cells)).filter(([name]) => isAmount(name));
  const shown = [
    ...amounts.map(([, text]) => text),
    ...billTexts(billing.invoices.billTables, 'amount'),
  ].filter((text) => /\d/.test(text));
  // Only a large number shows the thousands separator.
  const model =
    shown.findLast((text) => amountCents >= 100_000 && /\d[.,'’\s]\d{3}(?!\d)/.test(text)) ?? shown.at(-1);
  const texts = new Map<BillField, string>([
    ['number', number.value],
    ['date', on],
    ['amount', amountLike(model ?? '', amountCents, currency)],
    ['status', status === 'paid' ? paidWord(billing) : unpaidWord(billing)],
    ...(status === 'paid' ? ([['paid', on]] as const) : []),
  ]);
  const left = addRow(insertion.value, texts, joinCells(entries), models);
  const lost = Object.entries(left).filter(([name]) => name === 'date' && status === 'invoiced');
  for (const { row } of rows) {
    billing.touched.add(row.line);
    billing.edits.push({ kind: 'remove', line: row.line });
  }
  billing.numbers.add(number.value);
  return success({
    number: number.value,
    status,
    amountCents,
    currency,
    entries,
    left: Object.fromEntries(lost),
  });
}

/** Moves an invoice to the table of paid ones, or marks its row where there is none. */
export function payBill(billing: Billing, bill: Bill, on: string): Result<Billed> {
  const { number, amountCents, currency, line } = bill;
  if (bill.flaw) return failure(bill.flaw.code, bill.flaw.message, 'Correct the row by hand.');
  if (bill.status === 'paid') return failure('marked_already', `${number} is paid already.`);
  if (billing.touched.has(line - 1)) return failure('changed_twice', `Line ${line} is changed already.`);
  const from = billing.invoices.billTables.find(({ table }) =>
    table.rows.some((row) => row.line === line - 1),
  );
  const row = from?.table.rows.find((one) => one.line === line - 1);
  if (!from || !row) return failure('unknown_entry', `There is no invoice ${number}.`);
  billing.touched.add(row.line);
  const paid = { number, status: 'paid', amountCents, currency, entries: [] } as const;
  const insertion = insertionFor(billing, 'paid');
  if (!insertion.ok) {
    if (!from.fields.includes('status')) return insertion;
    const values = new Map([[from.fields.indexOf('status'), paidWord(billing)]]);
    if (from.fields.includes('paid')) values.set(from.fields.indexOf('paid'), on);
    const text = setCells(row.text, from.table.delimiters, values);
    billing.edits.push({ kind: 'replace', line: row.line, text });
    return success({ ...paid, left: from.fields.includes('paid') ? {} : { paid: on } });
  }
  const { texts, others } = splitRow(from, row);
  texts.set('paid', on);
  texts.set('status', paidWord(billing));
  const { status: _, ...left } = addRow(insertion.value, texts, others, []);
  billing.edits.push({ kind: 'remove', line: row.line });
  return success({ ...paid, left });
}

/** Returns the table for open or paid invoices; a new one below a heading without a table. */
function insertionFor(billing: Billing, status: BillStatus): Result<Insertion<BillField>> {
  const known = billing.billInsertions.get(status);
  if (known) return success(known);
  const { billTables, file } = billing.invoices;
  const table = billTables.find((one) => one.status === status);
  const heading = file.headings.find(({ level, text }) => level > 1 && billSection(text) === status);
  if (!table && (!heading || file.tables.some(({ path }) => path.at(-1)?.line === heading.line)))
    return failure(
      'no_place',
      heading
        ? `The table below ${JSON.stringify(heading.text)} has no columns for an invoice's number and amount.`
        : `The file has no section for ${status === 'paid' ? 'what is paid' : 'invoices'}.`,
      'Nothing was written. Add a table with the columns Invoice #, Date, Amount and Status.',
    );
  const names =
    status === 'paid' ? ['Invoice #', 'Amount', 'Paid Date'] : ['Invoice #', 'Date', 'Amount', 'Status'];
  const insertion = table
    ? insertionOf(table)
    : newTable(
        names,
        matchFields(names, billAliases),
        file.tables.at(-1),
        placeUnder(file, heading?.line ?? 0),
      );
  billing.billInsertions.set(status, insertion);
  return success(insertion);
}

function insertionOf({ table, fields }: BillTable): Insertion<BillField> {
  const rows = table.rows.filter((row) => !/^total/.test(foldName(tableCell(row, 0))));
  return insertionInto(table, fields, rows);
}

function numberFor({ invoices, numbers }: Billing, wanted: string | undefined): Result<string> {
  const known = [...invoices.bills.map(({ number }) => number).filter(Boolean), ...numbers];
  if (wanted === undefined)
    return success(nextNumber(known, `${invoices.file.text}\n${[...numbers].join('\n')}`));
  if (wanted.trim() === '') return failure('no_number', 'An invoice needs a number.');
  return known.includes(wanted)
    ? failure('duplicate_id', `There is an invoice ${wanted} already.`)
    : success(wanted);
}

function isAmount(name: string): boolean {
  return billAliases.amount.includes(foldName(name));
}

/** Returns the file's word for an unpaid invoice. */
function unpaidWord(billing: Billing): string {
  const word = statusesOf(billing, 'invoiced').findLast((text) =>
    /^(?:pending|sent|open|invoiced|unpaid|billed)$/i.test(text),
  );
  return word ?? 'Pending';
}

function paidWord(billing: Billing): string {
  return statusesOf(billing, 'paid').findLast((text) => /^paid$/i.test(text)) ?? 'Paid';
}

function statusesOf({ invoices }: Billing, status: BillStatus): readonly string[] {
  const tables = invoices.billTables.filter((one) => one.status === status);
  return billTexts(tables, 'status');
}

/** Returns the texts of a column of these tables. */
function billTexts(tables: readonly BillTable[], field: BillField): readonly string[] {
  return tables.flatMap(({ table, fields }) =>
    table.rows.map((row) => plainText(tableCell(row, fields.indexOf(field)))),
  );
}

function cellsOf({ table }: EntryTable, row: TableRow): Record<string, string> {
  return Object.fromEntries(table.names.map((name, at) => [name, tableCell(row, at)]));
}

/** Joins the rows' values by column name, for a table of invoices with equal columns. */
function joinCells(entries: readonly BilledEntry[]): ReadonlyMap<string, string> {
  const names = new Set(entries.flatMap(({ cells }) => Object.keys(cells)));
  return new Map(
    [...names].map((name) => {
      const texts = entries.map(({ cells }) => cells[name] ?? '').filter((text) => !isPlaceholder(text));
      return [name, [...new Set(texts)].join(', ')];
    }),
  );
}

/** Refuses values without a column. @param which such as `of T-1` */
export function noColumn(which: string, names: readonly string[]): Result<never> {
  return failure(
    'no_place',
    `The table ${which} has no column for ${names.join(', ')}.`,
    `Nothing was written. Add ${names.length === 1 ? 'the column' : 'the columns'}, or leave that out.`,
  );
}

/** Refuses a status that the file has no place for. */
export function noStatusPlace({ table }: EntryTable, status: EntryStatus): Result<never> {
  return failure(
    'no_place',
    `The table on line ${table.header.line + 1} has no place for ${status}: no column Status, and the file no section for it.`,
    'Nothing was written. Add a column Status, or a section Pending Invoices with Invoice #, Date, Amount and Status.',
  );
}
