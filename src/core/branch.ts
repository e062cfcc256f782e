import type { LastCommit } from './repoFacts.ts';

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

const dayMs = 86_400_000;

/** Whether a branch began at a base that has moved on since, and nobody has worked on it for two weeks. */
export function isStale({ behind, merged, last }: BranchStatus, now: Date): boolean {
  return behind !== null && behind > 0 && merged === null && now.getTime() - Date.parse(last.at) > 14 * dayMs;
}
