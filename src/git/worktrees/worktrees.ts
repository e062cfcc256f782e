import { lstat } from 'node:fs/promises';
import { dirname } from 'node:path';
import { foldCase } from '../../core/ids.ts';
import type { Repo } from '../../core/repo.ts';
import type { RepoSetup } from '../../core/worker.ts';
import { checkPath } from '../../lib/files.ts';
import { quoteCommand } from '../../lib/quote.ts';
import { failure, type Result, success } from '../../lib/result.ts';
import { commonDirectory, exists, resolvedPath, worktreeDirectory } from '../directories.ts';
import { listWorktrees, type WorktreeEntry } from '../porcelain.ts';
import { branchRef, deleteRef, readRef } from '../refs.ts';
import { type Git, hookWarning, refused } from '../run.ts';
import type { Inspection } from './inspect.ts';

interface NewWorktree {
  /** Absolute; must not exist yet. */
  readonly path: string;
  readonly branch: string;
  /** Full object name to start from. */
  readonly commit: string;
  /** Branch to merge into, recorded where git-flow reads it. */
  readonly base: string;
  readonly lfs?: RepoSetup['lfs'];
}

/** Warnings of hooks that failed although the worktree was created. */
interface Added {
  readonly warnings: readonly string[];
}

/**
 * Checks whether a branch and its worktree can be created; changes nothing. `unsafe_path` when a link is in the way.
 */
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
      (await exists(user.path)) ? 'Take another task name.' : missingHint(repo.path, user),
    );
  const branches = await git.run(repo.path, ['for-each-ref', '--format=%(refname)', 'refs/heads']);
  if (branches.exitCode !== 0) return refused(branches);
  const names = branches.stdout
    .split('\n')
    .filter(Boolean)
    .map((ref) => ref.slice('refs/heads/'.length));
  const collision = describeCollision(wanted.branch, names);
  if (collision) return failure('branch_exists', collision.message, collision.hint);
  const path = await resolvedPath(wanted.path);
  const taken = worktrees.value.find((entry) => foldCase(entry.path) === foldCase(path));
  if (taken) {
    const isThere = await exists(taken.path);
    const hint = isThere ? 'Take another task name.' : missingHint(repo.path, taken);
    return failure('path_taken', `Git counts ${taken.path} as a worktree${isThere ? '' : ' still'}.`, hint);
  }
  if (await exists(path))
    return failure('path_taken', `${path} exists already.`, 'Move it away, or take another task name.');
  return success(null);
}

/** Refuses a link as a folder for worktrees or as a worktree: git would check files out at its target. */
async function checkPlace(path: string): Promise<Result<boolean>> {
  const parent = dirname(path);
  const folder = checkPath(dirname(parent), parent, 'folder');
  if (!folder.ok) return folder;
  const found = await lstat(path).catch(() => null); // Missing, or unusable for git as well.
  return found?.isSymbolicLink() ? checkPath(parent, path, 'folder') : success(true);
}

/**
 * Returns why a branch cannot exist beside others, and a hint. Git stores branches as files, so `a` and `a/b` exclude
 * each other.
 */
export function describeCollision(wanted: string, branches: readonly string[]): Collision | null {
  const folded = foldCase(wanted);
  for (const branch of branches) {
    const other = foldCase(branch);
    const both = `Git cannot have both ${branch} and ${wanted}.`;
    const rename = quoteCommand(['git', 'branch', '-m', branch, 'ANOTHER-NAME']);
    const hint = `Take another name, or rename that branch: ${rename}`;
    if (branch === wanted) return { message: `The branch ${branch} exists already.`, hint };
    if (other === folded)
      return { message: `The branch ${branch} differs from ${wanted} only in case.`, hint };
    if (other.startsWith(`${folded}/`)) return { message: both, hint };
    // Names are slugs, so it blocks the whole prefix.
    if (folded.startsWith(`${other}/`)) {
      return { message: both, hint: `No other name helps while it is there. Rename it: ${rename}` };
    }
  }
  return null;
}

interface Collision {
  readonly message: string;
  readonly hint: string;
}

/** Returns a hint for a worktree whose folder is missing: moved, on another disk, or deleted. */
export function missingHint(repo: string, { path, locked }: Pick<WorktreeEntry, 'path' | 'locked'>): string {
  const worktree = (...args: string[]) => quoteCommand(['git', '-C', repo, 'worktree', ...args]);
  const unlock = locked === null ? '' : `${worktree('unlock', path)} && `;
  return (
    `If the folder was moved: ${worktree('repair', 'NEW-PLACE')}. ` +
    `If it is gone for good: ${unlock}${worktree('prune')}`
  );
}

/** Creates a branch and its worktree without touching other checkouts. Reverts its steps when git refuses. */
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

/** Recreates a worktree's folder on its branch, for resuming a worker. Does nothing when it exists. */
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
      if (registered) {
        const own = await worktreeDirectory(git, repo, common.value, path);
        return own.ok ? success({ warnings: [] }) : own;
      }
      return failure('path_taken', `${path} exists but is no worktree of ${repo.name}.`, 'Move it away.');
    }
    const elsewhere = worktrees.value.find((entry) => entry.branch === wanted.branch && entry !== registered);
    if (elsewhere)
      return failure(
        'branch_in_use',
        `The branch ${wanted.branch} is checked out at ${elsewhere.path}.`,
        (await exists(elsewhere.path))
          ? 'Switch to another branch there.'
          : missingHint(repo.path, elsewhere),
      );
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

/**
 * Checks that a worker can resume in its worktree: in a folder that is no worktree any more, git and an agent would use
 * the repository around it. A missing folder is fine: it is recreated. Changes nothing.
 */
export async function checkOldWorktree(git: Git, repo: Repo, worktree: string): Promise<Result<null>> {
  const path = await resolvedPath(worktree);
  if (!(await exists(path))) return success(null);
  const common = await commonDirectory(git, repo.path);
  if (!common.ok) return common;
  const own = await worktreeDirectory(git, repo, common.value, path);
  return own.ok ? success(null) : own;
}

/** Removes a missing worktree from git's list, unless its parent is missing too: a disk may not be mounted. */
async function forgetWorktree(git: Git, repo: Repo, path: string): Promise<Result<null>> {
  if (!(await exists(dirname(path))))
    return failure(
      'folder_missing',
      `${dirname(path)} is missing.`,
      'If it is on another disk, mount that first.',
    );
  const removed = await git.change(repo.path, ['worktree', 'remove', path]);
  return removed.exitCode === 0 ? success(null) : refused(removed);
}

/** Returns variables that keep git-lfs from fetching large files, if wanted. */
export function lfsEnvironment(lfs: RepoSetup['lfs'] = 'files'): Record<string, string> {
  return lfs === 'pointers' ? { GIT_LFS_SKIP_SMUDGE: '1' } : {};
}

/** Adds a worktree. A failed post-checkout hook is a warning: git fails although the worktree is complete. */
async function attach(
  git: Git,
  repo: Repo,
  { path, lfs }: Pick<NewWorktree, 'path' | 'lfs'>,
  args: readonly string[],
): Promise<Result<Added>> {
  const env = lfsEnvironment(lfs);
  // With relative paths older versions of git refuse the whole repository.
  const command = ['-c', 'worktree.useRelativePaths=false', 'worktree', 'add', '--quiet', ...args];
  const outcome = await git.change(repo.path, command, { env });
  if (outcome.exitCode === 0) return success({ warnings: [] });
  const complete =
    (await exists(path)) && (await git.run(path, ['rev-parse', '--verify', '--quiet', 'HEAD^{commit}']));
  return complete && complete.exitCode === 0
    ? success({ warnings: [hookWarning(outcome)] })
    : refused(outcome);
}

/**
 * Removes a worktree. Git's refusal is final, with one exception: git never removes a worktree with initialised
 * submodules, so it is forced once after our own check.
 * @param dirty the person has agreed to lose uncommitted work, which a snapshot keeps
 * @returns warnings about leftovers, usually none
 */
export async function removeWorktree(
  git: Git,
  repo: Repo,
  found: Inspection,
  dirty = false,
): Promise<Result<string[]>> {
  if (!found.registered) return success([]);
  if (!found.present) {
    const forgotten = await forgetWorktree(git, repo, found.path);
    return forgotten.ok ? success([]) : forgotten;
  }
  // The only forced removal: a snapshot keeps what git would protect, or it was checked.
  const force = dirty || found.submodules.length > 0 ? ['--force'] : [];
  const remove = () => git.change(repo.path, ['worktree', 'remove', ...force, found.path]);
  let removed = await remove();
  if (/is not a working tree|does not contain absolute path/.test(removed.stderr)) {
    // Git before 2.48 does not find worktrees by relative paths; repair writes absolute ones, which all versions read.
    const repaired = await git.change(repo.path, ['worktree', 'repair', found.path]);
    if (repaired.exitCode === 0) removed = await remove();
  }
  if (removed.exitCode === 0) return success([]);
  const listed = await listWorktrees(git, repo.path);
  const stillThere = !listed.ok || listed.value.some((entry) => entry.path === found.path);
  // Git drops the worktree even if a busy folder could not be emptied.
  return stillThere
    ? refused(removed)
    : success([`${found.path} could not be emptied: ${removed.stderr.trim()}`]);
}

/** Deletes a branch that is still at `tip`, and its configuration. */
export async function deleteBranch(git: Git, repo: Repo, branch: string, tip: string): Promise<Result<null>> {
  const ref = branchRef(branch);
  const deleted = (await readRef(git, repo.path, ref))
    ? await deleteRef(git, repo.path, ref, tip)
    : success(null);
  if (!deleted.ok) return deleted;
  for (const section of sectionsOf(branch)) {
    // Exits with 128 if there is no such section, which is fine.
    await git.change(repo.path, ['config', '--local', '--remove-section', section]);
  }
  return success(null);
}

/** Reports whether neither the branch nor its configuration is left. */
export async function isBranchGone(git: Git, repo: Repo, branch: string): Promise<Result<boolean>> {
  if (await readRef(git, repo.path, branchRef(branch))) return success(false);
  const keys = await git.text(repo.path, ['config', '--local', '-z', '--name-only', '--list']);
  if (!keys.ok) return keys;
  const sections = sectionsOf(branch);
  const isOurs = (key: string) => sections.some((section) => key.startsWith(`${section}.`));
  return success(!keys.value.split('\0').some(isOurs));
}

function sectionsOf(branch: string): readonly string[] {
  return [`branch.${branch}`, `gitflow.branch.${branch}`];
}
