import { formatDuration, parseDuration } from '../../core/amounts.ts';
import { demand, type Printed } from '../../core/verb.ts';
import { failure, success } from '../../lib/result.ts';
import { defineCommand, type VerbCall } from '../define.ts';
import type { RequestId } from '../messages.ts';
import { type ControllerState, type Decision, missing, noted, reply } from '../state.ts';

interface Weighed {
  readonly id: string;
  /** Minutes on the whole task; null once the person has withdrawn them. */
  readonly minutes: number | null;
}

interface Weighing {
  readonly id: string;
  /** Minutes on the whole task; null withdraws an earlier answer. */
  readonly minutes: number | null;
  /** The worker's statement that the person saw; absent to accept any. */
  readonly said?: string;
}

/**
 * Records a person's answer to a worker's unclear statement about its time: minutes on the whole task. The answer takes
 * precedence over all earlier claims, and later totals are compared with it.
 */
export const weighTime = defineCommand<Weighed>()({
  name: 'weighTime',
  by: 'person',
  what: 'say how long work took',
  params: ({ z, text, count }) =>
    z.strictObject({ id: text, minutes: count.nullable(), said: text.exactOptional() }),
  decide: (state, asked, { ticket }) =>
    missing(state, ticket, asked.id) ??
    (asked.minutes === null ? takeBack(state, ticket, asked.id) : weigh(state, ticket, asked)),
  verbs: [
    {
      usage: 'worker time <id> [time]',
      about: 'say how long its task took so far, where only you can weigh what it says of that',
      options: { '--undo': 'take back what you said, so that it waits for you again' },
      run: sayTime,
    },
  ],
});

async function sayTime(
  call: VerbCall,
  [id = '', time]: readonly string[],
  { undo = false }: { readonly undo?: boolean },
): Promise<Printed> {
  if (undo !== (time === undefined)) return call.misused('say a time such as 1h 30m, or --undo');
  const minutes = time === undefined ? null : demand(parseDuration(time));
  const weighed = await call.ask(weighTime, { id, minutes });
  return { value: weighed, text: weighedText(weighed) };
}

/** Describes a task's time after the command. */
export function weighedText({ id, minutes }: Weighed): string {
  return minutes === null
    ? `What ${id} said of its time waits for you again.`
    : `${id} has worked ${formatDuration(minutes)} in all.`;
}

function weigh(state: ControllerState, ticket: RequestId, { id, minutes, said }: Weighing): Decision {
  const refuse = (code: string, message: string, hint: string) =>
    reply(state, ticket, failure(code, message, hint));
  const open = state.log.workers.get(id)?.openTime;
  if (!open)
    return refuse(
      'no_open_time',
      `${id} has said nothing of its time that waits for you.`,
      'See: orch-tui queue',
    );
  if (said !== undefined && said !== open.text)
    return refuse('time_changed', `${id} says something else by now: ${open.text}.`, 'Look at it again.');
  return noted(state, ticket, { type: 'time-weighed', id, minutes }, success({ id, minutes }));
}

function takeBack(state: ControllerState, ticket: RequestId, id: string): Decision {
  if (state.log.workers.get(id)?.weighedTime)
    return noted(state, ticket, { type: 'time-weighed', id, minutes: null }, success({ id, minutes: null }));
  const message = `You have said nothing of the time of ${id} that holds.`;
  return reply(state, ticket, failure('not_weighed', message));
}
