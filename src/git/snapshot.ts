import { lstat, rm } from 'node:fs/promises';
import { join } from 'node:path';
import type { Result } from '../lib/result.ts';
import { copyIndex } from './copyIndex.ts';
import { gitDirectory } from './directories.ts';
import { type Git, refused } from './run.ts';
import { makeTempFolder } from './tempFolder.ts';

/** Snapshots are ours, not the person's, and must work where nobody has told git their name. */
const identity = {
  GIT_AUTHOR_NAME: 'orch-tui',
  GIT_AUTHOR_EMAIL: 'orch-tui@localhost',
  GIT_COMMITTER_NAME: 'orch-tui',
  GIT_COMMITTER_EMAIL: 'orch-tui@localhost',
};

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
  const tree = await snapshotTree(git, worktree);
  return tree.ok ? commitSnapshot(git, worktree, tree.value, parents, message) : tree;
}

/** Makes a commit of a snapshot's tree. */
export function commitSnapshot(
  git: Git,
  dir: string,
  tree: string,
  parents: readonly string[],
  message: string,
): Promise<Result<string>> {
  const args = ['commit-tree', tree, ...parents.flatMap((parent) => ['-p', parent]), '-F', '-'];
  return git.text(dir, args, { input: `${message}\n`, env: identity });
}

/** Many new files take long to be packed; nothing that is done in earnest takes longer. */
const addingLimitMs = 60 * 60_000;

/**
 * The tree of everything in a worktree that is not ignored.
 * @param largest bytes of an untracked file that is still taken in; no limit without
 */
export async function snapshotTree(git: Git, worktree: string, largest?: number): Promise<Result<string>> {
  const gitDir = await gitDirectory(git, worktree);
  if (!gitDir.ok) return gitDir;
  const folder = await makeTempFolder();
  try {
    const index = join(folder, 'index');
    const env = { GIT_INDEX_FILE: index };
    // A copy keeps git from reading every unchanged file again.
    await copyIndex(join(gitDir.value, 'index'), index);
    const large = largest === undefined ? [] : await listLarge(git, worktree, largest);
    const but = large.map((path) => `:(top,exclude,literal)${path}`);
    const adding = ['add', '--all', '--', ':/', ...but];
    const added = await git.run(worktree, adding, { env, timeoutMs: addingLimitMs });
    if (added.exitCode !== 0) return refused(added);
    return await git.text(worktree, ['write-tree'], { env });
  } finally {
    await rm(folder, { recursive: true });
  }
}

/** Untracked files above a size. */
async function listLarge(git: Git, worktree: string, largest: number): Promise<string[]> {
  const listed = await git.text(worktree, ['ls-files', '-z', '--others', '--exclude-standard']);
  if (!listed.ok) return [];
  const large: string[] = [];
  for (const path of listed.value.split('\0').filter(Boolean)) {
    const size = await lstat(join(worktree, path)).then(
      (found) => found.size,
      () => 0, // Gone meanwhile.
    );
    if (size > largest) large.push(path);
  }
  return large;
}
