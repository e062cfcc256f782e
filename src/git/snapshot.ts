import { copyFile, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Result } from '../domain/problem.ts';
import { exists } from './files.ts';
import { type Git, refused } from './run.ts';
import { gitDirectory } from './worktreeList.ts';

/**
 * Records everything in a worktree that is not ignored as a commit, through an index of its own: worktree and index
 * stay as they are. Contents of submodules and of repositories inside are not in it.
 * @param parents of the commit, the worktree's HEAD first.
 * @returns the commit, which no ref holds yet.
 */
export async function snapshot(
  git: Git,
  worktree: string,
  parents: readonly string[],
  message: string,
): Promise<Result<string>> {
  const gitDir = await gitDirectory(git, worktree);
  if (!gitDir.ok) return gitDir;
  const folder = await mkdtemp(join(tmpdir(), 'orch-snapshot-'));
  try {
    const index = join(folder, 'index');
    const env = { GIT_INDEX_FILE: index };
    // A copy keeps git from reading every unchanged file again.
    if (await exists(join(gitDir.value, 'index'))) await copyFile(join(gitDir.value, 'index'), index);
    const added = await git.run(worktree, ['add', '--all'], { env });
    if (added.exitCode !== 0) return refused(added);
    const tree = await git.text(worktree, ['write-tree'], { env });
    if (!tree.ok) return tree;
    const args = ['commit-tree', tree.value, ...parents.flatMap((parent) => ['-p', parent]), '-F', '-'];
    return await git.text(worktree, args, { input: `${message}\n` });
  } finally {
    await rm(folder, { recursive: true });
  }
}
