import { opening } from '../agents/opening.ts';
import { failure, success } from '../domain/problem.ts';
import { isLive } from '../domain/worker.ts';
import { noSuchWorker, notRunning } from './checks.ts';
import type { Delivery } from './delivery.ts';
import type { Effect } from './effects.ts';
import type { Message, Ticket } from './messages.ts';
import { type ControllerState, type Decision, reply } from './state.ts';

/** Enter is sometimes lost while an agent redraws; so often it is pressed. */
const mostTries = 4;

/** Waits with a brief until its agent knows our tools, types it, and looks whether it arrived. */
export function withDelivery(message: Message, decision: Decision): Decision {
  const launched = decision.effects.find((effect) => effect.type === 'launch');
  if (launched?.plan.delivery === 'typed')
    return withState(decision, launched.id, { key: launched.ticket, state: 'waiting' });
  switch (message.type) {
    case 'tools-met':
      return message.listed ? beginWaiting(decision, message.id) : decision;
    case 'brief-overdue':
      return decision.state.deliveries.get(message.id)?.key === message.key
        ? beginWaiting(decision, message.id)
        : decision;
    case 'brief-typed':
      return afterTry(decision, message);
    case 'signed':
      return message.sign.source === 'hook'
        ? afterReport(decision, message.id, message.sign.report.kind)
        : decision;
    default:
      return decision;
  }
}

function afterReport(decision: Decision, id: string, kind: string): Decision {
  const known = decision.state.deliveries.get(id);
  if (!known) return decision;
  if (kind === 'prompted') return withState(decision, id, null);
  if (kind !== 'session-started' || known.state !== 'waiting') return decision;
  return withEffect(decision, { type: 'await-listing', id, key: known.key });
}

/** An agent that does not look at our tools gets its brief, too, later. */
function beginWaiting(decision: Decision, id: string): Decision {
  const known = decision.state.deliveries.get(id);
  return known?.state === 'waiting' ? begin(decision, id, known.key) : decision;
}

function begin(decision: Decision, id: string, key: Ticket): Decision {
  const worker = decision.state.log.workers.get(id);
  if (!worker) return decision;
  const effect: Effect = { type: 'type-brief', id, key, text: opening(worker.brief), tries: 0 };
  return withEffect(withState(decision, id, { key, state: 'typing' }), effect);
}

/** Nothing was heard of it: Enter once more, but never at a question, which it would answer. */
function afterTry(decision: Decision, message: Extract<Message, { type: 'brief-typed' }>): Decision {
  const { id, key, tries } = message;
  const known = decision.state.deliveries.get(id);
  if (known?.key !== key || known.state !== 'typing') return decision;
  const state = decision.state.log.workers.get(id)?.state;
  if (state === 'working') return withState(decision, id, null);
  if (state !== 'idle' || tries >= mostTries) return withState(decision, id, { key, state: 'failed' });
  return withEffect(decision, { type: 'type-brief', id, key, text: '', tries });
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
  return begin(reply(state, ticket, success(null)), id, ticket);
}

function withState(decision: Decision, id: string, delivery: Delivery | null): Decision {
  const deliveries = new Map(decision.state.deliveries);
  if (delivery) deliveries.set(id, delivery);
  else deliveries.delete(id);
  return { ...decision, state: { ...decision.state, deliveries } };
}

function withEffect(decision: Decision, effect: Effect): Decision {
  return { ...decision, effects: [...decision.effects, effect] };
}
