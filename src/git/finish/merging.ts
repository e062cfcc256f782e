import type { Repo } from '../../core/repo.ts';
import { failure, type Result, success } from '../../lib/result.ts';
import { publish } from '../merge.ts';
import { commitMerge, commitMergeWithHooks, type MergePlan } from '../mergeCommit.ts';
import { deleteRef, keepRef, mergeRef, readRef } from '../refs.ts';
import type { Git } from '../run.ts';
import { inspectWorker, nameSome, type WorkerPlace } from '../worktrees/inspect.ts';
import { type Assessment, assess } from './assess.ts';

/** How often somebody else may move the target between our look and our move. */
const attempts = 5;

/**
 * Merges a worker's branch into the base branch and publishes that, looking at everything again before each attempt.
 * @param first what was found just now, under the same lock: the first attempt begins with it
 * @param refuse what must not hold at the moment of merging
 */
export async function mergeWorker(
  git: Git,
  repo: Repo,
  worker: WorkerPlace,
  first: Assessment,
  refuse: (now: Assessment) => Result<never> | null,
): Promise<Result<null>> {
  for (let attempt = 0; attempt < attempts; attempt++) {
    const assessed = attempt === 0 ? success(first) : await assess(git, repo, worker);
    if (!assessed.ok) return assessed;
    const refusal = refuse(assessed.value);
    if (refusal) return refusal;
    const { target, merged } = assessed.value;
    if (merged) return success(null);
    const built = await build(git, repo, worker, assessed.value);
    if (!built.ok) return built;
    const published = await publish(git, repo, target, built.value, `merge ${worker.branch}`);
    if (!published.ok) return published;
    if (published.value === 'done') return success(null);
  }
  return failure('target_moving', `The base branch moved ${attempts} times meanwhile.`, 'Try again.');
}

/** The merge commit, held by a ref of our own; one that was built before and still fits is taken. */
async function build(git: Git, repo: Repo, worker: WorkerPlace, now: Assessment): Promise<Result<string>> {
  const { target, tip } = now;
  const kept = await readRef(git, repo.path, mergeRef(worker.task));
  if (kept && (await isMergeOf(git, repo.path, kept, target.commit, tip))) return success(kept);
  const made = await make(git, repo, worker, now);
  if (!made.ok) return made;
  const held = await keepRef(git, repo.path, mergeRef(worker.task), made.value);
  return held.ok ? made : held;
}

async function make(git: Git, repo: Repo, worker: WorkerPlace, now: Assessment): Promise<Result<string>> {
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

/** Whether a commit is the merge of these two. */
export async function isMergeOf(
  git: Git,
  dir: string,
  commit: string,
  onto: string,
  tip: string,
): Promise<boolean> {
  const parents = await git.text(dir, ['rev-list', '--no-walk', '--parents', commit]);
  return parents.ok && parents.value === `${commit} ${onto} ${tip}`;
}

/** The merge that brought `tip` into a branch; `tip` itself where it came by fast-forward. */
export async function findMerge(git: Git, dir: string, tip: string, head: string): Promise<string> {
  const args = ['rev-list', '--merges', '--parents', '--ancestry-path', `${tip}..${head}`];
  const lines = (await git.run(dir, args)).stdout.split('\n').map((line) => line.split(' '));
  return lines.find(([, ...parents]) => parents.includes(tip))?.[0] ?? tip;
}

/** Lets go of a merge that a branch holds by now, or that nobody wants any more. */
export async function dropMerge(git: Git, repo: Repo, task: string): Promise<Result<null>> {
  const kept = await readRef(git, repo.path, mergeRef(task));
  return kept ? deleteRef(git, repo.path, mergeRef(task), kept) : success(null);
}
