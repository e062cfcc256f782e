import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { readIfThere } from '../files.ts';
import { branchRef } from '../refs.ts';

/** Something begun in a worktree and not concluded. */
export type Operation = 'merge' | 'rebase' | 'cherry-pick' | 'revert' | 'bisect';

const markers: readonly (readonly [string, Operation])[] = [
  ['rebase-merge', 'rebase'],
  ['rebase-apply', 'rebase'],
  ['MERGE_HEAD', 'merge'],
  ['CHERRY_PICK_HEAD', 'cherry-pick'],
  ['REVERT_HEAD', 'revert'],
  ['BISECT_START', 'bisect'],
];

/** What is under way in the worktree with this git directory; null when nothing is. */
export async function readOperation(gitDir: string): Promise<Operation | null> {
  // Where there is no repository nothing is under way.
  const there = new Set(await readdir(gitDir).catch((): string[] => []));
  return markers.find(([marker]) => there.has(marker))?.[1] ?? null;
}

/**
 * Whether a rebase or bisect in this worktree will move a branch although HEAD is detached meanwhile; neither
 * `git worktree list` nor `git update-ref` knows.
 */
export async function holdsBranch(gitDir: string, branch: string): Promise<boolean> {
  const wanted = new Set([branch, branchRef(branch)]);
  const files = [
    'rebase-merge/head-name',
    'rebase-merge/update-refs',
    'rebase-apply/head-name',
    'BISECT_START',
  ];
  const texts = await Promise.all(files.map((file) => readIfThere(join(gitDir, file))));
  return texts.some((text) => text.split('\n').some((line) => wanted.has(line.trim())));
}
