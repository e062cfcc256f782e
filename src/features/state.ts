import { abilitiesMissing } from '../agents/abilities.ts';
import type { Day } from '../core/amounts.ts';
import { type BoardFacts, brieflyBoard } from '../core/board.ts';
import type { Facts, OperationFact, ProcessMemory } from '../core/facts.ts';
import { repoOf } from '../core/ids.ts';
import { brieflyInvoices, type InvoiceFacts } from '../core/invoices.ts';
import { type Ends, type Left, leftProblem } from '../core/leftProcess.ts';
import type { NotionFacts } from '../core/notion.ts';
import type { Proposal, StartPlan } from '../core/proposal.ts';
import { type AgentRequest, queueOf } from '../core/queue.ts';
import type { RepoRadar } from '../core/radar.ts';
import type { RepoStatus } from '../core/repo.ts';
import { isWhollyTrusted, type TrustFacts, usualWorkers, type WorkspaceConfig } from '../core/workspace.ts';
import type { TerminalRecord } from '../ipc/hostApi.ts';
import { failure, type Problem, type Result, success } from '../lib/result.ts';
import type { CardMove } from './board/boardState.ts';
import { selectInvoices } from './invoices/workTime.ts';
import { type DomainEvent, emptyLogState, type LogState } from './log.ts';
import { selectTalk } from './messages/messageState.ts';
import { type Delivery, selectUndelivered } from './messages/typing.ts';
import type { Message, RequestId } from './messages.ts';
import { withSuggestion } from './notion/suggesting.ts';
import { limitOf, selectHeld } from './usage/limiting.ts';
import { selectUsage } from './usage/used.ts';
import type { OpenProposal, ToolsContact } from './workers/workerState.ts';

/** What the controller knows: what the log remembers, and what can be found out again. */
export interface ControllerState {
  readonly config: WorkspaceConfig;
  /** While it is not `trusted` and `own`, starts wait, or nothing may be changed at all. */
  readonly trust: TrustFacts;
  readonly log: LogState;
  /** The name of the environment that plans are worked out in; empty for the controller's own. */
  readonly environment: string;
  /** Worked-out plans of open proposals, by number. */
  readonly plans: ReadonlyMap<number, Result<StartPlan>>;
  readonly terminals: ReadonlyMap<string, TerminalRecord>;
  /** Workers with an operation under way; a second one is refused. */
  readonly busy: ReadonlyMap<string, Operation>;
  readonly repos: readonly RepoStatus[];
  /** The last look at each repository's worktrees, as clients are told of it. */
  readonly radar: ReadonlyMap<string, RepoRadar>;
  /** Of workers whose run began under our eyes: whether their agents found our tools. */
  readonly tools: ReadonlyMap<string, ToolsContact>;
  /** What agents are held up by, by the requests' ids, in order of their arrival. */
  readonly held: ReadonlyMap<string, HeldRequest>;
  /** How requests ended that are held no more, latest last: for those who answer them again. */
  readonly settled: ReadonlyMap<string, Settled>;
  /** As they were last read; null where there are none, or they were turned off. */
  readonly documents: { readonly board: BoardFacts | null; readonly invoices: InvoiceFacts | null };
  /** Null where nothing is connected. */
  readonly notion: NotionFacts | null;
  readonly notices: readonly Problem[];
  /** Why nothing can be recorded at the moment; null while all is well. */
  readonly unrecordable: Problem | null;
  /** Of briefs that are typed into their agents and have not arrived yet. */
  readonly deliveries: ReadonlyMap<string, Delivery>;
  /** What was found last of lost workers. */
  readonly left: Left;
  /** Programs that wait for the person to sign what is done to workers, by their ids. */
  readonly signing: Readonly<Record<string, string>>;
  readonly memory: ProcessMemory | null;
  /** Empty until somebody has looked at a clock. */
  readonly today: Day;
  /** When somebody looked at a clock and it mattered, milliseconds since 1970; 0 before. */
  readonly now: number;
}

/** `launching` keeps the proposal, which opens again should the start fail. */
export type Operation =
  | { readonly kind: 'launching'; readonly proposal: OpenProposal }
  | { readonly kind: 'stopping' | 'checking' | 'finishing' | 'cleaning' | 'undoing' }
  /** Waits until others of its repository are done. */
  | { readonly kind: 'queued'; readonly request: QueuedRequest; readonly ticket: RequestId };

/** A request whose agent still waits for our answer. */
export interface HeldRequest {
  readonly request: AgentRequest;
  /** Which use of a tool it is about. */
  readonly call: string;
  readonly ticket: RequestId;
}

/** How a request came to its end. */
export type Settled = 'answered' | 'elsewhere';

/** What can wait in line. */
export type QueuedRequest = FinishRequest | ({ readonly do: 'clean' } & Omit<EndParams, 'checks'>);
export type FinishRequest = { readonly do: 'finish'; readonly skipChecks?: boolean } & EndParams;

/** What a person was shown of a worker's end, and agreed to. */
interface EndParams extends Ends {
  readonly id: string;
  readonly tip: string;
  readonly checks?: readonly string[];
  /** The task's name, typed because something would be lost. */
  readonly confirm?: string;
}

/** What update answers: the state without the happenings, which the log still has to take in, and effects. */
export interface Decision {
  readonly state: ControllerState;
  readonly happenings: readonly DomainEvent[];
  readonly effects: readonly Effect[];
}

/** When a reaction is asked: before the message, and now, after all that has been decided because of it so far. */
export interface Moment {
  readonly before: ControllerState;
  readonly now: ControllerState;
  readonly message: Message;
}

/** What a reaction adds to a decision. */
export interface Consequence {
  readonly now?: ControllerState;
  readonly effects?: readonly Effect[];
}

/** Returns what follows from one message or happening. Pure; where nothing follows it returns nothing. */
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

/** Whether repositories have been looked at since the controller began, where there are any. */
export function hasLooked({ repos, config }: ControllerState): boolean {
  return repos.length > 0 || config.repos.length === 0;
}

/** The same notice twice is one notice, the later one. */
export function addNotice(state: ControllerState, problem: Problem): ControllerState {
  const others = state.notices.filter((known) => known.message !== problem.message);
  return { ...state, notices: [...others, problem].slice(-noticesKept) };
}

const noticesKept = 20;

/** Changes nothing but answers. */
export function reply(state: ControllerState, ticket: RequestId, result: Result<unknown>): Decision {
  return { state, happenings: [], effects: [{ type: 'reply', ticket, result }] };
}

/** The picture that clients get. */
export function selectFacts(state: ControllerState): Facts {
  const { config, log } = state;
  const radar = selectRadar(state);
  const left = selectLeft(state);
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
    ...(state.memory && { memory: ofRunning(state.memory, state.terminals) }),
    ...(undelivered.length > 0 && { undelivered }),
    ...(heldByLimit.length > 0 && { heldByLimit }),
    ...(usage && { usage }),
    ...selectTalk(log, log.workers, state.tools),
    ...(state.documents.board && { board: brieflyBoard(state.documents.board) }),
    ...(state.config.board === false && { boardOff: true }),
    ...(invoices && { invoices: brieflyInvoices(invoices) }),
    ...(state.notion && { notion: withSuggestion(state.notion, log) }),
    ...(Object.keys(left).length > 0 && { left }),
    notices: [
      ...state.notices,
      ...Object.entries(left).map(([id, processes]) => leftProblem(id, processes)),
      ...(state.unrecordable ? [state.unrecordable] : []),
    ],
  };
}

/** Who was resumed since has nothing left. */
function selectLeft({ left, log }: ControllerState): Left {
  return Object.fromEntries(Object.entries(left).filter(([id]) => log.workers.get(id)?.state === 'lost'));
}

/** What was measured, without what has ended since. */
function ofRunning(memory: ProcessMemory, terminals: ControllerState['terminals']): ProcessMemory {
  const running = Object.entries(memory.workers).filter(([id]) => terminals.get(id)?.exit === null);
  return { ...memory, workers: Object.fromEntries(running) };
}

/** What clients are told: nothing of workers that are gone since. */
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
    if (isInLine(kind)) taken.set(repo, before + 1);
    return { id, kind, ahead: kind === 'queued' ? before : 0 };
  });
}

/** Whether an operation takes its turn among those of its repository. */
export function isInLine(kind: Operation['kind']): boolean {
  return kind !== 'launching' && kind !== 'stopping';
}

/** Notes down what a person decided about a worker. */
export function about(
  state: ControllerState,
  ticket: RequestId,
  id: string,
  happening: DomainEvent,
): Decision {
  return missing(state, ticket, id) ?? noted(state, ticket, happening);
}

/** Refuses what is about a worker that is not there; null where it is. */
export function missing(state: ControllerState, ticket: RequestId, id: string): Decision | null {
  return state.log.workers.has(id) ? null : reply(state, ticket, noSuchWorker(state, id));
}

/** Notes something down, and says so. */
export function noted(
  state: ControllerState,
  ticket: RequestId,
  happening: DomainEvent,
  result: Result<unknown> = success(null),
): Decision {
  return { state, happenings: [happening], effects: [{ type: 'reply', ticket, result }] };
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

/** Size of a terminal in cells. */
export interface TerminalSize {
  readonly cols: number;
  readonly rows: number;
}

/** What update wants done in the world. `launch` is the only one that starts an agent. */
export type Effect =
  /** Works out a proposal's plan: base commit, command, warnings. Ends as `planned`. */
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
    } & Ends)
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
    } & Ends)
  /** Drops the terminal of a worker that is no more. */
  | { readonly type: 'forget-terminal'; readonly id: string }
  /** Looks at an agent where hooks say nothing. Ends as `signed`, `conversation-missing` or `-found`, or in nothing. */
  | {
      readonly type: 'look-at-agent';
      readonly id: string;
      /** Its title rests while it prints on, as beside a dialog that blinks: it is looked at a little later. */
      readonly restless?: true;
    }
  /** Ends as `tools-overdue`. */
  | { readonly type: 'await-tools'; readonly id: string; readonly run: number }
  /** Types a line until its agent has it. Ends as `prompt-typed`. */
  | {
      readonly type: 'type-prompt';
      readonly id: string;
      readonly key: RequestId;
      readonly text: string;
      readonly kind: Delivery['what'];
    }
  /** Looks at the clock when a usage limit should be over, an ISO time. Ends as `clock-read`. */
  | { readonly type: 'await-limit-end'; readonly until: string }
  /** Waits as starts do. Ends as `turn-came`. */
  | { readonly type: 'await-turn'; readonly id: string; readonly key: RequestId }
  /** Ends as `brief-overdue`. */
  | { readonly type: 'await-listing'; readonly id: string; readonly key: RequestId }
  /** Ends as `tokens-counted`, or in nothing. */
  | { readonly type: 'count-tokens'; readonly id: string; readonly session: string; readonly path: string }
  /** Ends as `left-found`, or in nothing. */
  | { readonly type: 'look-for-left' }
  /** Ends as `repos-looked-at`. */
  | { readonly type: 'look-at-repos' }
  /** Looks soon which worktrees will not merge; `changed`: ids of those in which something may have happened, null
   * for all. Ends as `radar-looked`. */
  | { readonly type: 'look-at-radar'; readonly repo: string; readonly changed: readonly string[] | null }
  /** Brings the card of a worker up to date. Ends as `card-moved`, `noticed`, or in nothing. */
  | { readonly type: 'move-card'; readonly move: CardMove }
  /** Makes entries of the time of finished workers. Ends as `time-entered` for each. */
  | { readonly type: 'enter-time' }
  /** Writes entries that the file does not have yet. Ends as `entry-written` for each, or `noticed`. */
  | { readonly type: 'write-entries' }
  | { readonly type: 'reply'; readonly ticket: RequestId; readonly result: Result<unknown> }
  /** Answers with the proposal, or the worker, as it stands once the happenings are in the log. */
  | { readonly type: 'reply-proposal'; readonly ticket: RequestId; readonly n: number }
  | { readonly type: 'reply-worker'; readonly ticket: RequestId; readonly id: string };
