import { lstat, readFile, realpath } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';

/** Whether something is at the path, a dangling link included. */
export async function exists(path: string): Promise<boolean> {
  try {
    await lstat(path);
    return true;
  } catch {
    return false; // Whatever keeps us from seeing it keeps git from it, too.
  }
}

/** A text file's content; empty where there is none. */
export async function readIfThere(path: string): Promise<string> {
  return (await exists(path)) ? readFile(path, 'utf8') : '';
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
