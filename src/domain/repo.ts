/** One repository of the workspace, as configured. */
export interface Repo {
  /** Key in the configuration; a slug. */
  readonly name: string;
  /** Absolute path of the main checkout. */
  readonly path: string;
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
  /** Where finished work goes: `develop`, or `main` where that is the base. */
  readonly base: string | null;
  /** Whether there is a develop branch; without one `base` is main. */
  readonly hasDevelop: boolean;
  /** Why nothing can be started here: no commits, folder missing …; null when all is well. */
  readonly problem: string | null;
}
