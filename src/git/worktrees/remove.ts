import type { Repo } from '../../core/repo.ts';
import { type Result, success } from '../../lib/result.ts';
import { listWorktrees } from '../directories.ts';
import { branchRef, deleteRef, readRef } from '../refs.ts';
import { type Git, refused } from '../run.ts';
import type { Inspection } from './inspect.ts';
import { forgetWorktree } from './worktrees.ts';

/**
 * Removes a worktree. Git's refusal is final, with one exception: git never removes a worktree with initialised
 * submodules, so after our own look into them we insist, once.
 * @param dirty the person has agreed to lose what is uncommitted, and a snapshot holds it.
 * @returns what was left behind in words, usually nothing.
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
  // The one place that forces anything: what git would hold back is in a snapshot, or was looked at.
  const force = dirty || found.submodules.length > 0 ? ['--force'] : [];
  const removed = await git.change(repo.path, ['worktree', 'remove', ...force, found.path]);
  if (removed.exitCode === 0) return success([]);
  const listed = await listWorktrees(git, repo.path);
  const stillThere = !listed.ok || listed.value.some((entry) => entry.path === found.path);
  // Git forgets the worktree even where a busy folder could not be emptied.
  return stillThere
    ? refused(removed)
    : success([`${found.path} could not be emptied: ${removed.stderr.trim()}`]);
}

/** Deletes a branch that nobody moved since `tip`, and what the configuration says about it. */
export async function deleteBranch(git: Git, repo: Repo, branch: string, tip: string): Promise<Result<null>> {
  const ref = branchRef(branch);
  const deleted = (await readRef(git, repo.path, ref))
    ? await deleteRef(git, repo.path, ref, tip)
    : success(null);
  if (!deleted.ok) return deleted;
  for (const section of sectionsOf(branch)) {
    // Ends with 128 where there is no such section, which is as good.
    await git.change(repo.path, ['config', '--local', '--remove-section', section]);
  }
  return success(null);
}

/** Whether neither the branch is left nor anything that the configuration says about it. */
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
