import { clockText } from '../../core/amounts.ts';
import { type GoneOn, holdsLimit } from '../../core/usage.ts';
import { isLive } from '../../core/worker.ts';
import { failure, type Problem, problemOf, type Result, success } from '../../lib/result.ts';
import type { Happening } from '../log.ts';
import { beginTyping, withDelivered, withDelivery } from '../messages/delivering.ts';
import type { Message, Ticket } from '../messages.ts';
import {
  addNotice,
  type Consequence,
  type ControllerState,
  type Decision,
  type Moment,
  nothing,
} from '../state.ts';
import { findIdle, notRunning } from '../workers/checks.ts';

/** Workers that stopped at a usage limit and are told by their person to go on. None does so by itself. */

/** Tells each of them when its turn comes, as far apart as starts are; of the others it says why not. */
export function goOn(state: ControllerState, ticket: Ticket, ids: readonly string[]): Decision {
  const checked = [...new Set(ids)].map((id) => ({ id, can: canGoOn(state, id) }));
  const going = checked.filter(({ can }) => can.ok).map(({ id }) => id);
  const left = checked.flatMap(({ id, can }) => (can.ok ? [] : [{ id, problem: can.problem }]));
  const gone: GoneOn = { going, left };
  const begun: Decision = {
    state,
    happenings: [],
    effects: [
      ...going.map((id) => ({ type: 'await-turn', id, key: ticket }) as const),
      { type: 'reply', ticket, result: success(gone) },
    ],
  };
  return going.reduce(
    (decision, id) => withDelivered(decision, id, { key: ticket, what: 'go-on', state: 'waiting' }),
    begun,
  );
}

function canGoOn(state: ControllerState, id: string): Result<null> {
  const found = findIdle(state, id);
  if (!found.ok) return found;
  const worker = found.value;
  if (!isLive(worker.state)) return notRunning(id);
  if (worker.state !== 'limited')
    return failure('not_limited', `${id} is ${worker.state}, and at no usage limit.`);
  if (state.deliveries.has(id)) return failure('going_on', `${id} is being told to go on already.`);
  const { limitedUntil = null } = worker;
  if (limitedUntil !== null && holdsLimit(worker, state.now))
    return failure(
      'still_limited',
      `The usage limit of ${id} holds until ${clockText(limitedUntil, state.now)}.`,
      'Where you know better, type into its pane.',
    );
  return success(null);
}

/** Between the yes and its turn much may have happened: only who still waits is told. */
export function turnCame(decision: Decision, { id, key }: Extract<Message, { type: 'turn-came' }>): Decision {
  const { deliveries, log } = decision.state;
  const known = deliveries.get(id);
  if (known?.key !== key || known.state !== 'waiting') return decision;
  return log.workers.get(id)?.state === 'limited'
    ? beginTyping(decision, id, known)
    : withDelivered(decision, id, null);
}

/** A limit that is reached again stops those of the same agent who have not had their turn yet. */
export function dropTurns(
  { now }: Moment,
  { id: limited, state }: Extract<Happening, { type: 'observed' }>,
): Consequence {
  const { log, deliveries } = now;
  if (state !== 'limited' || deliveries.size === 0) return nothing;
  const agentOf = (id: string) => log.workers.get(id)?.agent;
  const stopped = [...deliveries].flatMap(([id, delivery]) => {
    const isWaiting = delivery.what === 'go-on' && delivery.state === 'waiting';
    return isWaiting && agentOf(id) === agentOf(limited) ? [id] : [];
  });
  if (stopped.length === 0) return nothing;
  const left = stopped.reduce((rest, id) => withDelivery(rest, id, null), now);
  return { now: addNotice(left, reachedAgain(limited, stopped)) };
}

function reachedAgain(limited: string, stopped: readonly string[]): Problem {
  const who = stopped.join(', ');
  return problemOf(
    'agent_limited',
    `${limited} reached the usage limit again; not told to go on: ${who}.`,
    'They wait in the queue.',
  );
}
