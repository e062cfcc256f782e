import type { Dirent } from 'node:fs';
import { readdir, realpath, stat } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { foldCase, nearestSlug } from '../core/ids.ts';
import type { Repo } from '../core/repo.ts';
import { failure, type Result, success } from '../lib/result.ts';

export interface Discovery {
  /** Sorted by name; the folder itself comes first where it is one. */
  readonly repos: readonly Repo[];
  /** Whether the folder itself is a repository. */
  readonly isRepo: boolean;
}

/**
 * Looks for repositories in a folder and directly below it. Worktrees and submodules, whose `.git` is a file, and
 * hidden folders are none. Runs no git: folders come from anywhere.
 */
export async function discoverRepos(folder: string): Promise<Result<Discovery>> {
  let entries: Dirent[];
  try {
    entries = await readdir(folder, { withFileTypes: true });
  } catch (error) {
    return failure('folder_unreadable', `${folder} cannot be read: ${String(error)}`);
  }
  const below = entries.filter((entry) => !entry.name.startsWith('.'));
  const folders = below.filter((entry) => entry.isDirectory()).map((entry) => join(folder, entry.name));
  const links = below.filter((entry) => entry.isSymbolicLink()).map((entry) => join(folder, entry.name));
  const [first, ...others] = await mainCheckouts([folder, ...folders, ...links]);
  const isRepo = first === folder;
  const paths = isRepo ? [first, ...others.sort()] : first ? [first, ...others].sort() : [];
  const names = uniqueNames(paths.map((path) => basename(path)));
  return success({ isRepo, repos: paths.map((path, at) => ({ name: names[at] ?? '', path })) });
}

/** Folder names as repository names: slugs, no two alike even where case does not count. */
export function uniqueNames(folders: readonly string[]): string[] {
  const taken = new Set<string>();
  return folders.map((folder) => {
    const wanted = slugOf(folder);
    let name = wanted;
    for (let n = 2; taken.has(foldCase(name)); n++) name = `${wanted}-${n}`;
    taken.add(foldCase(name));
    return name;
  });
}

function slugOf(folder: string): string {
  return nearestSlug(folder) ?? nearestSlug(`repo-${folder}`) ?? 'repo';
}

/** Those that are repositories; of two ways to the same one, the first. */
async function mainCheckouts(paths: readonly string[]): Promise<string[]> {
  const byRealPath = new Map<string, string>();
  for (const path of paths) {
    if (!(await isMainCheckout(path))) continue;
    const real = await realpath(path);
    if (!byRealPath.has(real)) byRealPath.set(real, path);
  }
  return [...byRealPath.values()];
}

async function isMainCheckout(path: string): Promise<boolean> {
  try {
    return (
      (await stat(join(path, '.git'))).isDirectory() && (await stat(join(path, '.git', 'HEAD'))).isFile()
    );
  } catch {
    return false; // No `.git`, or none that can be read: no repository for us.
  }
}
