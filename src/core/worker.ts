import type { Role } from './role.ts';
import type { FailedSetup, PortBlock } from './setup.ts';
import type { Update } from './update.ts';

/** What we observe of a worker; an agent's own account of itself is its update. */
export type WorkerState =
  | 'starting'
  | 'needs-trust'
  | 'working'
  | 'waiting'
  | 'idle'
  | 'limited'
  | 'exited'
  | 'lost';

/** One agent process for one task, in its own worktree. */
export interface Worker {
  /** `<repo>/<task>`; `orchestrator` for the one that belongs to no repository and has neither worktree nor branch. */
  readonly id: string;
  /** Absent for a worker. */
  readonly role?: Role;
  readonly repo: string;
  readonly task: string;
  /** What a person calls it; empty or absent for its task's name. */
  readonly title?: string;
  /** What it was called before; absent where it was never renamed. */
  readonly titleBefore?: string;
  /** Full branch name, such as `feature/fix-migration`. */
  readonly branch: string;
  /** Absolute path. */
  readonly worktree: string;
  /** Where the branch began. */
  readonly base: { readonly branch: string; readonly commit: string };
  /** The preset's name. */
  readonly agent: string;
  readonly brief: string;
  readonly state: WorkerState;
  /** What it waits for, in a few words: the last of its questions; null unless waiting. */
  readonly asks: string | null;
  /** All that it waits for, oldest first: tools and subagents run side by side. Empty unless waiting. */
  readonly questions: readonly AskedQuestion[];
  /** The agent's conversation; what resume continues. */
  readonly sessionId: string;
  /** Whether that conversation has begun; otherwise a resume begins it, with the brief. */
  readonly hasConversation: boolean;
  /** ISO time of the first start. */
  readonly startedAt: string;
  /** ISO time of the last change of state. */
  readonly stateSince: string;
  /** 1 for the first process, one more for each resume. */
  readonly run: number;
  /** Of the last process, 128 and its number for a signal; null while it runs or when it was lost. */
  readonly exitCode: number | null;
  /** It ended because a person had wanted that; absent otherwise. */
  readonly wasStopped?: boolean;
  /** ISO time at which the usage limit ends that it reached last; null or absent where it has not said. */
  readonly limitedUntil?: string | null;
  /** It ended while its agent had reached its usage limit; absent otherwise. */
  readonly wasLimited?: boolean;
  /** Its brief is typed into it, and it has not begun to work since it was started; absent otherwise. */
  readonly awaitsBrief?: boolean;
  /** The last thing it said at the end of a turn. */
  readonly said: Said | null;
  /** Its own for as long as it is there; absent where none was given. */
  readonly ports?: PortBlock;
  /** Why its agent was not started the last time; absent otherwise. */
  readonly failedSetup?: FailedSetup;
  /** Its last report of itself. */
  readonly update: Update | null;
  /** Another session would have it finished: the orchestrator's word, until a person decides. */
  readonly finishWish: { readonly by: string; readonly at: string; readonly why: string } | null;
  /** What the guard has kept it from; absent while it was nothing. */
  readonly denied?: Denied;
}

/** Something that an agent waits to be answered. */
export interface AskedQuestion {
  /** In one line. */
  readonly text: string;
  /** Id of the request that a hook posted; absent where a title, a file or the screen told of the question. */
  readonly request?: string;
}

/** What a guard refused: the last of it. */
export interface Denied {
  /** ISO time. */
  readonly at: string;
  /** Such as `Bash: git stash`. */
  readonly what: string;
  readonly why: string;
  /** How many times in all. */
  readonly count: number;
}

interface Said {
  /** ISO time. */
  readonly at: string;
  readonly text: string;
}

/** Returns what people call a worker where its repository is plain. */
export function titleOf({ task, title }: Worker): string {
  return title || task;
}

/** Returns what people call a worker where it stands alone. */
export function longTitleOf({ id, title }: Worker): string {
  return title ? `${title} · ${id}` : id;
}

/** Whether a process is running for this worker, as far as we know. */
export function isLive(state: WorkerState): boolean {
  return state !== 'exited' && state !== 'lost';
}

/** A worker that was merged or removed; its id is free again. */
export interface EndedWorker {
  readonly id: string;
  readonly how: 'finished' | 'cleaned';
  /** ISO time. */
  readonly at: string;
  readonly branch: string;
  /** Ref that still holds the branch's last commit. */
  readonly backup: string;
  /** Merge commit; null when cleaned. */
  readonly merge: string | null;
  readonly into: string | null;
}
