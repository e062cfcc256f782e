import { type Dirent, readdirSync, statSync } from 'node:fs';
import { join, resolve } from 'node:path';
import type { LastCommit, Repo, RepoStatus } from '../../core/repo.ts';
import { mapConcurrently } from '../../lib/queue.ts';
import { type Result, success } from '../../lib/result.ts';
import { findCommonDirectory, findGitDirectory, readGitText } from '../directories.ts';
import { configFiles, environmentSettings } from '../environment.ts';
import { chooseFlow, type Flow, mainHint } from '../flow.ts';
import { type ParsedStatus, parseStatus } from '../porcelain.ts';
import { branchRef, remoteRef } from '../refs.ts';
import { type CachedRefs, type Git, refusal, refused } from '../run.ts';
import { readOperation } from '../worktrees/inspect.ts';

/** Keeps a few cores busy. */
const reposAtOnce = 4;

/** Reads the status of many repositories, a few at a time. */
export function readStatuses(git: Git, repos: readonly Repo[]): Promise<RepoStatus[]> {
  return mapConcurrently(repos, reposAtOnce, (repo) => readStatus(git, repo));
}

/**
 * Reads the status of a repository's main checkout; changes nothing, not even git's cache of file times. Never fails.
 * While neither refs nor settings have changed, `git status` is the only process.
 */
export async function readStatus(git: Git, repo: Repo): Promise<RepoStatus> {
  const gitDir = findGitDirectory(repo.path);
  if (gitDir === null) return unreadable(repo, `The folder ${repo.path} is missing.`);
  const [looked, known, operation] = await Promise.all([
    git.run(repo.path, [...statusCommand]),
    readCachedRefs(git, repo, gitDir, refFields),
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

/** The first two fields are the input of `chooseFlow`. */
const refFields = '%(refname)%00%(symref)%00%(objectname)%00%(committerdate:iso-strict)%00%(subject)';

function readCommit(line: string): [string, LastCommit] {
  const [ref = '', , commit = '', at = '', subject = ''] = line.split('\0');
  return [ref, { commit, subject, at }];
}

function baseCommit({ base, remote }: Flow, commits: ReadonlyMap<string, LastCommit>): string | null {
  // The same rule as `readBranch`, without a process.
  const found = commits.get(branchRef(base ?? '')) ?? commits.get(remoteRef(remote, base ?? ''));
  return found?.commit ?? null;
}

/** Counts commits between HEAD and base. Most checkouts are at their base and need no process. */
async function countFromBase(
  git: Git,
  repo: Repo,
  { head }: ParsedStatus,
  base: string | null,
  { distances }: CachedRefs,
): Promise<Pick<RepoStatus, 'aheadOfBase' | 'behindBase'>> {
  if (!head || !base) return { aheadOfBase: null, behindBase: null };
  if (head === base) return { aheadOfBase: 0, behindBase: 0 };
  const way = `${head}...${base}`;
  const known = distances.get(way);
  const counts = known ?? (await countBothWays(git, repo, head, base));
  distances.set(way, counts);
  return { aheadOfBase: counts?.ours ?? null, behindBase: counts?.theirs ?? null };
}

/** Counts the commits that each side has and the other lacks; null when git cannot tell. */
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

/** Beyond this many loose refs git is as fast. */
const mostLooseRefs = 2000;

/**
 * Returns refs and settings of a repository: cached while no file behind them has changed, else from git. Only results
 * that depend on these files alone are cached: no reftable, no included settings.
 * @param gitDir the checkout's own git directory
 * @param format of each line of refs; always the same for one repository
 */
async function readCachedRefs(
  git: Git,
  repo: Repo,
  gitDir: string,
  format: string,
): Promise<Result<CachedRefs>> {
  const common = findCommonDirectory(gitDir);
  const configs = configFiles(git.ambient, gitDir, common);
  const look = () => fingerprint(common, configs, environmentSettings(git.ambient));
  const before = look();
  const kept = git.refCache.get(repo.path);
  if (kept && before !== null && kept.key === before) return success(kept.value);
  const [listed, settings] = await Promise.all([
    git.run(repo.path, ['for-each-ref', `--format=${format}`, 'refs/heads', 'refs/remotes']),
    git.run(repo.path, ['config', '-z', '--show-origin', '--list']),
  ]);
  if (listed.exitCode !== 0) return refused(listed);
  const { values, isPlain } = parseOrigins(settings.stdout, repo.path, configs);
  const lines = listed.stdout.split('\n').filter(Boolean);
  const cached: CachedRefs = { refs: lines, settings: values, distances: new Map() };
  // A read during a change may mix two states.
  const isSteady = before !== null && before === look();
  if (isSteady && isPlain && settings.exitCode === 0)
    git.refCache.set(repo.path, { key: before, value: cached });
  else git.refCache.delete(repo.path);
  return success(cached);
}

/** @param files files in the fingerprint */
function parseOrigins(output: string, dir: string, files: readonly string[]) {
  const fields = output.split('\0');
  const values = new Map<string, string>();
  let isPlain = true;
  for (let at = 0; at + 1 < fields.length; at += 2) {
    const [origin = '', record = ''] = fields.slice(at, at + 2);
    const [key = '', ...value] = record.split('\n');
    if (/^(gitflow|remote)\./.test(key)) values.set(key, value.join('\n'));
    const file = origin.startsWith('file:') ? resolve(dir, origin.slice('file:'.length)) : null;
    // The command line contains only our own settings, and those of the environment.
    const isSeen = file === null ? origin === 'command line:' : files.includes(file);
    if (!isSeen || /^include(if)?\./.test(key) || key === 'extensions.refstorage') isPlain = false;
  }
  return { values, isPlain };
}

/**
 * Identifies the state of refs and settings; null when a few files cannot tell. The files are tiny and cached by the
 * system: synchronous reads take a tenth of the time of asynchronous ones.
 */
function fingerprint(common: string, configs: readonly string[], given: string): string | null {
  const files = [...configs, join(common, 'packed-refs'), join(common, 'shallow')];
  const loose: string[] = [];
  for (const folder of ['refs/heads', 'refs/remotes', 'refs/replace'])
    if (!readLoose(join(common, folder), loose)) return null;
  return [given, ...files.map(fileKey), ...loose].join('\n');
}

/**
 * Returns inode, size and time of a file. Git replaces such files instead of writing into them, so a new file has a new
 * inode.
 */
function fileKey(file: string): string {
  try {
    const found = statSync(file, { bigint: true, throwIfNoEntry: false });
    return found ? `${found.ino} ${found.size} ${found.mtimeNs}` : '-';
  } catch {
    return '-'; // Unreadable counts as a state like any other.
  }
}

/** Adds the contents of loose refs below a folder; false when there are too many. */
function readLoose(folder: string, into: string[]): boolean {
  for (const entry of entriesOf(folder)) {
    const path = join(folder, entry.name);
    if (entry.isDirectory() && !readLoose(path, into)) return false;
    if (!entry.isDirectory()) into.push(`${path} ${textOf(path)}`);
    if (into.length > mostLooseRefs) return false;
  }
  return true;
}

function entriesOf(folder: string): Dirent[] {
  try {
    return readdirSync(folder, { withFileTypes: true });
  } catch {
    return []; // Packed.
  }
}

function textOf(ref: string): string {
  try {
    return readGitText(ref)?.trim() ?? '';
  } catch {
    return ''; // A ref that vanished meanwhile is a difference, too.
  }
}
