import type { Repo } from '../domain/repo.ts';
import type { WorkerPlace } from './inspect.ts';
import { branchRef, readRef } from './refs.ts';
import type { Git } from './run.ts';

/** What became of the branch that a worktree was made for. */
export type LiveBranch =
  | { readonly kind: 'same' }
  /** The worktree has it under another name, and the old name is gone. */
  | { readonly kind: 'renamed'; readonly branch: string }
  /** The worktree has another one. */
  | { readonly kind: 'switched'; readonly branch: string };

/** Reads which branch a worker's worktree is on. A detached HEAD is the same: a rebase is, for a while. */
export async function readLiveBranch(git: Git, repo: Repo, worker: WorkerPlace): Promise<LiveBranch> {
  const head = await git.run(worker.worktree, ['symbolic-ref', '--quiet', 'HEAD']);
  const branch = head.stdout.trim().replace(/^refs\/heads\//, '');
  if (head.exitCode !== 0 || branch === '' || branch === worker.branch) return { kind: 'same' };
  const [old, now] = await Promise.all([
    readRef(git, repo.path, branchRef(worker.branch)),
    readRef(git, repo.path, branchRef(branch)),
  ]);
  return old === null && now !== null ? { kind: 'renamed', branch } : { kind: 'switched', branch };
}
