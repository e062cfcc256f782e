import { readdir, realpath, stat } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { failure, type Result, success } from '../domain/problem.ts';
import type { Repo } from '../domain/repo.ts';
import { foldCase, parseSlug } from '../domain/slug.ts';

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
  let names: string[];
  try {
    names = await readdir(folder);
  } catch (error) {
    return failure('folder_unreadable', `${folder} cannot be read: ${reason(error)}`);
  }
  const below = names.filter((name) => !name.startsWith('.')).sort(byName);
  const candidates = [folder, ...below.map((name) => join(folder, name))];
  const found = await Promise.all(candidates.map(isMainCheckout));
  const paths = await withoutAliases(candidates.filter((_path, at) => found[at]));
  const repoNames = uniqueNames(paths.map((path) => basename(path)));
  return success({
    repos: paths.map((path, at) => ({ name: repoNames[at] ?? basename(path), path })),
    isRepo: found[0] ?? false,
  });
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
  const tame = folder
    .normalize('NFKD')
    .replace(/\p{M}/gu, '')
    .replace(/[^A-Za-z0-9._-]+/g, '-')
    .replace(/\.{2,}/g, '.')
    .replace(/(\.lock)+$/i, '')
    .slice(0, 60)
    .replace(/^[^A-Za-z0-9]+|[^A-Za-z0-9]+$/g, '');
  return parseSlug(tame, 'repository').ok
    ? tame
    : parseSlug(`repo-${tame}`, 'repository').ok
      ? `repo-${tame}`
      : 'repo';
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

/** Drops links that lead to a repository which is listed already. */
async function withoutAliases(paths: readonly string[]): Promise<string[]> {
  const real = await Promise.all(paths.map((path) => realpath(path)));
  const direct = (at: number) => real[at] === paths[at];
  return paths.filter((_path, at) =>
    real.every(
      (other, n) =>
        other !== real[at] || n === at || (direct(n) ? direct(at) && n > at : direct(at) || n > at),
    ),
  );
}

function byName(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}

function reason(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
