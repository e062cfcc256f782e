import type { Repo } from '../../core/repo.ts';
import { failure, type Problem, problemOf, type Result, success } from '../../lib/result.ts';
import { listWorktrees } from '../directories.ts';
import { readFlow } from '../flow/flow.ts';
import { findObstacle, findTarget, type Target } from '../merge.ts';
import { hasMergeHooks, mergeTrees } from '../mergeCommit.ts';
import { findBackup, isAncestor } from '../refs.ts';
import type { Git } from '../run.ts';
import { type Inspection, inspectWorker, nameSome, type WorkerPlace } from '../worktrees/inspect.ts';

/** Everything that decides whether and how a worker's branch can be merged, read at one moment. */
export interface Assessment {
  readonly tip: string;
  readonly target: Target;
  readonly found: Inspection;
  /** The target holds the branch already: only removing is left. */
  readonly merged: boolean;
  /** What merging gives; null when merged. */
  readonly tree: string | null;
  readonly conflicts: readonly string[];
  /** Whether the repository's hooks want to see the merge. */
  readonly hooked: boolean;
  /** What stands in the way, the first to be mended first. */
  readonly blockers: readonly Problem[];
}

/** Looks at all that finishing depends on; changes nothing. */
export async function assess(git: Git, repo: Repo, worker: WorkerPlace): Promise<Result<Assessment>> {
  const listing = listWorktrees(git, repo.path);
  const [flow, inspected] = await Promise.all([
    readFlow(git, repo),
    inspectWorker(git, repo, worker, listing),
  ]);
  if (!flow.ok) return flow;
  if (!inspected.ok) return inspected;
  const { base, remote } = flow.value;
  if (!base) return failure('no_target', `${repo.name} has no branch to merge into.`);
  const found = inspected.value;
  const targeted = await findTarget(git, repo, base, remote, listing);
  if (!targeted.ok) return targeted;
  const target = targeted.value;
  const tip = found.tip ?? (await findMerged(git, repo, worker, target));
  if (!tip)
    return failure('branch_missing', `The branch ${worker.branch} is gone.`, `Clean ${worker.id} instead.`);

  const blockers = [...found.oddities, ...uncommittedIn(found)];
  const merged = await isAncestor(git, repo.path, tip, target.commit);
  if (merged) {
    if (tip === worker.base.commit && blockers.length === 0) blockers.push(nothingDone(worker));
    return success({ tip, target, found, merged, tree: null, conflicts: [], hooked: false, blockers });
  }
  const dir = found.present && found.registered ? found.path : repo.path;
  const [trees, hooked] = await Promise.all([
    mergeTrees(git, dir, target.commit, tip),
    hasMergeHooks(git, dir),
  ]);
  if (!trees.ok) return trees;
  const { tree, conflicts } = trees.value;
  if (conflicts.length > 0) blockers.push(conflictsWith(target.branch, conflicts));
  if (hooked && !found.present) blockers.push(needsWorktree(worker));
  const obstacle = target.blocked ?? (await findObstacle(git, target, tree));
  if (obstacle) blockers.push(obstacle);
  return success({ tip, target, found, merged, tree, conflicts, hooked, blockers });
}

/** What an earlier finish merged and then removed, before it was cut off. */
async function findMerged(git: Git, repo: Repo, worker: WorkerPlace, target: Target): Promise<string | null> {
  const kept = await findBackup(git, repo.path, worker);
  return kept && (await isAncestor(git, repo.path, kept, target.commit)) ? kept : null;
}

function uncommittedIn(found: Inspection): Problem[] {
  if (found.uncommitted.length === 0) return [];
  const message = `There is uncommitted work: ${nameSome(found.uncommitted)}.`;
  return [problemOf('uncommitted', message, 'Commit it in the worktree, or have the worker do so.')];
}

function nothingDone(worker: WorkerPlace): Problem {
  return problemOf('nothing_to_merge', `${worker.branch} has no commits.`, `Clean ${worker.id} instead.`);
}

function conflictsWith(branch: string, paths: readonly string[]): Problem {
  const message = `It conflicts with ${branch}: ${nameSome(paths)}.`;
  return problemOf('conflicts', message, `Merge ${branch} in the worktree and resolve them there.`);
}

function needsWorktree(worker: WorkerPlace): Problem {
  const message = `The repository's hooks run in the worktree, and ${worker.worktree} is gone.`;
  return problemOf('worktree_missing', message, `Resume ${worker.id} to bring it back.`);
}
