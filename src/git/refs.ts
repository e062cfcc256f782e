import { type Backup, isExpired, type RefMove, type Repo } from '../core/repo.ts';
import type { Worker } from '../core/worker.ts';
import { type Result, success } from '../lib/result.ts';
import { type Git, refused } from './run.ts';

export function branchRef(branch: string): string {
  return `refs/heads/${branch}`;
}

/** Keeps a merge from garbage collection until a branch holds it. */
export function mergeRef(task: string): string {
  return `refs/orch/merge/${task}`;
}

/** Keeps the last commit of a branch that goes. */
function backupRef(task: string, at: Date): string {
  return `refs/orch/backup/${task}/${stamp(at)}`;
}

/** Keeps a branch as it was before git-flow moved or deleted it. No task's name begins with `_`. */
export function flowBackupRef(branch: string, at: Date): string {
  return `refs/orch/backup/_flow/${branch}/${stamp(at)}`;
}

/**
 * The newest backup of a worker's own work: of earlier workers on the same task, none grew from where it began.
 * What was cut off between removing the branch and saying so is found by it.
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

/** Keeps uncommitted work that goes. */
export function wipRef(task: string, at: Date): string {
  return `refs/orch/wip/${task}/${stamp(at)}`;
}

/** UTC, fit for a ref name: `20260301T101500.123Z`. */
function stamp(at: Date): string {
  return at.toISOString().replace(/[-:]/g, '');
}

/** The time that a ref's last part names; null when it names none. */
export function timeOf(ref: string): Date | null {
  const parts = /\/(\d{4})(\d\d)(\d\d)T(\d\d)(\d\d)(\d\d\.\d{3})Z$/.exec(ref);
  if (!parts) return null;
  const [, year, month, day, hours, minutes, seconds] = parts;
  const time = new Date(`${year}-${month}-${day}T${hours}:${minutes}:${seconds}Z`);
  return Number.isNaN(time.getTime()) ? null : time;
}

/** The commit a full ref name points to; null when there is none. */
export async function readRef(git: Git, dir: string, ref: string): Promise<string | null> {
  const outcome = await git.run(dir, ['rev-parse', '--verify', '--quiet', `${ref}^{commit}`]);
  return outcome.exitCode === 0 ? outcome.stdout.trim() : null;
}

/** A branch as it is known here: our own, else the remote's. */
export interface KnownBranch {
  readonly commit: string;
  /** Whether it exists here; otherwise it is made from the remote's once something is merged into it. */
  readonly local: boolean;
}

/**
 * Returns where a branch is that work is merged into or compared with: the one rule for all that looks at it or moves it.
 * @param remote such as `origin`; null without any
 * @returns null where neither has it
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

/** What a remote was last heard to have of a branch. */
export function remoteRef(remote: string | null, branch: string): string {
  return `refs/remotes/${remote}/${branch}`;
}

/**
 * Lists refs with some of their fields. Each field is ended by a zero byte: one that is a path may hold line ends.
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
  // A line end closes each ref, and so precedes the first field of the next.
  for (let at = 0; at < values.length; at += fields.length) {
    const [first = '', ...others] = values.slice(at, at + fields.length);
    refs.push([first.replace(/^\n/, ''), ...others]);
  }
  return success(refs);
}

/** Points a ref to a commit, provided that it still points to `from`; null: it must not exist. */
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

/** Moves, makes and deletes refs all at once, provided that each still is where it is said to be; else none. */
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

/** Points one of our own refs to a commit, whatever it held. */
export async function keepRef(git: Git, dir: string, ref: string, commit: string): Promise<Result<string>> {
  const outcome = await git.change(dir, ['update-ref', ref, commit]);
  return outcome.exitCode === 0 ? success(ref) : refused(outcome);
}

/** Deletes a ref, provided that it still points to `from`. */
export async function deleteRef(git: Git, dir: string, ref: string, from: string): Promise<Result<null>> {
  const outcome = await git.change(dir, ['update-ref', '-d', ref, from]);
  return outcome.exitCode === 0 ? success(null) : refused(outcome);
}

/** Whether `older` is part of `newer`'s history. */
export async function isAncestor(git: Git, dir: string, older: string, newer: string): Promise<boolean> {
  return (await git.run(dir, ['merge-base', '--is-ancestor', older, newer])).exitCode === 0;
}

/**
 * Keeps a branch's last commit under a ref of our own.
 * @returns the ref; where the branch is gone already, the one that was made before it went
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

/** What is kept of a repository's branches and worktrees, newest first; of one task, or of all. */
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

/** Deletes what has been kept for as long as was promised. @returns what went */
export async function expireBackups(git: Git, repo: Repo, now: Date): Promise<Result<Backup[]>> {
  const listed = await listBackups(git, repo);
  if (!listed.ok) return listed;
  const old = listed.value.filter(({ at }) => isExpired(at, now));
  return dropBackups(git, repo, old);
}

/** Deletes refs that still keep what was listed. */
export async function dropBackups(
  git: Git,
  repo: Repo,
  backups: readonly Backup[],
): Promise<Result<Backup[]>> {
  const gone: Backup[] = [];
  for (const backup of backups) {
    const deleted = await deleteRef(git, repo.path, backup.ref, backup.commit);
    // Somebody else was there first, or git says why it cannot: the rest goes on.
    if (deleted.ok) gone.push(backup);
  }
  return success(gone);
}
