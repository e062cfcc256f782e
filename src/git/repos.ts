import type { Dirent } from 'node:fs';
import { mkdir, readdir, realpath, stat, writeFile } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { foldCase, nearestSlug } from '../core/ids.ts';
import type { Repo } from '../core/repo.ts';
import { replaceFile } from '../lib/files.ts';
import { failure, type Result, success } from '../lib/result.ts';
import { whyOf } from '../lib/systemError.ts';
import { commonDirectory, exists, readIfThere } from './directories.ts';
import { type Git, refused } from './run.ts';

interface Discovery {
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
    return failure('folder_unreadable', `${folder} cannot be read: ${whyOf(error)}`);
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

/**
 * Makes a repository with one commit on `main` and `develop`, develop checked out, and an identity of its own so
 * that committing works everywhere.
 * @param path must not exist
 */
export async function createRepo(
  git: Git,
  path: string,
  files: Readonly<Record<string, string>>,
): Promise<Result<null>> {
  for (const [name, text] of Object.entries(files)) {
    await mkdir(dirname(join(path, name)), { recursive: true });
    await writeFile(join(path, name), text, { flag: 'wx' });
  }
  const steps = [
    ['init', '--quiet', '--initial-branch=main'],
    ['config', 'user.name', 'orch-tui demo'],
    ['config', 'user.email', 'demo@example.invalid'],
    ['config', 'commit.gpgSign', 'false'],
    ['add', '--all'],
    ['commit', '--quiet', '--message', 'Begin'],
    ['switch', '--quiet', '--create', 'develop'],
  ];
  for (const step of steps) {
    const outcome = await git.change(path, step);
    if (outcome.exitCode !== 0) return refused(outcome);
  }
  return success(null);
}

const ourFolders = ['/.orch/', '/.worktrees/'];

/**
 * Where the workspace itself is a repository, keeps our folders out of its `git status`: in `info/exclude`, which is
 * this machine's alone, not in a file that would be committed. A link there is not written through.
 * @returns `unsafe_path`, `exclude_failed`
 */
export async function excludeOurFolders(git: Git, root: string): Promise<Result<null>> {
  if (!(await exists(join(root, '.git')))) return success(null);
  const common = await commonDirectory(git, root);
  if (!common.ok) return common;
  // Asked for this path, git would answer with what a link there leads to.
  const file = join(common.value, 'info', 'exclude');
  try {
    const text = await readIfThere(file);
    const missing = ourFolders.filter((line) => !text.split('\n').includes(line));
    if (missing.length === 0) return success(null);
    const before = text === '' || text.endsWith('\n') ? text : `${text}\n`;
    // Half a line would be a pattern of its own.
    const whole = `${before}${missing.join('\n')}\n`;
    const written = replaceFile(common.value, file, whole, 0o644);
    if (!written.ok) return withLines(written, missing);
    return success(null);
  } catch (error) {
    return failure('exclude_failed', `${file} cannot be written: ${whyOf(error)}`);
  }
}

function withLines(refused: Result<never> & { ok: false }, missing: readonly string[]): Result<never> {
  const { code, message } = refused.problem;
  return failure(code, message, `Write these lines there yourself, then try again: ${missing.join(' ')}`);
}
