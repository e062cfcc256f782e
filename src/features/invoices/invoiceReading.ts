import {
  type EntryFact,
  type InvoiceConfig,
  type InvoiceFacts,
  rateFor,
  sumsByStatus,
} from '../../core/invoices.ts';
import type { InvoiceReading } from '../../documents/entries.ts';
import type { Invoices } from '../../documents/invoices.ts';
import type { TimesState } from './workTime.ts';

/** How the file is read: with what the configuration says where the file does not. */
export function readingOf({ currency, day, rates }: InvoiceConfig): InvoiceReading {
  return {
    currency,
    ...(day !== undefined && { day }),
    // Without any rate a row without one needs a person.
    rateFor: (row) => rateFor(rates, row) || null,
  };
}

/** The file as clients are told of it, before the log adds what it knows. */
export function readInvoices(
  { file, clients }: InvoiceConfig,
  { rows, currency, flaws }: Invoices,
): InvoiceFacts {
  const entries = rows.flatMap(({ entry, line }): EntryFact[] =>
    entry ? [{ ...entry, line, measured: null, claimed: null }] : [],
  );
  const totals = sumsByStatus(entries);
  const known = Object.entries(clients).map(([name, { repos = null }]) => ({ name, repos }));
  return { file, currency, entries, totals, flaws, unwritten: 0, clients: known };
}

/** With what our clock and the workers said, which only the log keeps; null while invoices are off. */
export function selectInvoices(read: InvoiceFacts | null, { madeEntries }: TimesState): InvoiceFacts | null {
  if (!read) return null;
  const entries = read.entries.map((entry) => {
    const made = entry.id === null ? undefined : madeEntries.get(entry.id);
    return made ? { ...entry, measured: made.measured, claimed: made.claimed } : entry;
  });
  const unwritten = [...madeEntries.values()].filter(({ isWritten }) => !isWritten).length;
  return { ...read, entries, unwritten };
}
