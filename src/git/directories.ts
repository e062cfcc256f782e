import { lstatSync, realpathSync, statSync } from 'node:fs';
import { lstat, realpath } from 'node:fs/promises';
import { basename, dirname, isAbsolute, join, resolve } from 'node:path';
import type { Repo } from '../core/repo.ts';
import { readLinked, readPlain } from '../lib/files.ts';
import { filePath } from '../lib/paths.ts';
import { quoteCommand } from '../lib/quote.ts';
import { failure, type Result, success } from '../lib/result.ts';
import type { Git, GitDirectories } from './run.ts';

/** Returns the git directory that all worktrees of a repository share. It is also the key for exclusive changes. */
export async function commonDirectory(git: Git, dir: string): Promise<Result<string>> {
  const found = await gitDirectories(git, dir);
  return found.ok ? success(found.value.common) : found;
}

/** Returns a worktree's own git directory. */
export async function gitDirectory(git: Git, dir: string): Promise<Result<string>> {
  const found = await gitDirectories(git, dir);
  return found.ok ? success(found.value.own) : found;
}

/**
 * Returns the git directories of a checkout. They are cached until its `.git` changes: they are needed at every turn,
 * and an agent can rewrite that file. Failures are not cached.
 */
export async function gitDirectories(git: Git, dir: string): Promise<Result<GitDirectories>> {
  const key = fingerprintOf(dir);
  const kept = git.directoryCache.get(dir);
  if (kept && key !== null && kept.key === key) return success(kept.value);
  const asked = ['--absolute-git-dir', '--git-common-dir'];
  const both = await git.text(dir, ['rev-parse', '--path-format=absolute', ...asked]);
  if (!both.ok) return both;
  const lines = both.value.split('\n');
  // A folder's name may contain a line end. Then each path is asked for separately.
  const [own = '', common = ''] = lines.length === 2 ? lines : await Promise.all(asked.map(alone));
  const value = { own, common };
  if (key !== null && key === fingerprintOf(dir)) git.directoryCache.set(dir, { key, value });
  return success(value);

  async function alone(one: string): Promise<string> {
    const single = await git.text(dir, ['rev-parse', '--path-format=absolute', one]);
    return single.ok ? single.value : '';
  }
}

/**
 * Returns the git directory of a worktree that git counts as one of the repository. Worktree and git directory must
 * name each other: an agent can rewrite the `.git` file, and another repository's settings must not run.
 * @param commonDir the repository's common git directory
 * @param path absolute, links resolved
 * @returns `not_a_worktree` with what its `.git` is instead
 */
export async function worktreeDirectory(
  git: Git,
  repo: Repo,
  commonDir: string,
  path: string,
): Promise<Result<string>> {
  const found = await gitDirectories(git, path);
  if (!found.ok) {
    const isMissing = !(await exists(join(path, '.git')));
    const why = isMissing ? 'its .git file is missing.' : found.problem.message;
    return notAWorktree(`${path} is no worktree any more: ${why}`, repairHint(repo));
  }
  const { own } = found.value;
  if (dirname(own) !== join(commonDir, 'worktrees'))
    return notAWorktree(`${path} belongs to another repository: ${own}.`, repairHint(repo));
  // `gitdir` names the worktree's `.git` file; its parent is the worktree.
  const back = resolveFrom(own, dirname((readGitText(join(own, 'gitdir')) ?? '').trimEnd()));
  return (await resolvedPath(back)) === path
    ? success(own)
    : notAWorktree(`The .git of ${path} leads to what belongs to ${back}.`, repairHint(repo));
}

function notAWorktree(message: string, hint: string): Result<never> {
  return failure('not_a_worktree', message, hint);
}

function repairHint({ path }: Repo): string {
  const repair = quoteCommand(['git', '-C', path, 'worktree', 'repair']);
  return `Look into it. To have git write its .git file again: ${repair}`;
}

/**
 * Identifies what `gitDirectories` depends on: the `.git` folder, or the `.git` file and its target. Null when it
 * cannot be read.
 */
function fingerprintOf(dir: string): string | null {
  try {
    const entry = join(dir, '.git');
    const found = lstatSync(entry);
    const identity = `${found.dev} ${found.ino} ${found.uid}`;
    if (found.isDirectory()) return `${identity} ${readGitText(join(entry, 'commondir'))}`;
    if (!found.isFile()) return null;
    const words = readGitText(entry) ?? '';
    const own = gitFileTarget(dir, words) ?? dir;
    return `${identity} ${words} ${statSync(own).ino} ${readGitText(join(own, 'commondir'))}`;
  } catch {
    return null; // Git reports the error better.
  }
}

/**
 * Returns the path that a `.git` file names; null for any other text. Git resolves a relative path from the real folder
 * of the file, and reads up to the last line end (`read_gitfile_gently`).
 */
export function gitFileTarget(dir: string, text: string): string | null {
  const named = /^gitdir: ([\s\S]*?)[\r\n]*$/.exec(text)?.[1];
  return named === undefined ? null : resolveFrom(dir, named);
}

/** Resolves a path in one of git's own files, relative to that file's folder; links are followed. */
export function resolveFrom(folder: string, named: string): string {
  if (isAbsolute(named)) return named;
  try {
    return realpathSync.native(`${folder}/${named}`);
  } catch {
    return resolve(folder, named); // The target does not exist.
  }
}

/** Returns the common git directory for a worktree's own git directory, without a process. */
export function findCommonDirectory(gitDir: string): string {
  try {
    const named = readGitText(join(gitDir, 'commondir'));
    return named === null ? gitDir : resolve(gitDir, named.replace(/[\r\n]+$/, ''));
  } catch {
    return gitDir; // No such file: git reports the error better.
  }
}

/** Reports whether something exists at the path, a dangling link included. */
export async function exists(path: string): Promise<boolean> {
  try {
    await lstat(filePath(path));
    return true;
  } catch {
    return false; // An entry that we cannot see is hidden from git as well.
  }
}

/** Bytes of a text file of git, such as a list of patterns. */
const largestText = 16 * 1024 * 1024;

/**
 * Returns a text file's content, links followed; empty when there is none. Does not wait for a pipe.
 * @throws for anything but a plain file of a sensible size
 */
export async function readTextOrEmpty(path: string): Promise<string> {
  return readGitText(path) ?? '';
}

/**
 * Reads a small text file of git at once, links followed; null when there is none. Does not wait for a pipe.
 * @throws for anything but a plain file of a sensible size
 */
export function readGitText(path: string): string | null {
  const read = readLinked(path, largestText);
  if (read.ok) return read.value;
  throw new Error(read.problem.message);
}

/** Returns the path as git writes it: links resolved as far as folders exist. */
export async function resolvedPath(path: string): Promise<string> {
  try {
    return await realpath(path);
  } catch {
    // The path does not exist, but its parent may be a link.
    return dirname(path) === path ? path : join(await resolvedPath(dirname(path)), basename(path));
  }
}

/**
 * Returns a checkout's git directory without a process: `.git`, or the target of a file of that name.
 * @returns null when the folder is missing; a path that may not exist when it is no repository
 */
export function findGitDirectory(path: string): string | null {
  const isFolder = (folder: string) => statSync(folder, { throwIfNoEntry: false })?.isDirectory() ?? false;
  try {
    if (!isFolder(path)) return null;
  } catch {
    return null; // A folder that we may not enter counts as missing.
  }
  const inside = join(path, '.git');
  try {
    if (isFolder(inside)) return inside;
    return gitFileTarget(path, readGitText(inside) ?? '') ?? inside;
  } catch {
    return inside; // Not a repository: git reports the error better.
  }
}

/** Branch and commit of a checkout. */
interface HeadFact {
  /** Null when detached or unreadable. */
  readonly branch: string | null;
  /** Full object name; null before the first commit and when unreadable. */
  readonly commit: string | null;
}

const unknownHead: HeadFact = { branch: null, commit: null };

const objectName = /^(?:[0-9a-f]{40}|[0-9a-f]{64})$/;

const mostRefBytes = 10_000;

const mostPackedBytes = 64 * 1024 * 1024;

/**
 * Reads branch and commit of a checkout from git's own files, because git would run programs named in the repository's
 * settings. Links are not followed. For reftable repositories only the branch is known.
 */
export function readHead(path: string): HeadFact {
  const folder = gitFolder(path);
  const head = folder && firstLine(join(folder, 'HEAD'));
  if (!folder || !head) return unknownHead;
  if (objectName.test(head)) return { branch: null, commit: head };
  const ref = /^ref: (refs\/heads\/(\S+))$/.exec(head);
  if (!ref?.[1] || ref[1].split('/').includes('..')) return unknownHead;
  const [, name, branch = null] = ref;
  const shared = findCommonDirectory(folder);
  const loose = firstLine(join(shared, name));
  return { branch, commit: loose && objectName.test(loose) ? loose : packedCommit(shared, name) };
}

/** Returns `.git` itself, or the target of a worktree's or submodule's `.git` file. */
function gitFolder(path: string): string | null {
  const at = join(path, '.git');
  const text = readPlain(at, mostRefBytes);
  const target = text.ok && text.value !== null ? gitFileTarget(path, text.value) : null;
  return target ?? (firstLine(join(at, 'HEAD')) === null ? null : at);
}

function firstLine(file: string): string | null {
  const text = readPlain(file, mostRefBytes);
  return text.ok && text.value !== null ? (text.value.split('\n')[0] ?? null) : null;
}

function packedCommit(folder: string, name: string): string | null {
  const text = readPlain(join(folder, 'packed-refs'), mostPackedBytes);
  if (!text.ok || text.value === null) return null;
  const line = text.value.split('\n').find((one) => one.endsWith(` ${name}`));
  const commit = line?.split(' ')[0] ?? '';
  return objectName.test(commit) ? commit : null;
}
