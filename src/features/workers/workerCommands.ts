import { parseDuration } from '../../core/amounts.ts';
import { demand, type Printed } from '../../core/verb.ts';
import { isLive, type Worker } from '../../core/worker.ts';
import { failure, success } from '../../lib/result.ts';
import { oneLine, withoutHidden } from '../../lib/sanitize.ts';
import { defineCommand, defineServed, type VerbCall } from '../define.ts';
import { retypeBrief } from '../messages/delivery.ts';
import type { MessageOf, RequestId } from '../messages.ts';
import {
  type ControllerState,
  type Decision,
  findIdle,
  noSuchWorker,
  notRunning,
  record,
  refuseUnknown,
  reply,
  withBusy,
  withoutBusy,
} from '../state.ts';
import { weighedText, workerJson } from './describe.ts';
import { terminalChanged } from './signals.ts';

/** Ends a worker's process; the worker stays and can be resumed. */
export const stop = defineCommand<Worker>()({
  name: 'stop',
  by: 'person',
  what: 'stop workers',
  onForeignState: true,
  params: ({ worker }) => worker,
  decide: (state, { id }, { ticket }) => {
    const found = findIdle(state, id);
    if (!found.ok) return reply(state, ticket, found);
    if (!isLive(found.value.state)) return reply(state, ticket, notRunning(id));
    return {
      state: { ...state, busy: withBusy(state.busy, id, { kind: 'stopping' }) },
      events: [],
      effects: [{ type: 'end-process', id, ticket }],
    };
  },
  verbs: [
    {
      usage: 'worker stop <id>',
      about: 'end its process; it stays, resumable',
      request: ([id = '']) => ({ id }),
      json: (_, worker) => workerJson(worker),
      says: ({ id }) => `${id} is stopped. Resume it: orch-tui worker resume ${id}`,
    },
  ],
});

/** Answers the request that stopped a process. */
export function processEnded(state: ControllerState, message: MessageOf<'process-ended'>): Decision {
  const { id, ticket, result } = message;
  const busy = withoutBusy(state.busy, id);
  if (!result.ok) return reply({ ...state, busy }, ticket, result);
  const after = terminalChanged(state, result.value);
  return {
    ...after,
    state: { ...after.state, busy },
    effects: [...after.effects, { type: 'reply-worker', ticket, id }],
  };
}

/** Types a worker's brief into it again; refused as `not_idle` while it works. */
export const deliverBrief = defineCommand<null>()({
  name: 'deliverBrief',
  by: 'person',
  what: 'type into workers',
  params: ({ worker }) => worker,
  decide: (state, { id }, { ticket }) => retypeBrief(state, ticket, id),
});

/** Characters that fit into a list. */
const longestTitle = 60;

/** Changes a worker's title; an empty one stands for its task's name. Id, branch and worktree stay. */
export const rename = defineCommand<{ id: string; title: string }>()({
  name: 'rename',
  by: 'person',
  what: 'rename workers',
  params: ({ z, text, flag }) => z.strictObject({ id: text, title: text, undo: flag }),
  decide: (state, { id, title, undo = false }, { ticket }) => {
    const worker = state.log.workers.get(id);
    if (!worker) return reply(state, ticket, noSuchWorker(state, id));
    if (undo && worker.titleBefore === undefined)
      return reply(state, ticket, failure('not_renamed', `${id} was not renamed.`));
    const next = undo ? (worker.titleBefore ?? '') : oneLine(withoutHidden(title), longestTitle);
    const shown = success({ id, title: next || worker.task });
    return record(state, ticket, { type: 'renamed', id, title: next }, shown);
  },
  verbs: [
    {
      usage: 'worker rename <id> [title]',
      about: 'show it under another title, or under its task again; its id stays',
      options: { '--undo': 'go back to the title before' },
      request: ([id = '', title = ''], { undo }) => ({ id, title, ...(undo === true && { undo }) }),
      says: ({ id }, { title }) => `${id} is shown as ${title}.`,
    },
  ],
});

interface Weighed {
  readonly id: string;
  /** Minutes on the whole task; null once the person has withdrawn them. */
  readonly minutes: number | null;
}

interface WeighTimeParams {
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
    refuseUnknown(state, ticket, asked.id) ??
    (asked.minutes === null ? withdrawTime(state, ticket, asked.id) : weigh(state, ticket, asked)),
  verbs: [
    {
      usage: 'worker time <id> [time]',
      about: 'enter how long its task has taken so far, where its report is unclear',
      options: { '--undo': 'withdraw the time you entered, so that it waits for you again' },
      run: enterWorkedTime,
    },
  ],
});

async function enterWorkedTime(
  call: VerbCall,
  [id = '', time]: readonly string[],
  { undo = false }: { readonly undo?: boolean },
): Promise<Printed> {
  if (undo !== (time === undefined)) return call.refuseUsage('say a time such as 1h 30m, or --undo');
  const minutes = time === undefined ? null : demand(parseDuration(time));
  const weighed = await call.ask(weighTime, { id, minutes });
  return { value: weighed, text: weighedText(weighed) };
}

function weigh(state: ControllerState, ticket: RequestId, { id, minutes, said }: WeighTimeParams): Decision {
  const refuse = (code: string, message: string, hint: string) =>
    reply(state, ticket, failure(code, message, hint));
  const open = state.log.workers.get(id)?.openTime;
  if (!open)
    return refuse('no_open_time', `${id} has no open question about its time.`, 'See: orch-tui queue');
  if (said !== undefined && said !== open.text)
    return refuse(
      'time_changed',
      `${id} has reported something else since: ${open.text}.`,
      'Look at it again.',
    );
  return record(state, ticket, { type: 'time-weighed', id, minutes }, success({ id, minutes }));
}

function withdrawTime(state: ControllerState, ticket: RequestId, id: string): Decision {
  if (state.log.workers.get(id)?.weighedTime)
    return record(state, ticket, { type: 'time-weighed', id, minutes: null }, success({ id, minutes: null }));
  const message = `You have entered no time for ${id}.`;
  return reply(state, ticket, failure('not_weighed', message));
}

/** Types a line as a bracketed paste and submits it. A command is refused as `looks_like_command` unless `command` is set. */
export const send = defineServed<null>()({
  name: 'send',
  by: 'person',
  what: 'type into workers; its tool is send_message',
  params: ({ z, text, flag }) => z.strictObject({ id: text, text, command: flag }),
  handle: ({ workers }, { id, text, command = false }) => workers.send(id, text, command),
  verbs: [
    {
      usage: 'worker send <id> <text>',
      about: 'type a line into it',
      options: { '--command': 'also what it takes for a command: ! / # @' },
      request: ([id = '', text = ''], { command = false }) => ({ id, text, command: command === true }),
      json: ({ id, text }) => ({ id, sent: text }),
      says: ({ id }) => `Sent to ${id}.`,
    },
  ],
});
