import type { BaseCommit } from '../../core/proposal.ts';
import type { Repo } from '../../core/repo.ts';
import { failure, type Result, success } from '../../lib/result.ts';
import { mainHint, readFlow } from '../flow/flow.ts';
import { branchRef, readRef } from '../refs.ts';
import { type Git, refusal, refused } from '../run.ts';

export interface BaseChoice {
  readonly base: BaseCommit;
  /** Worth knowing before work starts from it. */
  readonly warnings: readonly string[];
}

export interface BaseOptions {
  /** Another branch to begin from than features do. */
  readonly branch?: string;
  /** Defaults to 10 s: somebody is waiting at the approval card. */
  readonly fetchTimeoutMs?: number;
  readonly now?: Date;
}

const staleAfterDays = 14;
const dayMs = 86_400_000;

/**
 * The commit a new branch starts from: the base branch, asked for at its remote first. The remote's commit is taken
 * only when it is strictly ahead of ours. What keeps us from knowing better is a warning, never a failure.
 */
export async function chooseBase(
  git: Git,
  repo: Repo,
  options: BaseOptions = {},
): Promise<Result<BaseChoice>> {
  const flow = await readFlow(git, repo);
  if (!flow.ok) return flow;
  const { develop, remote } = flow.value;
  const branch = options.branch ?? flow.value.base;
  if (!branch) return failure('no_base', `${repo.name} has no commit to start from.`, mainHint);
  const warnings: string[] = [];
  if (!develop && !options.branch) warnings.push(`There is no develop branch; ${branch} is used.`);
  if (remote)
    warnings.push(...(await fetchBranch(git, repo, remote, branch, options.fetchTimeoutMs ?? 10_000)));

  const local = await readRef(git, repo.path, branchRef(branch));
  const theirs = remote ? await readRef(git, repo.path, `refs/remotes/${remote}/${branch}`) : null;
  const ahead = local && theirs ? await countBothWays(git, repo, local, theirs) : null;
  if (ahead && ahead.ours > 0 && ahead.theirs > 0)
    warnings.push(
      `${branch} and ${remote}/${branch} have diverged, by ${ahead.ours} and ${ahead.theirs} commits; ours is used.`,
    );
  const useTheirs = theirs !== null && (local === null || (ahead?.ours === 0 && ahead.theirs > 0));
  const commit = useTheirs ? theirs : local;
  if (!commit) return failure('no_base', `${repo.name}: ${branch} has no commits.`, mainHint);

  const base = await describeCommit(git, repo, commit, useTheirs ? `${remote}/${branch}` : branch);
  if (!base.ok) return base;
  const days = Math.floor(
    ((options.now ?? new Date()).getTime() - Date.parse(base.value.committedAt)) / dayMs,
  );
  if (days > staleAfterDays) warnings.push(`The last commit on ${base.value.branch} is ${days} days old.`);
  return success({ base: base.value, warnings });
}

/** Fetches one branch; says in git's words when that did not work. Never waits for an answer from a person. */
async function fetchBranch(
  git: Git,
  repo: Repo,
  remote: string,
  branch: string,
  timeoutMs: number,
): Promise<string[]> {
  const args = ['fetch', '--quiet', '--no-tags', '--no-write-fetch-head', '--no-auto-maintenance'];
  const fetched = await git.inTurn(`fetch ${repo.path}`, () =>
    git.change(repo.path, [...args, '--no-recurse-submodules', remote, branchRef(branch)], { timeoutMs }),
  );
  if (fetched.exitCode === 0 && !fetched.timedOut) return [];
  // A branch that was never pushed has no newer commits to miss.
  if (fetched.stderr.includes("couldn't find remote ref")) return [];
  return [`${remote} could not be asked for newer commits: ${refusal(fetched).message}`];
}

async function countBothWays(
  git: Git,
  repo: Repo,
  ours: string,
  theirs: string,
): Promise<{ ours: number; theirs: number }> {
  const counted = await git.run(repo.path, ['rev-list', '--left-right', '--count', `${ours}...${theirs}`]);
  const [left, right] = counted.stdout.trim().split('\t').map(Number);
  return { ours: left ?? 0, theirs: right ?? 0 };
}

/**
 * A commit as a place to start from.
 * @param commit an object name, or a branch
 * @param branch what to call the place
 */
export async function describeCommit(
  git: Git,
  repo: Repo,
  commit: string,
  branch: string,
): Promise<Result<BaseCommit>> {
  const shown = await git.run(repo.path, [
    'log',
    '-1',
    '--no-show-signature',
    '--format=%H%x00%cI%x00%s',
    commit,
    '--',
  ]);
  if (shown.exitCode !== 0) return refused(shown);
  const [oid = '', committedAt = '', subject = ''] = shown.stdout.trimEnd().split('\0');
  return success({ branch, commit: oid, subject, committedAt });
}
