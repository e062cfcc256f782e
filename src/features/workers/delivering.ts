import { opening } from '../../agents/opening.ts';
import { failure, problemOf, success } from '../../domain/problem.ts';
import { isLive, type WorkerState } from '../../domain/worker.ts';
import type { Effect } from '../effects.ts';
import type { Message, Ticket } from '../messages.ts';
import { addNotice, type ControllerState, type Decision, reply } from '../state.ts';
import { noSuchWorker, notRunning } from './checks.ts';
import type { Delivery } from './delivery.ts';

/** Enter is sometimes lost while an agent redraws; so often it is pressed. */
const mostTries = 4;

/** Nobody waits for the answer: the controller that was asked has ended. */
const nobody: Ticket = 0;

/** What an agent is told once its limit is over; it has the whole conversation. */
const goOnText = 'Go on where you stopped.';

/** Waits with a brief until its agent knows our tools, types it, and looks whether it arrived. */
export function withDelivery(message: Message, decision: Decision): Decision {
  const launched = decision.effects.find((effect) => effect.type === 'launch');
  if (launched?.plan.delivery === 'typed')
    return withDelivered(decision, launched.id, { key: launched.ticket, what: 'brief', state: 'waiting' });
  switch (message.type) {
    case 'tools-met':
      return message.listed ? beginWaiting(decision, message.id) : decision;
    case 'brief-overdue':
      return decision.state.deliveries.get(message.id)?.key === message.key
        ? beginWaiting(decision, message.id)
        : decision;
    case 'prompt-typed':
      return afterTry(decision, message);
    case 'prompt-held':
      return atQuestion(decision, message.id, message.key);
    case 'signed':
      return message.sign.source === 'hook'
        ? afterReport(decision, message.id, message.sign.report.kind)
        : decision;
    default:
      return decision;
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
  return isLeft ? { key: nobody, what: 'brief', state: 'waiting' } : undefined;
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
  const effect: Effect = { type: 'type-prompt', id, key, text, own: '', tries: 0 };
  return withEffect(withDelivered(decision, id, { key, what, state: 'typing' }), effect);
}

function textOf(what: Delivery['what'], brief: string): string {
  return what === 'brief' ? opening(brief) : goOnText;
}

/** In which state an agent takes it. */
const restsIn: Readonly<Record<Delivery['what'], WorkerState>> = { brief: 'idle', 'go-on': 'limited' };

/** Nothing was heard of it: Enter once more, but never at a question, which it would answer. */
function afterTry(decision: Decision, message: Extract<Message, { type: 'prompt-typed' }>): Decision {
  const { id, key, tries } = message;
  const known = decision.state.deliveries.get(id);
  if (known?.key !== key || known.state !== 'typing') return decision;
  const worker = decision.state.log.workers.get(id);
  const state = worker?.state;
  if (state === 'working') return withDelivered(decision, id, null);
  if (state !== restsIn[known.what] || tries >= mostTries)
    return failed(decision, id, known, 'did not take it up');
  const own = textOf(known.what, worker?.brief ?? '');
  return withEffect(decision, { type: 'type-prompt', id, key, text: '', own, tries });
}

function atQuestion(decision: Decision, id: string, key: Ticket): Decision {
  const known = decision.state.deliveries.get(id);
  return known?.key === key ? failed(decision, id, known, 'shows a question') : decision;
}

/** A brief can be typed again; who was to go on still waits for that in the queue. */
function failed(decision: Decision, id: string, known: Delivery, why: string): Decision {
  if (known.what === 'brief') return withDelivered(decision, id, { ...known, state: 'failed' });
  const problem = problemOf('not_delivered', `${id} was to go on and ${why}.`, 'Look at its pane.');
  const forgotten = withDelivered(decision, id, null);
  return { ...forgotten, state: addNotice(forgotten.state, problem) };
}

/** A person wants the brief typed again. */
export function deliver(state: ControllerState, ticket: Ticket, id: string): Decision {
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
  if (!delivery && !decision.state.deliveries.has(id)) return decision;
  const deliveries = new Map(decision.state.deliveries);
  if (delivery) deliveries.set(id, delivery);
  else deliveries.delete(id);
  return { ...decision, state: { ...decision.state, deliveries } };
}

function withEffect(decision: Decision, effect: Effect): Decision {
  return { ...decision, effects: [...decision.effects, effect] };
}
