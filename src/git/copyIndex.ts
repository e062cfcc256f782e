import { copyFile, rm, stat, utimes } from 'node:fs/promises';
import { exists } from './files.ts';

/**
 * Copies an index, not the moment of its writing only: git compares a file's content, and not just its times, when it
 * may have changed at the moment the index was written. An earlier moment is safe, a later one is not.
 */
export async function copyIndex(from: string, to: string): Promise<void> {
  await Promise.all([to, `${to}.lock`].map((file) => rm(file, { force: true })));
  if (!(await exists(from))) return; // A worktree made without files has none yet.
  const { atime, mtimeMs } = await stat(from);
  await copyFile(from, to);
  await utimes(to, atime, (Math.floor(mtimeMs) - 1) / 1000);
}
