import type { Worker } from '../../core/worker.ts';
import { success } from '../../lib/result.ts';
import type { DomainEvent } from '../log.ts';
import type { MessageOf, RequestId } from '../messages.ts';
import {
  type Consequence,
  type ControllerState,
  type Decision,
  type Effect,
  type HeldRequest,
  type Moment,
  noConsequence,
  reply,
  type Settled,
} from '../state.ts';
import { observed } from '../workers/observing.ts';
import { questionsOf } from '../workers/workerState.ts';

const settledKept = 200;

/** Upper bound of one worker's requests; further ones stay in its pane. */
const heldOfOne = 20;

/**
 * Holds an agent's request under its id until it is answered here or in its pane, and records that its worker asks. An id
 * that arrives again is the same request; its latest sender gets the answer.
 */
export function requestReceived(
  state: ControllerState,
  { ticket, request, call, waits }: MessageOf<'request-received'>,
): Decision {
  const { id, text } = request;
  const worker = state.log.workers.get(request.worker);
  const known = state.held.get(id);
  if (!worker) return reply(state, ticket, success(null));
  if (known && known.request.worker !== worker.id) return notNamed(state, ticket, worker, text);
  const isKnown = worker.questions.some((question) => question.request === id);
  const sign = { source: 'hook', report: { kind: 'asked', what: text, request: id } } as const;
  const events = isKnown ? [] : observed(state, worker, [sign]);
  const own = [...state.held.values()].filter(
    (held) => held.request.worker === request.worker && held !== known,
  );
  const isHeld = waits && own.length < heldOfOne && (isKnown || events.length > 0);
  if (!isHeld) return { ...reply(state, ticket, success(null)), events };
  const held = new Map(state.held).set(id, { request, call, ticket });
  return { state: { ...state, held }, events, effects: known ? [noAnswer(known)] : [] };
}

/** Leaves a request to its pane whose id already names one of another worker. */
function notNamed(state: ControllerState, ticket: RequestId, worker: Worker, what: string): Decision {
  const sign = { source: 'hook', report: { kind: 'asked', what } } as const;
  return { ...reply(state, ticket, success(null)), events: observed(state, worker, [sign]) };
}

/** Releases a request whose sender has gone or waits no longer: the question stays in its pane. */
export function requestWithdrawn(state: ControllerState, id: string): Decision {
  const held = state.held.get(id);
  if (!held) return { state, events: [], effects: [] };
  return { state: settleRequests(state, [id], 'elsewhere'), events: [], effects: [noAnswer(held)] };
}

/** Events after which a worker may have fewer questions. */
type EndOfQuestions = Extract<
  DomainEvent,
  { type: 'observed' | 'exited' | 'lost' | 'finished' | 'cleaned' | 'spawn-failed' | 'resumed' }
>;

/** Releases requests that are over by evidence: answered in the pane, dismissed by Esc, or ended with the process. */
export function releaseRequests({ now }: Moment, happening: EndOfQuestions): Consequence {
  const asked = happening.type === 'observed' ? questionsOf(happening) : [];
  const open = new Set(asked.map(({ request }) => request));
  const over = [...now.held.values()].filter(
    ({ request }) => request.worker === happening.id && !open.has(request.id),
  );
  if (over.length === 0) return noConsequence;
  const ids = over.map(({ request }) => request.id);
  return { now: settleRequests(now, ids, 'elsewhere'), effects: over.map(noAnswer) };
}

function noAnswer({ ticket }: HeldRequest): Effect {
  return { type: 'reply', ticket, result: success(null) };
}

/** Releases requests, and keeps how each ended. */
export function settleRequests(
  state: ControllerState,
  ids: readonly string[],
  how: Settled,
): ControllerState {
  const held = new Map(state.held);
  for (const id of ids) held.delete(id);
  const settled = [...state.settled, ...ids.map((id) => [id, how] as const)].slice(-settledKept);
  return { ...state, held, settled: new Map(settled) };
}
