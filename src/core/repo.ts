import { dayMs } from './amounts.ts';

/** One repository of the workspace, as configured. */
export interface Repo {
  /** Key in the configuration; a slug. */
  readonly name: string;
  /** Absolute path of the main checkout. */
  readonly path: string;
}

export interface LastCommit {
  /** Full object name. */
  readonly commit: string;
  readonly subject: string;
  /** ISO time. */
  readonly at: string;
}

/** State of a repository's main checkout. */
export interface RepoStatus {
  readonly name: string;
  readonly path: string;
  /** Branch of the main checkout; null when detached. */
  readonly branch: string | null;
  /** Commits that upstream lacks, and commits that only upstream has; null without upstream. */
  readonly ahead: number | null;
  readonly behind: number | null;
  /** Changed, staged and conflicted tracked files. */
  readonly dirty: number;
  readonly untracked: number;
  /** Of all its worktrees together; git keeps one list for them. */
  readonly stashes: number;
  /** Such as `merge` or `rebase`, in progress in the main checkout; null when there is none. */
  readonly operation: string | null;
  /** The last commit of the checkout; null before the first. */
  readonly last: LastCommit | null;
  /** Commits that the base lacks, and commits that only the base has; null on the base itself. */
  readonly aheadOfBase: number | null;
  readonly behindBase: number | null;
  /** Target of finished work: `develop`, or `main` where that is the base. */
  readonly base: string | null;
  /** A develop branch exists; without one `base` is main. */
  readonly hasDevelop: boolean;
  /** Why nothing can be started here: no commits, folder missing …; null when it can. */
  readonly problem: string | null;
}

/** Purpose of a branch, by its name and git-flow's settings. */
export type BranchKind = 'main' | 'develop' | 'feature' | 'release' | 'hotfix' | 'other';

/** A local branch other than the base. */
export interface BranchStatus {
  readonly name: string;
  readonly kind: BranchKind;
  readonly last: LastCommit;
  /** Commits that the base lacks, and commits that only the base has; null for the base itself. */
  readonly ahead: number | null;
  readonly behind: number | null;
  /**
   * How its work got into the base: as its commits, as equal changes one by one, or as one commit. Null:
   * unknown, so it may still be there.
   */
  readonly merged: 'commits' | 'changes' | 'squash' | null;
  /** In git's words: `ahead 1`, `gone` …; empty when level, null without upstream. */
  readonly upstream: string | null;
  /** Path of its checkout; null for none. */
  readonly checkout: string | null;
}

/** One of a repository's checkouts. */
export interface WorktreeStatus {
  readonly path: string;
  /** Null when detached. */
  readonly branch: string | null;
  readonly head: string | null;
  /** `main`: the main checkout; `worker`: below the workspace's `.worktrees`; `other`: created by others. */
  readonly owner: 'main' | 'worker' | 'other';
  /** Why it is locked, possibly empty; null when it is not. */
  readonly locked: string | null;
  /** Why git would prune it; null when it would not. */
  readonly prunable: string | null;
  /** A merge, a rebase … in progress; null when there is none. */
  readonly operation: string | null;
}

/** Branches, worktrees and stashes of one repository. */
export interface RepoDetails {
  readonly name: string;
  readonly base: string | null;
  /** The greatest version in files and tags of the base; null when there is none. */
  readonly version: string | null;
  readonly branches: readonly BranchStatus[];
  readonly worktrees: readonly WorktreeStatus[];
  /** Newest first, one line each as git prints it. */
  readonly stashes: readonly string[];
}

/** Reports whether a branch began at a base that has moved on, and has no commit for two weeks. */
export function isStale({ behind, merged, last }: BranchStatus, now: Date): boolean {
  return behind !== null && behind > 0 && merged === null && now.getTime() - Date.parse(last.at) > 14 * dayMs;
}

/** One of our refs that keeps the content of a branch or a worktree. */
export interface Backup {
  readonly repo: string;
  readonly task: string;
  /** Full name, such as `refs/orch/backup/fix/20260301T101500.123Z`. */
  readonly ref: string;
  /** `branch`: the last commit of a deleted branch; `work`: uncommitted work, as a commit on top. */
  readonly kind: 'branch' | 'work';
  readonly commit: string;
  /** First line of the commit's message. */
  readonly subject: string;
  /** ISO time. */
  readonly at: string;
}

/** Result of restoring a snapshot. */
export interface Restored {
  /** Ref that keeps the previous content; null when all of it was committed. */
  readonly before: string | null;
  /** Paths that match the snapshot again. */
  readonly restored: readonly string[];
  /** Paths that were deleted because the snapshot lacks them. */
  readonly deleted: readonly string[];
  /** Output of hooks that failed although the restore succeeded; absent when there is none. */
  readonly warnings?: readonly string[];
}

/** Minimum retention of all backups and snapshots. */
export const keptDays = 30;

const hourMs = 3_600_000;

/** Reports whether a backup's retention is over. */
export function isExpired(at: string, now: Date): boolean {
  return now.getTime() - Date.parse(at) > keptDays * dayMs;
}

/**
 * Returns the snapshots of a worker that can be deleted. Kept are all of the last hour, the newest of each
 * hour of the last day, and before that the newest of each day (UTC), up to `keptDays`.
 */
export function snapshotsToDelete<T extends { readonly at: string }>(
  snapshots: readonly T[],
  now: Date,
): T[] {
  const newestFirst = [...snapshots].sort((a, b) => b.at.localeCompare(a.at));
  const taken = new Set<string>();
  return newestFirst.filter(({ at }) => {
    const age = now.getTime() - Date.parse(at);
    if (age <= hourMs) return false;
    if (isExpired(at, now)) return true;
    const slot = age <= dayMs ? at.slice(0, 'yyyy-mm-ddThh'.length) : at.slice(0, 'yyyy-mm-dd'.length);
    if (taken.has(slot)) return true;
    taken.add(slot);
    return false;
  });
}

/** Branch kinds that git-flow starts and finishes. */
export type FlowKind = 'feature' | 'release' | 'hotfix';

/** Prefixes of branch names and version tags. */
export interface FlowPrefixes {
  readonly feature: string;
  readonly release: string;
  readonly hotfix: string;
  readonly versionTag: string;
}

/** A branch that was started and not finished. */
export interface FlowBranch {
  readonly name: string;
  readonly branch: string;
  /** Its last commit. */
  readonly tip: string;
  /** The worktree that has it checked out; null when none has. */
  readonly checkout: string | null;
}

/** State of git-flow in a repository. */
export interface FlowStatus {
  readonly repo: string;
  readonly main: string | null;
  readonly develop: string | null;
  readonly prefixes: FlowPrefixes;
  /** The greatest version in develop's files or the tags; null when there is none. */
  readonly version: string | null;
  readonly features: readonly FlowBranch[];
  readonly releases: readonly FlowBranch[];
  readonly hotfixes: readonly FlowBranch[];
}

export interface FlowStarted {
  readonly repo: string;
  readonly kind: FlowKind;
  readonly name: string;
  readonly branch: string;
  /** The start point, such as `develop` or `origin/develop`. */
  readonly base: string;
  /** Its last commit: the base's, or the one that sets the version. */
  readonly commit: string;
  /** Files whose version was set. */
  readonly files: readonly string[];
  readonly warnings: readonly string[];
}

/** Effects of finishing a git-flow branch. */
export interface FlowPreview {
  readonly repo: string;
  readonly kind: FlowKind;
  readonly name: string;
  readonly branch: string;
  readonly tip: string;
  /** Target branches of the merges, in order; those that already contain it are left out. */
  readonly into: readonly string[];
  /** The tag that is created; null for a feature, and when it exists already. */
  readonly tag: string | null;
  readonly conflicts: readonly { readonly into: string; readonly files: readonly string[] }[];
  /** Reasons against it, as sentences. */
  readonly blockers: readonly string[];
}

/** A ref that moved, was created (`from` null) or deleted (`to` null). */
export interface RefMove {
  readonly ref: string;
  readonly from: string | null;
  readonly to: string | null;
}

export interface FlowFinished {
  readonly repo: string;
  readonly kind: FlowKind;
  readonly name: string;
  readonly branch: string;
  readonly tag: string | null;
  /** Empty when it was finished before. */
  readonly moved: readonly RefMove[];
  /** Refs that keep the previous values of moved and deleted refs. */
  readonly backups: readonly string[];
  /** The refs that were pushed; empty without `--push`. */
  readonly pushed: readonly string[];
}

/** One line of a repository's history. */
export interface LoggedCommit {
  /** Full name. */
  readonly commit: string;
  readonly parents: readonly string[];
  readonly author: string;
  /** ISO time. */
  readonly at: string;
  readonly subject: string;
}

/** `more`: older commits exist. */
export interface CommitHistory {
  readonly commits: readonly LoggedCommit[];
  readonly more: boolean;
}

/** `isCut`: only the beginning is included. */
export interface CommitText {
  readonly text: string;
  readonly isCut: boolean;
}

export interface LogQuery {
  /** Start point: a branch, a tag, a commit; null for the checkout. */
  readonly from: string | null;
  /** Only commits that changed this file or folder; relative to the top folder. */
  readonly path: string | null;
  /** Number of commits, at least 1. */
  readonly limit: number;
  /** Number of newest commits to skip. */
  readonly offset: number;
}

export interface CommitQuery {
  readonly commit: string;
  /** Only the changes of this file or folder; null for all. */
  readonly path: string | null;
}
