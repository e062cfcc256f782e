import { lstat } from 'node:fs/promises';
import { dirname } from 'node:path';
import { foldCase } from '../../core/ids.ts';
import type { Repo } from '../../core/repo.ts';
import type { RepoSetup } from '../../core/worker.ts';
import { checkPath } from '../../lib/files.ts';
import { failure, type Result, success } from '../../lib/result.ts';
import { commonDirectory, listWorktrees } from '../directories.ts';
import { exists, resolvedPath } from '../files.ts';
import { branchRef, deleteRef, readRef } from '../refs.ts';
import { type Git, refused } from '../run.ts';

export interface NewWorktree {
  /** Absolute; must not exist. */
  readonly path: string;
  readonly branch: string;
  /** Full object name to start from. */
  readonly commit: string;
  /** The branch that finishing merges into, recorded where git-flow looks for it. */
  readonly base: string;
  readonly lfs?: RepoSetup['lfs'];
}

/** What a repository's hooks said although the worktree is there. */
export interface Added {
  readonly warnings: readonly string[];
}

/** Whether a branch and its worktree can be made; changes nothing. `unsafe_path` where a link is in the way. */
export async function checkNewWorktree(
  git: Git,
  repo: Repo,
  wanted: { readonly path: string; readonly branch: string },
): Promise<Result<null>> {
  const place = await checkPlace(wanted.path);
  if (!place.ok) return place;
  const worktrees = await listWorktrees(git, repo.path);
  if (!worktrees.ok) return worktrees;
  const user = worktrees.value.find((entry) => entry.branch === wanted.branch);
  if (user)
    return failure(
      'branch_in_use',
      `The branch ${wanted.branch} is checked out at ${user.path}.`,
      'Take another task name.',
    );
  const branches = await git.run(repo.path, ['for-each-ref', '--format=%(refname)', 'refs/heads']);
  if (branches.exitCode !== 0) return refused(branches);
  const names = branches.stdout
    .split('\n')
    .filter(Boolean)
    .map((ref) => ref.slice('refs/heads/'.length));
  const collision = describeCollision(wanted.branch, names);
  if (collision) return failure('branch_exists', collision, 'Take another task name, or delete that branch.');
  const path = await resolvedPath(wanted.path);
  if (worktrees.value.some((entry) => foldCase(entry.path) === foldCase(path)))
    return failure(
      'path_taken',
      `Git still counts ${path} as a worktree.`,
      'If its folder is gone: git worktree prune.',
    );
  if (await exists(path))
    return failure('path_taken', `${path} exists already.`, 'Move it away, or take another task name.');
  return success(null);
}

/** Refuses a folder for worktrees, or one in it, that is a link: git would check files out wherever it leads. */
async function checkPlace(path: string): Promise<Result<boolean>> {
  const parent = dirname(path);
  const folder = checkPath(dirname(parent), parent, 'folder');
  if (!folder.ok) return folder;
  const found = await lstat(path).catch(() => null); // Nothing there, or nothing that git could use either.
  return found?.isSymbolicLink() ? checkPath(parent, path, 'folder') : success(true);
}

/** Why a branch cannot be made beside others: git keeps them as files, so `a` and `a/b` exclude each other. */
export function describeCollision(wanted: string, branches: readonly string[]): string | null {
  const folded = foldCase(wanted);
  for (const branch of branches) {
    const other = foldCase(branch);
    if (branch === wanted) return `The branch ${branch} exists already.`;
    if (other === folded) return `The branch ${branch} differs from ${wanted} only in case.`;
    if (folded.startsWith(`${other}/`) || other.startsWith(`${folded}/`))
      return `Git cannot have both ${branch} and ${wanted}.`;
  }
  return null;
}

/** Makes a branch and its worktree, touching no other checkout. What it began it takes back when git refuses. */
export async function addWorktree(git: Git, repo: Repo, wanted: NewWorktree): Promise<Result<Added>> {
  const common = await commonDirectory(git, repo.path);
  if (!common.ok) return common;
  return git.exclusive(common.value, async () => {
    const checked = await checkNewWorktree(git, repo, wanted);
    if (!checked.ok) return checked;
    const added = await attach(git, repo, wanted, [
      '--no-track',
      '-b',
      wanted.branch,
      wanted.path,
      wanted.commit,
    ]);
    if (!added.ok) {
      if ((await readRef(git, repo.path, branchRef(wanted.branch))) === wanted.commit)
        await deleteRef(git, repo.path, branchRef(wanted.branch), wanted.commit);
      return added;
    }
    const recorded = await git.change(repo.path, [
      'config',
      '--local',
      `gitflow.branch.${wanted.branch}.base`,
      wanted.base,
    ]);
    return recorded.exitCode === 0 ? added : refused(recorded);
  });
}

/** Makes a worktree's folder again on its branch, as resuming a worker needs it. Does nothing when it is there. */
export async function restoreWorktree(
  git: Git,
  repo: Repo,
  wanted: Pick<NewWorktree, 'path' | 'branch' | 'lfs'>,
): Promise<Result<Added>> {
  const common = await commonDirectory(git, repo.path);
  if (!common.ok) return common;
  return git.exclusive(common.value, async () => {
    const place = await checkPlace(wanted.path);
    if (!place.ok) return place;
    const worktrees = await listWorktrees(git, repo.path);
    if (!worktrees.ok) return worktrees;
    const path = await resolvedPath(wanted.path);
    const registered = worktrees.value.find((entry) => entry.path === path);
    if (await exists(path)) {
      if (registered) return success({ warnings: [] });
      return failure('path_taken', `${path} exists but is no worktree of ${repo.name}.`, 'Move it away.');
    }
    const elsewhere = worktrees.value.find((entry) => entry.branch === wanted.branch && entry !== registered);
    if (elsewhere)
      return failure('branch_in_use', `The branch ${wanted.branch} is checked out at ${elsewhere.path}.`);
    if (!(await readRef(git, repo.path, branchRef(wanted.branch))))
      return failure(
        'branch_missing',
        `The branch ${wanted.branch} is gone.`,
        'Start a new worker for the task.',
      );
    if (registered) {
      const forgotten = await forgetWorktree(git, repo, path);
      if (!forgotten.ok) return forgotten;
    }
    return attach(git, repo, { ...wanted, path }, [path, wanted.branch]);
  });
}

/** Takes a missing folder off git's list, unless all around it is missing too: a disk may just not be mounted. */
export async function forgetWorktree(git: Git, repo: Repo, path: string): Promise<Result<null>> {
  if (!(await exists(dirname(path))))
    return failure(
      'folder_missing',
      `${dirname(path)} is missing.`,
      'If it is on another disk, mount that first.',
    );
  const removed = await git.change(repo.path, ['worktree', 'remove', path]);
  return removed.exitCode === 0 ? success(null) : refused(removed);
}

/** Keeps git-lfs from fetching large files, where that is wanted. */
export function lfsEnvironment(lfs: RepoSetup['lfs'] = 'files'): Record<string, string> {
  return lfs === 'pointers' ? { GIT_LFS_SKIP_SMUDGE: '1' } : {};
}

/** A failing post-checkout hook makes git fail although the worktree is complete: that is a warning. */
async function attach(
  git: Git,
  repo: Repo,
  { path, lfs }: Pick<NewWorktree, 'path' | 'lfs'>,
  args: readonly string[],
): Promise<Result<Added>> {
  const env = lfsEnvironment(lfs);
  // Relative paths would make older versions of git refuse the whole repository.
  const command = ['-c', 'worktree.useRelativePaths=false', 'worktree', 'add', ...args];
  const outcome = await git.change(repo.path, command, { env });
  if (outcome.exitCode === 0) return success({ warnings: [] });
  const complete =
    (await exists(path)) && (await git.run(path, ['rev-parse', '--verify', '--quiet', 'HEAD^{commit}']));
  return complete && complete.exitCode === 0
    ? success({ warnings: [`A hook failed: ${outcome.stderr.trim()}`] })
    : refused(outcome);
}
