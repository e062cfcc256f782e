import { constants } from 'node:fs';
import { copyFile, lstat, mkdir, realpath } from 'node:fs/promises';
import { dirname, join, sep } from 'node:path';
import type { Repo } from '../../core/repo.ts';
import type { FileCopy } from '../../core/worker.ts';
import { filePath } from '../../lib/paths.ts';
import { type Result, success } from '../../lib/result.ts';
import { exists } from '../directories.ts';
import { type Git, refused } from '../run.ts';
import { nameSome } from './inspect.ts';

/** File that lists files to copy into new worktrees, in the syntax of `.gitignore`. */
const includeFile = '.worktreeinclude';

/** Limits that a person can check on a card, and that copy without a noticeable delay. */
const mostFiles = 200;
const mostBytes = 100_000_000;

/** Maximum bytes of patterns; far more than people write. */
const mostPatterns = 1_000_000;

/** Our own folders, in a workspace that is itself a repository. */
const ourFolders = /^\.(?:orch|worktrees)\//;

interface Included {
  readonly copies: readonly FileCopy[];
  readonly warnings: readonly string[];
}

/**
 * Lists files of the main checkout that `.worktreeinclude` names and git ignores; a worktree has tracked files anyway.
 * Links are left out: they may lead anywhere. At most 200 files of 100 MB together.
 */
export async function listIncluded(git: Git, repo: Repo): Promise<Result<Included>> {
  const file = join(repo.path, includeFile);
  const found = await lstatIfThere(file);
  if (!found) return success({ copies: [], warnings: [] });
  // Git would follow a link, and wait for a pipe.
  if (!found.isFile() || found.size > mostPatterns)
    return success({ copies: [], warnings: [`Nothing is copied: ${includeFile} is no plain small file.`] });
  const listed = await git.run(repo.path, ['ls-files', '-z', '-o', '-i', `--exclude-from=${file}`], {
    names: true,
  });
  if (listed.exitCode !== 0) return refused(listed);
  const ignored = await keepIgnored(git, repo.path, listed.stdout.split('\0').filter(Boolean));
  if (!ignored.ok) return ignored;
  const paths = ignored.value.filter((path) => !ourFolders.test(path));
  return success(await measure(repo.path, paths.toSorted()));
}

/** Lists included files that the worktree lacks. */
export async function listMissing(git: Git, repo: Repo, worktree: string): Promise<Result<Included>> {
  const included = await listIncluded(git, repo);
  if (!included.ok) return included;
  const copies: FileCopy[] = [];
  for (const copy of included.value.copies) if (!(await exists(join(worktree, copy.path)))) copies.push(copy);
  return success({ ...included.value, copies });
}

/** Returns the paths that git ignores in this checkout. */
async function keepIgnored(git: Git, dir: string, paths: readonly string[]): Promise<Result<string[]>> {
  if (paths.length === 0) return success([]);
  const checked = await git.run(dir, ['check-ignore', '-z', '--stdin'], {
    input: paths.join('\0'),
    names: true,
  });
  // Exit code 1: none of them.
  return checked.exitCode > 1 ? refused(checked) : success(checked.stdout.split('\0').filter(Boolean));
}

async function measure(root: string, paths: readonly string[]): Promise<Included> {
  const copies: FileCopy[] = [];
  const [strange, beyond]: [string[], string[]] = [[], []];
  let total = 0;
  for (const path of paths) {
    if (copies.length >= mostFiles) beyond.push(path);
    else {
      const found = await lstatIfThere(join(root, path));
      if (!found) continue;
      if (!found.isFile()) strange.push(path);
      else if (total + found.size > mostBytes) beyond.push(path);
      else {
        total += found.size;
        copies.push({ path, bytes: found.size });
      }
    }
  }
  const warnings = [
    ...(strange.length > 0 ? [`Not copied, as they are no plain files: ${nameSome(strange)}.`] : []),
    ...(beyond.length > 0 ? [`Not copied, as it would be too much: ${nameSome(beyond)}.`] : []),
  ];
  return { copies, warnings };
}

/**
 * Copies files into a worktree and overwrites nothing. Files that its branch does not ignore are left out: an agent
 * would commit them.
 * @returns warnings about files that were not copied
 */
export async function copyIncluded(
  git: Git,
  repo: Repo,
  worktree: string,
  copies: readonly FileCopy[],
): Promise<string[]> {
  const top = await realpath(worktree);
  const paths = copies.map(({ path }) => path);
  const inside = await filter(paths, (path) => isInside(top, dirname(join(top, path))));
  const ignored = await keepIgnored(git, worktree, inside);
  if (!ignored.ok) return [`Nothing was copied: ${ignored.problem.message}`];
  const failed = await filter(ignored.value, (path) => isRefused(join(repo.path, path), join(top, path)));
  return [
    ...warning(paths, inside, 'a link in this branch leads elsewhere'),
    ...warning(inside, ignored.value, 'this branch does not ignore them'),
    ...(failed.length > 0 ? [`Could not be copied: ${nameSome(failed)}.`] : []),
  ];
}

function warning(all: readonly string[], kept: readonly string[], why: string): string[] {
  const left = all.filter((path) => !kept.includes(path));
  return left.length > 0 ? [`Not copied, as ${why}: ${nameSome(left)}.`] : [];
}

async function filter(paths: readonly string[], keep: (path: string) => Promise<boolean>): Promise<string[]> {
  const kept: string[] = [];
  for (const path of paths) if (await keep(path)) kept.push(path);
  return kept;
}

/** Copies one file and reports a failure; an existing file is none. */
async function isRefused(from: string, to: string): Promise<boolean> {
  try {
    if (!(await lstat(filePath(from))).isFile()) return true;
    await mkdir(filePath(dirname(to)), { recursive: true });
    await copyFile(filePath(from), filePath(to), constants.COPYFILE_EXCL | constants.COPYFILE_FICLONE);
    return false;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code !== 'EEXIST';
  }
}

/**
 * Reports whether the nearest existing folder lies in the worktree, links resolved: no link must lead a copy out of it.
 */
async function isInside(top: string, folder: string): Promise<boolean> {
  if (!(await exists(folder))) return isInside(top, dirname(folder));
  const real = await realpath(filePath(folder));
  return real === top || real.startsWith(top + sep);
}

async function lstatIfThere(path: string) {
  try {
    return await lstat(filePath(path));
  } catch {
    return null; // Deleted since git listed it.
  }
}
