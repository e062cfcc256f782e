/** What finishing a worker would do, and what stands in its way. */
export interface FinishPreview {
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
export interface CleanPreview {
  readonly id: string;
  readonly branch: string;
  readonly tip: string;
  /** Commits that no other branch contains, `<short oid> <subject>`. */
  readonly unmerged: readonly string[];
  readonly uncommitted: readonly string[];
  readonly ignored: readonly string[];
  /** Whether the task's name must be typed: something listed above would go. */
  readonly wantsTypedName: boolean;
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
}
