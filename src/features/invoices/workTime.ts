import { formatDuration, timeSteps } from '../../core/amounts.ts';
import {
  type BilledEntry,
  type EntryFact,
  type InvoiceFacts,
  sumsByStatus,
  type TimeEntry,
} from '../../core/invoices.ts';
import type { Logged, Slice } from '../../core/slice.ts';
import type { UpdateDraft } from '../../core/worker.ts';
import { listOf, mapOf, nullable, number, object, oneOf, type Shape, string } from '../../lib/shape.ts';
import { PersistentMap } from '../../lib/store.ts';
import type { ActivityEvent, EndEvent, StartEvent, WeighedEvent } from '../workers/workerState.ts';

/** A worker's time, derived from the log. */
export interface WorkTime {
  /** Milliseconds observed as working, without the current stretch. */
  readonly measuredMs: number;
  /** ISO time since which it works; null while it does not. */
  readonly since: string | null;
  /** ISO time of its latest event. */
  readonly seenAt: string;
  /** Reported minutes for the whole task; null while it reported none. */
  readonly claimed: number | null;
  /** Timestamp of its latest report, in milliseconds since 1970; absent while no report has one. */
  readonly writtenAt?: number;
  /**
   * The time that a person decided, and the previous claim, for undo; absent while no decision was needed.
   */
  readonly weighed?: { readonly minutes: number; readonly before: number | null };
  /** Parts of both that are in entries already. */
  readonly entered: { readonly measuredMs: number; readonly claimed: number };
  /** Finished, and not entered since. */
  readonly isOwed: boolean;
}

/** An entry that was created from a worker's time. */
interface MadeEntry {
  readonly entry: TimeEntry;
  /** Minutes; null for unknown values. */
  readonly measured: number | null;
  readonly claimed: number | null;
  /** It is in the file. */
  readonly isWritten: boolean;
}

/** A finished worker's time became an entry, or was too short for one; both sources' minutes are kept. */
type EnteredEvent = {
  readonly type: 'time-entered';
  readonly id: string;
  readonly entry: TimeEntry | null;
  readonly measured: number;
  readonly claimed: number | null;
};

/** Work was billed by an invoice, or that invoice was paid, with no entries. */
type BilledEvent = {
  readonly type: 'billed';
  readonly number: string;
  readonly entries: readonly BilledEntry[];
  /** Values of the invoice without a column in its table. */
  readonly left: Readonly<Record<string, string>>;
};

/** Logged events of entries. */
type EntryEvent =
  | EnteredEvent
  | BilledEvent
  /** The entry was written into the file. */
  | { readonly type: 'entry-written'; readonly entry: string };

interface TimesState {
  /** By worker, including ended ones. */
  readonly workTimes: PersistentMap<string, WorkTime>;
  /** By the entry's id. */
  readonly madeEntries: PersistentMap<string, MadeEntry>;
  /** Billed work, by the invoice's number. */
  readonly billed: PersistentMap<string, Pick<BilledEvent, 'entries' | 'left'>>;
}

const entryFields = {
  ...{ worker: string, repo: string, task: string, date: string, currency: string },
  ...{ minutes: number, rateCents: number, amountCents: number },
  status: oneOf<TimeEntry['status']>({ pending: true, invoiced: true, paid: true }),
  source: oneOf<TimeEntry['source']>({ claim: true, measured: true, edited: true }),
};

const timeEntry: Shape<TimeEntry> = object<TimeEntry>({ id: string, ...entryFields });

const billedEntry: Shape<BilledEntry> = object<BilledEntry>({
  ...{ ...entryFields, id: nullable(string), cells: mapOf(string) },
});

/** The times' part of the log's state. */
export const timeSlice: Slice<TimesState, EntryEvent, StartEvent | ActivityEvent | EndEvent | WeighedEvent> =
  {
    start: { workTimes: new PersistentMap(), madeEntries: new PersistentMap(), billed: new PersistentMap() },
    fields: {
      'time-entered': { id: string, entry: nullable(timeEntry), measured: number, claimed: nullable(number) },
      'entry-written': { entry: string },
      billed: { number: string, entries: listOf(billedEntry), left: mapOf(string) },
    },
    on: {
      started: ({ workTimes }, { id, at }) => ({ workTimes: workTimes.with(id, { ...fresh, seenAt: at }) }),
      observed: ofTime((time, { state, at }) =>
        state === 'working' ? { ...time, since: time.since ?? at } : stopped(time, at),
      ),
      exited: ofTime((time, { at }) => stopped(time, at)),
      resumed: ofTime((time, { at }) => stopped(time, at)),
      'spawn-failed': ofTime((time, { at }) => stopped(time, at)),
      // Detected later, perhaps after days: only the time until the latest event is certain.
      lost: ofTime((time) => stopped(time, time.seenAt)),
      updated: ofTime((time, { update: { minutes, timestamp } }) => ({
        ...time,
        ...(minutes !== null && { claimed: (time.claimed ?? 0) + minutes }),
        ...latestWriting(time, timestamp),
      })),
      'time-weighed': ofTime(weighed),
      finished: ofTime((time, { at }) => ({ ...stopped(time, at), isOwed: true })),
      cleaned: ofTime((time, { at }) => stopped(time, at)),
      undone: ofTime((time) => ({ ...time, isOwed: false })),
      'time-entered': entered,
      billed: ({ billed }, { number, entries, left }) => {
        const known = billed.get(number);
        const all = {
          entries: entries.length > 0 ? entries : (known?.entries ?? []),
          left: { ...known?.left, ...left },
        };
        return { billed: billed.with(number, all) };
      },
      'entry-written': ({ madeEntries }, { entry }) => {
        const made = madeEntries.get(entry);
        return made ? { madeEntries: madeEntries.with(entry, { ...made, isWritten: true }) } : {};
      },
    },
    every: ({ workTimes }, { type, id, at }) => {
      const time = id !== undefined && type !== 'time-entered' ? workTimes.get(id) : undefined;
      if (id === undefined || !time || time.seenAt === at) return {};
      return { workTimes: workTimes.with(id, { ...time, seenAt: at }) };
    },
  };

const fresh: Omit<WorkTime, 'seenAt'> = {
  measuredMs: 0,
  since: null,
  claimed: null,
  entered: { measuredMs: 0, claimed: 0 },
  isOwed: false,
};

/** Changes a known worker's time. */
function ofTime<E extends { readonly id: string }>(change: (time: WorkTime, event: E & Logged) => WorkTime) {
  return ({ workTimes }: TimesState, event: E & Logged): Partial<TimesState> => {
    const time = workTimes.get(event.id);
    if (!time) return {};
    return { workTimes: workTimes.with(event.id, { ...change(time, event), seenAt: event.at }) };
  };
}

/** Applies a person's decision, which overrides all claims; undone, only later claims remain. */
function weighed(time: WorkTime, { minutes }: WeighedEvent): WorkTime {
  const { weighed: last, ...rest } = time;
  if (minutes !== null) return { ...time, claimed: minutes, weighed: { minutes, before: time.claimed } };
  if (!last) return time;
  const since = (time.claimed ?? 0) - last.minutes;
  return { ...rest, claimed: last.before === null && since === 0 ? null : (last.before ?? 0) + since };
}

function stopped(time: WorkTime, at: string): WorkTime {
  if (time.since === null) return time;
  const worked = Math.max(0, Date.parse(at) - Date.parse(time.since));
  return { ...time, measuredMs: time.measuredMs + worked, since: null };
}

/**
 * Returns a report with the minutes that its total adds to all earlier reports: 1, then 3, then 8 hours are
 * 8 in all. The highest total counts, so one that arrives twice or late adds nothing. A lower one, such as a
 * correction from 8 to 6 hours, removes nothing either: it becomes an open question to the user, unless its
 * own timestamp is older than the other's. Sums of earlier versions are kept and compared with a total.
 * @param time the worker's; absent where unknown
 */
export function withAddedTime(update: UpdateDraft, time?: WorkTime): UpdateDraft {
  const { total } = update;
  if (total === undefined) return update;
  const before = time?.claimed ?? 0;
  const step = timeSteps([before, total])[1];
  const written = writtenAt(update.timestamp);
  const isLate = written !== null && written < (time?.writtenAt ?? written);
  const openTime = `${formatDuration(total)} in all, after ${formatDuration(before)}`;
  return { ...update, minutes: step?.added ?? 0, ...(step?.isLess && !isLate && { openTime }) };
}

function writtenAt(timestamp = ''): number | null {
  const at = Date.parse(timestamp);
  return Number.isNaN(at) ? null : at;
}

function latestWriting({ writtenAt: before }: WorkTime, timestamp?: string): Pick<WorkTime, 'writtenAt'> {
  const at = writtenAt(timestamp);
  return at === null ? {} : { writtenAt: Math.max(at, before ?? at) };
}

/** Returns minutes that are not entered yet, rounded half up. */
export function owedMinutes({ measuredMs, claimed, entered }: WorkTime): {
  readonly measured: number;
  readonly claimed: number | null;
} {
  return {
    measured: Math.round((measuredMs - entered.measuredMs) / 60_000),
    claimed: claimed === null ? null : claimed - entered.claimed,
  };
}

/** Records an entry; null means that there was nothing to enter. */
function entered(
  { workTimes, madeEntries }: TimesState,
  { id, entry, measured, claimed }: EnteredEvent,
): Partial<TimesState> {
  const time = workTimes.get(id);
  const counted = time && { measuredMs: time.measuredMs, claimed: time.claimed ?? 0 };
  const made = { entry, measured, claimed, isWritten: false };
  return {
    ...(counted && { workTimes: workTimes.with(id, { ...time, entered: counted, isOwed: false }) }),
    ...(entry && { madeEntries: madeEntries.with(entry.id, { ...made, entry }) }),
  };
}

/**
 * Adds the minutes by our clock and by the workers, which only the log has; returns null while invoices are
 * off.
 */
export function selectInvoices(
  read: InvoiceFacts | null,
  { madeEntries, billed }: TimesState,
): InvoiceFacts | null {
  if (!read) return null;
  const ids = new Set(read.entries.map(({ id }) => id));
  const known =
    billed.size === 0 ? read.entries : read.entries.flatMap((entry) => billedBy(entry, billed, ids));
  const entries = known.map((entry) => {
    const made = entry.id === null ? undefined : madeEntries.get(entry.id);
    return made ? { ...entry, measured: made.measured, claimed: made.claimed } : entry;
  });
  const unwritten = [...madeEntries.values()].filter(({ isWritten }) => !isWritten).length;
  const totals = known === read.entries ? read.totals : sumsByStatus(known);
  return { ...read, entries, totals, unwritten };
}

/** Returns the entries of an invoice, where they are known and still add up to its amount. */
function billedBy(
  invoice: EntryFact,
  billed: TimesState['billed'],
  ids: ReadonlySet<string | null>,
): readonly EntryFact[] {
  if (invoice.invoice === undefined) return [invoice];
  const { entries = [] } = billed.get(invoice.invoice) ?? {};
  const sum = entries.reduce((all, { amountCents }) => all + amountCents, 0);
  const isBack = entries.some(({ id }) => id !== null && ids.has(id));
  if (entries.length === 0 || isBack || sum !== invoice.amountCents) return [invoice];
  const { line, status, invoice: number } = invoice;
  return entries.map(({ cells: _, ...entry }) => ({
    ...{ ...entry, line, status, invoice: number, measured: null, claimed: null },
  }));
}
