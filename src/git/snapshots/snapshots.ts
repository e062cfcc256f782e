import { lstat, rm } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { type Backup, type Repo, type Restored, snapshotsToDelete } from '../../core/repo.ts';
import { checkPath } from '../../lib/files.ts';
import { filePath } from '../../lib/paths.ts';
import { failure, type Result, success } from '../../lib/result.ts';
import { exists, gitDirectory } from '../directories.ts';
import { dropBackups, keepRef, listBackups, readRef, timeOf, wipRef } from '../refs.ts';
import { type Git, hookWarning, refused } from '../run.ts';
import { inspectWorker, nameSome, type WorkerPlace } from '../worktrees/inspect.ts';
import { copyIndex, makeTempFolder } from './quarantine.ts';

/** Bytes; larger untracked files are most likely built or downloaded, and each snapshot would store them again. */
const largestUntracked = 20_000_000;

/** Lists snapshots of a worker's uncommitted work, newest first. */
export async function listSnapshots(git: Git, repo: Repo, task: string): Promise<Result<Backup[]>> {
  const listed = await listBackups(git, repo, task);
  return listed.ok ? success(listed.value.filter(({ kind }) => kind === 'work')) : listed;
}

/**
 * Keeps a worktree's uncommitted work under a ref, unless the last snapshot has the same. Index and worktree do not
 * change, and no lock is taken, so it works at any time. Thins out older snapshots. Untracked files above 20 MB are
 * left out.
 * @returns the ref; null when nothing is new
 */
export async function keepSnapshot(
  git: Git,
  repo: Repo,
  worker: WorkerPlace,
  why: string,
  at: Date,
): Promise<Result<string | null>> {
  const found = await inspectWorker(git, repo, worker);
  if (!found.ok) return found;
  const { registered, present, head, uncommitted, path } = found.value;
  if (!registered || !present || head === null || uncommitted.length === 0) return success(null);
  const tree = await snapshotTree(git, path, largestUntracked);
  if (!tree.ok) return tree;
  const kept = await listSnapshots(git, repo, worker.task);
  if (!kept.ok) return kept;
  const last = kept.value[0];
  if (last && (await isSameSnapshot(git, repo, last.commit, tree.value, head))) return success(null);
  const made = await commitSnapshot(git, repo.path, tree.value, [head], why);
  if (!made.ok) return made;
  const ref = await keepRef(git, repo.path, wipRef(worker.task, at), made.value);
  if (!ref.ok) return ref;
  const thinned = await dropOld(git, repo, worker.task, at);
  return thinned.ok ? ref : thinned;
}

async function isSameSnapshot(
  git: Git,
  repo: Repo,
  commit: string,
  tree: string,
  head: string,
): Promise<boolean> {
  const known = await git.text(repo.path, ['rev-parse', `${commit}^{tree}`, `${commit}^1`]);
  return known.ok && known.value === `${tree}\n${head}`;
}

/** Deletes superseded snapshots. A snapshot made when a branch was removed stays as long as that branch's backup. */
async function dropOld(git: Git, repo: Repo, task: string, now: Date): Promise<Result<null>> {
  const listed = await listBackups(git, repo, task);
  if (!listed.ok) return listed;
  const ends = new Set(listed.value.filter(({ kind }) => kind === 'branch').map(({ at }) => at));
  const snapshots = listed.value.filter(({ kind, at }) => kind === 'work' && !ends.has(at));
  const dropped = await dropBackups(git, repo, snapshotsToDelete(snapshots, now));
  return dropped.ok ? success(null) : dropped;
}

/** Returns the changes of a snapshot against its base commit, as a patch. */
export function diffOfSnapshot(git: Git, repo: Repo, { commit }: Backup): Promise<Result<string>> {
  const plain = ['--no-ext-diff', '--no-textconv', '--no-color'];
  return git.text(repo.path, ['diff', ...plain, `${commit}^1`, commit]);
}

/**
 * Restores a snapshot's files as uncommitted changes, after a snapshot of the present state. The index does not change.
 * @param exact also deletes files that the snapshot does not have
 */
export async function restoreFrom(
  git: Git,
  repo: Repo,
  worker: WorkerPlace,
  ref: string,
  options: { readonly exact: boolean; readonly at: Date },
): Promise<Result<Restored>> {
  const found = await inspectWorker(git, repo, worker);
  if (!found.ok) return found;
  const { registered, present, path, oddities } = found.value;
  if (!registered || !present) return failure('worktree_missing', `${worker.worktree} is gone.`);
  const underWay = oddities.find(({ code }) => code === 'operation_under_way');
  if (underWay) return { ok: false, problem: underWay };
  const commit = timeOf(ref) && (await readRef(git, repo.path, ref));
  if (!commit) return failure('no_snapshot', `There is no snapshot ${ref}.`);
  const before = await keepSnapshot(git, repo, worker, 'Before a restore', options.at);
  if (!before.ok) return before;
  const written = await writeFiles(git, path, commit, options.exact);
  return written.ok ? success({ before: before.value, ...written.value }) : written;
}

/** Makes a worktree's files equal to a commit's; HEAD and index do not change. */
export async function writeFiles(
  git: Git,
  worktree: string,
  commit: string,
  exact: boolean,
): Promise<Result<Pick<Restored, 'restored' | 'deleted' | 'warnings'>>> {
  const looked = await changesTo(git, worktree, commit);
  if (!looked.ok) return looked;
  const changes = looked.value;
  const wanted = changes.filter(([status]) => status !== 'D').map(([, path]) => path);
  const others = exact ? changes.filter(([status]) => status === 'D').map(([, path]) => path) : [];
  const hidden = await findHidden(worktree, changes);
  if (hidden.length > 0)
    return failure(
      'in_the_way',
      `Ignored or very large files are in the way, of which no snapshot holds a copy: ${nameSome(hidden)}.`,
      'Move them away first.',
    );
  // Deletes first, because a file may replace a folder.
  for (const path of others) {
    // A link itself may be deleted, never its target.
    const folder = checkPath(worktree, dirname(join(worktree, path)), 'folder');
    if (!folder.ok) return folder;
    await rm(filePath(join(worktree, path)), { force: true });
  }
  if (wanted.length > 0) {
    const args = ['restore', `--source=${commit}`, '--worktree', '--overlay', '--ignore-skip-worktree-bits'];
    const input = wanted.join('\0');
    const restored = await git.change(worktree, [...args, '--pathspec-from-file=-', '--pathspec-file-nul'], {
      input,
      env: { GIT_LITERAL_PATHSPECS: '1' },
    });
    // Git runs post-checkout here as well and exits with its code.
    if (restored.exitCode !== 0) {
      const left = await changesTo(git, worktree, commit);
      if (!left.ok || left.value.some(([status]) => status !== 'D')) return refused(restored);
      return success({ restored: wanted, deleted: others, warnings: [hookWarning(restored)] });
    }
  }
  return success({ restored: wanted, deleted: others });
}

/** Returns status and path of each change that would make a worktree's files equal to a commit's. */
async function changesTo(
  git: Git,
  worktree: string,
  commit: string,
): Promise<Result<readonly (readonly [string, string])[]>> {
  const now = await snapshotTree(git, worktree);
  if (!now.ok) return now;
  const comparing = ['diff-tree', '-r', '-z', '--no-renames', '--name-status', now.value, commit];
  const diff = await git.run(worktree, comparing, { names: true });
  if (diff.exitCode !== 0) return refused(diff);
  const fields = diff.stdout.split('\0');
  return success(
    fields.flatMap((status, at) => (at % 2 === 0 && status ? [[status, fields[at + 1] ?? ''] as const] : [])),
  );
}

/** Returns files that would be overwritten although the present tree does not contain them. */
async function findHidden(
  worktree: string,
  changes: readonly (readonly [string, string])[],
): Promise<string[]> {
  const hidden: string[] = [];
  for (const [status, path] of changes) {
    const file = join(worktree, path);
    if (status === 'A' && (await exists(file)) && !(await lstat(filePath(file))).isDirectory())
      hidden.push(path);
  }
  return hidden;
}

/** Author of snapshots, which must work where no name is configured for git. */
export const ownIdentity = {
  GIT_AUTHOR_NAME: 'orch-tui',
  GIT_AUTHOR_EMAIL: 'orch-tui@localhost',
  GIT_COMMITTER_NAME: 'orch-tui',
  GIT_COMMITTER_EMAIL: 'orch-tui@localhost',
};

/**
 * Commits everything in a worktree that is not ignored, through a separate index: worktree and index do not change.
 * Contents of submodules and nested repositories are left out.
 * @param parents of the commit, the worktree's HEAD first
 * @returns the commit, which no ref keeps yet
 */
export async function snapshot(
  git: Git,
  worktree: string,
  parents: readonly string[],
  message: string,
): Promise<Result<string>> {
  const tree = await snapshotTree(git, worktree);
  return tree.ok ? commitSnapshot(git, worktree, tree.value, parents, message) : tree;
}

/** Commits a snapshot's tree. */
function commitSnapshot(
  git: Git,
  dir: string,
  tree: string,
  parents: readonly string[],
  message: string,
): Promise<Result<string>> {
  const args = ['commit-tree', tree, ...parents.flatMap((parent) => ['-p', parent]), '-F', '-'];
  return git.text(dir, args, { input: `${message}\n`, env: ownIdentity });
}

/** Milliseconds; packing many new files takes long, but nothing realistic takes longer. */
const addingLimitMs = 60 * 60_000;

/**
 * Returns the tree of everything in a worktree that is not ignored.
 * @param largest maximum bytes of an untracked file; no limit by default
 */
export async function snapshotTree(git: Git, worktree: string, largest?: number): Promise<Result<string>> {
  const gitDir = await gitDirectory(git, worktree);
  if (!gitDir.ok) return gitDir;
  const folder = await makeTempFolder();
  try {
    const index = join(folder, 'index');
    const env = { GIT_INDEX_FILE: index };
    // With a copy git does not read every unchanged file again.
    await copyIndex(join(gitDir.value, 'index'), index);
    const large = largest === undefined ? [] : await listLarge(git, worktree, largest);
    const input = [':/', ...large.map((path) => `:(top,exclude,literal)${path}`)].join('\0');
    const adding = ['add', '--all', '--pathspec-from-file=-', '--pathspec-file-nul'];
    const added = await git.run(worktree, adding, { env, input, timeoutMs: addingLimitMs });
    if (added.exitCode !== 0) return refused(added);
    return await git.text(worktree, ['write-tree'], { env });
  } finally {
    await rm(folder, { recursive: true });
  }
}

/** Lists untracked files above a size. */
async function listLarge(git: Git, worktree: string, largest: number): Promise<string[]> {
  const listed = await git.text(worktree, ['ls-files', '-z', '--others', '--exclude-standard'], {
    names: true,
  });
  if (!listed.ok) return [];
  const large: string[] = [];
  for (const path of listed.value.split('\0').filter(Boolean)) {
    const size = await lstat(filePath(join(worktree, path))).then(
      (found) => found.size,
      () => 0, // Deleted meanwhile.
    );
    if (size > largest) large.push(path);
  }
  return large;
}
