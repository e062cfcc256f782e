import type { Diagnostic } from './board.ts';

/** `pending` can be changed; what was `invoiced` or `paid` is locked. */
export const entryStatuses = ['pending', 'invoiced', 'paid'] as const;
export type EntryStatus = (typeof entryStatuses)[number];

/** Who says how long it took: the worker, our clock, or a person. */
export const entrySources = ['claim', 'measured', 'edited'] as const;
type EntrySource = (typeof entrySources)[number];

/** Time spent on a task, to be invoiced. All numbers are integers. */
export interface TimeEntry {
  /** `T-` and a ULID. */
  readonly id: string;
  /** Empty where nobody says. */
  readonly worker: string;
  readonly repo: string;
  readonly task: string;
  /** `yyyy-mm-dd`. */
  readonly date: string;
  readonly minutes: number;
  /** For an hour, in the currency's smallest unit; 0 for a fixed amount. */
  readonly rateCents: number;
  /** `amountOf(minutes, rateCents)`, unless a person wrote another one: then the source is `edited`. */
  readonly amountCents: number;
  /** ISO 4217, such as `EUR`. */
  readonly currency: string;
  readonly status: EntryStatus;
  readonly source: EntrySource;
}

/** Whether an entry's status may become another: only forwards, and by a person. */
export function mayBecome(from: EntryStatus, to: EntryStatus): boolean {
  return entryStatuses.indexOf(to) >= entryStatuses.indexOf(from);
}

/** One entry of INVOICES.md. */
export interface EntryFact extends Omit<TimeEntry, 'id'> {
  /** Null where the file gives it none. */
  readonly id: string | null;
  /** Of the file, from 1 on. */
  readonly line: number;
  /** What our clock and the worker said when it was entered; null for entries of people, and for what was not said. */
  readonly measured: number | null;
  readonly claimed: number | null;
  /** Number of the invoice that it is on, where the file has invoices of their own; its line is that invoice's. */
  readonly invoice?: string;
}

/** Work that was billed: its row has left the file, and is kept here. */
export interface BilledEntry extends Omit<TimeEntry, 'id'> {
  readonly id: string | null;
  /** What its row said, by the names of its columns. */
  readonly cells: Readonly<Record<string, string>>;
}

/** An entry by its id, or by its line while that still holds this task. */
export type EntryRef = { readonly id: string } | { readonly line: number; readonly task: string };

/** All of these get a status, or none of them. */
export interface EntriesMarked {
  readonly status: EntryStatus;
  readonly entries: readonly EntryRef[];
  /** Of the invoice, where the file has invoices of their own; absent: the next one. */
  readonly number?: string;
}

/** What became of an entry that was added. */
export interface EntryAdded {
  readonly id: string;
  /** What its table has no column for, by field: it is not in the file. */
  readonly left: Readonly<Record<string, string>>;
}

/** Numbers of the invoices that were written or paid by that, and what no column had a place for. */
export interface MarkOutcome {
  readonly invoices: readonly string[];
  readonly left: Readonly<Record<string, string>>;
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
  readonly flaws: readonly Diagnostic[];
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

/** How time becomes invoices. */
export interface InvoiceConfig {
  /** Absolute path. */
  readonly file: string;
  /** ISO 4217. */
  readonly currency: string;
  readonly rates: Rates;
  /** Which of both an entry holds, where both are known: our clock's time, or what the worker says. */
  readonly time: 'measured' | 'claim';
  /** Working time of a day in minutes; absent: `1 day` needs a person. */
  readonly day?: number;
  /** Who writes invoices; absent where nobody said. */
  readonly from?: InvoiceParty;
  /** By a short name. The first is meant where none is named. */
  readonly clients: Readonly<Record<string, InvoiceClient>>;
  /** Printed below the sum. */
  readonly notes: readonly string[];
}

/** Cents for an hour; what is said most precisely holds: task, then worker, then repository, then `hour`. */
export interface Rates {
  readonly hour: number;
  readonly repos: Readonly<Record<string, number>>;
  readonly tasks: Readonly<Record<string, number>>;
  readonly workers: Readonly<Record<string, number>>;
}

/** Somebody on an invoice. */
export interface InvoiceParty {
  readonly name: string;
  /** Address, tax number … */
  readonly lines: readonly string[];
}

export interface InvoiceClient extends InvoiceParty {
  /** Whose entries are theirs; absent for all. */
  readonly repos?: readonly string[];
}

/** Cents for an hour of this work. */
export function rateFor(
  { hour, repos, tasks, workers }: Rates,
  { repo, task, worker }: { readonly repo: string; readonly task: string; readonly worker: string },
): number {
  return own(tasks, task) ?? own(workers, worker) ?? own(repos, repo) ?? hour;
}

/** Names come from outside: `constructor` is none that everything has. */
function own(rates: Readonly<Record<string, number>>, name: string): number | undefined {
  return Object.hasOwn(rates, name) ? rates[name] : undefined;
}
