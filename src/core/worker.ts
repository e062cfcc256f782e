/**
 * A session's role: a worker changes code in its own worktree, the orchestrator coordinates and cannot
 * write.
 */
export type Role = 'worker' | 'orchestrator';

/** The orchestrator belongs to no repository, so its id is its task alone; each workspace has at most one. */
export const orchestrator = { repo: '', task: 'orchestrator', id: 'orchestrator' } as const;

/** Reports whether a worker, proposal or plan is the orchestrator's; without a role it is a worker's. */
export function isOrchestrator({ role }: { readonly role?: Role }): boolean {
  return role === 'orchestrator';
}

/** A worker's observed state; its own report is its `Update`. */
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
  /** Display name set by a person; empty or absent: the task's name. */
  readonly title?: string;
  /** The previous display name; absent where it was never renamed. */
  readonly titleBefore?: string;
  /** Full branch name, such as `feature/fix-migration`. */
  readonly branch: string;
  /** Absolute path. */
  readonly worktree: string;
  /** Start point of the branch. */
  readonly base: { readonly branch: string; readonly commit: string };
  /** The preset's name. */
  readonly agent: string;
  readonly brief: string;
  readonly state: WorkerState;
  /** Short text of its latest question; null unless waiting. */
  readonly asks: string | null;
  /** All open questions, oldest first, because tools and subagents run in parallel. Empty unless waiting. */
  readonly questions: readonly AskedQuestion[];
  /** The agent's conversation, which resume continues. */
  readonly sessionId: string;
  /** The conversation has begun; otherwise a resume begins it, with the brief. */
  readonly hasConversation: boolean;
  /** ISO time of the first start. */
  readonly startedAt: string;
  /** ISO time of the last change of state. */
  readonly stateSince: string;
  /** 1 for the first process, one more for each resume. */
  readonly run: number;
  /**
   * Exit code of the last process, or 128 plus the signal's number; null while it runs or when it was lost.
   */
  readonly exitCode: number | null;
  /** It ended on a person's request; absent otherwise. */
  readonly wasStopped?: boolean;
  /** ISO time at which its last usage limit ends; null or absent where unknown. */
  readonly limitedUntil?: string | null;
  /** It ended at its usage limit; absent otherwise. */
  readonly wasLimited?: boolean;
  /** Its brief has to be typed, and it has not begun to work since its start; absent otherwise. */
  readonly awaitsBrief?: boolean;
  /** Its last message at the end of a turn. */
  readonly said: TimedText | null;
  /** Reserved for its lifetime; absent where none are. */
  readonly ports?: PortBlock;
  /** Why its agent was not started last time; absent otherwise. */
  readonly failedSetup?: FailedSetup;
  /** Its latest report. */
  readonly update: Update | null;
  /** A reported time that a person has to judge; null or absent after a later report. */
  readonly openTime?: TimedText | null;
  /** A reported time that a person has judged, kept for undo; null or absent after a newer report. */
  readonly weighedTime?: TimedText | null;
  /** The orchestrator's proposal to finish it, until a person decides. */
  readonly finishWish: { readonly by: string; readonly at: string; readonly why: string } | null;
  /** Its latest refusal by the guard; absent where there is none. */
  readonly denied?: Denied;
}

/** An agent's open question. */
export interface AskedQuestion {
  /** One line. */
  readonly text: string;
  /**
   * Id of the request that a hook posted; absent where a title, a file or the screen revealed the question.
   */
  readonly request?: string;
}

/** Refusals of the guard; the fields describe the latest. */
export interface Denied {
  /** ISO time. */
  readonly at: string;
  /** Such as `Bash: git stash`. */
  readonly what: string;
  readonly why: string;
  /** Number of all refusals. */
  readonly count: number;
}

interface TimedText {
  /** ISO time. */
  readonly at: string;
  readonly text: string;
}

/** Returns a worker's display name beside its repository. */
export function titleOf({ task, title }: Worker): string {
  return title || task;
}

/** Returns a worker's display name without other context. */
export function longTitleOf({ id, title }: Worker): string {
  return title ? `${title} · ${id}` : id;
}

/** Reports whether this worker's process runs, as far as known. */
export function isLive(state: WorkerState): boolean {
  return state !== 'exited' && state !== 'lost';
}

/** A worker that was merged or removed; its id can be reused. */
export interface EndedWorker {
  readonly id: string;
  readonly how: 'finished' | 'cleaned';
  /** ISO time. */
  readonly at: string;
  readonly branch: string;
  /** Ref that keeps the branch's last commit. */
  readonly backup: string;
  /** Merge commit; null when cleaned. */
  readonly merge: string | null;
  readonly into: string | null;
}

/** A worker's own report. All of it is the worker's claim, not an observation. */
export interface Update {
  /** The worker's id. */
  readonly worker: string;
  /** ISO time of its arrival. */
  readonly at: string;
  readonly status: UpdateStatus;
  /** One line; may be empty. */
  readonly summary: string;
  readonly done: readonly string[];
  readonly next: readonly string[];
  readonly blockers: readonly string[];
  /**
   * Minutes since its last report; null where not reported. For a `total`, the minutes that it added on
   * arrival.
   */
  readonly minutes: number | null;
  /** Claimed minutes for the whole task so far; absent where not reported. */
  readonly total?: number;
  /** A claimed time that only a person can judge, such as `3 units`; absent otherwise. */
  readonly openTime?: string;
  /** 0–100; null where not reported. */
  readonly percent: number | null;
  readonly readyToMerge: boolean;
  /** Claims of one line each; absent where not reported. Observations of its branch are elsewhere. */
  readonly commits?: string;
  readonly notes?: string;
  readonly branch?: string;
  readonly timestamp?: string;
}

export type UpdateStatus = 'not started' | 'working' | 'blocked' | 'done';

/** An update without its worker and time of arrival. */
export type UpdateDraft = Omit<Update, 'worker' | 'at'>;

/** Preparation of a repository's new worktrees. */
export interface RepoSetup {
  /** Programs and arguments, run one after the other without a shell. */
  readonly commands: readonly (readonly string[])[];
  /** Per command. */
  readonly timeoutMs: number;
  /** `pointers`: git-lfs does not fetch large files. */
  readonly lfs: 'files' | 'pointers';
}

/** Commands that run in a worker's pane before its agent. */
export type SetupPlan = Pick<RepoSetup, 'commands' | 'timeoutMs'>;

/** An ignored file that is copied into a new worktree. */
export interface FileCopy {
  /** Relative to the top folder. */
  readonly path: string;
  readonly bytes: number;
}

/** The first command of a setup that failed. */
export interface FailedSetup {
  readonly command: readonly string[];
  /** 128 plus the number for a signal; null for a timeout. */
  readonly exitCode: number | null;
}

/** Adjacent ports reserved for one worker during its lifetime. */
export interface PortBlock {
  readonly first: number;
  readonly count: number;
}

/** Below the ephemeral ports of Linux and macOS, and apart from the usual ports of servers. */
export const usualPorts: PortBlock = { first: 20_000, count: 10 };

const lastPort = 65_535;

/**
 * Returns the lowest free block; null when there is none.
 * @param blocks the first block and the size of each; a size of 0 gives none
 */
export function freePorts({ first, count }: PortBlock, taken: readonly PortBlock[]): PortBlock | null {
  if (count === 0) return null;
  for (let at = first; at + count - 1 <= lastPort; at += count) {
    const block = { first: at, count };
    if (!overlapsAny(block, taken)) return block;
  }
  return null;
}

export function overlapsAny(block: PortBlock, others: readonly PortBlock[]): boolean {
  return others.some(
    (other) => block.first < other.first + other.count && other.first < block.first + block.count,
  );
}

/**
 * Permissions of a session's tools; the host gets them with its terminal, so that they apply without a
 * controller.
 */
export type GuardRules = WorkerRules | OrchestratorRules;

/** Refuses every tool that is not listed. */
export interface OrchestratorRules {
  readonly role: 'orchestrator';
  /** Tools by name; a trailing `*` matches any ending. */
  readonly tools: readonly string[];
  /** Absolute path of the folder with the person's approval key. */
  readonly state?: string;
}

/** Permits everything in the worker's own worktree and on its own branch. Paths are absolute. */
export interface WorkerRules {
  readonly role: 'worker';
  readonly worktree: string;
  readonly branch: string;
  /** Its other folders are refused even where `writable` contains them. */
  readonly workspace: string;
  /** Absolute path of the folder with the person's approval key. */
  readonly state?: string;
  /** Writable folders outside the worktree, such as the one for temporary files. */
  readonly writable: readonly string[];
  /** Values of `$HOME` and the like in its shell. */
  readonly variables: Readonly<Record<string, string>>;
  /** Restrictions that the workspace lifts. */
  readonly allow: readonly GuardTopic[];
}

/** Restrictions of a worker; the workspace's configuration can lift each. */
export const guardTopics = [
  'outside',
  'stash',
  'switch',
  'branches',
  'push',
  'worktrees',
  'reset',
  'approve',
] as const;

export type GuardTopic = (typeof guardTopics)[number];
