import type { FlowKind, Repo } from '../../core/repo.ts';
import { failure, type Problem, problemOf, type Result, success } from '../../lib/result.ts';
import type { Target } from '../merge.ts';
import { branchRef, isAncestor, readRef } from '../refs.ts';
import type { Git } from '../run.ts';
import { type Flow, mainHint } from './flow.ts';

/** A branch of git-flow, by what a person calls it. */
export interface FlowName {
  readonly kind: FlowKind;
  /** Without prefix; of a release or hotfix the version. */
  readonly name: string;
}

/** The name of a version's tag. */
export function tagName(flow: Flow, { kind, name }: FlowName): string | null {
  return kind === 'feature' ? null : flow.prefixes.versionTag + name;
}

/** The tag's own object; null when there is none. */
export async function readTag(git: Git, repo: Repo, tag: string): Promise<string | null> {
  const found = await git.run(repo.path, ['rev-parse', '--verify', '--quiet', `refs/tags/${tag}`]);
  return found.exitCode === 0 ? found.stdout.trim() : null;
}

/** Git's own rules, before a name gets to where `x~1` would be read as a commit. */
export async function checkBranchName(git: Git, repo: Repo, branch: string): Promise<Result<null>> {
  const checked = await git.run(repo.path, ['check-ref-format', branchRef(branch)]);
  return checked.exitCode === 0 && !branch.startsWith('-')
    ? success(null)
    : failure('bad_name', `Git takes no branch ${JSON.stringify(branch)}.`);
}

type Named = FlowName & { readonly branch: string };

/** The branches merged into: where it began, and develop after main. git-flow records where it began. */
export async function findBases(git: Git, repo: Repo, flow: Flow, wanted: Named): Promise<Result<string[]>> {
  const { main, develop, base } = flow;
  if (!main || !base) return failure('no_main', `${repo.name} has no main branch.`, mainHint);
  const usual = wanted.kind === 'hotfix' ? main : base;
  const recorded = await git.run(repo.path, ['config', '--get', `gitflow.branch.${wanted.branch}.base`]);
  const from = recorded.stdout.trim() || usual;
  if (wanted.kind === 'feature' || from !== usual) return success([from]);
  return success(develop ? [main, develop] : [main]);
}

/** The refusal for a branch that is not there. */
export async function refuseMissing(
  git: Git,
  repo: Repo,
  flow: Flow,
  { kind, branch }: Named,
): Promise<Result<never>> {
  const theirs = await readRef(git, repo.path, `refs/remotes/${flow.remote}/${branch}`);
  return failure(
    'branch_missing',
    `${repo.name} has no branch ${branch}.`,
    theirs
      ? `${flow.remote} has it: git branch ${branch} ${flow.remote}/${branch}.`
      : `See what is open: orch-tui flow status ${repo.name}, or begin a ${kind}.`,
  );
}

/** A checkout would be left on a branch that is gone; none is switched away under a person. */
export function usesOf({ branch, checkout, blocked }: Target): Problem[] {
  if (blocked) return [blocked];
  if (checkout === null) return [];
  const message = `${branch} is checked out at ${checkout}.`;
  return [problemOf('branch_in_use', message, 'Switch to another branch there, or finish its worker.')];
}

/** Branches of which the remote, as it was last heard of, has commits that ours lack: they could not be pushed. */
export async function findBehind(
  git: Git,
  repo: Repo,
  { remote }: Flow,
  branches: readonly Target[],
): Promise<Problem[]> {
  const problems: Problem[] = [];
  for (const { branch, commit } of branches) {
    const theirs = remote && (await readRef(git, repo.path, `refs/remotes/${remote}/${branch}`));
    if (!theirs || (await isAncestor(git, repo.path, theirs, commit))) continue;
    const message = `${branch} lacks commits of ${remote}/${branch}.`;
    problems.push(problemOf('behind_remote', message, `Bring them in: git pull, or a merge into ${branch}.`));
  }
  return problems;
}
