import { formatDuration } from '../../core/amounts.ts';
import { workerId } from '../../core/ids.ts';
import type { Proposal, ProposalDraft, Proposer } from '../../core/proposal.ts';
import { type Logged, type Slice, unchanged, withEntry, without } from '../../core/slice.ts';
import type {
  AskedQuestion,
  EndedWorker,
  FailedSetup,
  PortBlock,
  Role,
  UpdateDraft,
  Worker,
  WorkerState,
} from '../../core/worker.ts';
import type { Problem } from '../../lib/result.ts';
import { integer, listOf, natural, string } from '../../lib/shape.ts';
import { proposalDraft, proposalKind, proposer, workerFields } from './eventShapes.ts';

/** A proposal as the log holds it; its plan is made again after each start of the controller. */
export type OpenProposal = Omit<Proposal, 'plan' | 'problem'> & {
  /** Conversation id the worker will have. */
  readonly sessionId: string;
};

/** Log events that begin workers and their runs. */
export type StartEvent =
  /** Written before worktree and process exist, so that neither can exist without a log entry. */
  | {
      readonly type: 'started';
      readonly id: string;
      /** Absent for a worker. */
      readonly role?: Role;
      readonly repo: string;
      readonly task: string;
      readonly branch: string;
      readonly worktree: string;
      readonly base: { readonly branch: string; readonly commit: string };
      readonly agent: string;
      readonly brief: string;
      readonly sessionId: string;
      readonly ports?: PortBlock;
      /** The brief is typed into it once it is ready; absent where it is an argument. */
      readonly typed?: true;
    }
  | { readonly type: 'resumed'; readonly id: string; readonly ports?: PortBlock; readonly typed?: true }
  /** The worktree could not be made: the worker is removed and its proposal is open again. */
  | {
      readonly type: 'start-failed';
      readonly id: string;
      readonly problem: Problem;
      readonly proposal: OpenProposal;
    }
  | { readonly type: 'spawn-failed'; readonly id: string; readonly problem: Problem }
  /** A command that prepares the worktree failed; its process ends without an agent. */
  | { readonly type: 'setup-failed'; readonly id: string; readonly failed: FailedSetup };

/** Log events of a worker's activity. */
export type ActivityEvent =
  | ObservedEvent
  | { readonly type: 'said'; readonly id: string; readonly text: string }
  /** The guard denied it the use of a tool. */
  | { readonly type: 'denied'; readonly id: string; readonly what: string; readonly why: string }
  /** Its branch was renamed; it goes on under the new name. */
  | { readonly type: 'branch-renamed'; readonly id: string; readonly branch: string }
  | { readonly type: 'session-changed'; readonly id: string; readonly sessionId: string }
  /** Its conversation no longer exists; the next one has this id. */
  | { readonly type: 'conversation-lost'; readonly id: string; readonly sessionId: string }
  /** The worker sent a report. */
  | { readonly type: 'updated'; readonly id: string; readonly update: UpdateDraft }
  /** `wanted`: a person stopped it; absent otherwise. */
  | {
      readonly type: 'exited';
      readonly id: string;
      readonly exitCode: number;
      readonly signal: number;
      readonly wanted?: boolean;
    }
  /** Its process is gone; no exit was observed. */
  | { readonly type: 'lost'; readonly id: string };

type ObservedEvent = {
  readonly type: 'observed';
  readonly id: string;
  readonly state: WorkerState;
  readonly asks: string | null;
  /** All open questions, the last one being `asks`; absent when there are none, and in older logs. */
  readonly questions?: readonly AskedQuestion[];
  /** In older logs: questions beneath `asks`. */
  readonly askedBefore?: readonly string[];
  /** When its usage limit ends; absent when it is not limited, or the time is unknown. */
  readonly until?: string;
};

/** Log events that end a worker, or undo its end. */
export type EndEvent =
  | {
      readonly type: 'finished';
      readonly id: string;
      readonly into: string;
      readonly merge: string;
      readonly backup: string;
    }
  | { readonly type: 'cleaned'; readonly id: string; readonly backup: string }
  /** A finish or clean was undone: branch and worktree exist again. */
  | { readonly type: 'undone'; readonly id: string };

/** A person entered how long a task has taken so far, in minutes, or withdrew that (null). */
export type WeighedEvent = {
  readonly type: 'time-weighed';
  readonly id: string;
  readonly minutes: number | null;
};

type DecidedEvent =
  | WeighedEvent
  /** A person changed its title; empty for its task's name. */
  | { readonly type: 'renamed'; readonly id: string; readonly title: string }
  /** The orchestrator suggests finishing a worker, or a person declined that (`by` is null). */
  | { readonly type: 'finish-wished'; readonly id: string; readonly by: string | null; readonly why: string }
  /** Backups of branches and worktrees that were deleted after their retention time. */
  | { readonly type: 'backups-expired'; readonly repo: string; readonly refs: readonly string[] };

type WorkerEvent = StartEvent | ActivityEvent | EndEvent | DecidedEvent;
type EventOf<T extends WorkerEvent['type']> = Extract<WorkerEvent, { readonly type: T }> & Logged;

interface WorkersState {
  readonly workers: ReadonlyMap<string, Worker>;
  /** Most recent last. */
  readonly ended: readonly EndedWorker[];
  /** The ended workers as they were, for an undo. */
  readonly gone: ReadonlyMap<string, Worker>;
}

/** The log's state of workers. */
export const workerSlice: Slice<WorkersState, WorkerEvent> = {
  start: { workers: new Map(), ended: [], gone: new Map() },
  fields: workerFields,
  on: {
    started: ({ workers }, event) => ({
      workers: withEntry(without(workers, event.id), event.id, newWorker(event)),
    }),
    'start-failed': ({ workers }, { id }) => ({ workers: without(workers, id) }),
    resumed,
    // 127 is a shell's exit code for a program that cannot be run.
    'spawn-failed': ofWorker((_, { at }) => ({ ...moved(at), state: 'exited', exitCode: 127 })),
    'setup-failed': ofWorker((_, { failed }) => ({ failedSetup: failed })),
    observed: ofWorker(observed),
    exited: ofWorker(({ state }, { at, signal, exitCode, wanted }) => ({
      // Like a shell, adds 128 to a signal's number, which tells it from a normal exit.
      ...{ ...moved(at), state: 'exited', exitCode: signal > 0 ? 128 + signal : exitCode },
      ...{ wasStopped: wanted === true, wasLimited: state === 'limited' },
    })),
    lost: ofWorker(({ state }, { at }) => ({
      ...{ ...moved(at), state: 'lost', exitCode: null, wasLimited: state === 'limited' },
    })),
    renamed: ofWorker((worker, { title }) => ({ title, titleBefore: worker.title ?? '' })),
    'branch-renamed': ofWorker((_, { branch }) => ({ branch })),
    'session-changed': ofWorker((_, { sessionId }) => ({ sessionId, hasConversation: true })),
    'conversation-lost': ofWorker((_, { sessionId }) => ({ sessionId, hasConversation: false })),
    said: ofWorker((_, { at, text }) => ({ said: { at, text } })),
    denied: ofWorker((worker, { at, what, why }) => ({
      denied: { at, what, why, count: (worker.denied?.count ?? 0) + 1 },
    })),
    updated: ofWorker((worker, { at, update }) => ({
      update: { worker: worker.id, at, ...update },
      ...openTimeAfter(worker, update, at),
    })),
    'time-weighed': ofWorker(({ openTime = null, weighedTime = null }, { minutes }) =>
      minutes === null
        ? { openTime: weighedTime ?? openTime, weighedTime: null }
        : { openTime: null, weighedTime: openTime ?? weighedTime },
    ),
    'finish-wished': ofWorker((_, { at, by, why }) => ({ finishWish: by === null ? null : { by, at, why } })),
    finished: (state, event) => end(state, event, { how: 'finished', merge: event.merge, into: event.into }),
    cleaned: (state, event) => end(state, event, { how: 'cleaned', merge: null, into: null }),
    undone: bringBack,
    'backups-expired': unchanged,
  },
  repeated: ['observed', 'said', 'denied'],
  texts: {
    renamed: ({ title }) =>
      title === '' ? 'It is shown under its task again' : `It was renamed to ${title}`,
    'time-weighed': ({ minutes }) =>
      minutes === null
        ? 'You withdrew the time you had entered'
        : `You entered that it has worked ${formatDuration(minutes)} in all`,
    'branch-renamed': ({ branch }) => `Its branch was renamed to ${branch}`,
    'session-changed': ({ sessionId }) => `It began the conversation ${sessionId}`,
    'conversation-lost': ({ sessionId }) =>
      `Nothing is left of its conversation; the next one is ${sessionId}`,
    said: ({ text }) => `It said: ${text}`,
    denied: ({ what, why }) => `It was kept from ${what}: ${why}`,
  },
};

/** Returns a reducer that changes the event's worker, if it exists. */
function ofWorker<E extends WorkerEvent & { readonly id: string }>(
  change: (worker: Worker, event: E & Logged) => Partial<Worker>,
) {
  return ({ workers }: WorkersState, event: E & Logged): Partial<WorkersState> => {
    const worker = workers.get(event.id);
    return worker ? { workers: withEntry(workers, event.id, { ...worker, ...change(worker, event) }) } : {};
  };
}

/**
 * Returns the open question about time after a report. A report without a time leaves an earlier question open. A
 * statement that a person has already answered is not asked again.
 */
function openTimeAfter(
  { weighedTime }: Worker,
  { total, openTime: text }: UpdateDraft,
  at: string,
): Pick<Worker, 'openTime' | 'weighedTime'> {
  if (text !== undefined)
    return text === weighedTime?.text
      ? {}
      : { openTime: { at, text }, ...(weighedTime && { weighedTime: null }) };
  return total === undefined ? {} : { openTime: null, ...(weighedTime && { weighedTime: null }) };
}

/** Returns the fields that every change of a worker's state sets. */
function moved(at: string) {
  return { asks: null, questions: [], stateSince: at };
}

function newWorker(event: EventOf<'started'>): Worker {
  const { id, role, repo, task, branch, worktree, base, agent, brief, sessionId, ports, typed, at } = event;
  return {
    ...{ id, repo, task, branch, worktree, base, agent, brief, sessionId },
    ...(role && { role }),
    ...{ state: 'starting', asks: null, questions: [], hasConversation: false },
    ...{ startedAt: at, stateSince: at, run: 1, exitCode: null, said: null, update: null, finishWish: null },
    ...(ports && { ports }),
    ...(typed && { awaitsBrief: true }),
  };
}

function resumed({ workers }: WorkersState, { id, at, ports, typed }: EventOf<'resumed'>) {
  const worker = workers.get(id);
  if (!worker) return {};
  const { failedSetup: _, wasLimited: __, awaitsBrief: ___, ...before } = worker;
  const again: Worker = {
    ...before,
    ...{ ...moved(at), state: 'starting', run: worker.run + 1, exitCode: null },
    ...(ports && { ports }),
    ...(typed && { awaitsBrief: true }),
  };
  return { workers: withEntry(workers, id, again) };
}

function observed(worker: Worker, event: EventOf<'observed'>): Partial<Worker> {
  const { state, asks, at, until = null } = event;
  // An agent has no conversation before its folder is trusted.
  const hasConversation = worker.hasConversation || state !== 'needs-trust';
  const isAtWork = state === 'working' || state === 'waiting' || state === 'limited';
  return {
    ...{ ...moved(at), state, asks, questions: questionsOf(event), hasConversation, limitedUntil: until },
    wasLimited: false,
    ...(isAtWork && worker.awaitsBrief && { awaitsBrief: false }),
  };
}

/** Returns the questions of an event; logs from before requests had ids hold only their texts. */
export function questionsOf({ asks, askedBefore = [], questions }: ObservedEvent): readonly AskedQuestion[] {
  return questions ?? (asks === null ? [] : [...askedBefore, asks].map((text) => ({ text })));
}

const endedKept = 50;

function end(
  { workers, ended, gone }: WorkersState,
  { id, at, backup }: EventOf<'finished' | 'cleaned'>,
  how: Pick<EndedWorker, 'how' | 'merge' | 'into'>,
): WorkersState {
  const worker = workers.get(id);
  const one = {
    id,
    how: how.how,
    at,
    branch: worker?.branch ?? '',
    backup,
    merge: how.merge,
    into: how.into,
  };
  const kept = [...ended, one].slice(-endedKept);
  const known = worker ? withEntry(gone, id, worker) : gone;
  return {
    workers: without(workers, id),
    ended: kept,
    gone: new Map([...known].filter(([old]) => kept.some((other) => other.id === old))),
  };
}

/** Restores an ended worker as exited: its process had ended, and it can be resumed. */
function bringBack(
  { workers, ended, gone }: WorkersState,
  { id, at }: EventOf<'undone'>,
): Partial<WorkersState> {
  const worker = gone.get(id);
  if (!worker) return {};
  const last = ended.findLast((one) => one.id === id);
  return {
    workers: withEntry(workers, id, { ...worker, ...moved(at), state: 'exited' }),
    ended: ended.filter((one) => one !== last),
    gone: without(gone, id),
  };
}

/** State of an agent's contact with our tools: it tells the person nothing if they fail to load. */
export interface ToolsContact {
  /** The run that this is about. */
  readonly run: number;
  /** `listed`: it has asked for the list of tools. `overdue`: it has not contacted us in time. */
  readonly state: 'fresh' | 'awaited' | 'met' | 'listed' | 'overdue';
}

/** Events of proposals, as the log keeps them. */
type ProposalEvent =
  | {
      readonly type: 'proposed';
      readonly n: number;
      readonly kind: Proposal['kind'];
      readonly by: Proposer;
      readonly draft: ProposalDraft;
      readonly sessionId: string;
    }
  | { readonly type: 'edited'; readonly n: number; readonly draft: ProposalDraft }
  | { readonly type: 'rejected'; readonly n: number; readonly why: string }
  /** A person approved exactly this plan. */
  | {
      readonly type: 'approved';
      readonly n: number;
      readonly digest: string;
      readonly command: readonly string[];
      readonly byPid: number;
    };

interface ProposalState {
  readonly lastProposal: number;
  readonly proposals: ReadonlyMap<number, OpenProposal>;
}

/** The log's state of proposals. */
export const proposalSlice: Slice<ProposalState, ProposalEvent, StartEvent> = {
  start: { lastProposal: 0, proposals: new Map() },
  fields: {
    proposed: { n: natural, kind: proposalKind, by: proposer, draft: proposalDraft, sessionId: string },
    edited: { n: natural, draft: proposalDraft },
    rejected: { n: natural, why: string },
    approved: { n: natural, digest: string, command: listOf(string), byPid: integer },
  },
  on: {
    proposed: ({ lastProposal, proposals }, { n, kind, by, draft, sessionId, at }) => ({
      lastProposal: Math.max(lastProposal, n),
      proposals: withEntry(proposals, n, { n, kind, by, at, draft, sessionId }),
    }),
    edited: ({ proposals }, { n, draft }) => {
      const proposal = proposals.get(n);
      return proposal ? { proposals: withEntry(proposals, n, { ...proposal, draft }) } : {};
    },
    rejected: ({ proposals }, { n }) => ({ proposals: without(proposals, n) }),
    // The start that follows closes the proposal: if the log is cut off in between, it stays open.
    approved: unchanged,
    started: (state, { id }) => closeProposals(state, 'start', id),
    resumed: (state, { id }) => closeProposals(state, 'resume', id),
    'start-failed': ({ proposals }, { proposal }) => ({
      proposals: withEntry(proposals, proposal.n, proposal),
    }),
  },
};

/** Closes proposals of a worker that has been started or resumed. */
function closeProposals(
  { proposals }: ProposalState,
  kind: OpenProposal['kind'],
  id: string,
): Partial<ProposalState> {
  const open = [...proposals].filter(
    ([, { kind: wished, draft }]) => wished !== kind || workerId(draft.repo, draft.task) !== id,
  );
  return { proposals: new Map(open) };
}
