import type { UndoResult } from '../../core/proposal.ts';
import { keptDays, type Repo } from '../../core/repo.ts';
import { quoteCommand } from '../../lib/quote.ts';
import { failure, type Problem, problemOf, type Result, success } from '../../lib/result.ts';
import { commonDirectory, exists, resolvedPath } from '../directories.ts';
import { findObstacle, findTarget, isMergeOf, type Target } from '../merge/merge.ts';
import { listWorktrees, parseStatus } from '../porcelain.ts';
import { branchRef, isAncestor, moveRef, readRef } from '../refs.ts';
import { type Git, refused } from '../run.ts';
import { writeFiles } from '../snapshots/snapshots.ts';
import type { WorkerPlace } from '../worktrees/inspect.ts';
import { addWorktree, restoreWorktree } from '../worktrees/worktrees.ts';
import { carryOut, dropJournal, type JournalStep, readJournal } from './journal.ts';

/** A finished or cleaned worker. */
export interface Ended {
  readonly worker: WorkerPlace;
  /** Ref of the branch's last commit. */
  readonly backup: string;
  /** Null when it was cleaned. */
  readonly merge: { readonly into: string; readonly commit: string } | null;
}

interface UndoOptions {
  /** Keeps the merge on its branch. */
  readonly keepMerge?: boolean;
}

/**
 * Undoes a finish or clean: recreates branch and worktree, restores uncommitted work as uncommitted, and removes the
 * merge from its branch if it is still the last commit and on no remote. Otherwise the merge stays, and the result says
 * why and how to revert it. When the branch's checkout would be disturbed, nothing is changed. Repeating completes an
 * interrupted undo.
 */
export async function undoFinish(
  git: Git,
  repo: Repo,
  ended: Ended,
  options: UndoOptions = {},
): Promise<Result<UndoResult>> {
  const common = await commonDirectory(git, repo.path);
  if (!common.ok) return common;
  const { worker } = ended;
  return git.exclusive(common.value, async () => {
    const planned = await planUndo(git, repo, ended, common.value, options);
    if (!planned.ok) return planned;
    const name = undoName(worker.task);
    const change = { name, kind: 'undo', data: { worker } };
    const warnings: string[] = [];
    const steps = undoSteps(git, repo, worker, planned.value, (more) => warnings.push(...more));
    const done = await carryOut(common.value, change, steps);
    if (done.ok)
      return success({
        ...describe(worker, planned.value, options),
        ...(warnings.length > 0 && { warnings: [...new Set(warnings)] }),
      });
    if (!(await readRef(git, repo.path, branchRef(worker.branch)))) await dropJournal(common.value, name);
    return done;
  });
}

function undoName(task: string): string {
  return `undo-${task}`;
}

interface UndoPlan {
  readonly tip: string;
  readonly merge: Merge | null;
  readonly plan: MergeRemoval;
  /** Commit of the uncommitted work. */
  readonly work: string | null;
}

async function planUndo(
  git: Git,
  repo: Repo,
  ended: Ended,
  commonDir: string,
  { keepMerge }: UndoOptions,
): Promise<Result<UndoPlan>> {
  const tip = await readRef(git, repo.path, refsOf(ended).branch);
  if (!tip) return failure('backup_gone', `${ended.backup} is gone; backups are kept for ${keptDays} days.`);
  const before = await readJournal(commonDir, undoName(ended.worker.task));
  if (!before.ok) return before;
  const free = before.value ? success(null) : await checkFree(git, repo, ended.worker);
  if (!free.ok) return free;
  const merge = ended.merge && { ...ended.merge, tip };
  const isWanted = merge !== null && !keepMerge;
  const plan = isWanted ? await planMergeRemoval(git, repo, merge) : success<MergeRemoval>({ can: 'done' });
  if (!plan.ok) return plan;
  const work = await readRef(git, repo.path, refsOf(ended).work);
  return success({ tip, merge, plan: plan.value, work: work === tip ? null : work });
}

function describe(worker: WorkerPlace, { merge, plan, work }: UndoPlan, options: UndoOptions): UndoResult {
  const why = options.keepMerge ? 'It was wanted to stay.' : plan.can === false ? plan.why : null;
  return {
    id: worker.id,
    branch: worker.branch,
    uncommitted: work !== null,
    takenBackFrom: merge && why === null ? merge.into : null,
    mergeStays: merge && why !== null ? { why, revert: revertText(merge) } : null,
  };
}

async function checkFree(git: Git, repo: Repo, worker: WorkerPlace): Promise<Result<null>> {
  if (await readRef(git, repo.path, branchRef(worker.branch)))
    return failure('branch_exists', `The branch ${worker.branch} exists already.`, 'Nothing was changed.');
  return (await exists(worker.worktree))
    ? failure('path_taken', `${worker.worktree} exists already.`, 'Move it away.')
    : success(null);
}

/**
 * Returns the backup refs of branch and uncommitted work, which have the same time. A clean names the latter, if there
 * was any.
 */
function refsOf({ backup }: Ended): { readonly branch: string; readonly work: string } {
  return {
    branch: backup.replace(/^refs\/orch\/wip\//, 'refs/orch/backup/'),
    work: backup.replace(/^refs\/orch\/backup\//, 'refs/orch/wip/'),
  };
}

/** @param warn receives messages of hooks that failed without stopping git */
function undoSteps(
  git: Git,
  repo: Repo,
  worker: WorkerPlace,
  { tip, merge, plan, work }: UndoPlan,
  warn: (more: readonly string[]) => void,
): JournalStep[] {
  const { path, branch } = { path: worker.worktree, branch: worker.branch };
  const hasBranch = async () => success((await readRef(git, repo.path, branchRef(branch))) !== null);
  return [
    {
      name: 'take the merge back',
      async isDone() {
        if (!merge || plan.can !== true) return success(true);
        const head = await readRef(git, repo.path, branchRef(merge.into));
        return success(head !== null && !(await isAncestor(git, repo.path, merge.commit, head)));
      },
      run: async () => (merge && plan.can === true ? revertMerge(git, repo, merge, plan) : success(null)),
    },
    {
      name: 'make the branch and its worktree',
      isDone: hasBranch,
      async run() {
        const { base } = worker;
        const added = await addWorktree(git, repo, { path, branch, commit: tip, base: base.branch });
        if (added.ok) warn(added.value.warnings);
        return added.ok ? success(null) : added;
      },
    },
    {
      name: 'make the worktree',
      async isDone() {
        const listed = await listWorktrees(git, repo.path);
        const place = await resolvedPath(path);
        return listed.ok
          ? success(listed.value.some((entry) => entry.path === place) && (await exists(path)))
          : listed;
      },
      async run() {
        const made = await restoreWorktree(git, repo, { path, branch });
        if (made.ok) warn(made.value.warnings);
        return made.ok ? success(null) : made;
      },
    },
    {
      name: 'bring back uncommitted work',
      isDone: async () => success(work === null),
      async run() {
        const written = work ? await writeFiles(git, path, work, true) : success(null);
        if (written.ok) warn(written.value?.warnings ?? []);
        return written.ok ? success(null) : written;
      },
    },
  ];
}

/** A merge that a finish made. */
interface Merge {
  /** Branch it was published on. */
  readonly into: string;
  readonly commit: string;
  /** Last commit of the branch that was merged. */
  readonly tip: string;
}

/** Result of planning: the merge can be removed, with the branch and its new commit; is gone; or stays. */
type MergeRemoval =
  | { readonly can: true; readonly target: Target; readonly to: string }
  /** Already gone. */
  | { readonly can: 'done' }
  /** It stays; only a revert undoes it. */
  | { readonly can: false; readonly why: string };

/**
 * Plans the removal of a merge that is still the last commit of its branch and on no remote or tag. A checkout that
 * would be disturbed is a problem that the person can fix.
 */
async function planMergeRemoval(git: Git, repo: Repo, merge: Merge): Promise<Result<MergeRemoval>> {
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

/** Returns a problem when changes are staged in the checkout, which a reset would unstage. */
async function findStaged(git: Git, { checkout, branch }: Target): Promise<Problem | null> {
  if (checkout === null) return null;
  const staged = await git.run(checkout, ['diff-index', '--cached', '--quiet', 'HEAD']);
  if (staged.exitCode === 0) return null;
  const message = `${branch} is checked out at ${checkout}, where changes are staged.`;
  return problemOf('target_blocked', message, 'Commit or unstage them there.');
}

/** Moves the branch back to its commit before the merge: by compare-and-swap, or together with its checkout's files. */
async function revertMerge(
  git: Git,
  repo: Repo,
  merge: Merge,
  { target, to }: Extract<MergeRemoval, { can: true }>,
): Promise<Result<null>> {
  const { checkout, branch } = target;
  const why = `undo merge ${merge.commit.slice(0, 10)}`;
  if (checkout === null) {
    const moved = await moveRef(git, repo.path, branchRef(branch), to, merge.commit, why);
    return moved.ok ? success(null) : moved;
  }
  // A switch or commit in the meantime would lose another branch or commit.
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

/** Returns the command that reverts a merge that stays. */
function revertText({ into, commit }: Merge): string {
  return `${quoteCommand(['git', 'switch', into])} && git revert -m 1 ${commit}`;
}
