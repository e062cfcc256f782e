import type { CleanPreview, CleanResult } from '../../core/proposal.ts';
import type { Repo } from '../../core/repo.ts';
import { failure, type Problem, problemOf, type Result, success } from '../../lib/result.ts';
import { commonDirectory } from '../directories.ts';
import { readFlow } from '../flow.ts';
import { backUpTip, findBackup, isAncestor, keepRef, readBranch, readRef, timeOf, wipRef } from '../refs.ts';
import { type Git, refused } from '../run.ts';
import { snapshot } from '../snapshots/snapshots.ts';
import { type Inspection, inspectWorker, nameSome, type WorkerPlace } from '../worktrees/inspect.ts';
import { deleteBranch, isBranchGone, removeWorktree } from '../worktrees/worktrees.ts';
import { forgetFinish, linesOf } from './finish.ts';
import { carryOut, type Journal, type JournalStep, readJournal, recoverWorktree } from './journal.ts';

interface CleanOptions {
  /** The branch's last commit, as previewed. */
  readonly tip: string;
  /** The task's name, typed by a person who has seen what is lost. */
  readonly confirm?: string;
  /** Names the backups; defaults to now. */
  readonly at?: Date;
}

/** Returns what removing a worker without merging would lose; a problem when it cannot be removed. Changes nothing. */
export async function findRemoval(git: Git, repo: Repo, worker: WorkerPlace): Promise<Result<CleanPreview>> {
  const looked = await look(git, repo, worker);
  return looked.ok ? success(looked.value.preview) : looked;
}

/**
 * Removes a worker's worktree and branch without merging. Refs keep the branch's last commit and, as a commit on top,
 * uncommitted and untracked files; ignored files are lost. When anything would be lost, the task's name must be given.
 */
export async function removeWorker(
  git: Git,
  repo: Repo,
  worker: WorkerPlace,
  options: CleanOptions,
): Promise<Result<CleanResult>> {
  const common = await commonDirectory(git, repo.path);
  if (!common.ok) return common;
  return git.exclusive(common.value, async () => {
    const before = await readJournal(common.value, cleanName(worker.task));
    if (!before.ok) return before;
    if (before.value) await recoverClean(git, repo, worker, before.value);
    const looked = await look(git, repo, worker);
    if (!looked.ok) return looked;
    const refusal = refuse(looked.value.preview, worker, options);
    if (refusal) return refusal;
    const at = options.at ?? timeOfSnapshot(before.value, looked.value.found) ?? new Date();
    const { steps, results } = cleanSteps(git, repo, worker, looked.value, at);
    const data = { worker, tip: options.tip, wip: results.wip };
    const change = { name: cleanName(worker.task), kind: 'clean', data };
    const done = await carryOut(common.value, change, steps);
    if (!done.ok) return done;
    // A leftover of a finish is obsolete, too.
    const forgotten = await forgetFinish(git, repo, common.value, worker.task);
    if (!forgotten.ok) return forgotten;
    const { backup, warnings } = results;
    return success({ id: worker.id, backup, ...(warnings.length > 0 && { warnings }) });
  });
}

/** Name of the journal of a worker's clean. */
export function cleanName(task: string): string {
  return `clean-${task}`;
}

/** Returns the time of a snapshot whose worktree is already gone: the branch's backup must have the same time. */
function timeOfSnapshot(before: Journal | null, { present }: Inspection): Date | null {
  const { wip } = (before?.data ?? {}) as { wip?: unknown };
  return typeof wip === 'string' && !present ? timeOf(wip) : null;
}

/** Reverts what an interrupted clean left half-done, if its snapshot or branch keeps everything. */
export async function recoverClean(
  git: Git,
  repo: Repo,
  worker: WorkerPlace,
  journal: Journal,
): Promise<void> {
  const { tip, wip } = (journal.data ?? {}) as { tip?: unknown; wip?: unknown };
  const work = typeof wip === 'string' ? await readRef(git, repo.path, wip) : null;
  const kept = work ?? (typeof tip === 'string' ? tip : null);
  if (kept) await recoverWorktree(git, repo, worker, journal, kept);
}

function refuse(preview: CleanPreview, worker: WorkerPlace, options: CleanOptions): Result<never> | null {
  if (preview.tip !== options.tip)
    return failure(
      'tip_moved',
      `${worker.branch} has other commits than in the preview.`,
      'Look at the preview again.',
    );
  return preview.wantsTypedName && options.confirm !== worker.task
    ? failure('confirm_loss', `${describeLoss(preview)} would go.`, `Confirm with the name ${worker.task}.`)
    : null;
}

interface Results {
  backup: string;
  /** Ref for uncommitted work, if there is any. */
  readonly wip: string;
  warnings: readonly string[];
}

function cleanSteps(
  git: Git,
  repo: Repo,
  worker: WorkerPlace,
  { preview, found }: Looked,
  at: Date,
): { readonly steps: readonly JournalStep[]; readonly results: Results } {
  const results: Results = { backup: '', wip: wipRef(worker.task, at), warnings: [] };
  const steps: JournalStep[] = [
    {
      name: 'back up',
      // Always backs up what was found just now.
      isDone: async () => success(false),
      async run() {
        const backup = await backUp(git, repo, worker, preview, found, at);
        if (!backup.ok) return backup;
        results.backup = backup.value;
        return success(null);
      },
    },
    {
      name: 'remove the worktree',
      isDone: async () => success(!found.registered && !found.present),
      async run() {
        // The snapshot holds what git would refuse to remove, and the person has typed the name, so force is right.
        const left = await removeWorktree(git, repo, found, found.uncommitted.length > 0);
        if (!left.ok) return left;
        results.warnings = left.value;
        return success(null);
      },
    },
    {
      name: 'delete the branch',
      isDone: () => isBranchGone(git, repo, worker.branch),
      run: () => deleteBranch(git, repo, worker.branch, found.tip ?? preview.tip),
    },
  ];
  return { steps, results };
}

type Looked = { readonly preview: CleanPreview; readonly found: Inspection };

async function look(git: Git, repo: Repo, worker: WorkerPlace): Promise<Result<Looked>> {
  const [flow, inspected] = await Promise.all([readFlow(git, repo), inspectWorker(git, repo, worker)]);
  if (!flow.ok) return flow;
  if (!inspected.ok) return inspected;
  const found = inspected.value;
  const problem = findRefusal(found);
  if (problem) return { ok: false, problem };
  // Branch and folder may both be gone; then the tip is that of a backup, or the base.
  const kept = found.tip ?? found.head ?? (await findBackup(git, repo.path, worker));
  const tip = kept ?? worker.base.commit;
  const { base, remote } = flow.value;
  const known = base === null ? null : await readBranch(git, repo.path, base, remote);
  const unmerged = await listUnmerged(git, repo, worker, known?.commit ?? null, [
    ...new Set([tip, found.head ?? tip]),
  ]);
  if (!unmerged.ok) return unmerged;
  const { uncommitted, ignored } = found;
  const wantsTypedName = unmerged.value.length + uncommitted.length + ignored.length > 0;
  const { id, branch } = worker;
  const preview = { id, branch, tip, unmerged: unmerged.value, uncommitted, ignored, wantsTypedName };
  return success({ preview, found });
}

/**
 * Returns a problem that no confirmation overrides. Another branch or a rebase under way does not matter: HEAD is kept,
 * too.
 */
function findRefusal(found: Inspection): Problem | null {
  const fatal = ['branch_in_use', 'not_a_worktree', 'worktree_locked', 'submodule_work'];
  const oddity = found.oddities.find(({ code }) => fatal.includes(code));
  if (oddity) return oddity;
  if (found.nested.length === 0) return null;
  const message = `There are repositories inside, which cannot be backed up: ${nameSome(found.nested)}.`;
  return problemOf('nested_repository', message, 'Move them away first.');
}

async function backUp(
  git: Git,
  repo: Repo,
  worker: WorkerPlace,
  preview: CleanPreview,
  found: Inspection,
  at: Date,
): Promise<Result<string>> {
  const { tip } = preview;
  const backup = await backUpTip(git, repo, worker, tip, at);
  if (!backup.ok) return backup;
  const head = found.head ?? tip;
  const wip = wipRef(worker.task, at);
  if (found.uncommitted.length === 0) {
    // HEAD may have its own commits, as in a rebase.
    const kept = head === tip ? backup : await keepRef(git, repo.path, wip, head);
    return kept.ok ? backup : kept;
  }
  // The ref must include the branch.
  const parents = (await isAncestor(git, repo.path, tip, head)) ? [head] : [head, tip];
  const saved = await snapshot(git, found.path, parents, `Uncommitted work of ${worker.id}`);
  return saved.ok ? keepRef(git, repo.path, wip, saved.value) : saved;
}

function describeLoss(preview: CleanPreview): string {
  const { unmerged, uncommitted, ignored } = preview;
  const parts = [
    unmerged.length > 0
      ? [`${unmerged.length} unmerged ${unmerged.length === 1 ? 'commit' : 'commits'}`]
      : [],
    uncommitted.length > 0 ? [`uncommitted work (${nameSome(uncommitted)})`] : [],
    ignored.length > 0 ? [`ignored files (${nameSome(ignored)})`] : [],
  ];
  return parts.flat().join(', ');
}

/**
 * Lists commits on no other branch, local or remote, whose changes are not in the base branch either. By `git cherry`,
 * rebased commits and one-by-one squashes count as merged.
 */
async function listUnmerged(
  git: Git,
  repo: Repo,
  worker: WorkerPlace,
  base: string | null,
  tips: readonly string[],
): Promise<Result<string[]>> {
  const others = ['--not', `--exclude=${worker.branch}`, '--branches', '--remotes'];
  const log = await git.run(repo.path, [
    'log',
    '--no-show-signature',
    '--format=%H %h %s',
    ...tips,
    ...others,
  ]);
  if (log.exitCode !== 0) return refused(log);
  const commits = linesOf(log.stdout).map((line) => ({
    oid: line.split(' ')[0] ?? '',
    line: line.replace(/^\S+ /, ''),
  }));
  if (commits.length === 0 || !base) return success(commits.map(({ line }) => line));
  const marks = await Promise.all(tips.map((tip) => git.text(repo.path, ['cherry', base, tip])));
  const marked = marks.flatMap((mark) => (mark.ok ? mark.value.split('\n').filter(Boolean) : ['+ unknown']));
  if (marked.length > 0 && marked.every((mark) => mark.startsWith('- '))) return success([]);
  const inBase = new Set(marked.filter((mark) => mark.startsWith('- ')).map((mark) => mark.slice(2)));
  return success(commits.filter(({ oid }) => !inBase.has(oid)).map(({ line }) => line));
}
