import type { FinishResult } from '../../core/proposal.ts';
import type { Repo } from '../../core/repo.ts';
import { failure, type Problem, type Result, success } from '../../lib/result.ts';
import { backUpTip } from '../backups.ts';
import { commonDirectory } from '../directories.ts';
import { carryOut, dropJournal, readJournal, type Step } from '../journal.ts';
import { mend } from '../mend.ts';
import { isAncestor, readRef } from '../refs.ts';
import type { Git } from '../run.ts';
import { inspectWorker, isWorktreeGone, nameSome, type WorkerPlace } from '../worktrees/inspect.ts';
import { deleteBranch, isBranchGone, removeWorktree } from '../worktrees/remove.ts';
import { type Assessment, assess } from './assess.ts';
import { dropMerge, findMerge, mergeWorker } from './merging.ts';

export interface FinishOptions {
  /** The branch's last commit, as previewed. */
  readonly tip: string;
  /** The task's name: the person has seen which ignored files go. */
  readonly confirm?: string;
  /** Names the backup; defaults to now. */
  readonly at?: Date;
}

/** Name of the journal of a worker's finish. */
function finishName(task: string): string {
  return `finish-${task}`;
}

/**
 * Merges a worker's branch into the base branch with a merge commit, as git-flow does, then removes worktree and
 * branch. No checkout is disturbed: the merge is made in the object store (or, for repositories whose hooks want to
 * see merges, in the worker's worktree) and published by fast-forward or compare-and-swap.
 * Everything is looked at again now; a refusal up to publishing leaves all as it was. From then on a journal says
 * what was begun: finishing again completes what was interrupted, and never merges twice.
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
    const before = await readJournal(common.value, finishName(worker.task));
    if (!before.ok) return before;
    if (before.value) await mend(git, repo, worker, before.value, options.tip);
    const now = await assess(git, repo, worker);
    if (!now.ok) return now;
    const refusal = refuse(now.value, worker, options);
    if (refusal) return refusal;
    const into = now.value.target.branch;
    const { steps, results } = finishSteps(git, repo, worker, now.value, options);
    const change = {
      name: finishName(worker.task),
      kind: 'finish',
      data: { worker, into, tip: options.tip },
    };
    const done = await carryOut(common.value, change, steps);
    const head = await readRef(git, repo.path, `refs/heads/${into}`);
    const isMerged = head !== null && (await isAncestor(git, repo.path, options.tip, head));
    if (!done.ok && isMerged) return { ok: false, problem: afterMerge(done.problem, worker, into) };
    if (!done.ok || !isMerged) {
      await forgetFinish(git, repo, common.value, worker.task);
      return done.ok ? failure('target_moving', `${into} was moved back meanwhile.`, 'Try again.') : done;
    }
    const merge = await findMerge(git, repo.path, options.tip, head);
    return success({ id: worker.id, into, merge, ...results });
  });
}

/** Forgets a finish that merged nothing. */
export async function forgetFinish(
  git: Git,
  repo: Repo,
  commonDir: string,
  task: string,
): Promise<Result<null>> {
  const dropped = await dropMerge(git, repo, task);
  return dropped.ok ? dropJournal(commonDir, finishName(task)) : dropped;
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

type Results = { backup: string; warnings?: readonly string[] };

/** The steps, and what they come to once they are done. */
function finishSteps(
  git: Git,
  repo: Repo,
  worker: WorkerPlace,
  found: Assessment,
  options: FinishOptions,
): { readonly steps: readonly Step[]; readonly results: Results } {
  const { tip } = options;
  const dir = repo.path;
  const into = found.target.branch;
  const results: Results = { backup: '' };
  const steps: Step[] = [
    {
      name: 'merge',
      async isDone() {
        const head = await readRef(git, dir, `refs/heads/${into}`);
        return success(head !== null && (await isAncestor(git, dir, tip, head)));
      },
      run: () => mergeWorker(git, repo, worker, found, (now) => refuse(now, worker, options)),
    },
    {
      name: 'let go of the merge',
      // Dropping it looks whether there is one.
      isDone: async () => success(false),
      run: () => dropMerge(git, repo, worker.task),
    },
    {
      name: 'back up',
      // An earlier backup of the same commit will do, and has to be named.
      isDone: async () => success(false),
      async run() {
        const backup = await backUpTip(git, repo, worker, tip, options.at ?? new Date());
        if (!backup.ok) return backup;
        results.backup = backup.value;
        return success(null);
      },
    },
    {
      name: 'remove the worktree',
      isDone: () => isWorktreeGone(git, repo, worker),
      async run() {
        const left = await removeChecked(git, repo, worker, tip);
        if (left.ok && left.value.length > 0) results.warnings = left.value;
        return left.ok ? success(null) : left;
      },
    },
    {
      name: 'delete the branch',
      isDone: () => isBranchGone(git, repo, worker.branch),
      run: () => deleteBranch(git, repo, worker.branch, tip),
    },
  ];
  return { steps, results };
}

/** Looks once more, for merging takes its time, and removes the worktree. */
async function removeChecked(
  git: Git,
  repo: Repo,
  worker: WorkerPlace,
  expected: string,
): Promise<Result<string[]>> {
  const found = await inspectWorker(git, repo, worker);
  if (!found.ok) return found;
  const { uncommitted, oddities, tip } = found.value;
  const [oddity] = oddities;
  if (oddity) return { ok: false, problem: oddity };
  if (uncommitted.length > 0)
    return failure('uncommitted', `There is new uncommitted work: ${nameSome(uncommitted)}.`);
  if (tip !== null && tip !== expected) return failure('tip_moved', `${worker.branch} has new commits.`);
  return removeWorktree(git, repo, found.value);
}

function afterMerge(problem: Problem, worker: WorkerPlace, into: string): Problem {
  const done = `${worker.branch} is merged into ${into}; what is left can be finished again.`;
  return { ...problem, hint: problem.hint ? `${done} ${problem.hint}` : done };
}
