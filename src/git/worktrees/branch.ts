import type { BaseCommit, BaseUpdate } from '../../core/proposal.ts';
import type { Repo } from '../../core/repo.ts';
import { failure, type Result, success } from '../../lib/result.ts';
import { commonDirectory } from '../directories.ts';
import { mainHint, readFlow } from '../flow.ts';
import { findTarget, hookTimeoutMs } from '../merge/merge.ts';
import { listWorktrees, parseStatus } from '../porcelain.ts';
import { branchRef, isAncestor, readRef, remoteRef } from '../refs.ts';
import { type Git, refusal, refused } from '../run.ts';
import { keepSnapshot } from '../snapshots/snapshots.ts';
import { countBothWays } from '../status/status.ts';
import { inspectWorker, nameSome, type WorkerPlace } from './inspect.ts';

export interface BaseChoice {
  readonly base: BaseCommit;
  /** Warnings about the base. */
  readonly warnings: readonly string[];
}

interface BaseOptions {
  /** Branch to start from instead of the base branch. */
  readonly branch?: string;
  /** Defaults to 10 s: a person is waiting at the approval card. */
  readonly fetchTimeoutMs?: number;
  readonly now?: Date;
}

const staleAfterDays = 14;

const dayMs = 86_400_000;

/**
 * Returns the commit a new branch starts from: the base branch, fetched first. The remote's commit is used only when it
 * is strictly ahead of the local one. A failed fetch is a warning, never a failure.
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
  const theirs = remote ? await readRef(git, repo.path, remoteRef(remote, branch)) : null;
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

/** Fetches one branch; returns git's message as a warning on failure. Never waits for a person. */
async function fetchBranch(
  git: Git,
  repo: Repo,
  remote: string,
  branch: string,
  timeoutMs: number,
): Promise<string[]> {
  const args = ['fetch', '--quiet', '--no-tags', '--no-write-fetch-head', '--no-auto-maintenance'];
  const fetched = await git.enqueue(`fetch ${repo.path}`, () =>
    git.change(repo.path, [...args, '--no-recurse-submodules', remote, branchRef(branch)], { timeoutMs }),
  );
  if (fetched.exitCode === 0 && !fetched.timedOut) return [];
  // A branch that was never pushed has no newer commits.
  if (fetched.stderr.includes("couldn't find remote ref")) return [];
  return [`${remote} could not be asked for newer commits: ${refusal(fetched).message}`];
}

/**
 * Returns a commit as a starting point.
 * @param commit an object name, or a branch
 * @param branch name to show
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

/**
 * Merges the base branch into a worker's branch, in the worker's own worktree. Conflicts stay there as markers and in
 * its index, for the worker or the person to resolve; the main checkout is not touched. A snapshot keeps uncommitted
 * work first; if it overlaps, git refuses and nothing changes.
 */
export async function mergeBase(
  git: Git,
  repo: Repo,
  worker: WorkerPlace,
  at = new Date(),
): Promise<Result<BaseUpdate>> {
  const common = await commonDirectory(git, repo.path);
  if (!common.ok) return common;
  return git.exclusive<BaseUpdate>(common.value, async () => {
    const listing = listWorktrees(git, repo.path);
    const [flow, inspected] = await Promise.all([
      readFlow(git, repo),
      inspectWorker(git, repo, worker, listing),
    ]);
    if (!flow.ok) return flow;
    if (!inspected.ok) return inspected;
    const { base, remote } = flow.value;
    if (!base) return failure('no_target', `${repo.name} has no base branch.`);
    const { path, present, registered, head, oddities } = inspected.value;
    const [oddity] = oddities;
    if (oddity) return { ok: false, problem: oddity };
    if (!present || !registered || head === null)
      return failure(
        'worktree_missing',
        `${worker.worktree} is gone.`,
        `Resume ${worker.id} to bring it back.`,
      );
    const target = await findTarget(git, repo, base, remote, listing);
    if (!target.ok) return target;
    if (await isAncestor(git, repo.path, target.value.commit, head))
      return success({ id: worker.id, base, commit: head, conflicts: [] });
    const kept = await keepSnapshot(git, repo, worker, `Before ${base} was brought in`, at);
    if (!kept.ok) return kept;
    const message = `Merge branch '${base}' into ${worker.branch}\n`;
    const options = [
      '--no-edit',
      '--no-stat',
      '--no-autostash',
      '--no-overwrite-ignore',
      '--no-rerere-autoupdate',
    ];
    const merged = await git.change(path, ['merge', ...options, '-m', message, target.value.commit], {
      timeoutMs: hookTimeoutMs,
    });
    const status = await git.run(path, ['status', '--porcelain=v2', '--branch', '-z'], { names: true });
    const { entries, head: now } = parseStatus(status.stdout);
    const conflicts = entries.filter(({ kind }) => kind === 'unmerged').map((entry) => entry.path);
    if (merged.exitCode === 0 && now) return success({ id: worker.id, base, commit: now, conflicts: [] });
    // Without conflicts git or a hook refused: nothing changed, or the merge is still under way.
    return conflicts.length > 0 ? success({ id: worker.id, base, commit: null, conflicts }) : refused(merged);
  });
}

/** Returns the message that asks a worker to resolve the conflicts. */
export function resolveText({ base, conflicts }: BaseUpdate): string {
  return `Merging ${base} into this branch has left conflicts in: ${nameSome(conflicts)}. Resolve them, run the tests, then commit the merge.`;
}

/** State of the branch that a worktree was made for. */
type LiveBranch =
  | { readonly kind: 'same' }
  /** Renamed in the worktree; the old name is gone. */
  | { readonly kind: 'renamed'; readonly branch: string }
  /** The worktree is on another branch. */
  | { readonly kind: 'switched'; readonly branch: string };

/** Reads the branch of a worker's worktree. A detached HEAD counts as the same: a rebase detaches for a while. */
export async function readLiveBranch(git: Git, repo: Repo, worker: WorkerPlace): Promise<LiveBranch> {
  const head = await git.run(worker.worktree, ['symbolic-ref', '--quiet', 'HEAD']);
  const branch = head.stdout.trim().replace(/^refs\/heads\//, '');
  if (head.exitCode !== 0 || branch === '' || branch === worker.branch) return { kind: 'same' };
  const [old, now] = await Promise.all([
    readRef(git, repo.path, branchRef(worker.branch)),
    readRef(git, repo.path, branchRef(branch)),
  ]);
  return old === null && now !== null ? { kind: 'renamed', branch } : { kind: 'switched', branch };
}

/**
 * Moves git-flow's record of a branch's base to the branch's new name: `git branch -m` moves only git's own settings.
 * An existing record of the new name takes precedence.
 */
export async function adoptBranch(git: Git, repo: Repo, from: string, to: string): Promise<Result<null>> {
  const common = await commonDirectory(git, repo.path);
  if (!common.ok) return common;
  return git.exclusive(common.value, async () => {
    const config = (...args: string[]) => git.change(repo.path, ['config', '--local', ...args]);
    const [old, now] = [`gitflow.branch.${from}`, `gitflow.branch.${to}`];
    if ((await config('--get', `${old}.base`)).exitCode !== 0) return success(null);
    const isKnown = (await config('--get', `${now}.base`)).exitCode === 0;
    const moved = await config(...(isKnown ? ['--remove-section', old] : ['--rename-section', old, now]));
    return moved.exitCode === 0 ? success(null) : refused(moved);
  });
}
