import { quoteCommand } from '../../lib/quote.ts';
import { failure, type Result, success } from '../../lib/result.ts';
import { Backoff, pause } from '../../lib/schedule.ts';
import { branchRef, keepRef, readRef, wipRef } from '../refs.ts';
import { type Git, type GitOutcome, hookWarning, refused } from '../run.ts';
import { snapshot, snapshotTree } from '../snapshots/snapshots.ts';
import { hookTimeoutMs, type MergePlan } from './merge.ts';

/** A merge commit made with hooks. */
interface HookedMerge {
  readonly commit: string;
  /** Messages of hooks that failed without stopping git. */
  readonly warnings: readonly string[];
}

/** A worktree for making a merge. */
type MergeWorktree = Pick<MergePlan, 'dir' | 'branch' | 'task'>;

/**
 * Makes the merge commit in the worker's own worktree, which must be clean, so that hooks run as for a person.
 * Afterwards the worktree is on its branch again, whatever the hooks did.
 * @returns `left_on_merge` when git refused even that; `leaveMerge` repairs it later
 */
export async function commitMergeWithHooks(git: Git, plan: MergePlan): Promise<Result<HookedMerge>> {
  const { dir, branch, onto } = plan;
  const away = await moveHead(git, dir, ['--detach', onto]);
  const isAway = (await branchAt(git, dir)) === null && (await readRef(git, dir, 'HEAD')) === onto;
  const args = ['merge', '--no-ff', '--no-edit', '--no-stat', '-m', `${plan.message}\n`, branch];
  const merged = isAway ? await git.change(dir, args, { timeoutMs: hookTimeoutMs }) : away;
  const isMerged = isAway && merged.exitCode === 0 && !merged.timedOut;
  const commit = isMerged ? await git.text(dir, ['rev-parse', 'HEAD']) : null;
  const back = await leaveMerge(git, plan, isAway ? 'lenient' : 'strict');
  if (!back.ok) return back;
  const { kept } = back.value;
  if (!commit) {
    const changes = kept === null ? 'nothing was changed' : `what it changed is kept in ${kept}`;
    return refused(merged, isAway ? `A hook of the repository refused the merge; ${changes}.` : undefined);
  }
  if (!commit.ok) return commit;
  if (kept !== null) return leftChanges(kept);
  const parents = await git.text(dir, ['rev-parse', `${commit.value}^1`, `${commit.value}^2`]);
  if (!parents.ok || parents.value !== `${onto}\n${plan.tip}`)
    return failure(
      'hook_changed_merge',
      'A hook changed what was being merged.',
      'Look at the hooks of the repository.',
    );
  const warnings = [...warningsOf(away), ...back.value.warnings];
  return success({ commit: commit.value, warnings: [...new Set(warnings)] });
}

function leftChanges(kept: string): Result<never> {
  return failure(
    'hook_left_changes',
    'A hook changed files in the worktree that kept it from going back to its branch.',
    `They are kept in ${kept}. Look at the hooks of the repository.`,
  );
}

/** Result of returning to the branch. */
interface Back {
  readonly warnings: readonly string[];
  /** Ref of changes that were in the way and left the worktree; null for none. */
  readonly kept: string | null;
}

/**
 * Returns a worktree from a merge to its branch. Changed files in the way, which can only come from a hook, are kept by
 * a ref and replaced by the branch's files.
 * @param manner `lenient` keeps changes that are not in the way; `strict` removes them as well, because they come from
 *   a checkout stopped by a hook
 */
export async function leaveMerge(
  git: Git,
  lent: MergeWorktree,
  manner: 'lenient' | 'strict',
): Promise<Result<Back>> {
  const { dir, branch } = lent;
  if (await readRef(git, dir, 'MERGE_HEAD')) await git.change(dir, ['merge', '--abort']);
  const back = (await branchAt(git, dir)) === branch ? null : await moveHead(git, dir, [branch]);
  const isBack = (await branchAt(git, dir)) === branch && !(await readRef(git, dir, 'MERGE_HEAD'));
  const isClean = async () => (await git.run(dir, ['diff-index', '--quiet', 'HEAD'])).exitCode === 0;
  if (isBack && (manner === 'lenient' || (await isClean())))
    return success({ warnings: back ? warningsOf(back) : [], kept: null });
  return forceLeaveMerge(git, lent);
}

/** Backs up all changes, then resets the worktree to HEAD, and HEAD to the branch. */
async function forceLeaveMerge(git: Git, { dir, branch, task }: MergeWorktree): Promise<Result<Back>> {
  const kept = await backUpChanges(git, dir, branch, task);
  if (!kept.ok) return leftOnMerge(dir, branch, kept.problem.message);
  // It also ends a merge under way.
  const reset = await withRetries(() => git.change(dir, ['reset', '--hard', '--quiet']));
  if (reset.exitCode !== 0) return leftOnMerge(dir, branch, reset.stderr);
  const back = (await branchAt(git, dir)) === branch ? null : await moveHead(git, dir, [branch]);
  return back === null || (await branchAt(git, dir)) === branch
    ? success({ warnings: back ? warningsOf(back) : [], kept: kept.value })
    : leftOnMerge(dir, branch, back.stderr);
}

/** Backs up uncommitted changes; null when the worktree equals one of the two commits. */
async function backUpChanges(
  git: Git,
  dir: string,
  branch: string,
  task: string,
): Promise<Result<string | null>> {
  const tree = await snapshotTree(git, dir);
  if (!tree.ok) return tree;
  const trees = await git.text(dir, ['rev-parse', 'HEAD^{tree}', `${branchRef(branch)}^{tree}`]);
  if (trees.ok && trees.value.split('\n').includes(tree.value)) return success(null);
  const parents = await git.text(dir, ['rev-parse', 'HEAD', branchRef(branch)]);
  if (!parents.ok) return parents;
  const saved = await snapshot(git, dir, [...new Set(parents.value.split('\n'))], `${branch} amid a merge`);
  return saved.ok ? keepRef(git, dir, wipRef(task, new Date()), saved.value) : saved;
}

function leftOnMerge(dir: string, branch: string, why: string): Result<never> {
  return failure(
    'left_on_merge',
    `${dir} was left on the merge: ${why.trim()}`,
    `Finish it again once that is out of the way, or go back there: ${quoteCommand(['git', 'switch', branch])}`,
  );
}

/** Returns the checked-out branch; null when detached. */
async function branchAt(git: Git, dir: string): Promise<string | null> {
  const head = await git.text(dir, ['symbolic-ref', '--quiet', 'HEAD']);
  return head.ok ? head.value.replace(/^refs\/heads\//, '') : null;
}

/**
 * Switches the worktree. Git exits with the code of post-checkout, which runs last, so HEAD tells whether the checkout
 * is complete.
 */
function moveHead(git: Git, dir: string, to: readonly string[]): Promise<GitOutcome> {
  return withRetries(() => git.change(dir, ['switch', '--quiet', '--no-overwrite-ignore', ...to]));
}

function warningsOf(outcome: GitOutcome): readonly string[] {
  return outcome.exitCode === 0 ? [] : [hookWarning(outcome)];
}

/** Retries while a background process of a hook may hold a lock of git. */
async function withRetries(work: () => Promise<GitOutcome>): Promise<GitOutcome> {
  const waits = new Backoff(50, 800);
  for (let attempt = 0; ; attempt++) {
    const outcome = await work();
    if (outcome.exitCode === 0 || attempt === 4 || !/\.lock': File exists/.test(outcome.stderr))
      return outcome;
    await pause(waits.next());
  }
}
