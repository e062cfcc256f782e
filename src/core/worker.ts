/** What a session is for: a worker changes code in a worktree of its own, the orchestrator coordinates and cannot write. */
export type Role = 'worker' | 'orchestrator';

/** The orchestrator belongs to no repository, so its id is its task alone; there is one in a workspace. */
export const orchestrator = { repo: '', task: 'orchestrator', id: 'orchestrator' } as const;

/** Whether a worker, proposal or plan is the orchestrator's; without a word about it, it is a worker's. */
export function isOrchestrator({ role }: { readonly role?: Role }): boolean {
  return role === 'orchestrator';
}

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
  /** What it said of its time that a person has to weigh; null or absent once it said it otherwise. */
  readonly openTime?: Said | null;
  /** Such a word that a person has weighed, for an undo; null or absent once it said something newer. */
  readonly weighedTime?: Said | null;
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

/** What a worker reports of itself, as it reports it. Everything in it is the worker's word and no observation. */
export interface Update {
  /** The worker's id. */
  readonly worker: string;
  /** ISO time of its arrival. */
  readonly at: string;
  readonly status: UpdateStatus;
  /** In one line; may be empty. */
  readonly summary: string;
  readonly done: readonly string[];
  readonly next: readonly string[];
  readonly blockers: readonly string[];
  /** Worked since its last report, in minutes; null where it does not say. Of a `total` what it added when it came. */
  readonly minutes: number | null;
  /** Worked on the whole task so far, in minutes, as it says; absent where it does not. */
  readonly total?: number;
  /** What it says of its time that only a person can weigh, such as `3 units`; absent otherwise. */
  readonly openTime?: string;
  /** 0–100; null where it does not say. */
  readonly percent: number | null;
  readonly readyToMerge: boolean;
  /** As it says, each in one line; absent where it says nothing. What we observe of its branch is elsewhere. */
  readonly commits?: string;
  readonly notes?: string;
  readonly branch?: string;
  readonly timestamp?: string;
}

export type UpdateStatus = 'not started' | 'working' | 'blocked' | 'done';

/** An update before it is known whose it is and when it came. */
export type UpdateDraft = Omit<Update, 'worker' | 'at'>;

/** How a new worktree of a repository is made ready for an agent. */
export interface RepoSetup {
  /** Programs and arguments, run one after the other; no shell reads them. */
  readonly commands: readonly (readonly string[])[];
  /** For each command. */
  readonly timeoutMs: number;
  /** `pointers`: the large files of git-lfs are not fetched. */
  readonly lfs: 'files' | 'pointers';
}

/** What is run in a worker's pane before its agent. */
export type SetupPlan = Pick<RepoSetup, 'commands' | 'timeoutMs'>;

/** An ignored file that a new worktree gets a copy of. */
export interface FileCopy {
  /** Relative to the top folder. */
  readonly path: string;
  readonly bytes: number;
}

/** The first command of a setup that failed. */
export interface FailedSetup {
  readonly command: readonly string[];
  /** 128 and its number for a signal; null when it took too long. */
  readonly exitCode: number | null;
}

/** Neighbouring ports that belong to one worker for as long as it is there. */
export interface PortBlock {
  readonly first: number;
  readonly count: number;
}

/** Below what Linux and macOS hand out by themselves, and beside what servers usually take. */
export const usualPorts: PortBlock = { first: 20_000, count: 10 };

const lastPort = 65_535;

/**
 * The lowest block that nobody has.
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

/** What a session may do with its tools; given to the host with its terminal, so that it holds without a controller. */
export type GuardRules = WorkerRules | OrchestratorRules;

/** Everything that is not named is refused. */
export interface OrchestratorRules {
  readonly role: 'orchestrator';
  /** Tools by name; one that ends in `*` stands for all that begin so. */
  readonly tools: readonly string[];
  /** Absolute path of the folder with the person's approval key. */
  readonly state?: string;
}

/** A worker may do what it likes in its own worktree and on its own branch. Paths are absolute. */
export interface WorkerRules {
  readonly role: 'worker';
  readonly worktree: string;
  readonly branch: string;
  /** Its other folders are refused even where `writable` holds them. */
  readonly workspace: string;
  /** Absolute path of the folder with the person's approval key. */
  readonly state?: string;
  /** Folders beside the worktree that may be written to, such as the one for temporary files. */
  readonly writable: readonly string[];
  /** What `$HOME` and the like stand for in its shell. */
  readonly variables: Readonly<Record<string, string>>;
  /** What the workspace lets workers do all the same. */
  readonly allow: readonly GuardTopic[];
}

/** What a worker is kept from; each can be allowed in the configuration of the workspace. */
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
