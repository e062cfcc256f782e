import { asPlainText } from '../../agents/abilities.ts';
import { isLive } from '../../core/worker.ts';
import { failure, problemOf, success } from '../../lib/result.ts';
import type { DomainEvent } from '../log.ts';
import type { MessageOf, RequestId } from '../messages.ts';
import {
  addNotice,
  type Consequence,
  type ControllerState,
  type Decision,
  type Effect,
  type Moment,
  noConsequence,
  noSuchWorker,
  notRunning,
  reply,
} from '../state.ts';
import { type Delivery, isAsking, questionCodes } from './agentInput.ts';

/** Id of a request without a recipient: the controller that received it has ended. */
const noReply: RequestId = 0;

/** The prompt for an agent whose limit is over; the agent still has the whole conversation. */
const goOnText = 'Go on where you stopped.';

/** Messages about the progress of a delivery. */
type DeliveryMessage = MessageOf<'tools-met' | 'brief-overdue' | 'prompt-typed' | 'signed'>;

/** Keeps a brief to be typed until its agent knows our tools. */
export function keepBrief(
  { now, message }: Moment,
  { id, typed }: Extract<DomainEvent, { type: 'started' | 'resumed' }>,
): Consequence {
  if (!typed || message.type !== 'requested') return noConsequence;
  return { now: withDelivery(now, id, { key: message.ticket, what: 'brief', state: 'waiting' }) };
}

/** Types a brief once its agent knows our tools, and follows whether it arrived. */
export function followDelivery({ now }: Moment, message: DeliveryMessage): Consequence {
  const { state, effects } = follow({ state: now, events: [], effects: [] }, message);
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
  const known = decision.state.deliveries.get(id) ?? undelivered(decision.state, id);
  if (kind !== 'session-started' || known?.what !== 'brief' || known.state !== 'waiting') return decision;
  return withEffect(withDelivered(decision, id, known), { type: 'await-listing', id, key: known.key });
}

/** Returns the delivery that an earlier controller did not make to a session that begins only now. */
function undelivered({ log }: ControllerState, id: string): Delivery | undefined {
  const isLeft = log.workers.get(id)?.awaitsBrief === true;
  return isLeft ? { key: noReply, what: 'brief', state: 'waiting' } : undefined;
}

/** Begins to type a waiting brief. An agent that never asks for our tools gets it after a timeout. */
function beginWaiting(decision: Decision, id: string): Decision {
  const known = decision.state.deliveries.get(id);
  return known?.what === 'brief' && known.state === 'waiting' ? beginTyping(decision, id, known) : decision;
}

/** Begins to type a brief or the prompt to go on. */
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
  return what === 'brief' ? asPlainText(brief) : goOnText;
}

/** Takes in the outcome of typing; ignored where a hook has already reported the prompt. */
function afterTyping(decision: Decision, { id, key, result }: MessageOf<'prompt-typed'>): Decision {
  const { deliveries, log } = decision.state;
  const known = deliveries.get(id);
  if (known?.key !== key || known.state !== 'typing') return decision;
  const worker = log.workers.get(id);
  const asks = result.ok ? worker !== undefined && isAsking(worker) : questionCodes.has(result.problem.code);
  if (result.ok && !asks) return withDelivered(decision, id, null);
  return failed(decision, id, known, asks ? 'shows a question' : 'did not take it up');
}

/** Keeps a failed brief, which can be typed again. A worker that was to go on still waits in the queue. */
function failed(decision: Decision, id: string, known: Delivery, why: string): Decision {
  if (known.what === 'brief') return withDelivered(decision, id, { ...known, state: 'failed' });
  const problem = problemOf('not_delivered', `${id} was to go on and ${why}.`, 'Look at its pane.');
  const forgotten = withDelivered(decision, id, null);
  return { ...forgotten, state: addNotice(forgotten.state, problem) };
}

/** Types the brief again for a person. */
export function retypeBrief(state: ControllerState, ticket: RequestId, id: string): Decision {
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
  // Typed twice at once, it would be in the input box twice.
  if (state.deliveries.get(id)?.state === 'typing')
    return reply(state, ticket, failure('being_typed', `It is being typed into ${id} just now.`));
  return beginTyping(reply(state, ticket, success(null)), id, { key: ticket, what: 'brief' });
}

/** Sets the state of a delivery; null removes it. */
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
