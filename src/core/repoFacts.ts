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
