import { parseAmount } from '../../../core/amounts.ts';
import type { Diagnostic } from '../../../core/board.ts';
import type { EntryStatus } from '../../../core/invoices.ts';
import {
  type Aliases,
  foldName,
  headingNames,
  linkIn,
  matchFields,
  plainText,
  plainValue,
  rowProblem,
  type Table,
  type TableRow,
  tableCell,
} from '../../../documents/markdown.ts';
import { diagnosticAt } from '../../board/document/board.ts';
import { entryTable, isTotalRow } from './entries.ts';

export type BillField = 'number' | 'date' | 'amount' | 'status' | 'paid';

export type BillStatus = Exclude<EntryStatus, 'pending'>;

/** A table of invoices: one row for all that was billed together. */
export interface BillTable {
  readonly table: Table;
  readonly fields: readonly (BillField | null)[];
  /** Status of all rows, from its heading. */
  readonly status: BillStatus;
}

/** One invoice. */
export interface Bill {
  /** 1-based. */
  readonly line: number;
  /** Such as `INV-001`. */
  readonly number: string;
  readonly amountCents: number;
  readonly currency: string;
  readonly status: BillStatus;
  /** Date in the row, that of the payment where there is no other; empty for none. */
  readonly date: string;
  /** Why it is not changed; null for a sound one. */
  readonly flaw: Diagnostic | null;
}

export const billAliases: Aliases<BillField> = {
  number: [
    'invoice #',
    'invoice no',
    'invoice number',
    'invoice id',
    'invoice',
    'inv #',
    'number',
    'no',
    '#',
  ],
  date: ['date', 'invoice date', 'issued', 'sent', 'billed on', 'invoiced on'],
  amount: ['amount', 'total', 'sum', 'value'],
  status: ['status', 'state'],
  paid: ['paid date', 'date paid', 'paid on', 'paid', 'payment date'],
};

const sections: Readonly<Record<BillStatus, readonly string[]>> = {
  invoiced: [
    ...['pending invoices', 'invoices', 'open invoices', 'unpaid invoices', 'outstanding invoices'],
    ...['sent invoices', 'invoiced', 'billed', 'outstanding', 'unpaid', 'awaiting payment'],
  ],
  paid: ['paid', 'paid invoices', 'settled', 'settled invoices', 'closed invoices'],
};

/** Returns the status of the invoices below a heading; null for any other. */
export function billSection(heading: string): BillStatus | null {
  const names = headingNames(heading);
  const isOf = (status: BillStatus) => sections[status].some((name) => names.includes(name));
  return isOf('paid') ? 'paid' : isOf('invoiced') ? 'invoiced' : null;
}

/** Returns a table of invoices; null for any other. */
export function billTable(table: Table): BillTable | null {
  const status = billSection(table.path.at(-1)?.text ?? '');
  const fields = matchFields(table.names, billAliases);
  if (status === null || entryTable(table) || !fields.includes('number') || !fields.includes('amount'))
    return null;
  return { table, fields, status };
}

/** Reads invoices; skips rows of sums and empty rows. */
export function readBills(tables: readonly BillTable[], currency: string): Bill[] {
  const bills = tables.flatMap((one) =>
    one.table.rows.flatMap((row) => (isTotalRow(row) ? [] : (readBill(one, row, currency) ?? []))),
  );
  const count = Map.groupBy(bills, ({ number }) => number);
  return bills.map((bill) =>
    bill.flaw === null && (count.get(bill.number)?.length ?? 0) > 1
      ? {
          ...bill,
          flaw: diagnosticAt(
            bill.line - 1,
            'duplicate_id',
            `the invoice ${bill.number} appears more than once.`,
          ),
        }
      : bill,
  );
}

function readBill({ table, fields, status }: BillTable, row: TableRow, currency: string): Bill | null {
  const cell = (field: BillField) => tableCell(row, fields.indexOf(field));
  const shown = plainText(cell('number'));
  const number = linkIn(shown)?.text ?? plainValue(shown) ?? '';
  const amount = plainValue(cell('amount'));
  if (number === '' && amount === null) return null;
  const read = amount === null ? null : parseAmount(amount, currency);
  const damage = rowProblem(table, row);
  const why =
    damage ?? (read?.ok ? (number === '' ? 'the invoice has no number' : null) : 'the invoice has no amount');
  return {
    line: row.line + 1,
    number,
    amountCents: read?.ok ? read.value : 0,
    currency,
    status: /^(?:paid|settled|done)$/.test(foldName(cell('status'))) ? 'paid' : status,
    date: plainValue(cell('date')) ?? plainValue(cell('paid')) ?? '',
    flaw:
      why === null ? null : diagnosticAt(row.line, damage === null ? 'bad_amount' : 'damaged_row', `${why}.`),
  };
}

/** The first number in a file without invoices. */
const firstNumber = 'INV-001';

/**
 * Returns the next invoice number in the style of the existing ones: one more than the highest. A number
 * with letters also exceeds every one in the text.
 */
export function nextNumber(numbers: readonly string[], text: string): string {
  const shapes = Map.groupBy(numbers, (number) => number.replace(/\d+/g, '0'));
  const [most = []] = [...shapes.values()].toSorted((one, other) => other.length - one.length);
  const highest = most
    .filter((number) => /\d/.test(number))
    .toSorted(byDigits)
    .at(-1);
  const [, before = '', digits = '', after = ''] = /^(.*?)(\d+)(\D*)$/s.exec(highest ?? '') ?? [];
  if (digits === '') return numbers.includes(firstNumber) ? `${firstNumber}-2` : firstNumber;
  let last = BigInt(digits);
  if (/\p{L}/u.test(before))
    for (const [, found = '0'] of text.matchAll(
      new RegExp(
        `(?<![\\p{L}\\p{N}])${before.replace(/[\\^$.*+?()[\]{}|/]/g, '\\$&')}(\\d{1,12})(?!\\d)`,
        'gu',
      ),
    ))
      if (BigInt(found) > last) last = BigInt(found);
  return `${before}${String(last + 1n).padStart(digits.length, '0')}${after}`;
}

/** Compares numbers by their digits, ascending: `2025-014` before `2026-003`. */
function byDigits(one: string, other: string): number {
  const [left, right] = [one, other].map((text) => (text.match(/\d+/g) ?? []).map(BigInt));
  for (const [at, digits] of (left ?? []).entries()) {
    const against = right?.[at] ?? 0n;
    if (digits !== against) return digits < against ? -1 : 1;
  }
  return 0;
}
