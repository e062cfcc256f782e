import type { Diagnostic } from './board.ts';

/** A `pending` entry can be changed; an `invoiced` or `paid` one is locked. */
export const entryStatuses = ['pending', 'invoiced', 'paid'] as const;
export type EntryStatus = (typeof entryStatuses)[number];

/** Source of a duration: the worker, our clock, or a person. */
export const entrySources = ['claim', 'measured', 'edited'] as const;
type EntrySource = (typeof entrySources)[number];

/** Time spent on a task, to be invoiced. All numbers are integers. */
export interface TimeEntry {
  /** `T-` and a ULID. */
  readonly id: string;
  /** Empty where none is named. */
  readonly worker: string;
  readonly repo: string;
  readonly task: string;
  /** `yyyy-mm-dd`. */
  readonly date: string;
  readonly minutes: number;
  /** Per hour, in the currency's smallest unit; 0 for a fixed amount. */
  readonly rateCents: number;
  /** `amountOf(minutes, rateCents)`, unless a person wrote another amount: then the source is `edited`. */
  readonly amountCents: number;
  /** ISO 4217, such as `EUR`. */
  readonly currency: string;
  readonly status: EntryStatus;
  readonly source: EntrySource;
}

/** Reports whether an entry's status may change so: only forwards, and only by a person. */
export function mayBecome(from: EntryStatus, to: EntryStatus): boolean {
  return entryStatuses.indexOf(to) >= entryStatuses.indexOf(from);
}

/** One entry of INVOICES.md. */
export interface EntryFact extends Omit<TimeEntry, 'id'> {
  /** Null where the file has none. */
  readonly id: string | null;
  /** Line in the file, 1-based. */
  readonly line: number;
  /**
   * Minutes by our clock and by the worker when it was entered; null for entries of people and for unknown
   * values.
   */
  readonly measured: number | null;
  readonly claimed: number | null;
  /** Number of its invoice, in files with a table of invoices; its line is then that invoice's. */
  readonly invoice?: string;
}

/** Billed work: its row has left the file, and is kept here. */
export interface BilledEntry extends Omit<TimeEntry, 'id'> {
  readonly id: string | null;
  /** Cells of its row, by column name. */
  readonly cells: Readonly<Record<string, string>>;
}

/** References an entry by its id, or by its line while that line still holds this task. */
export type EntryRef = { readonly id: string } | { readonly line: number; readonly task: string };

/** Sets the status of all these entries, or of none. */
export interface MarkRequest {
  readonly status: EntryStatus;
  readonly entries: readonly EntryRef[];
  /** Number of the invoice, in files with a table of invoices; absent: the next one. */
  readonly number?: string;
}

/** Result of adding an entry. */
export interface EntryAdded {
  readonly id: string;
  /** Values that its table has no column for, by field; they are not in the file. */
  readonly left: Readonly<Record<string, string>>;
}

/** Numbers of the invoices that were written or paid, and values that had no column. */
export interface MarkOutcome {
  readonly invoices: readonly string[];
  readonly left: Readonly<Record<string, string>>;
}

/** INVOICES.md as it was last read. */
export interface InvoiceFacts {
  /** Absolute path. */
  readonly file: string;
  /** ISO 4217, of entries that name no other. */
  readonly currency: string;
  /** In the order of the file. */
  readonly entries: readonly EntryFact[];
  /** Of all entries, also where `entries` has been shortened. */
  readonly totals: Readonly<Record<EntryStatus, EntrySum>>;
  readonly flaws: readonly Diagnostic[];
  /** Entries that are not in the file yet. */
  readonly unwritten: number;
  /** Clients that invoices can be written for. */
  readonly clients: readonly ClientFact[];
}

interface ClientFact {
  /** Short, as in the configuration. */
  readonly name: string;
  /** Repositories whose work is theirs; null: all. */
  readonly repos: readonly string[] | null;
}

export interface EntrySum {
  readonly count: number;
  readonly minutes: number;
  /** Cents by currency. */
  readonly amounts: Readonly<Record<string, number>>;
}

/** Newest entries and first diagnostics in the facts that clients get; more only where one month has more. */
const mostEntries = 200;

/** Returns `yyyy-mm`; '' for an entry without a day. */
export function monthOf({ date }: Pick<TimeEntry, 'date'>): string {
  return date.slice(0, 7);
}

/**
 * Returns the invoices as they are broadcast to clients: whole months, so that shown entries add up to a
 * month's total.
 */
export function trimInvoices(invoices: InvoiceFacts): InvoiceFacts {
  const byMonth = Map.groupBy(invoices.entries, monthOf);
  const kept = new Set<string>();
  let count = 0;
  for (const month of [...byMonth.keys()].sort().reverse()) {
    count += byMonth.get(month)?.length ?? 0;
    if (kept.size > 0 && count > mostEntries) break;
    kept.add(month);
  }
  const entries = invoices.entries.filter((entry) => kept.has(monthOf(entry)));
  return { ...invoices, entries, flaws: invoices.flaws.slice(0, mostEntries) };
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

/** Filter of entries; an absent field matches all. */
export interface EntryQuery {
  /** First and last day, `yyyy-mm-dd`. */
  readonly from?: string;
  readonly to?: string;
  readonly repo?: string;
  readonly status?: EntryStatus;
  /** Short name in the configuration: only that client's entries. */
  readonly client?: string;
}

/** @param clientRepos the client's, where one is named */
export function matchesQuery(
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

/** An entry written by a person. */
export interface EntryDraft {
  readonly task: string;
  readonly repo: string;
  readonly worker: string;
  /** `yyyy-mm-dd`. */
  readonly date: string;
  readonly minutes: number;
  /** Cents per hour; absent: the configured rate. */
  readonly rateCents?: number;
}

/** A change by a person of an entry that is not invoiced yet, or its next status. */
export interface EntryChange {
  readonly id: string;
  readonly fields: Partial<
    Pick<TimeEntry, 'task' | 'date' | 'minutes' | 'rateCents' | 'amountCents' | 'status'>
  >;
}

/** Settings of invoicing. */
export interface InvoiceConfig {
  /** Absolute path. */
  readonly file: string;
  /** ISO 4217. */
  readonly currency: string;
  readonly rates: Rates;
  /** The source that an entry uses where both are known: our clock, or the worker's claim. */
  readonly time: 'measured' | 'claim';
  /** Working time of a day in minutes; absent: `1 day` needs a person to decide. */
  readonly day?: number;
  /** Issuer of invoices; absent where not configured. */
  readonly from?: InvoiceParty;
  /** By a short name. The first one is the default. */
  readonly clients: Readonly<Record<string, InvoiceClient>>;
  /** Printed below the sum. */
  readonly notes: readonly string[];
}

/** Cents per hour. The most specific one applies: task, then worker, then repository, then `hour`. */
export interface Rates {
  readonly hour: number;
  readonly repos: Readonly<Record<string, number>>;
  readonly tasks: Readonly<Record<string, number>>;
  readonly workers: Readonly<Record<string, number>>;
}

/** A party on an invoice. */
export interface InvoiceParty {
  readonly name: string;
  /** Address, tax number … */
  readonly lines: readonly string[];
}

export interface InvoiceClient extends InvoiceParty {
  /** Repositories whose entries are theirs; absent for all. */
  readonly repos?: readonly string[];
}

/** Returns the cents per hour of this work. */
export function rateFor(
  { hour, repos, tasks, workers }: Rates,
  { repo, task, worker }: { readonly repo: string; readonly task: string; readonly worker: string },
): number {
  return own(tasks, task) ?? own(workers, worker) ?? own(repos, repo) ?? hour;
}

/** Looks up own keys only: names come from outside, and every object inherits `constructor`. */
function own(rates: Readonly<Record<string, number>>, name: string): number | undefined {
  return Object.hasOwn(rates, name) ? rates[name] : undefined;
}
