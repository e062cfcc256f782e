import type { EntryStatus, TimeEntry } from './entry.ts';
import type { Flaw } from './flaw.ts';

/** One entry of INVOICES.md. */
export interface EntryFact extends Omit<TimeEntry, 'id'> {
  /** Null where the file gives it none. */
  readonly id: string | null;
  /** Of the file, from 1 on. */
  readonly line: number;
  /** What our clock and the worker said when it was entered; null for entries of people, and for what was not said. */
  readonly measured: number | null;
  readonly claimed: number | null;
}

/** INVOICES.md as it was last read. */
export interface InvoiceFacts {
  /** Absolute path. */
  readonly file: string;
  /** ISO 4217, of what says no other. */
  readonly currency: string;
  /** In the order of the file. */
  readonly entries: readonly EntryFact[];
  /** Of all entries, also where `entries` has been shortened. */
  readonly totals: Readonly<Record<EntryStatus, EntrySum>>;
  readonly flaws: readonly Flaw[];
  /** Entries that could not be written into the file yet. */
  readonly unwritten: number;
  /** Short names of those that invoices can be written for. */
  readonly clients: readonly string[];
}

export interface EntrySum {
  readonly count: number;
  readonly minutes: number;
  /** Cents by currency. */
  readonly amounts: Readonly<Record<string, number>>;
}

/** Newest entries and first flaws that clients are told of without asking. */
const entriesTold = 200;

export function brieflyInvoices(invoices: InvoiceFacts): InvoiceFacts {
  return {
    ...invoices,
    entries: invoices.entries.slice(-entriesTold),
    flaws: invoices.flaws.slice(0, entriesTold),
  };
}

export function sumOf(entries: readonly Pick<TimeEntry, 'minutes' | 'amountCents' | 'currency'>[]): EntrySum {
  const amounts: Record<string, number> = {};
  let minutes = 0;
  for (const entry of entries) {
    minutes += entry.minutes;
    amounts[entry.currency] = (amounts[entry.currency] ?? 0) + entry.amountCents;
  }
  return { count: entries.length, minutes, amounts };
}

/** Which entries are meant; what is left out does not matter. */
export interface EntryQuery {
  /** First and last day, `yyyy-mm-dd`. */
  readonly from?: string;
  readonly to?: string;
  readonly repo?: string;
  readonly status?: EntryStatus;
  /** Short name of the configuration: only what is theirs. */
  readonly client?: string;
}

export const exportFormats = ['csv', 'json', 'html'] as const;
export type ExportFormat = (typeof exportFormats)[number];

/** An entry that a person writes. */
export interface EntryDraft {
  readonly task: string;
  readonly repo: string;
  readonly worker: string;
  /** `yyyy-mm-dd`. */
  readonly date: string;
  readonly minutes: number;
  /** Cents for an hour; absent: as configured. */
  readonly rateCents?: number;
}

/** What a person changes about one that is not invoiced yet, or the status it goes on to. */
export interface EntryChange {
  readonly id: string;
  readonly fields: Partial<
    Pick<TimeEntry, 'task' | 'date' | 'minutes' | 'rateCents' | 'amountCents' | 'status'>
  >;
}
