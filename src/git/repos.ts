import { type Dirent, readdirSync, realpathSync, statSync } from 'node:fs';
import { mkdir, readdir, writeFile } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { foldCase, nearestSlug } from '../core/ids.ts';
import type { Repo } from '../core/repo.ts';
import { replaceFile } from '../lib/files.ts';
import { quoteCommand } from '../lib/quote.ts';
import { failure, type Result, success, whyOf } from '../lib/result.ts';
import {
  commonDirectory,
  exists,
  findCommonDirectory,
  gitFileTarget,
  readGitText,
  readTextOrEmpty,
  resolveFrom,
} from './directories.ts';
import { type Git, refused } from './run.ts';

/**
 * Creates a repository with one commit on `main` and `develop`, develop checked out, and its own identity, so that
 * committing works everywhere.
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
 * Keeps our folders out of the `git status` of a workspace that is itself a repository. Writes to `info/exclude`, which
 * stays on this machine, not to a file that would be committed. A link there is not written through.
 * @returns `unsafe_path`, `exclude_failed`
 */
export async function excludeOurFolders(git: Git, root: string): Promise<Result<null>> {
  if (!(await exists(join(root, '.git')))) return success(null);
  const common = await commonDirectory(git, root);
  if (!common.ok) return common;
  // Git's answer for this path would follow a link.
  const file = join(common.value, 'info', 'exclude');
  try {
    const text = await readTextOrEmpty(file);
    const missing = ourFolders.filter((line) => !text.split('\n').includes(line));
    if (missing.length === 0) return success(null);
    const before = text === '' || text.endsWith('\n') ? text : `${text}\n`;
    // An incomplete line would be another pattern.
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

interface Discovery {
  /** Sorted by name; the folder itself comes first if it is one. */
  readonly repos: readonly Repo[];
  /** True when the folder itself is a repository. */
  readonly isRepo: boolean;
  /** Other git folders; taken only when a person names them, if possible. */
  readonly others: readonly Other[];
}

/** A folder that looks like a repository but is not taken by itself. */
export interface Other extends Repo {
  /** Description and what to do about it. */
  readonly what: string;
  /** True when it can be used if a person names it. */
  readonly isUsable: boolean;
}

/** Kind of git folder. Paths are absolute. */
type Kind =
  | { readonly is: 'checkout' }
  | { readonly is: 'submodule'; readonly of: string }
  | { readonly is: 'linked'; readonly common: string }
  | { readonly is: 'bare'; readonly common: string }
  | { readonly is: 'broken'; readonly leadsTo: string };

type Found = Kind & { readonly path: string };

/**
 * Finds repositories in a folder and directly below it, hidden folders excluded. A `.git` file is followed: to a
 * separate git directory, to that of a submodule, or to a bare repository, for which one of its worktrees is taken.
 * Worktrees and submodules of a found repository are not taken separately. Runs no git, because the folders may come
 * from anywhere.
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
  const found = withoutDuplicates([folder, ...folders, ...links]);
  const own = found.filter(({ is }) => is === 'checkout');
  const bare = worktreesOfBare(found);
  const outer = new Set(own.map(({ path }) => realOf(path)));
  const free = found.filter((one) => one.is === 'submodule' && !outer.has(realOf(one.of)));
  const taken = new Map([...own, ...free].map(({ path }) => [path, basename(path)]));
  for (const { path, name } of bare) taken.set(path, name);
  const isRepo = taken.has(folder);
  const paths = [...taken.keys()].filter((path) => path !== folder).sort();
  const all = isRepo ? [folder, ...paths] : paths;
  const names = uniqueNames(all.map((path) => taken.get(path) ?? ''));
  const repos = all.map((path, at) => ({ name: names[at] ?? '', path }));
  return success({ isRepo, repos, others: othersIn(found, taken, outer) });
}

/** Turns folder names into repository names: slugs, unique also when case is ignored. */
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

/** Returns the git folders among the paths; of two paths to the same folder, the first. */
function withoutDuplicates(paths: readonly string[]): Found[] {
  const byRealPath = new Map<string, Found>();
  for (const path of paths) {
    const kind = kindOf(path);
    if (!kind) continue;
    const real = realOf(path);
    if (!byRealPath.has(real)) byRealPath.set(real, { ...kind, path });
  }
  return [...byRealPath.values()];
}

function kindOf(path: string): Kind | null {
  const inside = join(path, '.git');
  try {
    const found = statSync(inside, { throwIfNoEntry: false });
    if (!found) return isGitDirectory(path) && isBare(path) ? { is: 'bare', common: path } : null;
    if (found.isDirectory()) return isGitDirectory(inside) ? { is: 'checkout' } : null;
    const target = found.isFile() ? gitFileTarget(path, readGitText(inside) ?? '') : null;
    return target === null ? null : kindAt(target);
  } catch {
    return null; // An unreadable folder is no repository.
  }
}

/** Returns the kind of the target of a `.git` file. https://git-scm.com/docs/gitrepository-layout */
function kindAt(target: string): Kind {
  if (!isFile(join(target, 'HEAD'))) return { is: 'broken', leadsTo: target };
  const common = findCommonDirectory(target);
  if (common !== target) return { is: 'linked', common };
  if (isBare(target)) return { is: 'bare', common };
  const [, of] = /^(.+)\/\.git\/modules\/./s.exec(target) ?? [];
  return of === undefined ? { is: 'checkout' } : { is: 'submodule', of };
}

function isGitDirectory(path: string): boolean {
  return (
    isFile(join(path, 'HEAD')) &&
    (statSync(join(path, 'objects'), { throwIfNoEntry: false })?.isDirectory() ?? false)
  );
}

function isFile(path: string): boolean {
  return statSync(path, { throwIfNoEntry: false })?.isFile() ?? false;
}

/** Reports whether the configuration says `bare = true`, as `git init --bare` and `git clone --bare` write it. */
function isBare(gitDir: string): boolean {
  return /^\s*bare\s*=\s*true\s*$/m.test(readGitText(join(gitDir, 'config')) ?? '');
}

/** Returns one worktree of each bare repository that was found itself or by a worktree. */
function worktreesOfBare(found: readonly Found[]): Repo[] {
  const commons = new Map<string, string>();
  for (const one of found)
    if (one.is === 'bare') commons.set(realOf(one.common), basename(one.path));
    else if (one.is === 'linked' && isBare(one.common) && !commons.has(realOf(one.common)))
      commons.set(realOf(one.common), layoutName(one.common));
  return [...commons].flatMap(([common, name]) => {
    const path = chooseWorktree(common);
    return path === null ? [] : [{ name: name.replace(/\.git$/, ''), path }];
  });
}

/** Returns the project's name: that of the folder around a hidden git directory. */
function layoutName(common: string): string {
  const name = basename(common);
  return name.startsWith('.') ? basename(dirname(common)) : name;
}

/** Branches on which a person most likely looks at finished work. */
const preferred = ['develop', 'main', 'master'].map((branch) => `ref: refs/heads/${branch}`);

/** Returns the worktree to use for a bare repository, chosen by its branch, workers' excluded; null without any. */
function chooseWorktree(common: string): string | null {
  const records = join(common, 'worktrees');
  const worktrees = namesIn(records)
    .sort()
    .flatMap((name) => {
      const record = join(records, name);
      const named = readGitText(join(record, 'gitdir'));
      const path = named === null ? null : resolveFrom(record, dirname(named.trimEnd()));
      if (path === null || basename(dirname(path)) === '.worktrees' || !isFile(join(path, '.git'))) return [];
      return [{ path, rank: preferred.indexOf((readGitText(join(record, 'HEAD')) ?? '').trimEnd()) }];
    });
  const ranked = worktrees.filter(({ rank }) => rank >= 0).sort((a, b) => a.rank - b.rank);
  return (ranked[0] ?? worktrees[0])?.path ?? null;
}

function namesIn(folder: string): string[] {
  try {
    return readdirSync(folder);
  } catch {
    return []; // Without worktrees there is no such folder.
  }
}

/** Returns found git folders that were not taken, except worktrees of taken ones. */
function othersIn(
  found: readonly Found[],
  taken: ReadonlyMap<string, string>,
  outer: ReadonlySet<string>,
): Other[] {
  const commons = new Set([...outer].map((path) => realOf(join(path, '.git'))));
  const whole = [...taken.keys()].flatMap((path) => commonOf(path) ?? []);
  for (const common of whole) commons.add(common);
  return found.flatMap((one): Other[] => {
    const { path } = one;
    if (taken.has(path)) return [];
    const other = (what: string, isUsable: boolean) => [
      { name: slugOf(basename(path)), path, what, isUsable },
    ];
    if (one.is === 'submodule') return other(`is a submodule of ${one.of}`, true);
    if (one.is === 'broken')
      return other(`has a .git that leads to ${one.leadsTo}, where there is no repository`, false);
    if (one.is === 'linked' && !commons.has(realOf(one.common)))
      return other(`is a worktree of ${one.common}`, true);
    if (one.is === 'bare' && !commons.has(realOf(one.common)))
      return other(
        `is a bare repository without a worktree; make one: ${quoteCommand(['git', '-C', path, 'worktree', 'add', 'main', 'main'])}`,
        false,
      );
    return [];
  });
}

function commonOf(path: string): string | null {
  const at = join(path, '.git');
  const target = isFile(at) ? gitFileTarget(path, readGitText(at) ?? '') : at;
  return target === null ? null : realOf(findCommonDirectory(target));
}

/** Returns the path with links resolved, if it exists. */
function realOf(path: string): string {
  try {
    return realpathSync(path);
  } catch {
    return path; // A moved repository may name a folder that is gone.
  }
}
