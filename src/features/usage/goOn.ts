import { clockText } from '../../core/amounts.ts';
import { type ContinueOutcome, holdsLimit, stoppedByLimit } from '../../core/usage.ts';
import { type Printed, yesOption } from '../../core/verb.ts';
import { isLive, type Worker } from '../../core/worker.ts';
import { failure, type Problem, problemOf, type Result, success } from '../../lib/result.ts';
import { defineCommand, type VerbCall } from '../define.ts';
import type { DomainEvent } from '../log.ts';
import { beginTyping, withDelivered, withDelivery } from '../messages/delivery.ts';
import type { Message, RequestId } from '../messages.ts';
import {
  addNotice,
  type Consequence,
  type ControllerState,
  type Decision,
  findIdle,
  type Moment,
  noConsequence,
  notRunning,
} from '../state.ts';

/** Asks workers that stopped at a usage limit to go on, one at a time; refused while a worker's limit holds. */
export const goOn = defineCommand<ContinueOutcome>()({
  name: 'goOn',
  by: 'person',
  what: 'let workers go on',
  params: ({ z, text }) => z.strictObject({ ids: z.array(text).readonly() }),
  decide: (state, { ids }, { ticket }) => requestGoOn(state, ticket, ids),
  verbs: [
    {
      usage: 'worker go-on [ids...]',
      about: 'tell those to go on that stopped at a usage limit',
      options: { '--all': 'all whose limit is over: lists them and asks', ...yesOption },
      run: resumeAfterLimit,
    },
  ],
});

/** Lets workers go on; `--all` lists them first and asks. */
async function resumeAfterLimit(
  call: VerbCall,
  [ids = []]: readonly [(readonly string[])?],
  { all = false, yes = false }: { readonly all?: boolean; readonly yes?: boolean },
): Promise<Printed> {
  if (ids.length > 0 === all) call.refuseUsage('name workers, or say --all');
  const { canContinue: canGoOn, ended, held } = stoppedByLimit(await call.facts());
  const toResume = all ? ended.map(({ id }) => id) : [];
  const wanted = all ? canGoOn.map(({ id }) => id) : ids;
  if (all && wanted.length > 0) {
    call.print(['These would go on:', ...wanted.map((id) => `  ${id}`)].join('\n'));
    await call.requireYes(yes, 'Let them go on?', refusals);
  }
  const { going, left } = await call.ask(goOn, { ids: wanted });
  const lines = [
    ...going.map((id) => `Told ${id} to go on.`),
    ...left.map(({ problem }) => `Not told: ${problem.message}`),
    ...toResume.map((id) => `${id} has ended. Resume it: orch-tui worker resume ${id}`),
    ...(all ? held.map((worker) => heldText(worker, call.now)) : []),
  ];
  return {
    value: { going, left, ended: toResume },
    text: lines.length === 0 ? 'No worker has stopped at a usage limit.' : lines.join('\n'),
    hasFailed: left.length > 0,
  };
}

const refusals = {
  unasked: problemOf(
    'approval_required',
    'No worker goes on without your yes.',
    'Say it here: orch-tui worker go-on --all --yes',
  ),
  no: problemOf('not_approved', 'Nothing was sent.'),
};

function heldText({ id, limitedUntil }: Worker, now: number): string {
  return `${id}: its usage limit holds until ${clockText(limitedUntil ?? '', now)}.`;
}

// Workers that stopped at a usage limit go on only when a person asks for it.

/** Queues the prompt for each worker, spaced as starts are; returns why the others cannot go on. */
function requestGoOn(state: ControllerState, ticket: RequestId, ids: readonly string[]): Decision {
  const checked = [...new Set(ids)].map((id) => ({ id, can: canGoOn(state, id) }));
  const going = checked.filter(({ can }) => can.ok).map(({ id }) => id);
  const left = checked.flatMap(({ id, can }) => (can.ok ? [] : [{ id, problem: can.problem }]));
  const gone: ContinueOutcome = { going, left };
  const begun: Decision = {
    state,
    events: [],
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
    return failure('not_limited', `${id} is ${worker.state}, not at a usage limit.`);
  if (state.deliveries.has(id)) return failure('going_on', `${id} is already being asked to go on.`);
  const { limitedUntil = null } = worker;
  if (limitedUntil !== null && holdsLimit(worker, state.now))
    return failure(
      'still_limited',
      `The usage limit of ${id} holds until ${clockText(limitedUntil, state.now)}.`,
      'Where you know better, type into its pane.',
    );
  return success(null);
}

/** Types the prompt when a worker's turn has come, if the worker is still at its limit. */
export function slotAvailable(
  decision: Decision,
  { id, key }: Extract<Message, { type: 'turn-came' }>,
): Decision {
  const { deliveries, log } = decision.state;
  const known = deliveries.get(id);
  if (known?.key !== key || known.state !== 'waiting') return decision;
  return log.workers.get(id)?.state === 'limited'
    ? beginTyping(decision, id, known)
    : withDelivered(decision, id, null);
}

/** Cancels the pending turns of an agent's workers when one of them reaches the limit again. */
export function dropTurns(
  { now }: Moment,
  { id: limited, state }: Extract<DomainEvent, { type: 'observed' }>,
): Consequence {
  const { log, deliveries } = now;
  if (state !== 'limited' || deliveries.size === 0) return noConsequence;
  const agentOf = (id: string) => log.workers.get(id)?.agent;
  const stopped = [...deliveries].flatMap(([id, delivery]) => {
    const isWaiting = delivery.what === 'go-on' && delivery.state === 'waiting';
    return isWaiting && agentOf(id) === agentOf(limited) ? [id] : [];
  });
  if (stopped.length === 0) return noConsequence;
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
