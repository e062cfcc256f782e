import { currencyDigits, formatCents, formatHours } from '../core/amounts.ts';
import type { TimeEntry } from '../core/invoices.ts';

/** Entries to hand on: those of a file may have no id. */
export type ExportedEntry = Omit<TimeEntry, 'id'> & { readonly id: string | null };

const csvColumns = [
  'id',
  'date',
  'repo',
  'task',
  'worker',
  'minutes',
  'hours',
  'rate',
  'amount',
  'currency',
  'status',
  'source',
] as const;

/** RFC 4180: a header, lines that end in CRLF. Numbers have a point and no sign of a currency. */
export function entriesCsv(entries: readonly ExportedEntry[]): string {
  const rows = entries.map((entry) => {
    const digits = currencyDigits(entry.currency);
    const money = (cents: number) => formatCents(cents, digits.ok ? digits.value : 2);
    const derived = {
      id: entry.id ?? '',
      minutes: String(entry.minutes),
      hours: formatHours(entry.minutes),
      rate: money(entry.rateCents),
      amount: money(entry.amountCents),
    };
    const { date, repo, task, worker, currency, status, source } = entry;
    const row = { ...derived, date, repo, task, worker, currency, status, source };
    return csvColumns.map((column) => row[column]);
  });
  return [csvColumns, ...rows].map((cells) => `${cells.map(csvCell).join(',')}\r\n`).join('');
}

/**
 * A spreadsheet takes what begins with one of these for a formula, which may send other cells elsewhere. An apostrophe
 * in front makes it a text. https://owasp.org/www-community/attacks/CSV_Injection
 */
const formula = /^[\s\u0000]*[=+\-@\t\r＝＋－＠]/;

function csvCell(text: string): string {
  const safe = formula.test(text) ? `'${text}` : text;
  return /[",\r\n]/.test(safe) || safe !== text ? `"${safe.replaceAll('"', '""')}"` : safe;
}

export interface EntryTotals {
  readonly minutes: number;
  /** Cents by currency: amounts in several have no sum. */
  readonly amounts: Readonly<Record<string, number>>;
}

export function sumEntries(
  entries: readonly Pick<TimeEntry, 'minutes' | 'amountCents' | 'currency'>[],
): EntryTotals {
  const amounts: Record<string, number> = {};
  let minutes = 0;
  for (const entry of entries) {
    minutes += entry.minutes;
    amounts[entry.currency] = (amounts[entry.currency] ?? 0) + entry.amountCents;
  }
  return { minutes, amounts };
}

/** Entries and what they add up to, as JSON for other programs. */
export function entriesJson(entries: readonly ExportedEntry[]): string {
  return `${JSON.stringify({ entries, totals: sumEntries(entries) }, null, 2)}\n`;
}
