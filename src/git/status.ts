import { stat } from 'node:fs/promises';
import type { Repo, RepoStatus } from '../domain/repo.ts';
import { mainHint, readFlow } from './flow.ts';
import { type ParsedStatus, parseStatus } from './porcelain.ts';
import { type Git, refusal } from './run.ts';

/** Looks at a repository's main checkout; changes nothing, not even git's cache of file times. Never fails. */
export async function readStatus(git: Git, repo: Repo): Promise<RepoStatus> {
  if (!(await isFolder(repo.path))) return unreadable(repo, `The folder ${repo.path} is missing.`);
  const [looked, flow] = await Promise.all([
    git.run(repo.path, ['status', '--porcelain=v2', '--branch', '-z', '--untracked-files=normal']),
    readFlow(git, repo),
  ]);
  if (looked.exitCode !== 0) return unreadable(repo, refusal(looked).message);
  const status = parseStatus(looked.stdout);
  const base = flow.ok ? flow.value.base : null;
  return {
    name: repo.name,
    path: repo.path,
    branch: status.branch,
    ahead: status.ahead,
    behind: status.behind,
    dirty: status.entries.filter((entry) => entry.kind !== 'untracked').length,
    untracked: status.entries.filter((entry) => entry.kind === 'untracked').length,
    base,
    hasDevelop: flow.ok && flow.value.develop !== null,
    problem: flow.ok ? problemOf(status, base) : flow.problem.message,
  };
}

function problemOf(status: ParsedStatus, base: string | null): string | null {
  if (base) return null;
  if (!status.head) return 'There are no commits yet.';
  return `There is neither a develop nor a main branch. ${mainHint}`;
}

function unreadable(repo: Repo, problem: string): RepoStatus {
  const unknown = {
    branch: null,
    ahead: null,
    behind: null,
    dirty: 0,
    untracked: 0,
    base: null,
    hasDevelop: false,
  };
  return { name: repo.name, path: repo.path, ...unknown, problem };
}

async function isFolder(path: string): Promise<boolean> {
  try {
    return (await stat(path)).isDirectory();
  } catch {
    return false; // Missing, or behind a folder we may not enter: the same to a person.
  }
}
