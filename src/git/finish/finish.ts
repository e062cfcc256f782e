import type { FinishPreview, FinishResult } from '../../core/proposal.ts';
import type { Repo } from '../../core/repo.ts';
import { failure, type Problem, problemOf, type Result, success } from '../../lib/result.ts';
import { plainLine } from '../../lib/sanitize.ts';
import { commonDirectory } from '../directories.ts';
import { readFlow } from '../flow.ts';
import { commitMergeWithHooks } from '../merge/hookedMerge.ts';
import {
  commitMerge,
  findMerge,
  findObstacle,
  findTarget,
  hasMergeHooks,
  isMergeOf,
  type MergePlan,
  mergeTrees,
  publish,
  type Target,
} from '../merge/merge.ts';
import { listWorktrees } from '../porcelain.ts';
import {
  backUpTip,
  branchContains,
  deleteRef,
  findBackup,
  isAncestor,
  keepRef,
  mergeRef,
  readRef,
} from '../refs.ts';
import { type Git, refused } from '../run.ts';
import {
  type Inspection,
  inspectWorker,
  isWorktreeGone,
  nameSome,
  type WorkerPlace,
} from '../worktrees/inspect.ts';
import { deleteBranch, isBranchGone, removeWorktree } from '../worktrees/worktrees.ts';
import { carryOut, dropJournal, type JournalStep, readJournal, recoverWorktree } from './journal.ts';

export interface FinishOptions {
  /** The branch's last commit, as previewed. */
  readonly tip: string;
  /** The task's name, typed by a person who has seen which ignored files are lost. */
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
 * branch. No checkout is disturbed: the merge is made in the object store (or in the worker's worktree, for
 * repositories with merge hooks) and published by fast-forward or compare-and-swap. Everything is checked again first;
 * a refusal before publishing changes nothing. From then on a journal records the steps: finishing again completes an
 * interrupted finish and never merges twice.
 */
export async function finishBranch(
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
    if (before.value) await recoverWorktree(git, repo, worker, before.value, options.tip);
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
      // With the journal the next finish first restores the worktree.
      if (!done.ok && done.problem.code === 'left_on_merge') return done;
      await forgetFinish(git, repo, common.value, worker.task);
      return done.ok ? failure('target_moving', `${into} was moved back meanwhile.`, 'Try again.') : done;
    }
    const merge = await findMerge(git, repo.path, options.tip, head);
    return success({ id: worker.id, into, merge, ...results });
  });
}

/** Restores a worktree's branch if a finish had to leave it on its merge. Does nothing otherwise. */
export async function abortInterruptedMerge(git: Git, repo: Repo, worker: WorkerPlace): Promise<void> {
  const common = await commonDirectory(git, repo.path);
  if (!common.ok) return; // The following inspection reports the problem.
  const read = () => readJournal(common.value, finishName(worker.task));
  const isMerging = (journal: Awaited<ReturnType<typeof read>>) =>
    journal.ok && journal.value?.step === 'merge';
  if (!isMerging(await read())) return;
  await git.exclusive(common.value, async () => {
    const journal = await read();
    if (journal.ok && journal.value && isMerging(journal))
      await recoverWorktree(git, repo, worker, journal.value, worker.base.commit);
    return success(null);
  });
}

/** Drops a finish that merged nothing. */
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

function warn(results: Results, more: readonly string[]): void {
  if (more.length > 0) results.warnings = [...(results.warnings ?? []), ...more];
}

/** Returns the steps, and their results once they are done. */
function finishSteps(
  git: Git,
  repo: Repo,
  worker: WorkerPlace,
  found: Assessment,
  options: FinishOptions,
): { readonly steps: readonly JournalStep[]; readonly results: Results } {
  const { tip } = options;
  const dir = repo.path;
  const into = found.target.branch;
  const results: Results = { backup: '' };
  const steps: JournalStep[] = [
    {
      name: 'merge',
      isDone: async () => success(await branchContains(git, dir, into, tip)),
      run: () =>
        mergeWorker(git, repo, worker, found, {
          refuse: (now) => refuse(now, worker, options),
          warn: (more) => warn(results, more),
        }),
    },
    {
      name: 'let go of the merge',
      // `dropMerge` checks whether there is one.
      isDone: async () => success(false),
      run: () => dropMerge(git, repo, worker.task),
    },
    {
      name: 'back up',
      // An earlier backup of the same commit is enough, but its name is needed.
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
        if (left.ok) warn(results, left.value);
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

/** Inspects the worktree again, because merging takes time, and removes it. */
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

/** Columns of a diffstat, wide enough for long names. */
const statWidth = 120;

/** Returns what finishing a worker would do, and what blocks it. Changes nothing. */
export async function findFinish(git: Git, repo: Repo, worker: WorkerPlace): Promise<Result<FinishPreview>> {
  const assessed = await assess(git, repo, worker);
  if (!assessed.ok) return assessed;
  const { tip, target, found, conflicts, blockers } = assessed.value;
  const [commits, stat] = await Promise.all([
    git.run(repo.path, [
      'log',
      '--reverse',
      '--no-show-signature',
      '--format=%h %s',
      `${target.commit}..${tip}`,
    ]),
    git.run(repo.path, [
      'diff',
      `--stat=${statWidth}`,
      '--no-ext-diff',
      '--no-textconv',
      '--no-color',
      `${target.commit}...${tip}`,
    ]),
  ]);
  if (commits.exitCode !== 0) return refused(commits);
  if (stat.exitCode !== 0) return refused(stat);
  return success({
    id: worker.id,
    branch: worker.branch,
    into: target.branch,
    tip,
    commits: linesOf(commits.stdout),
    // The last line is the summary.
    diffstat: linesOf(stat.stdout).slice(0, -1),
    uncommitted: found.uncommitted,
    ignored: found.ignored,
    conflicts,
    blockers: blockers.map((blocker) => blocker.message),
  });
}

/** Splits output into lines that are safe to show: commit subjects may contain anything. */
export function linesOf(output: string): string[] {
  return output
    .split('\n')
    .filter(Boolean)
    .map((line) => plainLine(line).trimStart());
}

/** State that decides whether and how a worker's branch can be merged, read at one moment. */
interface Assessment {
  readonly tip: string;
  readonly target: Target;
  readonly found: Inspection;
  /** True when the target already contains the branch: only removing is left. */
  readonly merged: boolean;
  /** Tree of the merge; null when merged. */
  readonly tree: string | null;
  readonly conflicts: readonly string[];
  /** True when the repository has hooks for merges. */
  readonly hooked: boolean;
  /** Problems that block finishing, the first to fix first. */
  readonly blockers: readonly Problem[];
}

/** Reads everything that finishing depends on; changes nothing. */
export async function assess(git: Git, repo: Repo, worker: WorkerPlace): Promise<Result<Assessment>> {
  const listing = listWorktrees(git, repo.path);
  const [flow, inspected] = await Promise.all([
    readFlow(git, repo),
    inspectWorker(git, repo, worker, listing),
  ]);
  if (!flow.ok) return flow;
  if (!inspected.ok) return inspected;
  const { base, remote } = flow.value;
  if (!base) return failure('no_target', `${repo.name} has no branch to merge into.`);
  const found = inspected.value;
  const targeted = await findTarget(git, repo, base, remote, listing);
  if (!targeted.ok) return targeted;
  const target = targeted.value;
  const tip = found.tip ?? (await findMerged(git, repo, worker, target));
  if (!tip)
    return failure('branch_missing', `The branch ${worker.branch} is gone.`, `Clean ${worker.id} instead.`);

  const blockers = [...found.oddities, ...uncommittedIn(found)];
  const merged = await isAncestor(git, repo.path, tip, target.commit);
  if (merged) {
    if (tip === worker.base.commit && blockers.length === 0) blockers.push(nothingDone(worker));
    return success({ tip, target, found, merged, tree: null, conflicts: [], hooked: false, blockers });
  }
  const dir = found.present && found.registered ? found.path : repo.path;
  const [trees, hooked] = await Promise.all([
    mergeTrees(git, dir, target.commit, tip),
    hasMergeHooks(git, dir),
  ]);
  if (!trees.ok) return trees;
  const { tree, conflicts } = trees.value;
  if (conflicts.length > 0) blockers.push(conflictsWith(target.branch, conflicts));
  if (hooked && !found.present) blockers.push(needsWorktree(worker));
  const obstacle = target.blocked ?? (await findObstacle(git, target, tree));
  if (obstacle) blockers.push(obstacle);
  return success({ tip, target, found, merged, tree, conflicts, hooked, blockers });
}

/** Returns the tip that an interrupted finish had merged before it removed the branch. */
async function findMerged(git: Git, repo: Repo, worker: WorkerPlace, target: Target): Promise<string | null> {
  const kept = await findBackup(git, repo.path, worker);
  return kept && (await isAncestor(git, repo.path, kept, target.commit)) ? kept : null;
}

function uncommittedIn(found: Inspection): Problem[] {
  if (found.uncommitted.length === 0) return [];
  const message = `There is uncommitted work: ${nameSome(found.uncommitted)}.`;
  return [problemOf('uncommitted', message, 'Commit it in the worktree, or have the worker do so.')];
}

function nothingDone(worker: WorkerPlace): Problem {
  return problemOf('nothing_to_merge', `${worker.branch} has no commits.`, `Clean ${worker.id} instead.`);
}

function conflictsWith(branch: string, paths: readonly string[]): Problem {
  const message = `It conflicts with ${branch}: ${nameSome(paths)}.`;
  return problemOf('conflicts', message, `Merge ${branch} in the worktree and resolve them there.`);
}

function needsWorktree(worker: WorkerPlace): Problem {
  const message = `The repository's hooks run in the worktree, and ${worker.worktree} is gone.`;
  return problemOf('worktree_missing', message, `Resume ${worker.id} to bring it back.`);
}

/** Maximum retries when the target moves between reading and publishing. */
const attempts = 5;

interface Merging {
  /** Returns a refusal that applies at the moment of merging. */
  refuse(now: Assessment): Result<never> | null;
  /** Receives messages of hooks that failed without refusing anything. */
  warn(more: readonly string[]): void;
}

/**
 * Merges a worker's branch into the base branch and publishes the merge. Everything is read again before each attempt.
 * @param first state read just now under the same lock, used by the first attempt
 */
async function mergeWorker(
  git: Git,
  repo: Repo,
  worker: WorkerPlace,
  first: Assessment,
  { refuse, warn }: Merging,
): Promise<Result<null>> {
  for (let attempt = 0; attempt < attempts; attempt++) {
    const assessed = attempt === 0 ? success(first) : await assess(git, repo, worker);
    if (!assessed.ok) return assessed;
    const refusal = refuse(assessed.value);
    if (refusal) return refusal;
    const { target, merged } = assessed.value;
    if (merged) return success(null);
    const built = await buildMerge(git, repo, worker, assessed.value, warn);
    if (!built.ok) return built;
    const published = await publish(git, repo, target, built.value, `merge ${worker.branch}`);
    if (!published.ok) return published;
    if (published.value === 'done') return success(null);
  }
  return failure('target_moving', `The base branch moved ${attempts} times meanwhile.`, 'Try again.');
}

/** Returns the merge commit, kept by one of our refs. Reuses an earlier one that still fits. */
async function buildMerge(
  git: Git,
  repo: Repo,
  worker: WorkerPlace,
  now: Assessment,
  warn: Merging['warn'],
): Promise<Result<string>> {
  const { target, tip } = now;
  const kept = await readRef(git, repo.path, mergeRef(worker.task));
  if (kept && (await isMergeOf(git, repo.path, kept, target.commit, tip))) return success(kept);
  const made = await createMerge(git, repo, worker, now, warn);
  if (!made.ok) return made;
  const held = await keepRef(git, repo.path, mergeRef(worker.task), made.value);
  return held.ok ? made : held;
}

async function createMerge(
  git: Git,
  repo: Repo,
  worker: WorkerPlace,
  now: Assessment,
  warn: Merging['warn'],
): Promise<Result<string>> {
  const { target, tip, found, hooked, tree } = now;
  const plan: MergePlan = {
    dir: found.present ? found.path : repo.path,
    onto: target.commit,
    branch: worker.branch,
    tip,
    message: `Merge branch '${worker.branch}' into ${target.branch}`,
    task: worker.task,
  };
  if (!hooked) return commitMerge(git, plan, tree ?? '');
  const made = await commitMergeWithHooks(git, plan);
  if (!made.ok) return made;
  warn(made.value.warnings);
  const after = await inspectWorker(git, repo, worker);
  if (!after.ok) return after;
  const left = after.value.uncommitted;
  return left.length === 0
    ? success(made.value.commit)
    : failure(
        'hook_left_changes',
        `A hook left changes in the worktree: ${nameSome(left)}.`,
        'Commit or undo them there.',
      );
}

/** Deletes the ref of a merge that a branch contains, or that is no longer wanted. */
async function dropMerge(git: Git, repo: Repo, task: string): Promise<Result<null>> {
  const kept = await readRef(git, repo.path, mergeRef(task));
  return kept ? deleteRef(git, repo.path, mergeRef(task), kept) : success(null);
}
