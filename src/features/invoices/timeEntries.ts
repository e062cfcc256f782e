import { amountOf } from '../../core/amounts.ts';
import { type InvoiceConfig, rateFor, type TimeEntry } from '../../core/invoices.ts';
import type { Worker } from '../../core/worker.ts';
import type { DomainEvent } from '../log.ts';
import type { Message } from '../messages.ts';
import {
  type Consequence,
  type ControllerState,
  type Decision,
  type Moment,
  noConsequence,
} from '../state.ts';
import { owedMinutes, type WorkTime } from './workTime.ts';

/**
 * Requests entries for finished workers, where invoices are on. Owed times are in the log, so none is lost.
 */
export function enterTime({ now }: Moment): Consequence {
  return now.config.invoices ? { effects: [{ type: 'enter-time' }] } : noConsequence;
}

/** Returns finished workers whose time is in no entry yet. */
export function owedTimes({ log }: ControllerState): readonly { worker: Worker; time: WorkTime }[] {
  return [...log.workTimes].flatMap(([id, time]) => {
    const worker = log.gone.get(id);
    return worker && time.isOwed ? [{ worker, time }] : [];
  });
}

/**
 * Creates the entry for a worker's time; null for less than half a minute.
 * @param id of the new entry @param date `yyyy-mm-dd`
 */
export function entryFor(
  { rates, time: preferred, currency }: InvoiceConfig,
  worker: Worker,
  time: WorkTime,
  { id, date, task }: Pick<TimeEntry, 'id' | 'date' | 'task'>,
): Extract<DomainEvent, { type: 'time-entered' }> {
  const { measured, claimed } = owedMinutes(time);
  const source = preferred === 'claim' && claimed !== null ? 'claim' : 'measured';
  const minutes = source === 'claim' ? (claimed ?? 0) : measured;
  const rateCents = rateFor(rates, { repo: worker.repo, task: worker.task, worker: worker.id });
  const entry: TimeEntry = {
    ...{ id, date, task, worker: worker.id, repo: worker.repo, minutes, rateCents },
    ...{ amountCents: amountOf(minutes, rateCents), currency, status: 'pending', source },
  };
  return { type: 'time-entered', id: worker.id, entry: minutes > 0 ? entry : null, measured, claimed };
}

/** Logs an entry, unless another one was faster or the finish was undone meanwhile. */
export function timeEntered(
  state: ControllerState,
  { happening }: Extract<Message, { type: 'time-entered' }>,
): Decision {
  const isOwed = state.log.workTimes.get(happening.id)?.isOwed ?? false;
  return {
    state,
    events: isOwed ? [happening] : [],
    effects: isOwed && happening.entry ? [{ type: 'write-entries' }] : [],
  };
}
