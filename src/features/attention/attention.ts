import {
  type AgentRequest,
  acceptsChoice,
  allowedAnswers,
  type Choice,
  type RequestAnswer,
} from '../../core/queue.ts';
import type { Printed } from '../../core/verb.ts';
import type { Worker } from '../../core/worker.ts';
import { failure, type Result, success } from '../../lib/result.ts';
import { defineCommand, type VerbCall } from '../define.ts';
import type { DomainEvent } from '../log.ts';
import type { MessageOf, RequestId, RequestMessage } from '../messages.ts';
import {
  type Consequence,
  type ControllerState,
  type Decision,
  type Effect,
  type HeldRequest,
  type Moment,
  noConsequence,
  onlyState,
  recordForWorker,
  reply,
  type Settled,
} from '../state.ts';
import { observed } from '../workers/signals.ts';
import { questionsOf } from '../workers/workerState.ts';

const settledKept = 200;

/** Upper bound of one worker's requests; further ones stay in its pane. */
const maxHeldPerWorker = 20;

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
  if (known && known.request.worker !== worker.id) return leaveToPane(state, ticket, worker, text);
  const isKnown = worker.questions.some((question) => question.request === id);
  const sign = { source: 'hook', report: { kind: 'asked', what: text, request: id } } as const;
  const events = isKnown ? [] : observed(state, worker, [sign]);
  const own = [...state.held.values()].filter(
    (held) => held.request.worker === request.worker && held !== known,
  );
  const isHeld = waits && own.length < maxHeldPerWorker && (isKnown || events.length > 0);
  if (!isHeld) return { ...reply(state, ticket, success(null)), events };
  const held = new Map(state.held).set(id, { request, call, ticket });
  return { state: { ...state, held }, events, effects: known ? [noAnswer(known)] : [] };
}

/** Leaves a request to its pane whose id already names one of another worker. */
function leaveToPane(state: ControllerState, ticket: RequestId, worker: Worker, what: string): Decision {
  const sign = { source: 'hook', report: { kind: 'asked', what } } as const;
  return { ...reply(state, ticket, success(null)), events: observed(state, worker, [sign]) };
}

/** Releases a request whose sender has gone or waits no longer: the question stays in its pane. */
export function requestWithdrawn(state: ControllerState, id: string): Decision {
  const held = state.held.get(id);
  if (!held) return onlyState(state);
  return { state: settleRequests(state, [id], 'elsewhere'), events: [], effects: [noAnswer(held)] };
}

/** Events after which a worker may have fewer questions. */
type EndOfQuestions = Extract<
  DomainEvent,
  { type: 'observed' | 'exited' | 'lost' | 'finished' | 'cleaned' | 'spawn-failed' | 'resumed' }
>;

/** Releases requests that are over by evidence: answered in the pane, dismissed by Esc, or ended with the process. */
export function releaseRequests({ now }: Moment, event: EndOfQuestions): Consequence {
  const asked = event.type === 'observed' ? questionsOf(event) : [];
  const open = new Set(asked.map(({ request }) => request));
  const over = [...now.held.values()].filter(
    ({ request }) => request.worker === event.id && !open.has(request.id),
  );
  if (over.length === 0) return noConsequence;
  const ids = over.map(({ request }) => request.id);
  return { now: settleRequests(now, ids, 'elsewhere'), effects: over.map(noAnswer) };
}

function noAnswer({ ticket }: HeldRequest): Effect {
  return { type: 'reply', ticket, result: success(null) };
}

/** Releases requests, and keeps how each ended. */
function settleRequests(state: ControllerState, ids: readonly string[], how: Settled): ControllerState {
  const held = new Map(state.held);
  for (const id of ids) held.delete(id);
  const settled = [...state.settled, ...ids.map((id) => [id, how] as const)].slice(-settledKept);
  return { ...state, held, settled: new Map(settled) };
}

/** Answers the request of an agent by its id in the queue. Each request takes one answer. */
export const answerCommand = defineCommand<null>()({
  name: 'answer',
  by: 'person',
  what: 'answer agents',
  approves: true,
  onForeignState: true,
  params: ({ z, text, answer }) => z.strictObject({ request: text, answer }),
  decide: decideAnswer,
  verbs: [
    {
      usage: 'answer <request> <answer...>',
      about: 'say allow, deny or the number of an option to an agent',
      options: { '--why <text>': { about: 'the reason it gets when it is denied', fallback: '' } },
      run: answerRequest,
    },
  ],
});

async function answerRequest(
  call: VerbCall,
  [request, words]: readonly [string, readonly string[]],
  { why }: { readonly why: string },
): Promise<Printed> {
  const read =
    parseAnswer(words, why) ??
    call.refuseUsage(
      'say allow, deny, or the numbers of options, one for each question, or 1,3 where several may be chosen',
    );
  await call.ask(answerCommand, { request, answer: read });
  return { value: { request, answer: read }, text: read.say === 'deny' ? 'Denied.' : 'Answered.' };
}

/**
 * Reads `allow`, `deny`, or numbers of options from 1 on: one for each question, such as `2`, or `1,3` where several
 * may be chosen. Returns null for anything else.
 */
function parseAnswer(words: readonly string[], why: string): RequestAnswer | null {
  const [first] = words;
  if (words.length === 1 && first === 'allow') return { say: 'allow' };
  if (words.length === 1 && first === 'deny') return { say: 'deny', why };
  if (words.every((word) => /^[1-9](,[1-9])*$/.test(word)))
    return { say: 'choose', options: words.map(parseChoice) };
  return null;
}

function parseChoice(word: string): Choice {
  const [first = 0, ...more] = word.split(',').map((number) => Number(number) - 1);
  return more.length === 0 ? first : [first, ...more];
}

interface AnswerParams {
  readonly request: string;
  readonly answer: RequestAnswer;
}

/** Gives a person's answer to the request that it names, at most once. */
function decideAnswer(
  state: ControllerState,
  { request: id, answer }: AnswerParams,
  { ticket, from }: RequestMessage,
): Decision {
  const held = state.held.get(id);
  if (!held) return reply(state, ticket, notHeld(state, id));
  const { request } = held;
  const fault = answerProblem(request, answer);
  if (fault) return reply(state, ticket, fault);
  const worker = state.log.workers.get(request.worker);
  const sign = { source: 'hook', report: { kind: 'answered', request: id } } as const;
  return {
    state: settleRequests(state, [id], 'answered'),
    events: [
      {
        ...{ type: 'answered', id: request.worker, request: id, what: request.text, answer },
        byPid: from.pid,
      },
      ...(worker ? observed(state, worker, [sign]) : []),
    ],
    effects: [
      { type: 'reply', ticket: held.ticket, result: success(answer) },
      { type: 'reply', ticket, result: success(null) },
    ],
  };
}

function notHeld(state: ControllerState, id: string): Result<never> {
  switch (state.settled.get(id)) {
    case 'answered':
      return failure('already_answered', 'That has been answered already.', 'See: orch-tui queue');
    case 'elsewhere':
      return failure(
        'answered_elsewhere',
        'That was answered in its pane, or is over.',
        'See: orch-tui queue',
      );
    case undefined:
      return failure('no_such_request', `Nothing waits under ${JSON.stringify(id)}.`, 'See: orch-tui queue');
  }
}

function answerProblem(request: AgentRequest, answer: RequestAnswer): Result<never> | null {
  const possible = allowedAnswers(request);
  if (!possible.includes(answer.say)) {
    const hint = `Type into its pane: orch-tui worker attach ${request.worker}`;
    return failure('not_here', `This cannot be answered with ${answer.say} from here.`, hint);
  }
  if (answer.say !== 'choose') return null;
  const { questions } = request;
  const isRight =
    answer.options.length === questions.length &&
    questions.every((question, n) => acceptsChoice(question, answer.options[n] ?? []));
  const each = questions.some(({ several }) => several)
    ? ', such as 1, or 1,3 where several may be chosen'
    : '';
  return isRight
    ? null
    : failure('bad_choice', `${questions.length} choices are wanted, one for each question${each}.`);
}

/** Dismisses the news of a worker's state or report until there is something new. */
export const setAside = defineCommand<null>()({
  name: 'setAside',
  by: 'person',
  what: 'set anything aside',
  params: ({ worker }) => worker,
  decide: (state, { id }, { ticket }) => recordForWorker(state, ticket, id, { type: 'set-aside', id }),
});
