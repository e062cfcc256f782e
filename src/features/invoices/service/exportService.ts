import { dirname, join } from 'node:path';
import { currencyDigits, dayOf, formatCents, formatHours } from '../../../core/amounts.ts';
import {
  type EntryQuery,
  type ExportFormat,
  type InvoiceConfig,
  type InvoiceFacts,
  matchesQuery,
  sumOf,
} from '../../../core/invoices.ts';
import { followPath, writeNew } from '../../../lib/files.ts';
import { failure, type Result, success } from '../../../lib/result.ts';
import type { WrittenEntry } from '../document/entries.ts';

/** Filters and format of an export. */
export interface ExportRequest extends EntryQuery {
  readonly format: ExportFormat;
  /** Printed on the invoice; default: the period's last month. */
  readonly number?: string;
}

/**
 * Exports entries as CSV, as JSON, or as a printable invoice.
 * @returns `unknown_client`; `no_entries` for an empty invoice
 */
export async function exportEntries(
  invoices: InvoiceConfig | undefined,
  { entries }: InvoiceFacts,
  request: ExportRequest,
): Promise<Result<{ text: string; entries: number }>> {
  if (!invoices) return failure('invoices_off', 'Invoices are off.');
  const client = clientOf(invoices, request);
  if (!client.ok) return client;
  const chosen = entries.filter((entry) => matchesQuery(entry, request, client.value?.repos));
  const done = (text: string) => success({ text, entries: chosen.length });
  if (request.format === 'csv') return done(entriesCsv(chosen));
  if (request.format === 'json') return done(entriesJson(chosen));
  if (chosen.length === 0) return failure('no_entries', 'There is nothing to invoice in that period.');
  // React is large and rarely needed.
  const { printInvoice } = await import('./print.tsx');
  const today = dayOf(new Date());
  const days = chosen
    .map(({ date }) => date)
    .filter((date) => date !== '')
    .sort();
  const period = { from: request.from ?? days[0] ?? today, to: request.to ?? days.at(-1) ?? today };
  return done(
    printInvoice({
      ...{ number: request.number ?? period.to.slice(0, 7), date: today, period, entries: chosen },
      from: invoices.from ?? { name: '', lines: [] },
      client: client.value ?? { name: '', lines: [] },
      notes: invoices.notes,
    }),
  );
}

/**
 * Writes an invoice beside the entries, under an unused name.
 * @param root of the workspace
 */
export async function saveInvoice(
  config: InvoiceConfig | undefined,
  root: string,
  facts: InvoiceFacts,
  query: EntryQuery,
): Promise<Result<{ file: string; entries: number }>> {
  const made = await exportEntries(config, facts, { ...query, format: 'html' });
  if (!made.ok) return made;
  const { text, entries } = made.value;
  const folder = followPath(root, dirname(facts.file));
  if (!folder.ok) return folder;
  const name = `invoice-${(query.to ?? dayOf(new Date())).slice(0, 7)}`;
  for (let n = 1; n < 100; n++) {
    const file = join(folder.value, `${name}${n === 1 ? '' : `-${n}`}.html`);
    try {
      writeNew(file, [text], { mode: 0o644 });
      return success({ file, entries });
    } catch (error) {
      const { code, message } = error as NodeJS.ErrnoException;
      if (code !== 'EEXIST') return failure('not_written', `${file} cannot be written: ${message}`);
    }
  }
  return failure(
    'not_written',
    `There are many invoices ${name} already.`,
    'Remove those that are not needed.',
  );
}

/** Returns the named client; for an invoice the first one by default. */
function clientOf({ clients }: InvoiceConfig, { client, format }: ExportRequest) {
  const known = Object.keys(clients);
  const name = client ?? (format === 'html' ? known[0] : undefined);
  if (name === undefined) return success(null);
  const found = Object.hasOwn(clients, name) ? clients[name] : undefined;
  if (found) return success(found);
  const hint = known.length === 0 ? 'None is configured.' : `Known: ${known.join(', ')}.`;
  return failure('unknown_client', `There is no client ${JSON.stringify(name)}.`, hint);
}

const csvColumns = [
  ...(['id', 'date', 'repo', 'task', 'worker', 'minutes'] as const),
  ...(['hours', 'rate', 'amount', 'currency', 'status', 'source'] as const),
];

/** Returns CSV by RFC 4180: a header, lines that end in CRLF. Numbers have a point and no currency sign. */
export function entriesCsv(entries: readonly WrittenEntry[]): string {
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
 * Beginnings that a spreadsheet reads as a formula, which may send other cells elsewhere. A leading
 * apostrophe makes it a text. https://owasp.org/www-community/attacks/CSV_Injection
 */
const formula = /^[\s\u0000]*[=+\-@\t\r＝＋－＠]/;

function csvCell(text: string): string {
  const safe = formula.test(text) ? `'${text}` : text;
  return /[",\r\n]/.test(safe) || safe !== text ? `"${safe.replaceAll('"', '""')}"` : safe;
}

/** Returns entries and their sums as JSON for other programs. */
export function entriesJson(entries: readonly WrittenEntry[]): string {
  const { minutes, amounts } = sumOf(entries);
  return `${JSON.stringify({ entries, totals: { minutes, amounts } }, null, 2)}\n`;
}
