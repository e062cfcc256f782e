import { type Backup, isExpired, type Repo } from '../core/repo.ts';
import type { Worker } from '../core/worker.ts';
import { type Result, success } from '../lib/result.ts';
import { backupRef, branchRef, deleteRef, keepRef, readRef, timeOf } from './refs.ts';
import { type Git, refused } from './run.ts';

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
