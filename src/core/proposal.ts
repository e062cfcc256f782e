import type { Problem } from '../lib/result.ts';
import { workerId } from './ids.ts';
import type { ProcessesToEnd } from './leftProcess.ts';
import type { FileCopy, PortBlock, Role, SetupPlan } from './worker.ts';

/** Who proposes a start. All of them may propose; only a person at a client approves. */
export type Proposer = 'person' | 'orchestrator' | 'board';

/** The worker to start. */
export interface ProposalDraft {
  /** Absent for a worker; the orchestrator's `repo` is empty. */
  readonly role?: Role;
  readonly repo: string;
  readonly task: string;
  readonly brief: string;
  /** The preset's name; null for the workspace's default. */
  readonly agent: string | null;
}

/** Returns the id of the worker that would be started. */
export function draftId({ repo, task }: ProposalDraft): string {
  return workerId(repo, task);
}

/** A proposed start or resume of a worker. Only an approval turns it into a process. */
export interface Proposal {
  /** Counts from 1 in each workspace; never reused. */
  readonly n: number;
  readonly kind: 'start' | 'resume';
  readonly by: Proposer;
  /** ISO time. */
  readonly at: string;
  readonly draft: ProposalDraft;
  /** The plan; null while it is computed or when there is none. */
  readonly plan: StartPlan | null;
  /** Why it cannot be started in this state. */
  readonly problem: Problem | null;
  /**
   * A reason against starting it now: `limit_reached` or `agent_limited`, which a person may override, or
   * `budget_spent`.
   */
  readonly limit?: Problem;
}

/** Exactly what an approval permits; the approval names its digest, so nothing else can run. */
export interface StartPlan extends ProcessesToEnd {
  /** Hash over all fields below that decide what runs and where. */
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
  /** Names, not values, of the process's environment variables. */
  readonly environment: readonly string[];
  readonly sessionId: string;
  /** The brief is not an argument: it is typed once the agent has called our tools. */
  readonly delivery?: 'typed';
  /** A resume that has no conversation to continue. */
  readonly anew?: true;
  /** Ignored files that are copied into the worktree; absent when there are none. */
  readonly copies?: readonly FileCopy[];
  /** Runs in the worker's pane before the agent; absent when there is nothing to do, or it is done. */
  readonly setup?: SetupPlan;
  readonly ports?: PortBlock;
  /** Warnings before an approval: offline, stale base, overlaps. */
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

/** Effects of finishing a worker, and the reasons against it. */
export interface FinishPreview extends ProcessesToEnd {
  readonly id: string;
  readonly branch: string;
  /** Branch the work is merged into. */
  readonly into: string;
  /** Last commit of the branch; finish refuses when it moved since the preview. */
  readonly tip: string;
  /** Oldest first, `<short oid> <subject>`. */
  readonly commits: readonly string[];
  /** One line per changed file, as `git diff --stat` prints it. */
  readonly diffstat: readonly string[];
  /** Paths relative to the worktree. */
  readonly uncommitted: readonly string[];
  /** Ignored files that a build cannot recreate; deleted with the worktree. */
  readonly ignored: readonly string[];
  /** Paths that would conflict with `into`. */
  readonly conflicts: readonly string[];
  /** Reasons against a finish, as sentences; empty when it can be finished. */
  readonly blockers: readonly string[];
  /** Workers that conflict once this one is merged; absent where not compared. */
  readonly conflictsAfter?: readonly string[];
  /** Command that runs in the worktree first and must succeed; absent where none is configured. */
  readonly checks?: readonly string[];
  /** Warnings before a confirmation; absent when there is none. */
  readonly warnings?: readonly string[];
}

export interface FinishResult {
  readonly id: string;
  readonly into: string;
  /** Merge commit; the branch's last commit where that was already merged by fast-forward. */
  readonly merge: string;
  /** Ref that keeps the branch's last commit. */
  readonly backup: string;
  /** Things that could not be removed, such as a folder that a program still writes to. */
  readonly warnings?: readonly string[];
}

/** Losses by removing a worker without merging. */
export interface CleanPreview extends ProcessesToEnd {
  readonly id: string;
  readonly branch: string;
  readonly tip: string;
  /** Commits that no other branch contains, `<short oid> <subject>`. */
  readonly unmerged: readonly string[];
  readonly uncommitted: readonly string[];
  readonly ignored: readonly string[];
  /** The task's name must be typed, because something listed above would be lost. */
  readonly wantsTypedName: boolean;
  /** Warnings before a confirmation; absent when there is none. */
  readonly warnings?: readonly string[];
}

export interface CleanResult {
  readonly id: string;
  /** Ref that keeps the branch's last commit, and uncommitted work as a commit on top where there was any. */
  readonly backup: string;
  /** Things that could not be removed. */
  readonly warnings?: readonly string[];
}

/** Result of merging the base branch into a worker's branch. */
export interface BaseUpdate {
  readonly id: string;
  readonly base: string;
  /** The branch's last commit afterwards; null while the worktree has unresolved conflicts. */
  readonly commit: string | null;
  /** Paths with conflict markers in the worktree. */
  readonly conflicts: readonly string[];
}

/** Result of undoing a finish or clean. */
export interface UndoResult {
  readonly id: string;
  readonly branch: string;
  /** Uncommitted work was restored too, uncommitted. */
  readonly uncommitted: boolean;
  /** The branch that the merge was removed from; null when there was none, or it stays. */
  readonly takenBackFrom: string | null;
  /** Why the merge stays, and the command that reverts it; null when it does not. */
  readonly mergeStays: { readonly why: string; readonly revert: string } | null;
  /** Output of hooks that failed although the restore succeeded; absent when there is none. */
  readonly warnings?: readonly string[];
}
