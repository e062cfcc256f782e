import { join, resolve } from 'node:path';
import { type Result, success } from '../domain/problem.ts';
import { readOwn } from './files.ts';
import { parseWorktrees, type WorktreeEntry } from './porcelain.ts';
import { type Git, refused } from './run.ts';

/** All worktrees of the repository at `dir`, the main checkout first. */
export async function listWorktrees(git: Git, dir: string): Promise<Result<WorktreeEntry[]>> {
  const outcome = await git.run(dir, ['worktree', 'list', '--porcelain', '-z']);
  return outcome.exitCode === 0 ? success(parseWorktrees(outcome.stdout)) : refused(outcome);
}

/** The git directory that all worktrees of a repository share; also the key under which writes take turns. */
export function commonDirectory(git: Git, dir: string): Promise<Result<string>> {
  return git.text(dir, ['rev-parse', '--path-format=absolute', '--git-common-dir']);
}

/** A worktree's own git directory. */
export function gitDirectory(git: Git, dir: string): Promise<Result<string>> {
  return git.text(dir, ['rev-parse', '--absolute-git-dir']);
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
