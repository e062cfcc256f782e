import { lstatSync, statSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { type Result, success } from '../lib/result.ts';
import { readOwn } from './files.ts';
import type { GitDirectories } from './knownFacts.ts';
import { parseWorktrees, type WorktreeEntry } from './porcelain.ts';
import { type Git, refused } from './run.ts';

/** All worktrees of the repository at `dir`, the main checkout first. */
export async function listWorktrees(git: Git, dir: string): Promise<Result<WorktreeEntry[]>> {
  const outcome = await git.run(dir, ['worktree', 'list', '--porcelain', '-z']);
  return outcome.exitCode === 0 ? success(parseWorktrees(outcome.stdout)) : refused(outcome);
}

/** The git directory that all worktrees of a repository share; also the key under which writes take turns. */
export async function commonDirectory(git: Git, dir: string): Promise<Result<string>> {
  const found = await gitDirectories(git, dir);
  return found.ok ? success(found.value.common) : found;
}

/** A worktree's own git directory. */
export async function gitDirectory(git: Git, dir: string): Promise<Result<string>> {
  const found = await gitDirectories(git, dir);
  return found.ok ? success(found.value.own) : found;
}

/**
 * Asks git for the directories of a checkout, once for as long as the `.git` in it says the same: these are asked for at
 * every turn, and an agent can rewrite that file. What git refuses is asked again each time.
 */
async function gitDirectories(git: Git, dir: string): Promise<Result<GitDirectories>> {
  const of = markOf(dir);
  const kept = git.directories.get(dir);
  if (kept && of !== null && kept.of === of) return success(kept.what);
  const asked = ['--absolute-git-dir', '--git-common-dir'];
  const told = await git.text(dir, ['rev-parse', '--path-format=absolute', ...asked]);
  if (!told.ok) return told;
  const lines = told.value.split('\n');
  // A folder's name may hold a line end: then only each by itself can be told apart.
  const [own = '', common = ''] = lines.length === 2 ? lines : await Promise.all(asked.map(alone));
  const what = { own, common };
  if (of !== null && of === markOf(dir)) git.directories.set(dir, { of, what });
  return success(what);

  async function alone(one: string): Promise<string> {
    const single = await git.text(dir, ['rev-parse', '--path-format=absolute', one]);
    return single.ok ? single.value : '';
  }
}

/** What decides which directories git finds: the folder `.git` itself, or the file, and what that leads to. */
function markOf(dir: string): string | null {
  try {
    const entry = join(dir, '.git');
    const found = lstatSync(entry);
    const identity = `${found.dev} ${found.ino} ${found.uid}`;
    if (found.isDirectory()) return `${identity} ${readOwn(join(entry, 'commondir'))}`;
    if (!found.isFile()) return null;
    const words = readOwn(entry) ?? '';
    const own = resolve(dir, words.replace(/^gitdir: /, '').trimEnd());
    return `${identity} ${words} ${statSync(own).ino} ${readOwn(join(own, 'commondir'))}`;
  } catch {
    return null; // Git says better what is wrong.
  }
}

/** The directory that all worktrees share, found without a process from a worktree's own git directory. */
export function findCommonDirectory(gitDir: string): string {
  try {
    const named = readOwn(join(gitDir, 'commondir'));
    return named === null ? gitDir : resolve(gitDir, named.trim());
  } catch {
    return gitDir; // No file: git says better what is wrong.
  }
}
