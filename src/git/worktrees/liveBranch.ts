import type { Repo } from '../../core/repo.ts';
import { type Result, success } from '../../lib/result.ts';
import { commonDirectory } from '../directories.ts';
import { branchRef, readRef } from '../refs.ts';
import { type Git, refused } from '../run.ts';
import type { WorkerPlace } from './inspect.ts';

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

/**
 * Lets what git-flow noted about a branch, where it began, follow to its new name: `git branch -m` moves only git's own
 * settings. What was noted under the new name counts more.
 */
export async function adoptBranch(git: Git, repo: Repo, from: string, to: string): Promise<Result<null>> {
  const common = await commonDirectory(git, repo.path);
  if (!common.ok) return common;
  return git.exclusive(common.value, async () => {
    const config = (...args: string[]) => git.change(repo.path, ['config', '--local', ...args]);
    const [old, now] = [`gitflow.branch.${from}`, `gitflow.branch.${to}`];
    if ((await config('--get', `${old}.base`)).exitCode !== 0) return success(null);
    const isKnown = (await config('--get', `${now}.base`)).exitCode === 0;
    const moved = await config(...(isKnown ? ['--remove-section', old] : ['--rename-section', old, now]));
    return moved.exitCode === 0 ? success(null) : refused(moved);
  });
}
