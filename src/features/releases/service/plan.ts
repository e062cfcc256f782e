import type { Repo } from '../../../core/repo.ts';
import {
  checkBranchName,
  type Flow,
  type FlowName,
  mainHint,
  readFlow,
  readTag,
  tagName,
} from '../../../git/flow.ts';
import {
  findObstacle,
  findTarget,
  hasMergeHooks,
  mergeTrees,
  type Target,
} from '../../../git/merge/merge.ts';
import { isAncestor, readRef } from '../../../git/refs.ts';
import type { Git } from '../../../git/run.ts';
import { nameSome } from '../../../git/worktrees/inspect.ts';
import { quoteCommand } from '../../../lib/quote.ts';
import { failure, type Problem, problemOf, type Result, success } from '../../../lib/result.ts';

/** A merge that finishing needs. */
export interface FlowMerge {
  readonly target: Target;
  /** Commit in which the target got it; null while the merge is missing. */
  readonly done: string | null;
  /** Tree of the merge; null when done. */
  readonly tree: string | null;
  readonly conflicts: readonly string[];
}

/** State that finishing depends on, read at one moment. */
export interface FlowPlan extends FlowName {
  readonly flow: Flow;
  readonly branch: string;
  /** The branch's last commit. */
  readonly tip: string;
  /** The branch into its base; then the tag, or its commit, into develop. */
  readonly merges: readonly FlowMerge[];
  /** Null for a feature. `oid` is null while the tag is to be made. */
  readonly tag: { readonly name: string; readonly oid: string | null } | null;
  /** True when the repository has hooks for merges. */
  readonly hooked: boolean;
  /** Problems that block finishing, the first to fix first. */
  readonly blockers: readonly Problem[];
}

/**
 * Computes all merges before anything moves. Each step is checked against the repository, so an interrupted finish is
 * planned like any other. Moves nothing; objects without a ref may be left over.
 * @returns `branch_missing` when there is nothing to finish
 */
export async function planFinish(git: Git, repo: Repo, wanted: FlowName): Promise<Result<FlowPlan>> {
  const read = await readFlow(git, repo);
  if (!read.ok) return read;
  const flow = read.value;
  const branch = flow.prefixes[wanted.kind] + wanted.name;
  const checked = await checkBranchName(git, repo, branch);
  if (!checked.ok) return checked;
  const named = await findBases(git, repo, flow, { ...wanted, branch });
  if (!named.ok) return named;
  const own = await findTarget(git, repo, branch, null);
  if (!own.ok) return refuseMissing(git, repo, flow, { ...wanted, branch });
  const tip = own.value.commit;

  const targets: Target[] = [];
  for (const name of named.value) {
    const target = await findTarget(git, repo, name, flow.remote);
    if (!target.ok) return target;
    targets.push(target.value);
  }
  const planned = await planMerges(git, repo, targets, branch, tip);
  if (!planned.ok) return planned;
  const { merges } = planned.value;
  const tag = await planTag(git, repo, tagName(flow, wanted), merges[0]?.done ?? null);
  const blockers = [
    ...checkoutProblems(own.value),
    ...(await findBehind(git, repo, flow, [own.value, ...targets])),
    ...targets.flatMap(({ blocked }) => blocked ?? []),
    ...planned.value.blockers,
    ...tag.blockers,
  ];
  const hooked = await hasMergeHooks(git, repo.path);
  return success({ ...wanted, flow, branch, tip, merges, tag: tag.tag, hooked, blockers });
}

type Planned = Pick<FlowPlan, 'merges' | 'blockers'>;

/** Plans the merges in order, each on the result of the one before, up to the first conflict. */
async function planMerges(
  git: Git,
  repo: Repo,
  targets: readonly Target[],
  branch: string,
  tip: string,
): Promise<Result<Planned>> {
  const merges: FlowMerge[] = [];
  const blockers: Problem[] = [];
  let merged = tip;
  for (const target of targets) {
    const merge = await planMerge(git, repo, target, merged);
    if (!merge.ok) return merge;
    merges.push(merge.value);
    const { done, tree, conflicts } = merge.value;
    if (conflicts.length > 0) {
      blockers.push(conflictsWith(target.branch, branch, conflicts, merges.length > 1));
      break;
    }
    const obstacle = tree === null ? null : await findObstacle(git, target, tree);
    if (obstacle) blockers.push(obstacle);
    if (target === targets.at(-1)) break;
    const next = done === null ? await tryMerge(git, repo, target, tree ?? '', merged) : success(done);
    if (!next.ok) return next;
    merged = next.value;
  }
  return success({ merges, blockers });
}

/**
 * Plans the tag.
 * @param released the commit to tag; null while it is missing
 */
async function planTag(
  git: Git,
  repo: Repo,
  name: string | null,
  released: string | null,
): Promise<Pick<FlowPlan, 'tag' | 'blockers'>> {
  if (name === null) return { tag: null, blockers: [] };
  const oid = await readTag(git, repo, name);
  const tagged = oid && (await readRef(git, repo.path, `refs/tags/${name}`));
  const isFree = oid === null || (released !== null && tagged === released);
  return { tag: { name, oid }, blockers: isFree ? [] : [tagTaken(name)] };
}

async function planMerge(git: Git, repo: Repo, target: Target, tip: string): Promise<Result<FlowMerge>> {
  if (await isAncestor(git, repo.path, tip, target.commit)) {
    const done = await findMerge(git, repo, tip, target.commit);
    return success({ target, done, tree: null, conflicts: [] });
  }
  const merged = await mergeTrees(git, repo.path, target.commit, tip);
  return merged.ok ? success({ target, done: null, ...merged.value }) : merged;
}

/**
 * Creates a temporary merge commit for computing the next merge, unsigned, because a preview must not ask for a
 * signature.
 */
function tryMerge(git: Git, repo: Repo, onto: Target, tree: string, tip: string): Promise<Result<string>> {
  return git.text(repo.path, ['commit-tree', tree, '-p', onto.commit, '-p', tip, '-m', 'Try a merge']);
}

/** Returns the merge that brought `tip` into a branch; the branch's last commit when there was none. */
async function findMerge(git: Git, repo: Repo, tip: string, head: string): Promise<string> {
  const args = ['rev-list', '--merges', '--parents', '--ancestry-path', `${tip}..${head}`];
  const lines = (await git.run(repo.path, args)).stdout.split('\n').map((line) => line.split(' '));
  return lines.find(([, first, ...others]) => first !== tip && others.includes(tip))?.[0] ?? head;
}

/** @param isBack true for the second merge: develop's commits must not get into a release */
function conflictsWith(into: string, branch: string, paths: readonly string[], isBack: boolean): Problem {
  const message = `${branch} conflicts with ${into}: ${nameSome(paths)}.`;
  const [from, to] = isBack ? [branch, into] : [into, branch];
  const hint = `Nothing was moved. Merge ${from} into ${to} in a worktree of ${to}, resolve them there, and finish again.`;
  return problemOf('conflicts', message, hint);
}

function tagTaken(tag: string): Problem {
  const message = `The tag ${tag} exists already, on another commit.`;
  return problemOf('tag_exists', message, 'Look at it: git show it; take another version, or delete it.');
}

type Named = FlowName & { readonly branch: string };

/** Returns the branches to merge into: the recorded base, and develop after main. */
async function findBases(git: Git, repo: Repo, flow: Flow, wanted: Named): Promise<Result<string[]>> {
  const { main, develop, base } = flow;
  if (!main || !base) return failure('no_main', `${repo.name} has no main branch.`, mainHint);
  const usual = wanted.kind === 'hotfix' ? main : base;
  const recorded = await git.run(repo.path, ['config', '--get', `gitflow.branch.${wanted.branch}.base`]);
  const from = recorded.stdout.trim() || usual;
  if (wanted.kind === 'feature' || from !== usual) return success([from]);
  return success(develop ? [main, develop] : [main]);
}

/** Returns the failure for a missing branch. */
async function refuseMissing(
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
      ? `${flow.remote} has it: ${quoteCommand(['git', 'branch', branch, `${flow.remote}/${branch}`])}.`
      : `See what is open: orch-tui flow status ${repo.name}, or begin a ${kind}.`,
  );
}

/**
 * Returns problems of a checked-out branch: its checkout would stay on a deleted branch, and we do not switch a
 * person's checkout.
 */
function checkoutProblems({ branch, checkout, blocked }: Target): Problem[] {
  if (blocked) return [blocked];
  if (checkout === null) return [];
  const message = `${branch} is checked out at ${checkout}.`;
  return [problemOf('branch_in_use', message, 'Switch to another branch there, or finish its worker.')];
}

/** Returns problems of branches that lack commits of their remote-tracking branch: they could not be pushed. */
async function findBehind(
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
