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
