import { createHmac } from 'node:crypto';
import { readdir, readFile, readlink, rename, rm, stat } from 'node:fs/promises';
import { basename, join, sep } from 'node:path';
import type { Repo } from '../../core/repo.ts';
import { checkPath, readText, replaceFile } from '../../lib/files.ts';
import { failure, type Result, success, whyOf } from '../../lib/result.ts';
import { personKey } from '../../lib/stateFolder.ts';
import { commonDirectory, exists, gitDirectory, resolvedPath } from '../directories.ts';
import { leaveMerge } from '../merge/hookedMerge.ts';
import { listWorktrees } from '../porcelain.ts';
import { branchRef, isAncestor, keepRef, mergeRef, readRef, wipRef } from '../refs.ts';
import type { Git } from '../run.ts';
import { snapshot, snapshotTree } from '../snapshots/snapshots.ts';
import type { WorkerPlace } from '../worktrees/inspect.ts';

/** Far more than a journal needs. */
const largestBytes = 4 * 1024 * 1024;

/** A change of several steps under way, as stored on the disk until its last step is done. */
export interface Journal {
  /** Unique within the repository, such as `finish-fix-migration` or `release-1.0`. */
  readonly name: string;
  /** Selects the code that can continue it. */
  readonly kind: string;
  /** Data for continuing the steps; its reader validates it. */
  readonly data: unknown;
  /** The step begun last; null before the first. */
  readonly step: string | null;
  /** ISO time. */
  readonly begunAt: string;
}

/** One step of a change. After a kill at any moment it is checked by `isDone` and run again if not done. */
export interface JournalStep {
  /** A few words, such as `merge into develop`. */
  readonly name: string;
  /** Reads the repository, never the journal. */
  isDone(): Promise<Result<boolean>>;
  run(): Promise<Result<null>>;
}

/**
 * Runs the steps in order, each only if the repository shows that it is not done. The journal is written before each
 * step and removed after the last. A failed step leaves the journal: repeat the change, or call `dropJournal`. Requires
 * `Git.exclusive` of the common directory.
 */
export async function carryOut(
  commonDir: string,
  change: Pick<Journal, 'name' | 'kind' | 'data'> & Partial<Journal>,
  steps: readonly JournalStep[],
): Promise<Result<null>> {
  const begunAt = change.begunAt ?? new Date().toISOString();
  for (const step of steps) {
    const written = await writeJournal(commonDir, { ...change, step: step.name, begunAt });
    if (!written.ok) return written;
    const done = await step.isDone();
    if (!done.ok) return done;
    if (done.value) continue;
    const ran = await step.run();
    if (!ran.ok) return ran;
  }
  return dropJournal(commonDir, change.name);
}

/**
 * Reads a journal by name; null when there is none.
 * @returns `journal_damaged` for any other content, `journal_foreign` when this person did not begin the change on this
 *   machine, `unsafe_path` behind a link
 */
export async function readJournal(commonDir: string, name: string): Promise<Result<Journal | null>> {
  const file = journalFile(commonDir, name);
  const text = readText(commonDir, file, largestBytes);
  if (!text.ok && text.problem.code === 'unsafe_path') return text;
  if (!text.ok) return failure('journal_unreadable', text.problem.message);
  if (text.value === null) return success(null);
  const journal = parseJournal(text.value);
  if (!journal)
    return failure(
      'journal_damaged',
      `${file} is not a journal of orch-tui.`,
      'Look into it and move it away.',
    );
  return isSigned(commonDir, journal, text.value) ? success(journal) : foreignJournal(file, journal);
}

/** Refuses a change begun elsewhere, which a copied repository may bring along. It is only reported. */
function foreignJournal(file: string, { name, begunAt }: Journal): Result<never> {
  return failure(
    'journal_foreign',
    `${file} tells of an unfinished change (${name}, begun ${begunAt}) that was not begun by you on this machine.`,
    'It is left alone. If it is yours: orch-tui trust --state. Else move the file away.',
  );
}

/** Adopts changes begun elsewhere, such as by an earlier version, so that they may be continued. */
export async function adoptJournals(commonDir: string): Promise<Result<null>> {
  for (const file of await journalFiles(commonDir)) {
    const text = readText(commonDir, file, largestBytes);
    if (!text.ok) return text;
    const journal = text.value === null ? null : parseJournal(text.value);
    const written = journal ? await writeJournal(commonDir, journal) : success(null);
    if (!written.ok) return written;
  }
  return success(null);
}

/** Renames all journals, so that no change is continued. Deletes nothing. */
export async function discardJournals(commonDir: string): Promise<Result<null>> {
  for (const file of await journalFiles(commonDir)) await rename(file, `${file}.discarded-${Date.now()}`);
  return success(null);
}

async function journalFiles(commonDir: string): Promise<readonly string[]> {
  const names = await readdir(folder(commonDir)).catch(() => []); // No folder: no change was ever begun.
  return names.filter((name) => name.endsWith('.json')).map((name) => join(folder(commonDir), name));
}

/** Reports whether this person wrote the journal: for this repository, and with exactly this content. */
function isSigned(commonDir: string, journal: Journal, text: string): boolean {
  const { by } = JSON.parse(text) as { by?: unknown };
  const own = signature(commonDir, journal);
  return own.ok && typeof by === 'string' && by.length === own.value.length && by === own.value;
}

/**
 * Returns the signature of a journal. A journal controls what git does next, and a copied repository or an agent can
 * write one; only the person's own key makes this code (RFC 2104).
 */
function signature(commonDir: string, journal: Journal): Result<string> {
  const key = personKey('journal-key');
  if (!key.ok) return key;
  const { name, kind, data, step, begunAt } = journal;
  const content = JSON.stringify([commonDir, name, kind, data, step, begunAt]);
  return success(createHmac('sha256', key.value).update(content).digest('base64url'));
}

/** Lists all changes neither completed nor dropped, or why one cannot be read. */
export async function listJournals(commonDir: string): Promise<readonly Result<Journal>[]> {
  const checked = checkPath(commonDir, folder(commonDir), 'folder');
  if (!checked.ok) return [checked];
  const names = (await journalFiles(commonDir)).map((file) => basename(file, '.json')).sort();
  const read = await Promise.all(names.map((name) => readJournal(commonDir, decodeURIComponent(name))));
  return read.flatMap((one) => (one.ok ? (one.value ? [success(one.value)] : []) : [one]));
}

/** Deletes a journal. The results of its steps stay. */
export async function dropJournal(commonDir: string, name: string): Promise<Result<null>> {
  const file = journalFile(commonDir, name);
  const checked = checkPath(commonDir, folder(commonDir), 'folder');
  if (!checked.ok) return checked;
  try {
    // Earlier versions wrote to this name first.
    await rm(`${file}.tmp`, { force: true });
    await rm(file, { force: true });
    return success(null);
  } catch (error) {
    return failure('journal_failed', `${file} cannot be removed: ${whyOf(error)}`);
  }
}

/** Writes a journal completely before it replaces the last one. */
async function writeJournal(commonDir: string, journal: Journal): Promise<Result<null>> {
  const by = signature(commonDir, journal);
  if (!by.ok) return by;
  const text = `${JSON.stringify({ v: 1, ...journal, by: by.value })}\n`;
  const written = replaceFile(commonDir, journalFile(commonDir, journal.name), text);
  return written.ok || written.problem.code === 'unsafe_path'
    ? written
    : failure('journal_failed', written.problem.message);
}

function parseJournal(text: string): Journal | null {
  try {
    const { v, name, kind, data, step, begunAt } = JSON.parse(text);
    const isJournal =
      v === 1 &&
      typeof name === 'string' &&
      typeof kind === 'string' &&
      (step === null || typeof step === 'string') &&
      typeof begunAt === 'string';
    return isJournal ? { name, kind, data, step, begunAt } : null;
  } catch {
    return null; // Not JSON, so not our journal.
  }
}

function journalFile(commonDir: string, name: string): string {
  return join(folder(commonDir), `${encodeURIComponent(name)}.json`);
}

function folder(commonDir: string): string {
  return join(commonDir, 'orch', 'journal');
}

/**
 * Reverts what a killed change left half-done, before it is repeated: lock files of a killed git, a hooked merge in the
 * worker's worktree, a half-deleted worktree. Uncertain states stay as they are and are reported by the following
 * inspection.
 * @param kept the commit that keeps everything from the worktree
 */
export async function recoverWorktree(
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
  if (journal.step === 'merge') await leaveInterruptedMerge(git, repo, worker, path);
  if (journal.step === 'remove the worktree') await completeRemoval(git, repo, path, kept);
}

/** Leaves an interrupted hooked merge: it is made on a detached HEAD in the worker's worktree, which was clean then. */
async function leaveInterruptedMerge(git: Git, repo: Repo, worker: WorkerPlace, path: string): Promise<void> {
  const onBranch = await git.text(path, ['symbolic-ref', '--quiet', 'HEAD']);
  const head = await readRef(git, path, 'HEAD');
  const tip = await readRef(git, repo.path, branchRef(worker.branch));
  if (onBranch.ok || head === null || tip === null) return;
  const merging = await readRef(git, path, 'MERGE_HEAD');
  const made = await git.text(path, ['rev-list', '--no-walk', '--parents', head]);
  const isOurMerge = made.ok && made.value.split(' ')[2] === tip;
  const isOnBase = await isAncestor(git, path, worker.base.commit, head);
  if (merging === null ? !(isOurMerge || isOnBase) : merging !== tip) return;
  // Work done in it since is kept first.
  const saved = await snapshot(git, path, [head, tip], `${worker.id} amid a merge`);
  if (!saved.ok || !(await keepRef(git, repo.path, wipRef(worker.task, new Date()), saved.value)).ok) return;
  await leaveMerge(git, { dir: path, branch: worker.branch, task: worker.task }, 'lenient');
}

/**
 * Completes a half-done removal: git deletes files first and its worktree record last. The rest must not contain more
 * than `kept`.
 */
async function completeRemoval(git: Git, repo: Repo, path: string, kept: string): Promise<void> {
  // The `.git` file may be among the deleted files.
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
  // A complete worktree is removed the usual way, which also checks ignored files and locks.
  if (diff.value !== '') await git.change(repo.path, ['worktree', 'remove', '--force', path]);
}

/** Milliseconds; younger locks may belong to a running git. */
const staleAfterMs = 30_000;

/** Refs and worktree that a change writes to. */
interface Written {
  /** Branches that it moves or deletes; index and HEAD of their checkouts are written as well. */
  readonly branches: readonly string[];
  /** Other refs, in full. */
  readonly refs: readonly string[];
  /** A worktree that it writes to on any branch; null for none. */
  readonly worktree: string | null;
}

/**
 * Removes lock files left by a killed git of ours: of the written refs and worktrees, of packed refs and of the
 * configuration. Only files older than 30 seconds, and only while no git runs in the repository. For changes that a
 * journal shows as interrupted.
 */
export async function removeStaleLocks(
  git: Git,
  repo: Repo,
  { branches, refs, worktree }: Written,
): Promise<void> {
  const common = await commonDirectory(git, repo.path);
  const worktrees = await listWorktrees(git, repo.path);
  if (!common.ok || !worktrees.ok) return;
  const dirs = worktrees.value
    .filter(({ branch, path }) => (branch !== null && branches.includes(branch)) || path === worktree)
    .map(({ path }) => path);
  const gitDirs = await Promise.all(dirs.map((dir) => gitDirectory(git, dir)));
  const candidates = [
    ...gitDirs.flatMap((dir) =>
      dir.ok ? [join(dir.value, 'index.lock'), join(dir.value, 'HEAD.lock')] : [],
    ),
    ...[...branches.map(branchRef), ...refs].map((ref) => join(common.value, `${ref}.lock`)),
    join(common.value, 'packed-refs.lock'),
    join(common.value, 'config.lock'),
  ];
  const stale = (await Promise.all(candidates.map(isStale))).flatMap((is, at) =>
    is ? [candidates[at] ?? ''] : [],
  );
  if (stale.length === 0) return;
  const places = await Promise.all(
    [common.value, repo.path, ...worktrees.value.map(({ path }) => path)].map(resolvedPath),
  );
  if (await isGitAtWork(places)) return;
  for (const file of stale) await rm(file, { force: true });
}

async function isStale(file: string): Promise<boolean> {
  try {
    const { mtimeMs } = await stat(file);
    return Date.now() - mtimeMs > staleAfterMs;
  } catch {
    return false; // It does not exist.
  }
}

/**
 * Reports whether any git runs in one of these folders or below. Only Linux can tell; elsewhere true is assumed, and
 * git itself names the blocking lock.
 */
async function isGitAtWork(places: readonly string[]): Promise<boolean> {
  if (process.platform !== 'linux') return true;
  for (const pid of (await readdir('/proc')).filter((name) => /^\d+$/.test(name))) {
    try {
      if (!(await readFile(`/proc/${pid}/comm`, 'utf8')).startsWith('git')) continue;
    } catch {
      continue; // It ended meanwhile.
    }
    try {
      const cwd = await readlink(`/proc/${pid}/cwd`);
      if (places.some((place) => cwd === place || cwd.startsWith(place + sep))) return true;
    } catch (error) {
      // Another user's git may be in the repository.
      if ((error as NodeJS.ErrnoException).code !== 'ENOENT') return true;
    }
  }
  return false;
}
