import type { Repo } from '../core/repo.ts';
import { listWorktrees } from './directories.ts';
import { exists, resolvedPath } from './files.ts';
import type { Journal } from './journal.ts';
import { branchRef, isAncestor, keepRef, mergeRef, readRef, wipRef } from './refs.ts';
import type { Git } from './run.ts';
import { snapshot, snapshotTree } from './snapshot.ts';
import { removeStaleLocks } from './staleLocks.ts';
import type { WorkerPlace } from './worktrees/inspect.ts';

/**
 * Takes back what a change left half-done when its process was killed, before it is begun again: locks that a killed
 * git left, a merge with hooks in the worker's worktree, a worktree of which some files are gone. Whatever it cannot
 * be sure of stays as it is; the look that follows says so.
 * @param kept the commit that keeps all the worktree held
 */
export async function mend(
  git: Git,
  repo: Repo,
  worker: WorkerPlace,
  journal: Journal,
  kept: string,
): Promise<void> {
  const { base, branch, task, worktree } = worker;
  const branches = [base.branch, base.branch.replace(/^[^/]+\//, ''), branch];
  await removeStaleLocks(git, repo, { branches, refs: [mergeRef(task)], worktree });
  const path = await resolvedPath(worker.worktree);
  const listed = await listWorktrees(git, repo.path);
  const isOurs = listed.ok && listed.value.some((entry, at) => at > 0 && entry.path === path);
  if (!isOurs || !(await exists(path))) return;
  if (journal.step === 'merge') await leaveMerge(git, repo, worker, path);
  if (journal.step === 'remove the worktree') await completeRemoval(git, repo, path, kept);
}

/** Hooked merges are made on a detached HEAD in the worker's worktree, which was clean then. */
async function leaveMerge(git: Git, repo: Repo, worker: WorkerPlace, path: string): Promise<void> {
  const onBranch = await git.text(path, ['symbolic-ref', '--quiet', 'HEAD']);
  const head = await readRef(git, path, 'HEAD');
  const tip = await readRef(git, repo.path, branchRef(worker.branch));
  if (onBranch.ok || head === null || tip === null) return;
  const merging = await readRef(git, path, 'MERGE_HEAD');
  const made = await git.text(path, ['rev-list', '--no-walk', '--parents', head]);
  const isOurMerge = made.ok && made.value.split(' ')[2] === tip;
  const isOnBase = await isAncestor(git, path, worker.base.commit, head);
  if (merging === null ? !(isOurMerge || isOnBase) : merging !== tip) return;
  // Somebody may have worked in it since: nothing is let go of that is not kept.
  const saved = await snapshot(git, path, [head, tip], `${worker.id} amid a merge`);
  if (!saved.ok || !(await keepRef(git, repo.path, wipRef(worker.task, new Date()), saved.value)).ok) return;
  if (merging !== null) await git.change(path, ['merge', '--abort']);
  await git.change(path, ['switch', '--quiet', '--no-overwrite-ignore', worker.branch]);
}

/** Git deletes files first and its own record of the worktree last; what is left may be no more than what is kept. */
async function completeRemoval(git: Git, repo: Repo, path: string, kept: string): Promise<void> {
  // The file that leads to the repository may be among those that are gone.
  await git.change(repo.path, ['worktree', 'repair', path]);
  const tree = await snapshotTree(git, path);
  if (!tree.ok) return;
  const diff = await git.text(repo.path, [
    'diff-tree',
    '-r',
    '--name-status',
    '--no-renames',
    kept,
    tree.value,
  ]);
  if (!diff.ok || !diff.value.split('\n').every((line) => line === '' || line.startsWith('D'))) return;
  // A whole worktree takes the usual way, which looks at ignored files and locks as well.
  if (diff.value !== '') await git.change(repo.path, ['worktree', 'remove', '--force', path]);
}
