import { workerId } from '../core/ids.ts';
import type { EndedWorker, Worker } from '../core/worker.ts';
import type { LogEvent, OpenProposal } from './events.ts';
import { afterTime, noTimes, type Times } from './invoices/workTime.ts';
import { afterWord, noWords, type Words, withoutMet } from './messages/words.ts';
import { afterUse, nothingUsed, type Used } from './usage/used.ts';
import { afterEvent, type WorkerEvent } from './workers/workerEvents.ts';

/** All that is remembered: a fold over the log and nothing else. */
export interface LogState extends Words, Times {
  readonly seq: number;
  readonly lastProposal: number;
  readonly proposals: ReadonlyMap<number, OpenProposal>;
  /** Most recent last. */
  readonly ended: readonly EndedWorker[];
  /** Those as they were, for an undo. */
  readonly gone: ReadonlyMap<string, Worker>;
  /** Which workers were last said not to merge with each other or their base: `clashKey` with those it is about. */
  readonly clashes: ReadonlyMap<string, readonly string[]>;
  /** When each worker's news were laid aside, as ISO times by id. */
  readonly setAside: ReadonlyMap<string, string>;
  readonly used: Used;
}

export const emptyLogState: LogState = {
  ...noWords,
  ...noTimes,
  seq: 0,
  lastProposal: 0,
  proposals: new Map(),
  ended: [],
  gone: new Map(),
  clashes: new Map(),
  setAside: new Map(),
  used: nothingUsed,
};

const endedKept = 50;

/** The state after one more event. Pure; an event about something unknown changes nothing but `seq`. */
export function applyEvent(state: LogState, event: LogEvent): LogState {
  const used = afterUse(state.used, event);
  return { ...change(afterTime(state, event), event), used, seq: event.seq };
}

function change(state: LogState, event: LogEvent): LogState {
  switch (event.type) {
    case 'proposed': {
      const { n, kind, by, draft, sessionId, at } = event;
      return {
        ...state,
        lastProposal: Math.max(state.lastProposal, n),
        proposals: put(state.proposals, n, { n, kind, by, at, draft, sessionId }),
      };
    }
    case 'edited': {
      const proposal = state.proposals.get(event.n);
      if (!proposal) return state;
      return { ...state, proposals: put(state.proposals, event.n, { ...proposal, draft: event.draft }) };
    }
    case 'rejected':
      return { ...state, proposals: without(state.proposals, event.n) };
    case 'approved':
      // The start that follows takes the proposal away: cut off in between, it stays open.
      return state;
    case 'started':
      return {
        ...withoutWish(state, 'start', event.id),
        workers: put(without(state.workers, event.id), event.id, newWorker(event)),
      };
    case 'resumed':
      return changeWorker(withoutWish(state, 'resume', event.id), event);
    case 'start-failed':
      return {
        ...state,
        proposals: put(state.proposals, event.proposal.n, event.proposal),
        workers: without(state.workers, event.id),
      };
    case 'finished':
    case 'cleaned':
      return endWorker(state, event);
    case 'undone':
      return returnWorker(state, event);
    case 'radar-turned': {
      const { a, b, verdict } = event;
      const key = clashKey(a, b);
      const clashes =
        verdict === 'conflict'
          ? put(state.clashes, key, b === null ? [a] : [a, b])
          : without(state.clashes, key);
      return { ...state, clashes };
    }
    case 'backups-expired':
    case 'card-moved':
    case 'time-entered':
    case 'entry-written':
    case 'answered':
    case 'spent':
    case 'tokens-counted':
      return state;
    case 'set-aside':
      return { ...state, setAside: put(state.setAside, event.id, event.at) };
    case 'updated':
    case 'note-sent':
    case 'notes-delivered':
    case 'notes-muted':
    case 'remembered':
    case 'finish-wished':
      return afterWord(state, event);
    default:
      return changeWorker(state, event);
  }
}

/** What was wished for has begun. */
function withoutWish(state: LogState, kind: OpenProposal['kind'], id: string): LogState {
  const open = [...state.proposals.values()].filter(
    (proposal) => proposal.kind !== kind || workerId(proposal.draft.repo, proposal.draft.task) !== id,
  );
  return { ...state, proposals: new Map(open.map((proposal) => [proposal.n, proposal])) };
}

function newWorker(event: Extract<LogEvent, { type: 'started' }>): Worker {
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

function changeWorker(state: LogState, event: WorkerEvent): LogState {
  const worker = state.workers.get(event.id);
  if (!worker) return state;
  return { ...state, workers: put(state.workers, event.id, afterEvent(worker, event)) };
}

function endWorker(state: LogState, event: Extract<LogEvent, { type: 'finished' | 'cleaned' }>): LogState {
  const worker = state.workers.get(event.id);
  const { id, at, backup } = event;
  const branch = worker?.branch ?? '';
  const ended: EndedWorker =
    event.type === 'finished'
      ? { id, how: 'finished', at, branch, backup, merge: event.merge, into: event.into }
      : { id, how: 'cleaned', at, branch, backup, merge: null, into: null };
  const kept = [...state.ended, ended].slice(-endedKept);
  const gone = worker ? put(state.gone, id, worker) : state.gone;
  return {
    ...state,
    workers: without(state.workers, id),
    setAside: without(state.setAside, id),
    ended: kept,
    gone: new Map([...gone].filter(([known]) => kept.some((one) => one.id === known))),
    clashes: new Map([...state.clashes].filter(([, ids]) => !ids.includes(id))),
    met: withoutMet(state.met, id),
  };
}

/** Its process had ended with it; it can be resumed. */
function returnWorker(state: LogState, { id, at }: Extract<LogEvent, { type: 'undone' }>): LogState {
  const worker = state.gone.get(id);
  if (!worker) return state;
  const back: Worker = { ...worker, state: 'exited', asks: null, questions: [], stateSince: at };
  const last = state.ended.findLast((one) => one.id === id);
  return {
    ...state,
    workers: put(state.workers, id, back),
    ended: state.ended.filter((one) => one !== last),
    gone: without(state.gone, id),
  };
}

/** One name for two workers, whichever way round; `b` is null for the branch that `a` goes to. */
export function clashKey(a: string, b: string | null): string {
  return b === null ? `${a} base` : [a, b].sort().join(' ');
}

function put<K, V>(map: ReadonlyMap<K, V>, key: K, value: V): ReadonlyMap<K, V> {
  return new Map(map).set(key, value);
}

function without<K, V>(map: ReadonlyMap<K, V>, key: K): ReadonlyMap<K, V> {
  const copy = new Map(map);
  copy.delete(key);
  return copy;
}
