import { clockText } from './amounts.ts';
import { workerId } from './ids.ts';
import type { Proposal } from './proposal.ts';
import { holdsLimit } from './usage.ts';
import { isLive, orchestrator, type Worker } from './worker.ts';

/** Why an item waits for the user. */
export type QueueKind =
  | 'proposal'
  /** An agent may not use a tool before an approval. */
  | 'permission'
  | 'question'
  /** A plan to be approved before any change. */
  | 'plan'
  | 'trust'
  | 'blocked'
  /** It reported a time that only a person can judge. */
  | 'time'
  /** Its own report: done, ready to merge. */
  | 'done'
  /** The orchestrator proposes to finish it. */
  | 'finish'
  | 'limited'
  /** Its usage limit is over; it continues on request. */
  | 'limit-over'
  /** Its process ended without a request, or is lost. */
  | 'ended';

/** One item that waits for the user. */
export interface QueueItem {
  /** Stable while it waits: `proposal 3`, a request's id, or `<kind> <worker>`. */
  readonly id: string;
  readonly kind: QueueKind;
  /** The worker's id; for a proposal the id of the future worker. */
  readonly worker: string;
  /** ISO time. */
  readonly since: string;
  /** One line. */
  readonly text: string;
  /** The proposal's number; absent for other kinds. */
  readonly proposal?: number;
  /** The agent's request; absent where only its pane takes an answer. */
  readonly request?: AgentRequest;
}

/**
 * A request that blocks an agent until it is answered, in the control room or in its pane: the first answer
 * counts.
 */
export interface AgentRequest {
  /** Never reused. */
  readonly id: string;
  readonly worker: string;
  readonly kind: 'permission' | 'question' | 'plan';
  /** ISO time of its arrival. */
  readonly since: string;
  /** One line, same as the worker's `asks`. */
  readonly text: string;
  /** The full text, several lines. */
  readonly detail: string;
  /** The one line is complete, so no details have to be shown before an answer. */
  readonly isWhole: boolean;
  /** Longer than the text here; it can only be denied here, or answered in its pane. */
  readonly isCut: boolean;
  /** Present where a subagent asks; the worker's own agent may continue above the question. */
  readonly bySubagent?: true;
  /** Questions with choices, asked one after the other; empty where only the pane can answer. */
  readonly questions: readonly Question[];
}

export interface Question {
  readonly text: string;
  readonly options: readonly { readonly label: string; readonly description: string }[];
  /** Present where several options may be chosen. */
  readonly several?: true;
}

/** An option, 0-based; for a question that takes several, all chosen ones, at least one. */
export type Choice = number | readonly number[];

/** A person's answer to a request. */
export type RequestAnswer =
  | { readonly say: 'allow' }
  /** The reason goes to the agent; may be empty. */
  | { readonly say: 'deny'; readonly why: string }
  /** One for each question. */
  | { readonly say: 'choose'; readonly options: readonly Choice[] };

/** Returns the options of a choice, each once and in ascending order. */
export function chosenOptions(choice: Choice): readonly number[] {
  return [...new Set([choice].flat())].sort((a, b) => a - b);
}

export function acceptsChoice({ options, several }: Question, choice: Choice): boolean {
  const chosen = chosenOptions(choice);
  const isCounted = several ? chosen.length > 0 : chosen.length === 1;
  return isCounted && chosen.every((one) => Number.isInteger(one) && options[one] !== undefined);
}

/** Returns the answers that a request accepts from outside its pane. */
export function allowedAnswers(request: AgentRequest): readonly RequestAnswer['say'][] {
  if (request.isCut) return ['deny'];
  if (request.kind !== 'question') return ['allow', 'deny'];
  return request.questions.length > 0 ? ['choose', 'deny'] : ['deny'];
}

interface QueueInput {
  readonly workers: Iterable<Worker>;
  readonly proposals: Iterable<Proposal>;
  readonly requests: Iterable<AgentRequest>;
  /** ISO times by worker id up to which its news are set aside; see `canSetAside`. */
  readonly setAside: ReadonlyMap<string, string>;
  /** Milliseconds since 1970. */
  readonly now: number;
}

/**
 * Returns all that waits for the user, oldest first. A worker has its requests, or else its most pressing
 * item and its time.
 */
export function queueOf({ workers, proposals, requests, setAside, now }: QueueInput): readonly QueueItem[] {
  const held = Map.groupBy(requests, ({ worker }) => worker);
  const items = [...proposals].map(proposalItem);
  for (const worker of workers) {
    const own = held.get(worker.id);
    if (own && worker.state === 'waiting') items.push(...own.map(requestItem));
    else items.push(...workerItems(worker, setAside.get(worker.id) ?? '', now));
  }
  return items.sort((a, b) => Date.parse(a.since) - Date.parse(b.since));
}

export function proposalItem({ n, kind, by, at, draft }: Proposal): QueueItem {
  const worker = draft.role === 'orchestrator' ? orchestrator.id : workerId(draft.repo, draft.task);
  const text = by === 'board' ? `${kind}? (from the board)` : `${kind}?`;
  return { id: `proposal ${n}`, kind: 'proposal', worker, since: at, text, proposal: n };
}

function requestItem(request: AgentRequest): QueueItem {
  const { id, kind, worker, since, text } = request;
  return { id, kind, worker, since, text, request };
}

function workerItems(worker: Worker, setAside: string, now: number): QueueItem[] {
  const all = [stateItem(worker, now) ?? reportItem(worker), timeItem(worker)];
  return all.flatMap((item) => {
    if (!item || (canSetAside(item.kind) && Date.parse(item.since) <= Date.parse(setAside))) return [];
    return [{ id: `${item.kind} ${worker.id}`, worker: worker.id, ...item }];
  });
}

function timeItem({ openTime }: Worker): WorkerItem | null {
  if (!openTime) return null;
  return {
    kind: 'time',
    since: openTime.at,
    text: `${openTime.text}: a time that only you can judge`,
  };
}

/** Reports whether a person may set an item aside: news only; whatever blocks an agent stays. */
export function canSetAside(kind: QueueKind): boolean {
  return kind === 'blocked' || kind === 'time' || kind === 'done' || kind === 'ended';
}

type WorkerItem = Pick<QueueItem, 'kind' | 'since' | 'text'>;

function stateItem(worker: Worker, now: number): WorkerItem | null {
  const { state, stateSince: since, asks, exitCode, wasStopped } = worker;
  switch (state) {
    case 'waiting':
      return { kind: 'question', since, text: asks ?? 'asks something' };
    case 'needs-trust':
      return { kind: 'trust', since, text: 'asks whether its folder can be trusted' };
    case 'limited':
      return limitItem(worker, now);
    case 'lost':
      return { kind: 'ended', since, text: 'its process is gone' };
    case 'exited':
      if (exitCode === 0 || wasStopped) return null;
      return { kind: 'ended', since, text: `ended with exit code ${exitCode}` };
    default:
      return null;
  }
}

function limitItem(worker: Worker, now: number): WorkerItem {
  const { stateSince: since, limitedUntil: until = null } = worker;
  if (until !== null && !holdsLimit(worker, now))
    return { kind: 'limit-over', since: until, text: 'can go on: its usage limit is over' };
  const end = until === null ? '' : `, until ${clockText(until, now)}`;
  return { kind: 'limited', since, text: `has reached its usage limit${end}` };
}

/**
 * Returns the item of a worker's own report. A turn that began after the report supersedes it, except for a
 * blocker: some agents report one and continue with other work in the same turn.
 */
function reportItem({ update, finishWish, state, stateSince }: Worker): WorkerItem | null {
  if (finishWish)
    return { kind: 'finish', since: finishWish.at, text: finishWish.why || 'is to be finished' };
  if (!update) return null;
  const isSameTurn = update.status === 'blocked' && Date.parse(stateSince) <= Date.parse(update.at);
  if (isLive(state) && state === 'working' && !isSameTurn) return null;
  const { at: since, summary } = update;
  if (update.status === 'blocked')
    return { kind: 'blocked', since, text: update.blockers[0] || summary || 'is blocked' };
  if (update.status === 'done' || update.readyToMerge)
    return { kind: 'done', since, text: summary || 'is done' };
  return null;
}
