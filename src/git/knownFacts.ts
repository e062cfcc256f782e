/** What git says of a repository without looking at its files: the same as long as refs and settings are. */
export interface Known {
  /** Lines of `for-each-ref` for local and remote branches, in the asked format. */
  readonly refs: readonly string[];
  /** Of git-flow and of remotes. */
  readonly settings: ReadonlyMap<string, string>;
  /** How far two commits are apart, by their names; filled by whoever counts. */
  readonly distances: Map<string, { readonly ours: number; readonly theirs: number } | null>;
}

/** Where git keeps what belongs to a checkout. Absolute. */
export interface GitDirectories {
  readonly own: string;
  /** The one that all worktrees share. */
  readonly common: string;
}
