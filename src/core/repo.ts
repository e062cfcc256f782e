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

/** What a look at a repository's main checkout shows. */
export interface RepoStatus {
  readonly name: string;
  readonly path: string;
  /** Branch of the main checkout; null when detached. */
  readonly branch: string | null;
  /** Commits that upstream lacks and that we lack; null without upstream. */
  readonly ahead: number | null;
  readonly behind: number | null;
  /** Changed, staged and conflicted tracked files. */
  readonly dirty: number;
  readonly untracked: number;
  /** Of all its worktrees together; git keeps one list for them. */
  readonly stashes: number;
  /** Such as `merge` or `rebase`, begun in the main checkout and not concluded; null when nothing is. */
  readonly operation: string | null;
  /** What is checked out: its last commit; null before the first. */
  readonly last: LastCommit | null;
  /** Commits that the base lacks, and that the base has beyond them; null on the base itself. */
  readonly aheadOfBase: number | null;
  readonly behindBase: number | null;
  /** Where finished work goes: `develop`, or `main` where that is the base. */
  readonly base: string | null;
  /** Whether there is a develop branch; without one `base` is main. */
  readonly hasDevelop: boolean;
  /** Why nothing can be started here: no commits, folder missing …; null when all is well. */
  readonly problem: string | null;
}

/** What a branch is for, by its name and git-flow's settings. */
export type BranchKind = 'main' | 'develop' | 'feature' | 'release' | 'hotfix' | 'other';

/** A local branch beside the base, where finished work goes. */
export interface BranchStatus {
  readonly name: string;
  readonly kind: BranchKind;
  readonly last: LastCommit;
  /** Commits that the base lacks, and that the base has beyond them; null for the base itself. */
  readonly ahead: number | null;
  readonly behind: number | null;
  /**
   * How its work got into the base: as its commits, as the same changes one by one, or as one commit. Null: not that
   * we know, which does not mean that it is not there.
   */
  readonly merged: 'commits' | 'changes' | 'squash' | null;
  /** As git says it: `ahead 1`, `gone` …; empty when level, null without upstream. */
  readonly upstream: string | null;
  /** Where it is checked out; null nowhere. */
  readonly checkout: string | null;
}

/** One of a repository's checkouts. */
export interface WorktreeStatus {
  readonly path: string;
  /** Null when detached. */
  readonly branch: string | null;
  readonly head: string | null;
  /** `main`: the main checkout; `worker`: below the workspace's `.worktrees`; `other`: somebody else's. */
  readonly owner: 'main' | 'worker' | 'other';
  /** Why it is locked, possibly empty; null when it is not. */
  readonly locked: string | null;
  /** Why git would forget it; null when it would not. */
  readonly prunable: string | null;
  /** A merge, a rebase … that is not concluded; null when nothing is. */
  readonly operation: string | null;
}

/** All that is known of one repository. */
export interface RepoDetails {
  readonly name: string;
  readonly base: string | null;
  /** The greatest version that files and tags of the base name; null when none does. */
  readonly version: string | null;
  readonly branches: readonly BranchStatus[];
  readonly worktrees: readonly WorktreeStatus[];
  /** Newest first: git's one-line account of each. */
  readonly stashes: readonly string[];
}

/** Whether a branch began at a base that has moved on since, and nobody has worked on it for two weeks. */
export function isStale({ behind, merged, last }: BranchStatus, now: Date): boolean {
  return behind !== null && behind > 0 && merged === null && now.getTime() - Date.parse(last.at) > 14 * dayMs;
}

/** A ref of our own that keeps what a branch or a worktree held. */
export interface Backup {
  readonly repo: string;
  readonly task: string;
  /** Full name, such as `refs/orch/backup/fix/20260301T101500.123Z`. */
  readonly ref: string;
  /** `branch`: the last commit of one that went; `work`: uncommitted work, as a commit on top. */
  readonly kind: 'branch' | 'work';
  readonly commit: string;
  /** First line of the commit's message. */
  readonly subject: string;
  /** ISO time. */
  readonly at: string;
}

/** What restoring a snapshot came to. */
export interface Restored {
  /** Ref that keeps what was there before; null when that was all committed. */
  readonly before: string | null;
  /** Paths that are as in the snapshot again. */
  readonly restored: readonly string[];
  /** Paths that are gone because the snapshot does not have them. */
  readonly deleted: readonly string[];
  /** What hooks said that failed although the files are there; absent for nothing. */
  readonly warnings?: readonly string[];
}

/** Nothing that is kept goes sooner. */
export const keptDays = 30;

const hourMs = 3_600_000;

/** Whether a backup has been kept for as long as was promised. */
export function isExpired(at: string, now: Date): boolean {
  return now.getTime() - Date.parse(at) > keptDays * dayMs;
}

/**
 * Which snapshots of a worker are no longer worth their place: all of the last hour stay, of the last day the newest
 * of each hour, before that the newest of each day (UTC), and none longer than `keptDays`.
 */
export function thinOut<T extends { readonly at: string }>(snapshots: readonly T[], now: Date): T[] {
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

/** The branches of git-flow that begin and end. */
export type FlowKind = 'feature' | 'release' | 'hotfix';

/** What branch names and version tags begin with. */
export interface FlowPrefixes {
  readonly feature: string;
  readonly release: string;
  readonly hotfix: string;
  readonly versionTag: string;
}

/** A branch that is begun and not finished. */
export interface FlowBranch {
  readonly name: string;
  readonly branch: string;
  /** Its last commit. */
  readonly tip: string;
  /** The worktree that has it checked out; null when none has. */
  readonly checkout: string | null;
}

/** How git-flow stands in a repository. */
export interface FlowStatus {
  readonly repo: string;
  readonly main: string | null;
  readonly develop: string | null;
  readonly prefixes: FlowPrefixes;
  /** The greatest version that develop's files or the tags say; null when there is none. */
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
  /** The branch it began from, such as `develop` or `origin/develop`. */
  readonly base: string;
  /** Its last commit: the base's, or the one that sets the version. */
  readonly commit: string;
  /** Files whose version was set. */
  readonly files: readonly string[];
  readonly warnings: readonly string[];
}

/** What finishing would do. */
export interface FlowPreview {
  readonly repo: string;
  readonly kind: FlowKind;
  readonly name: string;
  readonly branch: string;
  readonly tip: string;
  /** The branches that are merged into, in order; those that hold it already are left out. */
  readonly into: readonly string[];
  /** The tag that is made; null for a feature, and when it is there already. */
  readonly tag: string | null;
  readonly conflicts: readonly { readonly into: string; readonly files: readonly string[] }[];
  /** What stands in the way, in words. */
  readonly blockers: readonly string[];
}

/** A ref that moved, was made (`from` null) or deleted (`to` null). */
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
  /** Empty when it had been finished before. */
  readonly moved: readonly RefMove[];
  /** Refs that keep what moved and was deleted, as it was. */
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

/** `more`: there are older ones. */
export interface CommitHistory {
  readonly commits: readonly LoggedCommit[];
  readonly more: boolean;
}

/** `isCut`: only the beginning of it is there. */
export interface CommitText {
  readonly text: string;
  readonly isCut: boolean;
}

export interface LogWish {
  /** Where to begin: a branch, a tag, a commit; null for what is checked out. */
  readonly from: string | null;
  /** Only commits that changed this file, or something in this folder; relative to the top folder. */
  readonly path: string | null;
  /** Commits, from 1 on. */
  readonly limit: number;
  /** Commits to leave out, the newest first. */
  readonly offset: number;
}

export interface CommitWish {
  readonly commit: string;
  /** Only the changes of this file or folder; null for all of them. */
  readonly path: string | null;
}
