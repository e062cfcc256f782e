import type { TimeEntry } from '../../core/invoices.ts';
import { Ledger } from '../../lib/ledger.ts';
import type { LogEvent } from '../events.ts';

/** How long a worker has worked, as the log tells it. */
export interface WorkTime {
  /** Milliseconds in which it was seen working, without a stretch that has not ended. */
  readonly measuredMs: number;
  /** ISO time since which it works; null while it does not. */
  readonly since: string | null;
  /** ISO time of the last word about it. */
  readonly seenAt: string;
  /** Minutes that it has reported; null while it reported none. */
  readonly claimed: number | null;
  /** How much of both stands in entries already. */
  readonly entered: { readonly measuredMs: number; readonly claimed: number };
  /** Finished, and not entered since. */
  readonly isOwed: boolean;
}

/** An entry as it was made from a worker's time. */
export interface MadeEntry {
  readonly entry: TimeEntry;
  /** Minutes; null for what was not said. */
  readonly measured: number | null;
  readonly claimed: number | null;
  /** Whether it has reached the file. */
  readonly isWritten: boolean;
}

/** What the log remembers of time. */
export interface Times {
  /** By worker, also of those that ended. */
  readonly workTimes: Ledger<string, WorkTime>;
  /** By the entry's id. */
  readonly madeEntries: Ledger<string, MadeEntry>;
  /** By the card's id: what tables it stood in had no column for. */
  readonly cardValues: Ledger<string, Readonly<Record<string, string>>>;
}

export const noTimes: Times = {
  workTimes: new Ledger(),
  madeEntries: new Ledger(),
  cardValues: new Ledger(),
};

/** Times after one more event. Pure. */
export function afterTime<T extends Times>(state: T, event: LogEvent): T {
  if (event.type === 'time-entered') return withEntry(state, event);
  if (event.type === 'entry-written') return withWritten(state, event.entry);
  if (event.type === 'card-moved')
    return { ...state, cardValues: state.cardValues.with(event.card, event.left) };
  if (!('id' in event)) return state;
  if (event.type === 'started') return withTime(state, event.id, { ...fresh, seenAt: event.at });
  const time = state.workTimes.get(event.id);
  return time ? withTime(state, event.id, { ...afterEvent(time, event), seenAt: event.at }) : state;
}

const fresh: Omit<WorkTime, 'seenAt'> = {
  measuredMs: 0,
  since: null,
  claimed: null,
  entered: { measuredMs: 0, claimed: 0 },
  isOwed: false,
};

function afterEvent(time: WorkTime, event: LogEvent): WorkTime {
  switch (event.type) {
    case 'observed':
      if (event.state === 'working') return time.since === null ? { ...time, since: event.at } : time;
      return stopped(time, event.at);
    case 'exited':
    case 'resumed':
    case 'spawn-failed':
      return stopped(time, event.at);
    case 'lost':
      // Found out at the next look, perhaps days later: only what was heard of it is sure.
      return stopped(time, time.seenAt);
    case 'updated':
      return event.update.minutes === null
        ? time
        : { ...time, claimed: (time.claimed ?? 0) + event.update.minutes };
    case 'finished':
      return { ...stopped(time, event.at), isOwed: true };
    case 'cleaned':
      return stopped(time, event.at);
    case 'undone':
      return { ...time, isOwed: false };
    default:
      return time;
  }
}

function stopped(time: WorkTime, at: string): WorkTime {
  if (time.since === null) return time;
  const worked = Math.max(0, Date.parse(at) - Date.parse(time.since));
  return { ...time, measuredMs: time.measuredMs + worked, since: null };
}

/** Minutes not entered yet, rounded half up. */
export function owedMinutes({ measuredMs, claimed, entered }: WorkTime): {
  readonly measured: number;
  readonly claimed: number | null;
} {
  return {
    measured: Math.round((measuredMs - entered.measuredMs) / 60_000),
    claimed: claimed === null ? null : claimed - entered.claimed,
  };
}

type EnteredEvent = Extract<LogEvent, { type: 'time-entered' }>;

/** An entry of null says that there was nothing to enter. */
function withEntry<T extends Times>(state: T, { id, entry, measured, claimed }: EnteredEvent): T {
  const time = state.workTimes.get(id);
  const workTimes = time
    ? state.workTimes.with(id, {
        ...time,
        entered: { measuredMs: time.measuredMs, claimed: time.claimed ?? 0 },
        isOwed: false,
      })
    : state.workTimes;
  if (entry === null) return { ...state, workTimes };
  const made = { entry, measured, claimed, isWritten: false };
  return { ...state, workTimes, madeEntries: state.madeEntries.with(entry.id, made) };
}

function withWritten<T extends Times>(state: T, id: string): T {
  const made = state.madeEntries.get(id);
  if (!made) return state;
  return { ...state, madeEntries: state.madeEntries.with(id, { ...made, isWritten: true }) };
}

function withTime<T extends Times>(state: T, id: string, time: WorkTime): T {
  return { ...state, workTimes: state.workTimes.with(id, time) };
}
