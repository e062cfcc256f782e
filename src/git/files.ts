import { lstat, realpath } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { readLinked } from '../lib/files.ts';

/** Whether something is at the path, a dangling link included. */
export async function exists(path: string): Promise<boolean> {
  try {
    await lstat(path);
    return true;
  } catch {
    return false; // Whatever keeps us from seeing it keeps git from it, too.
  }
}

/** Bytes of a text of git's, such as a list of patterns. */
const largestText = 16 * 1024 * 1024;

/**
 * A text file's content, links followed; empty where there is none. A pipe is not waited for.
 * @throws for what is no plain file of a sensible size
 */
export async function readIfThere(path: string): Promise<string> {
  return readOwn(path) ?? '';
}

/**
 * A small text file of git's own, read at once, links followed; null where there is none. A pipe is not waited for.
 * @throws for what is no plain file of a sensible size
 */
export function readOwn(path: string): string | null {
  const read = readLinked(path, largestText);
  if (read.ok) return read.value;
  throw new Error(read.problem.message);
}

/** The path as git writes it: links resolved, as far as folders exist. */
export async function resolvedPath(path: string): Promise<string> {
  try {
    return await realpath(path);
  } catch {
    // It does not exist; what exists above it may still be a link.
    return dirname(path) === path ? path : join(await resolvedPath(dirname(path)), basename(path));
  }
}
