import { composeSlices, type EventsOf, type StateOf } from '../core/slice.ts';
import { attentionSlice } from './attention/attentionState.ts';
import { boardSlice } from './board/boardState.ts';
import { timeSlice } from './invoices/workTime.ts';
import { memorySlice } from './memory/memoryState.ts';
import { messageSlice } from './messages/messageState.ts';
import { radarSlice } from './radar/radarState.ts';
import { usageSlice } from './usage/usageState.ts';
import { proposalSlice, workerSlice } from './workers/workerState.ts';

/** The parts of the log's state, each with its events. The log takes no other events. */
const slices = [
  proposalSlice,
  workerSlice,
  messageSlice,
  memorySlice,
  attentionSlice,
  usageSlice,
  radarSlice,
  boardSlice,
  timeSlice,
] as const;

const fold = composeSlices(slices);

/** An event of the log. Types and fields are never renamed: old logs must stay readable. */
export type DomainEvent = EventsOf<typeof slices>;

/** An event with its place in the log. */
export type LogEvent = DomainEvent & {
  /** Format version of the line. */
  readonly v: 1;
  /** Counts from 1 without gaps. */
  readonly seq: number;
  /** ISO time. */
  readonly at: string;
};

/** The state that persists: a fold over the log and nothing else. */
export interface LogState extends StateOf<typeof slices> {}

export const emptyLogState: LogState = fold.start;

/** Returns the state after one more event. Pure; an event about something unknown changes nothing but `seq`. */
export function applyEvent(state: LogState, event: LogEvent): LogState {
  return fold.apply(state, event);
}

/** Reports whether an event must be on disk before its effects run; others can be observed again. */
export function isDurable({ type }: DomainEvent): boolean {
  return !fold.repeated.has(type);
}

/** Describes an event in a sentence; returns null where its feature has none. */
export const eventSentence = fold.textOf;

/** Returns what is wrong with a line's fields; null where it can be folded, and for types of later versions. */
export const eventFault = fold.faultOf;
