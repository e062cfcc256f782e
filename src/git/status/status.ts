import { statSync } from 'node:fs';
import { join, resolve } from 'node:path';
import type { LastCommit, Repo, RepoStatus } from '../../core/repo.ts';
import { mapConcurrently } from '../../lib/queue.ts';
import { readOwn } from '../files.ts';
import { chooseFlow, type Flow, mainHint } from '../flow/flow.ts';
import type { Known } from '../knownFacts.ts';
import { type ParsedStatus, parseStatus } from '../porcelain.ts';
import { branchRef } from '../refs.ts';
import { type Git, refusal } from '../run.ts';
import { readOperation } from '../worktrees/operation.ts';
import { readKnown } from './known.ts';

/** Enough to keep a few cores busy; more would only wait for each other. */
const reposAtOnce = 4;

/** Looks at many repositories, a few at a time. */
export function readStatuses(git: Git, repos: readonly Repo[]): Promise<RepoStatus[]> {
  return mapConcurrently(repos, reposAtOnce, (repo) => readStatus(git, repo));
}

/**
 * Looks at a repository's main checkout; changes nothing, not even git's cache of file times. Never fails. Where neither
 * refs nor settings have changed since this `Git` looked last, `git status` is the only process.
 */
export async function readStatus(git: Git, repo: Repo): Promise<RepoStatus> {
  const gitDir = findGitDirectory(repo.path);
  if (gitDir === null) return unreadable(repo, `The folder ${repo.path} is missing.`);
  const [looked, known, operation] = await Promise.all([
    git.run(repo.path, [...statusCommand]),
    readKnown(git, repo, gitDir, refFields),
    readOperation(gitDir),
  ]);
  if (looked.exitCode !== 0) return unreadable(repo, refusal(looked).message);
  if (!known.ok) return unreadable(repo, known.problem.message);
  const status = parseStatus(looked.stdout);
  const { refs, settings } = known.value;
  const flow = chooseFlow(settings, refs);
  const commits = new Map(refs.map(readCommit));
  const distance = await countFromBase(git, repo, status, baseCommit(flow, commits), known.value);
  const { branch, ahead, behind, entries, stashes } = status;
  const untracked = entries.filter((entry) => entry.kind === 'untracked').length;
  return {
    ...{ name: repo.name, path: repo.path, branch, ahead, behind },
    ...{ dirty: entries.length - untracked, untracked, stashes, operation },
    last: commits.get(branchRef(branch ?? '')) ?? null,
    ...distance,
    base: flow.base,
    hasDevelop: flow.develop !== null,
    problem: problemOf(status, flow.base),
  };
}

const statusCommand = [
  ...['status', '--porcelain=v2', '--branch', '--show-stash', '-z', '--untracked-files=normal'],
] as const;

/** The first two are what git-flow's branches are chosen by. */
const refFields = '%(refname)%00%(symref)%00%(objectname)%00%(committerdate:iso-strict)%00%(subject)';

function readCommit(line: string): [string, LastCommit] {
  const [ref = '', , commit = '', at = '', subject = ''] = line.split('\0');
  return [ref, { commit, subject, at }];
}

function baseCommit({ base, remote }: Flow, commits: ReadonlyMap<string, LastCommit>): string | null {
  const found = commits.get(branchRef(base ?? '')) ?? commits.get(`refs/remotes/${remote}/${base}`);
  return found?.commit ?? null;
}

/** Most checkouts stand where their base does: then no process is needed. */
async function countFromBase(
  git: Git,
  repo: Repo,
  { head }: ParsedStatus,
  base: string | null,
  { distances }: Known,
): Promise<Pick<RepoStatus, 'aheadOfBase' | 'behindBase'>> {
  if (!head || !base) return { aheadOfBase: null, behindBase: null };
  if (head === base) return { aheadOfBase: 0, behindBase: 0 };
  const way = `${head}...${base}`;
  const known = distances.get(way);
  const counts = known ?? (await countBothWays(git, repo, head, base));
  distances.set(way, counts);
  return { aheadOfBase: counts?.ours ?? null, behindBase: counts?.theirs ?? null };
}

/** How many commits each side has that the other lacks; null when git cannot tell. */
export async function countBothWays(
  git: Git,
  repo: Repo,
  ours: string,
  theirs: string,
): Promise<{ readonly ours: number; readonly theirs: number } | null> {
  const counted = await git.run(repo.path, ['rev-list', '--left-right', '--count', `${ours}...${theirs}`]);
  const [, left, right] = /^(\d+)\t(\d+)/.exec(counted.stdout) ?? [];
  return left === undefined ? null : { ours: Number(left), theirs: Number(right) };
}

function problemOf(status: ParsedStatus, base: string | null): string | null {
  if (base) return null;
  if (!status.head) return 'No commits yet.';
  return `There is neither a develop nor a main branch. ${mainHint}`;
}

function unreadable(repo: Repo, problem: string): RepoStatus {
  const unknown = {
    ...{ branch: null, ahead: null, behind: null, dirty: 0, untracked: 0, stashes: 0, operation: null },
    ...{ last: null, aheadOfBase: null, behindBase: null, base: null, hasDevelop: false },
  };
  return { name: repo.name, path: repo.path, ...unknown, problem };
}

/**
 * A checkout's git directory, found without a process: `.git`, or where a file of that name leads.
 * @returns null when the folder is missing; a path that may not exist when it is no repository
 */
export function findGitDirectory(path: string): string | null {
  const isFolder = (folder: string) => statSync(folder, { throwIfNoEntry: false })?.isDirectory() ?? false;
  try {
    if (!isFolder(path)) return null;
  } catch {
    return null; // Behind a folder we may not enter: to a person the same as missing.
  }
  const inside = join(path, '.git');
  try {
    if (isFolder(inside)) return inside;
    const [, target = '.git'] = /^gitdir: (.*)$/m.exec(readOwn(inside) ?? '') ?? [];
    return resolve(path, target);
  } catch {
    return inside; // No repository: git says so better.
  }
}
