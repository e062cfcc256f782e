import type { FinishResult } from '../domain/finish.ts';
import { failure, type Problem, type Result, success } from '../domain/problem.ts';
import type { Repo } from '../domain/repo.ts';
import { type Assessment, assess } from './assess.ts';
import { inspectWorker, nameSome, type WorkerPlace } from './inspect.ts';
import { commitMerge, commitMergeWithHooks, type MergePlan } from './mergeCommit.ts';
import { publish } from './publish.ts';
import { backupRef, deleteRef, keepRef, mergeRef } from './refs.ts';
import { deleteBranch, removeWorktree } from './remove.ts';
import type { Git } from './run.ts';
import { commonDirectory } from './worktreeList.ts';

export interface FinishOptions {
  /** The branch's last commit, as previewed. */
  readonly tip: string;
  /** The task's name: the person has seen which ignored files go. */
  readonly confirm?: string;
  /** Names the backup; defaults to now. */
  readonly at?: Date;
}

/** How often somebody else may move the target between our look and our move. */
const attempts = 5;

/**
 * Merges a worker's branch into the base branch with a merge commit, as git-flow does, then removes worktree and
 * branch. No checkout is disturbed: the merge is made in the object store (or, for repositories whose hooks want to
 * see merges, in the worker's worktree) and published by fast-forward or compare-and-swap.
 * Everything is looked at again now; a refusal up to publishing leaves all as it was. A branch that is merged already
 * is only removed, so finishing again completes what was interrupted.
 */
export async function finish(
  git: Git,
  repo: Repo,
  worker: WorkerPlace,
  options: FinishOptions,
): Promise<Result<FinishResult>> {
  const common = await commonDirectory(git, repo.path);
  if (!common.ok) return common;
  return git.exclusive(common.value, async () => {
    const merged = await merge(git, repo, worker, options);
    if (!merged.ok) return merged;
    const { commit, into } = merged.value;
    const removed = await removeAll(git, repo, worker, options);
    if (!removed.ok) return { ok: false, problem: afterMerge(removed.problem, worker, into) };
    return success({ id: worker.id, into, merge: commit, ...removed.value });
  });
}

interface Merged {
  readonly into: string;
  /** Merge commit. */
  readonly commit: string;
}

async function merge(
  git: Git,
  repo: Repo,
  worker: WorkerPlace,
  options: FinishOptions,
): Promise<Result<Merged>> {
  for (let attempt = 0; attempt < attempts; attempt++) {
    const assessed = await assess(git, repo, worker);
    if (!assessed.ok) return assessed;
    const refusal = refuse(assessed.value, worker, options);
    if (refusal) return refusal;
    const { target, tip, merged } = assessed.value;
    if (merged)
      return success({ into: target.branch, commit: await findMerge(git, repo, tip, target.commit) });
    const built = await build(git, repo, worker, assessed.value);
    if (!built.ok) return built;
    const kept = await keepRef(git, repo.path, mergeRef(worker.task), built.value);
    if (!kept.ok) return kept;
    const published = await publish(git, repo, target, built.value, `merge ${worker.branch}`);
    await deleteRef(git, repo.path, mergeRef(worker.task), built.value);
    if (!published.ok) return published;
    if (published.value === 'done') return success({ into: target.branch, commit: built.value });
  }
  return failure('target_moving', `The base branch moved ${attempts} times meanwhile.`, 'Try again.');
}

function refuse(now: Assessment, worker: WorkerPlace, options: FinishOptions): Result<never> | null {
  if (now.tip !== options.tip)
    return failure(
      'tip_moved',
      `${worker.branch} has other commits than in the preview.`,
      'Look at the preview again.',
    );
  const [blocker] = now.blockers;
  if (blocker) return { ok: false, problem: blocker };
  const { ignored } = now.found;
  if (ignored.length > 0 && options.confirm !== worker.task)
    return failure(
      'confirm_ignored',
      `Ignored files would go: ${nameSome(ignored)}.`,
      `Confirm with the name ${worker.task}.`,
    );
  return null;
}

async function build(git: Git, repo: Repo, worker: WorkerPlace, now: Assessment): Promise<Result<string>> {
  const { target, tip, found, hooked, tree } = now;
  const plan: MergePlan = {
    dir: found.present ? found.path : repo.path,
    onto: target.commit,
    branch: worker.branch,
    tip,
    message: `Merge branch '${worker.branch}' into ${target.branch}`,
  };
  if (!hooked) return commitMerge(git, plan, tree ?? '');
  const made = await commitMergeWithHooks(git, plan);
  if (!made.ok) return made;
  const after = await inspectWorker(git, repo, worker);
  if (!after.ok) return after;
  const left = after.value.uncommitted;
  return left.length === 0
    ? made
    : failure(
        'hook_left_changes',
        `A hook left changes in the worktree: ${nameSome(left)}.`,
        'Commit or undo them there.',
      );
}

/** The merge that brought `tip` into a branch; `tip` itself where it came by fast-forward. */
async function findMerge(git: Git, repo: Repo, tip: string, head: string): Promise<string> {
  const args = ['rev-list', '--merges', '--parents', '--ancestry-path', `${tip}..${head}`];
  const lines = (await git.run(repo.path, args)).stdout.split('\n').map((line) => line.split(' '));
  return lines.find(([, ...parents]) => parents.includes(tip))?.[0] ?? tip;
}

type Removed = Pick<FinishResult, 'backup' | 'warnings'>;

async function removeAll(
  git: Git,
  repo: Repo,
  worker: WorkerPlace,
  options: FinishOptions,
): Promise<Result<Removed>> {
  const backup = await keepRef(git, repo.path, backupRef(worker.task, options.at ?? new Date()), options.tip);
  if (!backup.ok) return backup;
  const found = await inspectWorker(git, repo, worker);
  if (!found.ok) return found;
  const { uncommitted, oddities, tip } = found.value;
  const [oddity] = oddities;
  if (oddity) return { ok: false, problem: oddity };
  if (uncommitted.length > 0)
    return failure('uncommitted', `There is new uncommitted work: ${nameSome(uncommitted)}.`);
  if (tip !== null && tip !== options.tip) return failure('tip_moved', `${worker.branch} has new commits.`);
  const warnings = await removeWorktree(git, repo, found.value);
  if (!warnings.ok) return warnings;
  const deleted = tip ? await deleteBranch(git, repo, worker.branch, tip) : success(null);
  if (!deleted.ok) return deleted;
  return success({ backup: backup.value, ...(warnings.value.length > 0 && { warnings: warnings.value }) });
}

function afterMerge(problem: Problem, worker: WorkerPlace, into: string): Problem {
  const done = `${worker.branch} is merged into ${into}; what is left can be finished again.`;
  return { ...problem, hint: problem.hint ? `${done} ${problem.hint}` : done };
}
