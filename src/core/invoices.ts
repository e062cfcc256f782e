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
  /** Those that invoices can be written for. */
  readonly clients: readonly ClientFact[];
}

interface ClientFact {
  /** Short, as in the configuration. */
  readonly name: string;
  /** Only work in these is theirs; null: all of it. */
  readonly repos: readonly string[] | null;
}

export interface EntrySum {
  readonly count: number;
  readonly minutes: number;
  /** Cents by currency. */
  readonly amounts: Readonly<Record<string, number>>;
}

/** Newest entries and first flaws that clients are told of without asking: more only where one month has more. */
const entriesTold = 200;

/** `yyyy-mm`; '' for an entry without a day. */
export function monthOf({ date }: Pick<TimeEntry, 'date'>): string {
  return date.slice(0, 7);
}

/** What clients are told again and again: whole months, so that what is shown of one adds up to what it comes to. */
export function brieflyInvoices(invoices: InvoiceFacts): InvoiceFacts {
  const byMonth = Map.groupBy(invoices.entries, monthOf);
  const told = new Set<string>();
  let count = 0;
  for (const month of [...byMonth.keys()].sort().reverse()) {
    count += byMonth.get(month)?.length ?? 0;
    if (told.size > 0 && count > entriesTold) break;
    told.add(month);
  }
  const entries = invoices.entries.filter((entry) => told.has(monthOf(entry)));
  return { ...invoices, entries, flaws: invoices.flaws.slice(0, entriesTold) };
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

export function sumsByStatus(
  entries: readonly Pick<TimeEntry, 'minutes' | 'amountCents' | 'currency' | 'status'>[],
): Record<EntryStatus, EntrySum> {
  const sum = (status: EntryStatus) => sumOf(entries.filter((entry) => entry.status === status));
  return { pending: sum('pending'), invoiced: sum('invoiced'), paid: sum('paid') };
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

/** @param clientRepos the client's, where one is named */
export function isMeant(
  { date, repo, status }: Pick<TimeEntry, 'date' | 'repo' | 'status'>,
  query: EntryQuery,
  clientRepos: readonly string[] | null = null,
): boolean {
  return (
    (query.from === undefined || date >= query.from) &&
    (query.to === undefined || (date !== '' && date <= query.to)) &&
    (query.repo === undefined || repo === query.repo) &&
    (query.status === undefined || status === query.status) &&
    (clientRepos?.includes(repo) ?? true)
  );
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
