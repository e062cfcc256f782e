import { findRepo } from '../../config/workspaceConfig.ts';
import type { BaseUpdate, UndoResult } from '../../core/proposal.ts';
import type { Backup, Repo, Restored } from '../../core/repo.ts';
import { isLive } from '../../core/worker.ts';
import { type ControllerState, findIdle } from '../../features/state.ts';
import { undoFinish } from '../../git/finish/undo.ts';
import { listBackups } from '../../git/refs.ts';
import { diffOfSnapshot, keepSnapshot, listSnapshots, restoreFrom } from '../../git/snapshots/snapshots.ts';
import { mergeBase, resolveText } from '../../git/worktrees/branch.ts';
import { failure, type Result, success } from '../../lib/result.ts';
import type { Tools } from './tools.ts';

/** Backups and snapshots of workers' work, and their restoration. */

/** Restores a worker that was finished or cleaned. */
export async function undoEnd(
  tools: Tools,
  { log }: ControllerState,
  { id, keepMerge }: { readonly id: string; readonly keepMerge: boolean },
): Promise<Result<UndoResult>> {
  const worker = log.gone.get(id);
  const ended = log.ended.findLast((one) => one.id === id);
  if (!worker || !ended) throw new Error(`${id} was checked to have ended`);
  const repo = findRepo(tools.config, worker.repo);
  if (!repo.ok) return repo;
  const { backup, merge: commit, into } = ended;
  const merge = commit && into ? { commit, into } : null;
  return undoFinish(tools.git, repo.value, { worker, backup, merge }, { keepMerge });
}

/** Keeps a worker's uncommitted work as a snapshot; null for a worker that no longer exists. */
export async function keepUncommitted(
  tools: Tools,
  { log }: ControllerState,
  { id, why }: { readonly id: string; readonly why: string },
): Promise<Result<string | null>> {
  const worker = log.workers.get(id);
  if (!worker) return success(null);
  const repo = findRepo(tools.config, worker.repo);
  return repo.ok ? keepSnapshot(tools.git, repo.value, worker, why, new Date()) : repo;
}

/** Returns the snapshots of a worker, also of one that no longer exists; newest first. */
export async function snapshotsOf(tools: Tools, id: string): Promise<Result<readonly Backup[]>> {
  const place = placeOf(tools, id);
  return place.ok ? listSnapshots(tools.git, place.value.repo, place.value.task) : place;
}

/** Returns the diff of a snapshot against the commit it was taken on. */
export async function snapshotDiff(tools: Tools, id: string, ref: string): Promise<Result<string>> {
  const place = placeOf(tools, id);
  if (!place.ok) return place;
  const { repo, task } = place.value;
  const listed = await listSnapshots(tools.git, repo, task);
  if (!listed.ok) return listed;
  const snapshot = listed.value.find((one) => one.ref === ref);
  return snapshot ? diffOfSnapshot(tools.git, repo, snapshot) : noSnapshot(ref);
}

export async function restore(
  tools: Tools,
  state: ControllerState,
  { id, ref, exact }: { readonly id: string; readonly ref: string; readonly exact: boolean },
): Promise<Result<Restored>> {
  const found = findIdle(state, id);
  if (!found.ok) return found;
  const { repo: name, task } = found.value;
  if (!ref.startsWith(`refs/orch/wip/${task}/`)) return noSnapshot(ref);
  const repo = findRepo(tools.config, name);
  return repo.ok ? restoreFrom(tools.git, repo.value, found.value, ref, { exact, at: new Date() }) : repo;
}

/** Returns the backups of one repository, or of all of them. */
export async function backupsOf(tools: Tools, name: string | undefined): Promise<Result<readonly Backup[]>> {
  const wanted = name === undefined ? success(tools.config.repos) : only(findRepo(tools.config, name));
  if (!wanted.ok) return wanted;
  const listed = await Promise.all(wanted.value.map((repo) => listBackups(tools.git, repo)));
  // An unreadable repository does not hide the backups of the others.
  const readable = listed.flatMap((one) => (one.ok ? one.value : []));
  const [first] = listed;
  return first && !first.ok && name !== undefined ? first : success(readable);
}

/**
 * Merges the base branch into a worker's branch, in its worktree.
 * @param tellWorker types the conflicts to resolve into a running worker
 */
export async function bring(
  tools: Tools,
  state: ControllerState,
  id: string,
  tellWorker: ((text: string) => Promise<Result<null>>) | null,
): Promise<Result<BaseUpdate & { readonly told: boolean }>> {
  const found = findIdle(state, id);
  if (!found.ok) return found;
  const repo = findRepo(tools.config, found.value.repo);
  if (!repo.ok) return repo;
  const brought = await mergeBase(tools.git, repo.value, found.value);
  if (!brought.ok) return brought;
  if (brought.value.conflicts.length === 0 || !tellWorker || !isLive(found.value.state))
    return success({ ...brought.value, told: false });
  const told = await tellWorker(resolveText(brought.value));
  return success({ ...brought.value, told: told.ok });
}

function placeOf({ config }: Tools, id: string): Result<{ readonly repo: Repo; readonly task: string }> {
  const [name = '', task = ''] = id.split('/');
  const repo = findRepo(config, name);
  return repo.ok ? success({ repo: repo.value, task }) : repo;
}

function only(repo: Result<Repo>): Result<readonly Repo[]> {
  return repo.ok ? success([repo.value]) : repo;
}

function noSnapshot(ref: string): Result<never> {
  return failure('no_snapshot', `There is no snapshot ${ref}.`, 'See: orch-tui worker snapshots');
}
