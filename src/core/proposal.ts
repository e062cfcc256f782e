import type { Problem } from '../lib/result.ts';
import { workerId } from './ids.ts';
import type { Ends } from './leftProcess.ts';
import type { FileCopy, PortBlock, Role, SetupPlan } from './worker.ts';

/** Who wants a worker started. Asking is open to all of them; only a person at a client approves. */
export type Proposer = 'person' | 'orchestrator' | 'board';

/** What to start. */
export interface ProposalDraft {
  /** Absent for a worker; the orchestrator's `repo` is empty. */
  readonly role?: Role;
  readonly repo: string;
  readonly task: string;
  readonly brief: string;
  /** The preset's name; null for the workspace's default. */
  readonly agent: string | null;
}

/** The id of what would be started. */
export function draftId({ repo, task }: ProposalDraft): string {
  return workerId(repo, task);
}

/** A worker that someone wants started, or resumed. Becomes a process only by approval. */
export interface Proposal {
  /** Counts from 1 in each workspace; never reused. */
  readonly n: number;
  readonly kind: 'start' | 'resume';
  readonly by: Proposer;
  /** ISO time. */
  readonly at: string;
  readonly draft: ProposalDraft;
  /** What would be done; null while it is being worked out or when it cannot be. */
  readonly plan: StartPlan | null;
  /** Why it cannot be started as it stands. */
  readonly problem: Problem | null;
  /** What speaks against starting it just now: `limit_reached` or `agent_limited`, where a person may insist, or
   * `budget_spent`. */
  readonly limit?: Problem;
}

/** Exactly what an approval lets happen; the approval names its digest, so nothing else can. */
export interface StartPlan extends Ends {
  /** Hash over everything below that decides what is run and where. */
  readonly digest: string;
  readonly id: string;
  /** Absent for a worker. */
  readonly role?: Role;
  readonly agent: string;
  /** Empty for the orchestrator, which has none. */
  readonly branch: string;
  /** Null for the orchestrator. */
  readonly base: BaseCommit | null;
  /** Absolute path; the workspace itself for the orchestrator. */
  readonly worktree: string;
  readonly command: readonly string[];
  /** Names, not values, of the variables the process is given. */
  readonly environment: readonly string[];
  readonly sessionId: string;
  /** The brief is no argument: it is typed once the agent knows our tools. */
  readonly delivery?: 'typed';
  /** A resume that has no conversation to go on with. */
  readonly anew?: true;
  /** Ignored files that the worktree gets copies of; absent when there are none. */
  readonly copies?: readonly FileCopy[];
  /** Run in the worker's pane before the agent; absent when there is nothing to do, or it has been done. */
  readonly setup?: SetupPlan;
  readonly ports?: PortBlock;
  /** Things worth knowing before saying yes: offline, stale base, overlaps. */
  readonly warnings: readonly string[];
}

/** The commit a branch starts from. */
export interface BaseCommit {
  /** Such as `develop` or `origin/develop`. */
  readonly branch: string;
  /** Full object name. */
  readonly commit: string;
  readonly subject: string;
  /** ISO time of the commit. */
  readonly committedAt: string;
}

/** What finishing a worker would do, and what stands in its way. */
export interface FinishPreview extends Ends {
  readonly id: string;
  readonly branch: string;
  /** Branch the work is merged into. */
  readonly into: string;
  /** Last commit of the branch; finish refuses when it moved since. */
  readonly tip: string;
  /** Oldest first, `<short oid> <subject>`. */
  readonly commits: readonly string[];
  /** One line per changed file, as `git diff --stat` prints it. */
  readonly diffstat: readonly string[];
  /** Paths relative to the worktree. */
  readonly uncommitted: readonly string[];
  /** Ignored files that cannot be made again by a build; deleted with the worktree. */
  readonly ignored: readonly string[];
  /** Paths that would conflict with `into`. */
  readonly conflicts: readonly string[];
  /** What stands in the way, in words; empty when it can be finished. */
  readonly blockers: readonly string[];
  /** Workers that will not merge any more once this one has; absent where nobody looked. */
  readonly conflictsAfter?: readonly string[];
  /** Command that is run in the worktree first and must succeed; absent where none is configured. */
  readonly checks?: readonly string[];
  /** Things worth knowing before saying yes; absent for nothing. */
  readonly warnings?: readonly string[];
}

export interface FinishResult {
  readonly id: string;
  readonly into: string;
  /** Merge commit; the branch's last commit where that had been merged before by fast-forward. */
  readonly merge: string;
  /** Ref that keeps the branch's last commit. */
  readonly backup: string;
  /** What was left behind, such as a folder that something still writes to. */
  readonly warnings?: readonly string[];
}

/** What removing a worker without merging would lose. */
export interface CleanPreview extends Ends {
  readonly id: string;
  readonly branch: string;
  readonly tip: string;
  /** Commits that no other branch contains, `<short oid> <subject>`. */
  readonly unmerged: readonly string[];
  readonly uncommitted: readonly string[];
  readonly ignored: readonly string[];
  /** Whether the task's name must be typed: something listed above would go. */
  readonly wantsTypedName: boolean;
  /** Things worth knowing before saying yes; absent for nothing. */
  readonly warnings?: readonly string[];
}

export interface CleanResult {
  readonly id: string;
  /** Ref that keeps the branch's last commit, and uncommitted work as a commit on top where there was any. */
  readonly backup: string;
  /** What was left behind. */
  readonly warnings?: readonly string[];
}

/** What bringing the base branch into a worker's branch came to. */
export interface Brought {
  readonly id: string;
  readonly base: string;
  /** The branch's last commit afterwards; null while conflicts wait in the worktree. */
  readonly commit: string | null;
  /** Paths with conflict markers in the worktree. */
  readonly conflicts: readonly string[];
}

/** What taking back a finish or clean came to. */
export interface UndoResult {
  readonly id: string;
  readonly branch: string;
  /** Whether uncommitted work came back with it, uncommitted. */
  readonly uncommitted: boolean;
  /** The branch that the merge was taken back from; null when there was none, or it stays. */
  readonly takenBackFrom: string | null;
  /** Why the merge stays, and the command that reverts it; null when it does not. */
  readonly mergeStays: { readonly why: string; readonly revert: string } | null;
  /** What hooks said that failed although all is there; absent for nothing. */
  readonly warnings?: readonly string[];
}
