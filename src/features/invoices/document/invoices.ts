import { currencyDigits } from '../../../core/amounts.ts';
import type { Diagnostic } from '../../../core/board.ts';
import {
  type EntryFact,
  type InvoiceConfig,
  type InvoiceFacts,
  mayBecome,
  rateFor,
  sumsByStatus,
} from '../../../core/invoices.ts';
import { type MarkdownFile, parseMarkdown, type TableRow } from '../../../documents/markdown.ts';
import { setIds } from '../../../documents/tableEdit.ts';
import { type Problem, problemOf, type Result, success } from '../../../lib/result.ts';
import { diagnosticAt } from '../../board/document/board.ts';
import { type Bill, type BillTable, billTable, readBills } from './bills.ts';
import {
  type EntryRow,
  type EntryTable,
  entryTable,
  type InvoiceReading,
  isOverridden,
  readEntry,
} from './entries.ts';
import { findTotals, type Total } from './totals.ts';

/** The parsed INVOICES.md; `changeInvoices` changes its text. */
export interface Invoices {
  readonly file: MarkdownFile;
  /** ISO 4217, of all amounts that name no other. */
  readonly currency: string;
  readonly tables: readonly EntryTable[];
  readonly rows: readonly EntryRow[];
  /** Tables of invoices, which hold billed work, and their rows. */
  readonly billTables: readonly BillTable[];
  readonly bills: readonly Bill[];
  readonly totals: readonly Total[];
  /** Problems for a person to check, including wrong totals. */
  readonly flaws: readonly Diagnostic[];
}

/**
 * Parses invoices. Never fails: unreadable parts are reported as flaws.
 * @param before the same file with the same `reading` before a change: unchanged rows are not parsed again
 */
export function parseInvoices(text: string, reading: InvoiceReading, before?: Invoices): Invoices {
  const file = parseMarkdown(text);
  const currency = fileCurrency(file) ?? reading.currency;
  const tables = file.tables.flatMap((table) => entryTable(table) ?? []);
  const known = before?.currency === currency ? soundRows(before) : new Map<string, EntryRow>();
  const read = tables.flatMap((one) =>
    one.table.rows
      .filter((row) => !one.totals.includes(row))
      .map((row) => {
        const same = known.get(rowKey(one, row));
        return same ? { ...same, line: row.line + 1 } : readEntry(one, row, { ...reading, currency });
      }),
  );
  const rows = markDuplicates(read);
  const billTables = file.tables.flatMap((table) => billTable(table) ?? []);
  const bills = readBills(billTables, currency);
  const totals = findTotals({ file, tables, rows, billTables, bills, currency });
  const markers = file.markers.map((line) =>
    diagnosticAt(line, 'conflict_markers', 'git left two versions beside each other here.'),
  );
  const flaws = [
    ...markers,
    ...rows.flatMap(({ flaw }) => flaw ?? []),
    ...rows.flatMap(({ entry, line }) =>
      entry && isOverridden(entry)
        ? [diagnosticAt(line - 1, 'amount_by_hand', 'the amount is not time times rate; it is kept.')]
        : [],
    ),
    ...bills.flatMap(({ flaw }) => flaw ?? []),
    ...totals.flatMap(({ flaw }) => flaw ?? []),
  ];
  return {
    file,
    currency,
    tables,
    rows,
    billTables,
    bills,
    totals,
    flaws: flaws.sort((a, b) => a.line - b.line),
  };
}

/** Returns readable rows by all texts that determine them. */
function soundRows({ tables, rows }: Invoices): Map<string, EntryRow> {
  const byLine = new Map(rows.map((row) => [row.line - 1, row]));
  return new Map(
    tables.flatMap((one) =>
      one.table.rows.flatMap((row) => {
        const read = byLine.get(row.line);
        return read?.entry ? [[rowKey(one, row), read] as const] : [];
      }),
    ),
  );
}

function rowKey({ table, status }: EntryTable, { text }: TableRow): string {
  return `${table.header.text}\n${status}\n${text}`;
}

function fileCurrency(file: MarkdownFile): string | null {
  for (const line of file.prose) {
    const [, code] = /\bcurrency\b[*_]*\s*:[*_\s]*([A-Z]{3})\b/i.exec(file.lines[line]?.text ?? '') ?? [];
    if (code !== undefined && currencyDigits(code).ok) return code;
  }
  return null;
}

function markDuplicates(rows: readonly EntryRow[]): EntryRow[] {
  const first = new Map<string, number>();
  const twice = new Set<string>();
  for (const { id, line } of rows)
    if (id !== null && first.has(id)) twice.add(id);
    else if (id !== null) first.set(id, line);
  return rows.map((row) => {
    if (row.id === null || !twice.has(row.id) || row.flaw?.code === 'damaged_row') return row;
    const why = `the id ${row.id.slice(0, 40)} appears more than once.`;
    return { ...row, entry: null, flaw: diagnosticAt(row.line - 1, 'duplicate_id', why) };
  });
}

/** Returns the invoices with an id on each row without one, in a new column where there was none. */
export function withEntryIds(
  invoices: Invoices,
  takeId: () => string,
  reading: InvoiceReading,
): Result<Invoices> {
  const tables = invoices.tables.map(({ table, fields, totals }) => ({
    table,
    column: fields.indexOf('id'),
    exempt: totals,
  }));
  const text = setIds(invoices.file, tables, takeId);
  return text.ok ? success(parseInvoices(text.value, reading)) : text;
}

/** Returns the options for parsing: the configuration's values where the file has none. */
export function readingOf({ currency, day, rates }: InvoiceConfig): InvoiceReading {
  return {
    currency,
    ...(day !== undefined && { day }),
    // Without any configured rate, a row without one needs a person.
    rateFor: (row) => rateFor(rates, row) || null,
  };
}

/** Returns the file's facts for clients, without the log's data. */
export function readInvoices(
  { file, clients }: InvoiceConfig,
  { rows, bills, currency, flaws }: Invoices,
): InvoiceFacts {
  const entries = rows.flatMap(({ entry, line }): EntryFact[] =>
    entry ? [{ ...entry, line, measured: null, claimed: null }] : [],
  );
  entries.push(...bills.flatMap((bill) => (bill.flaw ? [] : [factOf(bill)])));
  const totals = sumsByStatus(entries);
  const known = Object.entries(clients).map(([name, { repos = null }]) => ({ name, repos }));
  return { file, currency, entries, totals, flaws, unwritten: 0, clients: known };
}

/** Returns an invoice as an entry, where its entries are unknown. */
function factOf({ number, line, date, amountCents, currency, status }: Bill): EntryFact {
  return {
    ...{ id: number, line, date, task: number, repo: '', worker: '', minutes: 0, rateCents: 0 },
    ...{ amountCents, currency, status, source: 'edited', measured: null, claimed: null, invoice: number },
  };
}

/** Fields of an entry that an invoice states. */
const fixed = ['date', 'task', 'repo', 'minutes', 'rateCents', 'amountCents', 'currency'] as const;

const names: Readonly<Record<(typeof fixed)[number], string>> = {
  ...{ date: 'day', task: 'task', repo: 'repository', minutes: 'time in minutes' },
  ...{ rateCents: 'rate in cents', amountCents: 'amount in cents', currency: 'currency' },
};

/**
 * Returns the manual changes of invoiced or paid entries between two readings of the file; null for none.
 * None of our own changes does that. An entry without an id cannot be identified.
 */
export function lockedChange(before: readonly EntryFact[], after: readonly EntryFact[]): Problem | null {
  // Some editors empty a file before they write it.
  if (after.length === 0) return null;
  const now = new Map(after.map((entry) => [entry.id, entry]));
  const [first, ...others] = before.flatMap((entry) => {
    if (entry.status === 'pending' || entry.id === null) return [];
    const found = now.get(entry.id);
    if (!found) return `${entry.id} was ${entry.status} and can no longer be found or read`;
    const change = changeOf(entry, found);
    return change === null ? [] : `Line ${found.line}: ${entry.id} was ${entry.status} and ${change}`;
  });
  if (first === undefined) return null;
  const rest = others.length === 0 ? '' : ` ${others.length} more were changed as well.`;
  return problemOf(
    'locked_changed',
    `${first}.${rest}`,
    'If it was a mistake, undo it; otherwise add an entry that corrects it.',
  );
}

function changeOf(before: EntryFact, after: EntryFact): string | null {
  if (!mayBecome(before.status, after.status)) return `is ${after.status} again`;
  const field = fixed.find((one) => before[one] !== after[one]);
  return field === undefined ? null : `has another ${names[field]}: ${before[field]} became ${after[field]}`;
}
