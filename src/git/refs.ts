import { type Backup, isExpired, type RefMove, type Repo } from '../core/repo.ts';
import type { Worker } from '../core/worker.ts';
import { type Result, success } from '../lib/result.ts';
import { type Git, refused } from './run.ts';

export function branchRef(branch: string): string {
  return `refs/heads/${branch}`;
}

/** Returns the ref that keeps a merge from garbage collection until a branch holds it. */
export function mergeRef(task: string): string {
  return `refs/orch/merge/${task}`;
}

/** Returns the ref that keeps the last commit of a removed branch. */
function backupRef(task: string, at: Date): string {
  return `refs/orch/backup/${task}/${stamp(at)}`;
}

/**
 * Returns the ref that keeps a branch as it was before git-flow moved or deleted it. No task's name begins with `_`.
 */
export function flowBackupRef(branch: string, at: Date): string {
  return `refs/orch/backup/_flow/${branch}/${stamp(at)}`;
}

/**
 * Returns the newest backup of a worker's own work. Backups of earlier workers on the same task do not descend from its
 * base. It finds work whose branch was removed just before an interruption.
 */
export async function findBackup(
  git: Git,
  dir: string,
  { task, base }: Pick<Worker, 'task' | 'base'>,
): Promise<string | null> {
  const args = ['for-each-ref', '--format=%(objectname)', '--sort=-refname', `refs/orch/backup/${task}/`];
  for (const commit of (await git.run(dir, args)).stdout.split('\n').filter(Boolean))
    if (commit !== base.commit && (await isAncestor(git, dir, base.commit, commit))) return commit;
  return null;
}

/** Returns the ref that keeps uncommitted work. */
export function wipRef(task: string, at: Date): string {
  return `refs/orch/wip/${task}/${stamp(at)}`;
}

/** Formats UTC time for a ref name: `20260301T101500.123Z`. */
function stamp(at: Date): string {
  return at.toISOString().replace(/[-:]/g, '');
}

/** Returns the time in a ref's last part; null when there is none. */
export function timeOf(ref: string): Date | null {
  const parts = /\/(\d{4})(\d\d)(\d\d)T(\d\d)(\d\d)(\d\d\.\d{3})Z$/.exec(ref);
  if (!parts) return null;
  const [, year, month, day, hours, minutes, seconds] = parts;
  const time = new Date(`${year}-${month}-${day}T${hours}:${minutes}:${seconds}Z`);
  return Number.isNaN(time.getTime()) ? null : time;
}

/** Returns the commit of a full ref name; null when there is none. */
export async function readRef(git: Git, dir: string, ref: string): Promise<string | null> {
  const outcome = await git.run(dir, ['rev-parse', '--verify', '--quiet', `${ref}^{commit}`]);
  return outcome.exitCode === 0 ? outcome.stdout.trim() : null;
}

/** A branch in this repository, else the remote's. */
interface KnownBranch {
  readonly commit: string;
  /** True for a local branch. Otherwise it is created from the remote's once something is merged into it. */
  readonly local: boolean;
}

/**
 * Returns the commit of a branch for merging and comparing: the local branch, else the remote's. All code that reads or
 * moves a branch uses this rule.
 * @param remote such as `origin`; null without any
 * @returns null when neither exists
 */
export async function readBranch(
  git: Git,
  dir: string,
  branch: string,
  remote: string | null,
): Promise<KnownBranch | null> {
  const ours = await readRef(git, dir, branchRef(branch));
  if (ours !== null) return { commit: ours, local: true };
  const theirs = remote === null ? null : await readRef(git, dir, remoteRef(remote, branch));
  return theirs === null ? null : { commit: theirs, local: false };
}

/** Returns the remote-tracking ref of a branch. */
export function remoteRef(remote: string | null, branch: string): string {
  return `refs/remotes/${remote}/${branch}`;
}

/**
 * Lists refs with the given fields. Each field ends with a zero byte, because a path may contain line ends.
 * @param fields as `git for-each-ref` names them
 */
export async function listRefs(
  git: Git,
  dir: string,
  fields: readonly string[],
  below: string,
): Promise<Result<string[][]>> {
  const format = fields.map((field) => `%(${field})%00`).join('');
  const listed = await git.run(dir, ['for-each-ref', `--format=${format}`, below]);
  if (listed.exitCode !== 0) return refused(listed);
  const values = listed.stdout.split('\0').slice(0, -1);
  const refs: string[][] = [];
  // A line end closes each ref and so precedes the first field of the next.
  for (let at = 0; at < values.length; at += fields.length) {
    const [first = '', ...others] = values.slice(at, at + fields.length);
    refs.push([first.replace(/^\n/, ''), ...others]);
  }
  return success(refs);
}

/** Points a ref to a commit if it still points to `from`; with null it must not exist. */
export async function moveRef(
  git: Git,
  dir: string,
  ref: string,
  to: string,
  from: string | null,
  why: string,
): Promise<Result<string>> {
  const args = ['update-ref', '--create-reflog', '-m', why, ref, to, from ?? ''];
  const outcome = await git.change(dir, args);
  return outcome.exitCode === 0 ? success(ref) : refused(outcome);
}

/** Moves, creates and deletes refs in one transaction, if each still points to its `from`. */
export async function moveRefs(
  git: Git,
  dir: string,
  moves: readonly RefMove[],
  why: string,
): Promise<Result<null>> {
  const lines = moves.map(({ ref, from, to }) => {
    if (to === null) return `delete ${ref} ${from ?? ''}`;
    return from === null ? `create ${ref} ${to}` : `update ${ref} ${to} ${from}`;
  });
  const input = `${['start', ...lines, 'prepare', 'commit'].join('\n')}\n`;
  const outcome = await git.change(dir, ['update-ref', '--create-reflog', '-m', why, '--stdin'], { input });
  return outcome.exitCode === 0 ? success(null) : refused(outcome);
}

/** Points one of our own refs to a commit, whatever it pointed to. */
export async function keepRef(git: Git, dir: string, ref: string, commit: string): Promise<Result<string>> {
  const outcome = await git.change(dir, ['update-ref', ref, commit]);
  return outcome.exitCode === 0 ? success(ref) : refused(outcome);
}

/** Deletes a ref if it still points to `from`. */
export async function deleteRef(git: Git, dir: string, ref: string, from: string): Promise<Result<null>> {
  const outcome = await git.change(dir, ['update-ref', '-d', ref, from]);
  return outcome.exitCode === 0 ? success(null) : refused(outcome);
}

/** Reports whether `older` is part of `newer`'s history. */
export async function isAncestor(git: Git, dir: string, older: string, newer: string): Promise<boolean> {
  return (await git.run(dir, ['merge-base', '--is-ancestor', older, newer])).exitCode === 0;
}

/** Reports whether a branch exists and contains a commit. */
export async function branchContains(
  git: Git,
  dir: string,
  branch: string,
  commit: string,
): Promise<boolean> {
  const head = await readRef(git, dir, branchRef(branch));
  return head !== null && (await isAncestor(git, dir, commit, head));
}

/**
 * Keeps a branch's last commit under a backup ref.
 * @returns the ref; for a branch that is already gone, the backup made before
 */
export async function backUpTip(
  git: Git,
  repo: Repo,
  worker: Pick<Worker, 'task' | 'branch'>,
  tip: string,
  at: Date,
): Promise<Result<string>> {
  if (!(await readRef(git, repo.path, branchRef(worker.branch)))) {
    const listed = await listBackups(git, repo, worker.task);
    if (!listed.ok) return listed;
    const kept = listed.value.find((one) => one.kind === 'branch' && one.commit === tip);
    if (kept) return success(kept.ref);
  }
  return keepRef(git, repo.path, backupRef(worker.task, at), tip);
}

/** Lists backups of branches and uncommitted work, newest first; of one task, or of all. */
export async function listBackups(git: Git, repo: Repo, task?: string): Promise<Result<Backup[]>> {
  const of = task === undefined ? '' : `${task}/`;
  const listed = await git.run(repo.path, [
    'for-each-ref',
    '--format=%(refname)%00%(objectname)%00%(contents:subject)',
    `refs/orch/backup/${of}`,
    `refs/orch/wip/${of}`,
  ]);
  if (listed.exitCode !== 0) return refused(listed);
  const backups = listed.stdout.split('\n').flatMap((line) => parseBackup(repo.name, line));
  return success(backups.sort((a, b) => b.at.localeCompare(a.at) || a.ref.localeCompare(b.ref)));
}

function parseBackup(repo: string, line: string): Backup[] {
  const [ref = '', commit = '', subject = ''] = line.split('\0');
  const parts = /^refs\/orch\/(backup|wip)\/(.+)\/[^/]+$/.exec(ref);
  const at = timeOf(ref);
  if (!parts || !at) return [];
  const kind = parts[1] === 'backup' ? 'branch' : 'work';
  return [{ repo, task: parts[2] ?? '', ref, kind, commit, subject, at: at.toISOString() }];
}

/** Deletes backups older than the promised time. Returns the deleted ones. */
export async function expireBackups(git: Git, repo: Repo, now: Date): Promise<Result<Backup[]>> {
  const listed = await listBackups(git, repo);
  if (!listed.ok) return listed;
  const old = listed.value.filter(({ at }) => isExpired(at, now));
  return dropBackups(git, repo, old);
}

/** Deletes backup refs that still point to the listed commit. */
export async function dropBackups(
  git: Git,
  repo: Repo,
  backups: readonly Backup[],
): Promise<Result<Backup[]>> {
  const gone: Backup[] = [];
  for (const backup of backups) {
    const deleted = await deleteRef(git, repo.path, backup.ref, backup.commit);
    // A failure does not stop the rest: the ref moved meanwhile, or git refuses.
    if (deleted.ok) gone.push(backup);
  }
  return success(gone);
}
