import { join } from 'node:path';
import { failure, type Result, success } from '../domain/problem.ts';
import type { Repo } from '../domain/repo.ts';
import { forgetWorktree } from './addWorktree.ts';
import { exists } from './files.ts';
import { type Inspection, nameSome } from './inspect.ts';
import { branchRef, deleteRef } from './refs.ts';
import { type Git, refused } from './run.ts';
import { listWorktrees } from './worktreeList.ts';

/**
 * Removes a worktree. Git's refusal is final, with one exception: git never removes a worktree with initialised
 * submodules, so after looking into them ourselves we insist, once.
 * @param dirty the person has agreed to lose what is uncommitted, and a snapshot holds it.
 * @returns what was left behind in words, usually nothing.
 */
export async function removeWorktree(
  git: Git,
  repo: Repo,
  found: Inspection,
  dirty = false,
): Promise<Result<string[]>> {
  if (!found.registered) return success([]);
  if (!found.present) {
    const forgotten = await forgetWorktree(git, repo, found.path);
    return forgotten.ok ? success([]) : forgotten;
  }
  const submodules = await listSubmodules(git, found.path);
  const unsafe = await findUnpushed(git, found.path, submodules);
  if (unsafe.length > 0)
    return failure(
      'submodule_work',
      `Work in submodules would be lost: ${nameSome(unsafe)}.`,
      'Commit and push it there, then try again.',
    );
  // The one place that forces anything: what git would hold back is either in a snapshot or was looked at above.
  const force = dirty || submodules.length > 0 ? ['--force'] : [];
  const removed = await git.run(repo.path, ['worktree', 'remove', ...force, found.path]);
  if (removed.exitCode === 0) return success([]);
  const listed = await listWorktrees(git, repo.path);
  const stillThere = !listed.ok || listed.value.some((entry) => entry.path === found.path);
  // Git forgets the worktree even where a busy folder could not be emptied.
  return stillThere
    ? refused(removed)
    : success([`${found.path} could not be emptied: ${removed.stderr.trim()}`]);
}

/** Deletes a branch that nobody moved since `tip`, and what the configuration says about it. */
export async function deleteBranch(git: Git, repo: Repo, branch: string, tip: string): Promise<Result<null>> {
  const deleted = await deleteRef(git, repo.path, branchRef(branch), tip);
  if (!deleted.ok) return deleted;
  for (const section of [`branch.${branch}`, `gitflow.branch.${branch}`]) {
    // Ends with 128 where there is no such section, which is as good.
    await git.run(repo.path, ['config', '--local', '--remove-section', section]);
  }
  return success(null);
}

/** Paths of initialised submodules, inner ones included. */
async function listSubmodules(git: Git, dir: string): Promise<string[]> {
  const { stdout } = await git.run(dir, ['ls-files', '-z', '--stage']);
  const links = stdout.split('\0').filter((line) => line.startsWith('160000 '));
  const found: string[] = [];
  for (const link of links) {
    const path = join(dir, link.slice(link.indexOf('\t') + 1));
    if (await exists(join(path, '.git'))) found.push(path, ...(await listSubmodules(git, path)));
  }
  return found;
}

/** Submodules with changes, or with commits or stashes that no remote has: their store goes with the worktree. */
async function findUnpushed(git: Git, root: string, submodules: readonly string[]): Promise<string[]> {
  const unsafe: string[] = [];
  for (const path of submodules) {
    const status = await git.run(path, ['status', '--porcelain', '-z', '--untracked-files=all']);
    const own = await git.run(path, [
      'rev-list',
      '-n1',
      'HEAD',
      '--branches',
      '--glob=refs/stas[h]',
      '--not',
      '--remotes',
    ]);
    const isSafe = status.exitCode === 0 && status.stdout === '' && own.exitCode === 0 && own.stdout === '';
    if (!isSafe) unsafe.push(path.slice(root.length + 1));
  }
  return unsafe;
}
