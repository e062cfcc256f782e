import type { FlowFinished, Repo } from '../../core/repo.ts';
import { failure, type Problem, type Result, success } from '../../lib/result.ts';
import { hasHooks, hookTimeoutMs } from '../mergeCommit.ts';
import { branchRef, isAncestor, readRef } from '../refs.ts';
import { type Git, refusal, refused } from '../run.ts';
import { readFlow } from './flow.ts';

/** A server may be slow; hooks may run a whole test suite and get the time that hooks get. */
const networkTimeoutMs = 120_000;

/**
 * Asks the remote for the branches that finishing moves, so that what could not be pushed is refused before anything
 * moves. Never waits for a person.
 * @returns `no_remote` where there is none to push to
 */
export async function fetchForPush(git: Git, repo: Repo): Promise<Result<null>> {
  const flow = await readFlow(git, repo);
  if (!flow.ok) return flow;
  const { remote } = flow.value;
  if (!remote)
    return failure('no_remote', `${repo.name} has no remote to push to.`, 'Finish without --push.');
  const args = ['fetch', '--quiet', '--no-write-fetch-head', '--no-auto-maintenance'];
  const fetched = await git.change(repo.path, [...args, '--no-recurse-submodules', remote], {
    timeoutMs: networkTimeoutMs,
  });
  return fetched.exitCode === 0 && !fetched.timedOut ? success(null) : refused(fetched, 'Nothing was moved.');
}

export interface PushOptions {
  /** Also deletes the finished branch at the remote, provided that it has nothing that was not merged. */
  readonly deleteRemote?: boolean;
}

/**
 * Pushes what a finish has moved, all of it or nothing: main, develop and the one tag. What the repository has otherwise
 * stays here. Its pre-push hook runs.
 * @returns the refs that were pushed; `push_refused` says how to try again, everything here is finished all the same
 */
export async function pushFinished(
  git: Git,
  repo: Repo,
  { kind, branch, tag }: FlowFinished,
  options: PushOptions = {},
): Promise<Result<readonly string[]>> {
  const flow = await readFlow(git, repo);
  if (!flow.ok) return flow;
  const { main, develop, base, remote } = flow.value;
  if (!remote) return failure('no_remote', `${repo.name} has no remote to push to.`);
  const branches = kind === 'feature' ? [base] : [main, develop];
  const refs = branches.flatMap((name) => (name === null ? [] : branchRef(name)));
  if (tag !== null) refs.push(`refs/tags/${tag}`);
  const deletion = options.deleteRemote ? await deleteAtRemote(git, repo, remote, branch, refs) : success([]);
  if (!deletion.ok) return deletion;
  const args = ['push', '--quiet', '--atomic', '--no-follow-tags', ...deletion.value, remote];
  const specs = refs.map((ref) => `${ref}:${ref}`);
  if (deletion.value.length > 0) specs.push(`:${branchRef(branch)}`);
  const timeoutMs = (await hasHooks(git, repo.path, ['pre-push'])) ? hookTimeoutMs : networkTimeoutMs;
  const pushed = await git.change(repo.path, [...args, ...specs], { timeoutMs });
  if (pushed.exitCode === 0 && !pushed.timedOut) return success(refs);
  const again = `git -C ${repo.path} push --atomic ${remote} ${refs.join(' ')}`;
  return { ok: false, problem: pushRefused(branch, remote, refusal(pushed).message, again) };
}

/** The lease by which the branch goes only if nobody has pushed to it; nothing where it is gone already. */
async function deleteAtRemote(
  git: Git,
  repo: Repo,
  remote: string,
  branch: string,
  refs: readonly string[],
): Promise<Result<readonly string[]>> {
  const theirs = await readRef(git, repo.path, `refs/remotes/${remote}/${branch}`);
  if (!theirs) return success([]);
  const [into = ''] = refs;
  if (await isAncestor(git, repo.path, theirs, into))
    return success([`--force-with-lease=${branchRef(branch)}:${theirs}`]);
  const message = `${branch} is finished here, but ${remote}/${branch} has commits that were not merged.`;
  return failure('remote_branch_ahead', message, 'Look at them, and push without --delete-remote.');
}

function pushRefused(branch: string, remote: string, words: string, again: string): Problem {
  const message = `${branch} is finished here, but ${remote} was not updated: ${words}`;
  return { code: 'push_refused', message, hint: `Nothing was pushed. Try again: ${again}` };
}
