import { opening } from '../../agents/abilities.ts';
import { isLive } from '../../core/worker.ts';
import { failure, problemOf, success } from '../../lib/result.ts';
import type { DomainEvent } from '../log.ts';
import type { RequestId, Told } from '../messages.ts';
import {
  addNotice,
  type Consequence,
  type ControllerState,
  type Decision,
  type Effect,
  type Moment,
  noConsequence,
  noSuchWorker,
  reply,
} from '../state.ts';
import { notRunning } from '../workers/checks.ts';
import { type Delivery, heldBy, isAsking } from './typing.ts';

/** Nobody waits for the answer: the controller that was asked has ended. */
const noReply: RequestId = 0;

/** What an agent is told once its limit is over; it has the whole conversation. */
const goOnText = 'Go on where you stopped.';

/** Messages that say how far what is typed into an agent has come. */
type DeliveryMessage = Told<'tools-met' | 'brief-overdue' | 'prompt-typed' | 'signed'>;

/** Keeps a brief that is to be typed until its agent knows our tools. */
export function keepBrief(
  { now, message }: Moment,
  { id, typed }: Extract<DomainEvent, { type: 'started' | 'resumed' }>,
): Consequence {
  if (!typed || message.type !== 'requested') return noConsequence;
  return { now: withDelivery(now, id, { key: message.ticket, what: 'brief', state: 'waiting' }) };
}

/** Types a brief once its agent knows our tools, and looks whether it arrived. */
export function followDelivery({ now }: Moment, message: DeliveryMessage): Consequence {
  const { state, effects } = follow({ state: now, happenings: [], effects: [] }, message);
  return { now: state, effects };
}

function follow(decision: Decision, message: DeliveryMessage): Decision {
  const { id } = message;
  switch (message.type) {
    case 'tools-met':
      return message.listed ? beginWaiting(decision, id) : decision;
    case 'brief-overdue':
      return decision.state.deliveries.get(id)?.key === message.key ? beginWaiting(decision, id) : decision;
    case 'prompt-typed':
      return afterTyping(decision, message);
    case 'signed':
      return message.sign.source === 'hook' ? afterReport(decision, id, message.sign.report.kind) : decision;
  }
}

function afterReport(decision: Decision, id: string, kind: string): Decision {
  if (kind === 'prompted') return withDelivered(decision, id, null);
  const known = decision.state.deliveries.get(id) ?? leftBehind(decision.state, id);
  if (kind !== 'session-started' || known?.what !== 'brief' || known.state !== 'waiting') return decision;
  return withEffect(withDelivered(decision, id, known), { type: 'await-listing', id, key: known.key });
}

/** A session that has just begun got nothing from the controller that ended before. */
function leftBehind({ log }: ControllerState, id: string): Delivery | undefined {
  const isLeft = log.workers.get(id)?.awaitsBrief === true;
  return isLeft ? { key: noReply, what: 'brief', state: 'waiting' } : undefined;
}

/** An agent that does not look at our tools gets its brief, too, later. */
function beginWaiting(decision: Decision, id: string): Decision {
  const known = decision.state.deliveries.get(id);
  return known?.what === 'brief' && known.state === 'waiting' ? beginTyping(decision, id, known) : decision;
}

/** Types it now. */
export function beginTyping(
  decision: Decision,
  id: string,
  { key, what }: Omit<Delivery, 'state'>,
): Decision {
  const worker = decision.state.log.workers.get(id);
  if (!worker) return decision;
  const text = textOf(what, worker.brief);
  const effect: Effect = { type: 'type-prompt', id, key, text, kind: what };
  return withEffect(withDelivered(decision, id, { key, what, state: 'typing' }), effect);
}

function textOf(what: Delivery['what'], brief: string): string {
  return what === 'brief' ? opening(brief) : goOnText;
}

/** Its agent has it, or does not take it. Where a hook has told of it, this is news no more. */
function afterTyping(decision: Decision, { id, key, result }: Told<'prompt-typed'>): Decision {
  const { deliveries, log } = decision.state;
  const known = deliveries.get(id);
  if (known?.key !== key || known.state !== 'typing') return decision;
  const worker = log.workers.get(id);
  const asks = result.ok ? worker !== undefined && isAsking(worker) : heldBy.has(result.problem.code);
  if (result.ok && !asks) return withDelivered(decision, id, null);
  return failed(decision, id, known, asks ? 'shows a question' : 'did not take it up');
}

/** A brief can be typed again; who was to go on still waits for that in the queue. */
function failed(decision: Decision, id: string, known: Delivery, why: string): Decision {
  if (known.what === 'brief') return withDelivered(decision, id, { ...known, state: 'failed' });
  const problem = problemOf('not_delivered', `${id} was to go on and ${why}.`, 'Look at its pane.');
  const forgotten = withDelivered(decision, id, null);
  return { ...forgotten, state: addNotice(forgotten.state, problem) };
}

/** A person wants the brief typed again. */
export function deliver(state: ControllerState, ticket: RequestId, id: string): Decision {
  const worker = state.log.workers.get(id);
  if (!worker) return reply(state, ticket, noSuchWorker(state, id));
  if (!isLive(worker.state)) return reply(state, ticket, notRunning(id));
  if (worker.brief === '') return reply(state, ticket, failure('no_brief', `${id} has no brief.`));
  if (worker.state !== 'idle')
    return reply(
      state,
      ticket,
      failure('not_idle', `${id} is ${worker.state}.`, 'Its brief is typed while it rests.'),
    );
  // Twice at once would stand in its box twice.
  if (state.deliveries.get(id)?.state === 'typing')
    return reply(state, ticket, failure('being_typed', `It is being typed into ${id} just now.`));
  return beginTyping(reply(state, ticket, success(null)), id, { key: ticket, what: 'brief' });
}

/** Keeps how far it has come; null forgets it. */
export function withDelivered(decision: Decision, id: string, delivery: Delivery | null): Decision {
  return { ...decision, state: withDelivery(decision.state, id, delivery) };
}

export function withDelivery(state: ControllerState, id: string, delivery: Delivery | null): ControllerState {
  if (!delivery && !state.deliveries.has(id)) return state;
  const deliveries = new Map(state.deliveries);
  if (delivery) deliveries.set(id, delivery);
  else deliveries.delete(id);
  return { ...state, deliveries };
}

function withEffect(decision: Decision, effect: Effect): Decision {
  return { ...decision, effects: [...decision.effects, effect] };
}
