import { abilitiesMissing } from '../agents/abilities.ts';
import type { Day } from '../core/amounts.ts';
import { type BoardFacts, trimBoard } from '../core/board.ts';
import type { Facts, OperationFact, ProcessMemory } from '../core/facts.ts';
import { repoOf } from '../core/ids.ts';
import { type InvoiceFacts, trimInvoices } from '../core/invoices.ts';
import { type LeftProcesses, leftProblem, type ProcessesToEnd } from '../core/leftProcess.ts';
import { type NotionFacts, withSuggestion } from '../core/notion.ts';
import type { Proposal, StartPlan } from '../core/proposal.ts';
import { type AgentRequest, queueOf } from '../core/queue.ts';
import type { RepoRadar } from '../core/radar.ts';
import type { RepoStatus } from '../core/repo.ts';
import type { Worker } from '../core/worker.ts';
import { isWhollyTrusted, type TrustFacts, usualWorkers, type WorkspaceConfig } from '../core/workspace.ts';
import type { TerminalRecord } from '../ipc/hostApi.ts';
import { failure, type Problem, type Result, success } from '../lib/result.ts';
import type { CardMove } from './board/boardState.ts';
import { selectInvoices } from './invoices/workTime.ts';
import { type DomainEvent, emptyLogState, type LogState } from './log.ts';
import { type Delivery, selectUndelivered } from './messages/agentInput.ts';
import { selectMessages } from './messages/messageState.ts';
import type { Message, RequestId } from './messages.ts';
import { limitOf, selectHeld, selectUsage } from './usage/usageState.ts';
import type { OpenProposal, ToolsContact } from './workers/workerState.ts';

/** The controller's state: the log's, and what can be observed again. */
export interface ControllerState {
  readonly config: WorkspaceConfig;
  /** Unless it is `trusted` and `own`, starts wait, or all changes are refused. */
  readonly trust: TrustFacts;
  readonly log: LogState;
  /** The name of the environment in which plans are made; empty for the controller's own. */
  readonly environment: string;
  /** Plans of open proposals, by number. */
  readonly plans: ReadonlyMap<number, Result<StartPlan>>;
  readonly terminals: ReadonlyMap<string, TerminalRecord>;
  /** Workers with an operation under way; a second one is refused. */
  readonly busy: ReadonlyMap<string, Operation>;
  readonly repos: readonly RepoStatus[];
  /** The last comparison of each repository's worktrees, as clients get it. */
  readonly radar: ReadonlyMap<string, RepoRadar>;
  /** Contact of agents with our tools, for runs that this controller started. */
  readonly tools: ReadonlyMap<string, ToolsContact>;
  /** Requests that block agents, by id, in order of arrival. */
  readonly held: ReadonlyMap<string, HeldRequest>;
  /** How released requests ended, latest last, to explain why a second answer is refused. */
  readonly settled: ReadonlyMap<string, Settled>;
  /** The documents as last read; null where there are none, or they are turned off. */
  readonly documents: { readonly board: BoardFacts | null; readonly invoices: InvoiceFacts | null };
  /** Null where nothing is connected. */
  readonly notion: NotionFacts | null;
  readonly notices: readonly Problem[];
  /** Why the log cannot be written at the moment; null while it can. */
  readonly unrecordable: Problem | null;
  /** Deliveries that are waiting, under way or failed, by worker. */
  readonly deliveries: ReadonlyMap<string, Delivery>;
  /** Remaining processes of lost workers, as found last. */
  readonly left: LeftProcesses;
  /** Programs that wait for the person to sign a worker's operation, by worker. */
  readonly signing: Readonly<Record<string, string>>;
  readonly memory: ProcessMemory | null;
  /** Empty until the clock was first read. */
  readonly today: Day;
  /** The last clock reading that changed anything, milliseconds since 1970; 0 before the first. */
  readonly now: number;
}

/** An operation on a worker. `launching` keeps the proposal, which opens again if the start fails. */
export type Operation =
  | { readonly kind: 'launching'; readonly proposal: OpenProposal }
  | { readonly kind: 'stopping' | 'checking' | 'finishing' | 'cleaning' | 'undoing' }
  /** Waits until others of its repository are done. */
  | { readonly kind: 'queued'; readonly request: QueuedRequest; readonly ticket: RequestId };

/** A request whose agent still waits for our answer. */
export interface HeldRequest {
  readonly request: AgentRequest;
  /** Id of the tool call that it is about. */
  readonly call: string;
  readonly ticket: RequestId;
}

/** The way in which a request ended. */
export type Settled = 'answered' | 'elsewhere';

/** Requests that can wait for others of their repository. */
export type QueuedRequest = FinishRequest | ({ readonly do: 'clean' } & Omit<EndParams, 'checks'>);
type FinishRequest = { readonly do: 'finish'; readonly skipChecks?: boolean } & EndParams;

/** The preview of a worker's end that a person agreed to. */
interface EndParams extends ProcessesToEnd {
  readonly id: string;
  readonly tip: string;
  readonly checks?: readonly string[];
  /** The task's name, typed because something would be lost. */
  readonly confirm?: string;
}

/** The result of update: the state before the new events, which the log still has to apply, the events, and effects. */
export interface Decision {
  readonly state: ControllerState;
  readonly events: readonly DomainEvent[];
  readonly effects: readonly Effect[];
}

/** The states that a reaction compares: before the message, and now, after all decisions about it so far. */
export interface Moment {
  readonly before: ControllerState;
  readonly now: ControllerState;
  readonly message: Message;
}

/** The additions of a reaction to a decision. */
export interface Consequence {
  readonly now?: ControllerState;
  readonly effects?: readonly Effect[];
}

/** Returns what follows from one message or event. Pure; where nothing follows it returns nothing. */
export type Reaction<Cause> = (moment: Moment, cause: Cause) => Consequence;

/** No consequence. */
export const noConsequence: Consequence = {};

export function initialState(
  config: WorkspaceConfig,
  log: LogState = emptyLogState,
  trust: TrustFacts = { configuration: 'trusted', state: 'own', hash: '' },
): ControllerState {
  return {
    config,
    trust,
    log,
    environment: '',
    plans: new Map(),
    terminals: new Map(),
    busy: new Map(),
    repos: [],
    radar: new Map(),
    tools: new Map(),
    held: new Map(),
    settled: new Map(),
    documents: { board: null, invoices: null },
    notion: null,
    notices: [],
    unrecordable: null,
    deliveries: new Map(),
    left: {},
    signing: {},
    memory: null,
    today: '',
    now: 0,
  };
}

/** Reports whether the configured repositories have been read since the controller began. */
export function hasReadRepos({ repos, config }: ControllerState): boolean {
  return repos.length > 0 || config.repos.length === 0;
}

/** Adds a notice; an earlier one with the same message is removed. */
export function addNotice(state: ControllerState, problem: Problem): ControllerState {
  const others = state.notices.filter((known) => known.message !== problem.message);
  return { ...state, notices: [...others, problem].slice(-noticesKept) };
}

const noticesKept = 20;

/** Answers a request without a change. */
export function reply(state: ControllerState, ticket: RequestId, result: Result<unknown>): Decision {
  return { state, events: [], effects: [{ type: 'reply', ticket, result }] };
}

/** Decides nothing beyond a new state. */
export function onlyState(state: ControllerState): Decision {
  return { state, events: [], effects: [] };
}

/** Returns the facts for clients. */
export function selectFacts(state: ControllerState): Facts {
  const { config, log } = state;
  const radar = selectRadar(state);
  const left = selectLeftProcesses(state);
  const invoices = selectInvoices(state.documents.invoices, log);
  const heldByLimit = selectHeld(state);
  const undelivered = selectUndelivered(state.deliveries, log.workers);
  const usage = selectUsage(log.used, state.today, config, log.workers);
  const proposals = [...log.proposals.values()].map((proposal) => selectProposal(state, proposal));
  return {
    workspace: {
      name: config.name,
      root: config.root,
      defaultAgent: config.defaultAgent,
      agents: Object.keys(config.agents),
      mostWorkers: config.limits?.workers ?? usualWorkers,
      lacks: abilitiesMissing(config.agents),
    },
    ...(!isWhollyTrusted(state.trust) && { trust: state.trust }),
    repos: state.repos,
    workers: [...log.workers.values()],
    proposals,
    queue: queueOf({
      workers: log.workers.values(),
      proposals,
      requests: [...state.held.values()].map(({ request }) => request),
      setAside: log.setAside,
      now: state.now,
    }),
    ended: log.ended,
    ...(state.busy.size > 0 && { operations: selectOperations(state) }),
    ...(Object.keys(state.signing).length > 0 && { signing: state.signing }),
    ...(radar && { radar }),
    ...(state.memory && { memory: withoutEnded(state.memory, state.terminals) }),
    ...(undelivered.length > 0 && { undelivered }),
    ...(heldByLimit.length > 0 && { heldByLimit }),
    ...(usage && { usage }),
    ...selectMessages(log, log.workers, state.tools),
    ...(state.documents.board && { board: trimBoard(state.documents.board) }),
    ...(state.config.board === false && { boardOff: true }),
    ...(invoices && { invoices: trimInvoices(invoices) }),
    ...(state.notion && { notion: withSuggestion(state.notion, log) }),
    ...(Object.keys(left).length > 0 && { left }),
    notices: [
      ...state.notices,
      ...Object.entries(left).map(([id, processes]) => leftProblem(id, processes)),
      ...(state.unrecordable ? [state.unrecordable] : []),
    ],
  };
}

/** Returns the remaining processes of workers that are still lost. */
function selectLeftProcesses({ left, log }: ControllerState): LeftProcesses {
  return Object.fromEntries(Object.entries(left).filter(([id]) => log.workers.get(id)?.state === 'lost'));
}

/** Returns the measured memory without that of ended processes. */
function withoutEnded(memory: ProcessMemory, terminals: ControllerState['terminals']): ProcessMemory {
  const running = Object.entries(memory.workers).filter(([id]) => terminals.get(id)?.exit === null);
  return { ...memory, workers: Object.fromEntries(running) };
}

/** Returns the radar for clients, without workers that have been removed since. */
function selectRadar({ radar, log, config }: ControllerState): readonly RepoRadar[] | null {
  if (config.radar === false) return null;
  const has = (id: string) => log.workers.has(id);
  return [...radar.values()]
    .map((one) => ({
      ...one,
      pairs: one.pairs.filter(({ a, b }) => has(a) && has(b)),
      base: one.base.filter(({ worker }) => has(worker)),
      order: one.order.filter(has),
      steps: one.steps.filter(({ id }) => has(id)),
      worktrees: one.worktrees.filter(({ id }) => has(id)),
    }))
    .filter(({ worktrees }) => worktrees.length > 0);
}

export function selectProposal(state: ControllerState, open: OpenProposal): Proposal {
  const { sessionId: _, ...proposal } = open;
  const plan = state.plans.get(open.n);
  const limit = limitOf(state, open);
  return {
    ...proposal,
    plan: plan?.ok ? plan.value : null,
    problem: plan && !plan.ok ? plan.problem : null,
    ...(limit && { limit }),
  };
}

function selectOperations({ busy }: ControllerState): OperationFact[] {
  const taken = new Map<string, number>();
  return [...busy].map(([id, { kind }]) => {
    const repo = repoOf(id);
    const before = taken.get(repo) ?? 0;
    if (isSequential(kind)) taken.set(repo, before + 1);
    return { id, kind, ahead: kind === 'queued' ? before : 0 };
  });
}

/** Reports whether an operation runs only one at a time in its repository. */
export function isSequential(kind: Operation['kind']): boolean {
  return kind !== 'launching' && kind !== 'stopping';
}

/** Records an event about a worker, or refuses if the worker does not exist. */
export function recordForWorker(
  state: ControllerState,
  ticket: RequestId,
  id: string,
  event: DomainEvent,
): Decision {
  return refuseUnknown(state, ticket, id) ?? record(state, ticket, event);
}

/** Refuses a request about an unknown worker; returns null for a known one. */
export function refuseUnknown(state: ControllerState, ticket: RequestId, id: string): Decision | null {
  return state.log.workers.has(id) ? null : reply(state, ticket, noSuchWorker(state, id));
}

/** Records an event and answers the request. */
export function record(
  state: ControllerState,
  ticket: RequestId,
  event: DomainEvent,
  result: Result<unknown> = success(null),
): Decision {
  return { state, events: [event], effects: [{ type: 'reply', ticket, result }] };
}

export function noSuchWorker(state: ControllerState, id: string): Result<never> {
  const ended = state.log.ended.findLast((known) => known.id === id);
  if (ended?.how === 'finished')
    return failure(
      'already_finished',
      `${id} is finished: merged into ${ended.into} as ${ended.merge?.slice(0, 10)}.`,
      `Its last commit is kept at ${ended.backup}.`,
    );
  if (ended)
    return failure(
      'already_cleaned',
      `${id} was cleaned away.`,
      `Its last commit is kept at ${ended.backup}.`,
    );
  return failure('no_such_worker', `There is no worker ${JSON.stringify(id)}.`, 'See: orch-tui worker list');
}

/** Returns a worker without an operation under way. */
export function findIdle(state: ControllerState, id: string): Result<Worker> {
  const worker = state.log.workers.get(id);
  if (!worker) return noSuchWorker(state, id);
  const busy = state.busy.get(id);
  if (busy) return failure('busy', `${id} is ${busy.kind} at this moment.`, 'Wait until that is done.');
  return success(worker);
}

export function notRunning(id: string): Result<never> {
  return failure('not_running', `${id} is not running.`, `Resume it: orch-tui worker resume ${id}`);
}

export function noSuchProposal(n: number): Result<never> {
  return failure('no_such_proposal', `There is no open proposal ${n}.`, 'See: orch-tui proposals');
}

export function withBusy(
  busy: ControllerState['busy'],
  id: string,
  operation: Operation,
): ControllerState['busy'] {
  return new Map(busy).set(id, operation);
}

export function withoutBusy(busy: ControllerState['busy'], id: string): ControllerState['busy'] {
  const rest = new Map(busy);
  rest.delete(id);
  return rest;
}

/** Size of a terminal in cells. */
export interface TerminalSize {
  readonly cols: number;
  readonly rows: number;
}

/** An action outside the loop that update asks for. `launch` is the only one that starts an agent. */
export type Effect =
  /** Makes a proposal's plan: base commit, command, warnings. Ends as `planned`. */
  | { readonly type: 'plan'; readonly n: number }
  /** Makes the worktree where it is missing and starts the process. Ends as `launched` or `launch-failed`. */
  | {
      readonly type: 'launch';
      readonly id: string;
      readonly plan: StartPlan;
      readonly size: TerminalSize;
      readonly ticket: RequestId;
    }
  /** Ends as `process-ended`. */
  | { readonly type: 'end-process'; readonly id: string; readonly ticket: RequestId }
  /** Ends as `finish-ended`. */
  | ({
      readonly type: 'finish';
      readonly id: string;
      readonly tip: string;
      readonly confirm: string | null;
      readonly checks: readonly string[] | null;
      readonly skipChecks: boolean;
      readonly ticket: RequestId;
    } & ProcessesToEnd)
  /** Ends the checks before a finish, which ends with them. */
  | { readonly type: 'cancel-checks'; readonly id: string }
  /** Ends as `undo-ended`. */
  | { readonly type: 'undo'; readonly id: string; readonly keepMerge: boolean; readonly ticket: RequestId }
  /** Keeps uncommitted work. Ends as `snapshot-ended`. */
  | { readonly type: 'snapshot'; readonly id: string; readonly why: string }
  /** Ends as `clean-ended`. */
  | ({
      readonly type: 'clean';
      readonly id: string;
      readonly tip: string;
      readonly confirm: string | null;
      readonly ticket: RequestId;
    } & ProcessesToEnd)
  /** Drops the terminal of a removed worker. */
  | { readonly type: 'forget-terminal'; readonly id: string }
  /** Reads an agent's screen for what no hook reports. Ends as `signed`, `conversation-missing`, `-found`, or in nothing. */
  | {
      readonly type: 'look-at-agent';
      readonly id: string;
      /** Its title rests while it prints on, as beside a blinking dialog: the look is delayed a little. */
      readonly restless?: true;
    }
  /** Ends as `tools-overdue`. */
  | { readonly type: 'await-tools'; readonly id: string; readonly run: number }
  /** Types a line and follows it until its agent has it. Ends as `prompt-typed`. */
  | {
      readonly type: 'type-prompt';
      readonly id: string;
      readonly key: RequestId;
      readonly text: string;
      readonly kind: Delivery['what'];
    }
  /** Looks at the clock when a usage limit should be over, an ISO time. Ends as `clock-read`. */
  | { readonly type: 'await-limit-end'; readonly until: string }
  /** Waits for a slot, spaced as starts are. Ends as `turn-came`. */
  | { readonly type: 'await-turn'; readonly id: string; readonly key: RequestId }
  /** Ends as `brief-overdue`. */
  | { readonly type: 'await-listing'; readonly id: string; readonly key: RequestId }
  /** Ends as `tokens-counted`, or in nothing. */
  | { readonly type: 'count-tokens'; readonly id: string; readonly session: string; readonly path: string }
  /** Ends as `left-found`, or in nothing. */
  | { readonly type: 'look-for-left' }
  /** Ends as `repos-looked-at`. */
  | { readonly type: 'look-at-repos' }
  /** Compares worktrees soon; `changed`: ids of those that may have changed, null for all. Ends as `radar-looked`. */
  | { readonly type: 'look-at-radar'; readonly repo: string; readonly changed: readonly string[] | null }
  /** Brings the card of a worker up to date. Ends as `card-moved`, `noticed`, or in nothing. */
  | { readonly type: 'move-card'; readonly move: CardMove }
  /** Enters the time of finished workers. Ends as `time-entered` for each. */
  | { readonly type: 'enter-time' }
  /** Writes entries that the file lacks. Ends as `entry-written` for each, or `noticed`. */
  | { readonly type: 'write-entries' }
  | { readonly type: 'reply'; readonly ticket: RequestId; readonly result: Result<unknown> }
  /** Answers with the proposal, or the worker, after the events are in the log. */
  | { readonly type: 'reply-proposal'; readonly ticket: RequestId; readonly n: number }
  | { readonly type: 'reply-worker'; readonly ticket: RequestId; readonly id: string };
