import { readdir, readFile, readlink, rm, stat } from 'node:fs/promises';
import { join, sep } from 'node:path';
import type { Repo } from '../core/repo.ts';
import { commonDirectory, gitDirectory, listWorktrees } from './directories.ts';
import { resolvedPath } from './files.ts';
import { branchRef } from './refs.ts';
import type { Git } from './run.ts';

/** Younger locks may be those of a git that is just at work. */
const staleAfterMs = 30_000;

/** What a change writes to. */
export interface Written {
  /** Branches that it moves or deletes; the index and HEAD of their checkouts are written with them. */
  readonly branches: readonly string[];
  /** Other refs, in full. */
  readonly refs: readonly string[];
  /** A worktree that it writes to, whatever is checked out there; null for none. */
  readonly worktree: string | null;
}

/**
 * Removes the lock files that a git of ours leaves when it is killed: of what the change writes to, of packed refs and
 * of the settings. Only those older than 30 seconds, and only where no git is at work in the repository. Call it when a
 * journal says that a change was cut off.
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
    return false; // There is none.
  }
}

/**
 * Whether any git runs in one of these folders or below. Only Linux tells; elsewhere it is taken to be so, and git
 * itself says which lock stands in the way.
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
      // Another user's git: it may be here.
      if ((error as NodeJS.ErrnoException).code !== 'ENOENT') return true;
    }
  }
  return false;
}
