import type { Repo } from '../../core/repo.ts';
import { failure, type Problem, problemOf, type Result, success } from '../../lib/result.ts';
import { findObstacle, findTarget, type Target } from '../merge.ts';
import { parseStatus } from '../porcelain.ts';
import { branchRef, isAncestor, moveRef, readRef } from '../refs.ts';
import { type Git, refused } from '../run.ts';
import { isMergeOf } from './merging.ts';

/** A merge that a finish made. */
export interface Merge {
  /** The branch it was published on. */
  readonly into: string;
  readonly commit: string;
  /** Last commit of the branch that was merged. */
  readonly tip: string;
}

/** Whether a merge can be taken back from its branch, and where that branch goes. */
export type TakeBack =
  | { readonly can: true; readonly target: Target; readonly to: string }
  /** It is gone already. */
  | { readonly can: 'done' }
  /** It stays: only a revert undoes it. */
  | { readonly can: false; readonly why: string };

/**
 * Looks whether a merge is still the last commit of its branch and nobody else can have it. A checkout that would be
 * disturbed is a problem, which the person can mend.
 */
export async function planTakeBack(git: Git, repo: Repo, merge: Merge): Promise<Result<TakeBack>> {
  const { into, commit, tip } = merge;
  const head = await readRef(git, repo.path, branchRef(into));
  if (head === null) return success({ can: false, why: `There is no branch ${into} any more.` });
  if (!(await isAncestor(git, repo.path, commit, head))) return success({ can: 'done' });
  if (head !== commit) return success({ can: false, why: `${into} has gone on since.` });
  const to = await readRef(git, repo.path, `${commit}^1`);
  if (to === null || !(await isMergeOf(git, repo.path, commit, to, tip)))
    return success({ can: false, why: `${into} had come by its work without a merge.` });
  const holders = await git.text(repo.path, [
    'for-each-ref',
    '--format=%(refname:short)',
    '--contains',
    commit,
    'refs/remotes',
    'refs/tags',
  ]);
  if (!holders.ok) return holders;
  const [holder] = holders.value.split('\n').filter(Boolean);
  if (holder) return success({ can: false, why: `${holder} has it already.` });
  const target = await findTarget(git, repo, into, null);
  if (!target.ok) return target;
  const obstacle =
    target.value.blocked ??
    (await findObstacle(git, target.value, to)) ??
    (await findStaged(git, target.value));
  if (obstacle)
    return { ok: false, problem: { ...obstacle, hint: `${obstacle.hint ?? ''} ${keepHint}`.trim() } };
  return success({ can: true, target: target.value, to });
}

const keepHint = 'Or leave the merge where it is: --keep-merge.';

/** Resetting would unstage what is staged in the checkout. */
async function findStaged(git: Git, { checkout, branch }: Target): Promise<Problem | null> {
  if (checkout === null) return null;
  const staged = await git.run(checkout, ['diff-index', '--cached', '--quiet', 'HEAD']);
  if (staged.exitCode === 0) return null;
  const message = `${branch} is checked out at ${checkout}, where changes are staged.`;
  return problemOf('target_blocked', message, 'Commit or unstage them there.');
}

/** Moves the branch to where it was before the merge: by compare-and-swap, or with its checkout's files. */
export async function takeBack(
  git: Git,
  repo: Repo,
  merge: Merge,
  { target, to }: Extract<TakeBack, { can: true }>,
): Promise<Result<null>> {
  const { checkout, branch } = target;
  const why = `undo merge ${merge.commit.slice(0, 10)}`;
  if (checkout === null) {
    const moved = await moveRef(git, repo.path, branchRef(branch), to, merge.commit, why);
    return moved.ok ? success(null) : moved;
  }
  // Somebody may have switched or committed since we looked; then another branch, or commit, would be lost.
  const looked = await git.run(checkout, [
    'status',
    '--porcelain=v2',
    '--branch',
    '-z',
    '--untracked-files=no',
  ]);
  const now = parseStatus(looked.stdout);
  if (looked.exitCode !== 0 || now.branch !== branch || now.head !== merge.commit)
    return failure('target_moving', `${checkout} was used meanwhile.`, 'Try again.');
  const reset = await git.change(checkout, ['reset', '--keep', '--quiet', to]);
  return reset.exitCode === 0 ? success(null) : refused(reset);
}

/** How a merge that stays is undone, for a person to run. */
export function revertText({ into, commit }: Merge): string {
  return `git switch ${into} && git revert -m 1 ${commit}`;
}
