import type { Brought } from '../../core/proposal.ts';
import type { Repo } from '../../core/repo.ts';
import { failure, type Result, success } from '../../lib/result.ts';
import { commonDirectory, listWorktrees } from '../directories.ts';
import { readFlow } from '../flow/flow.ts';
import { findTarget } from '../merge.ts';
import { parseStatus } from '../porcelain.ts';
import { isAncestor } from '../refs.ts';
import { type Git, refused } from '../run.ts';
import { keepSnapshot } from '../snapshots.ts';
import { inspectWorker, nameSome, type WorkerPlace } from './inspect.ts';

/** Hooks may run a whole test suite. */
const hookTimeoutMs = 15 * 60_000;

/**
 * Merges the base branch into a worker's branch, in the worker's own worktree. Conflicts stay there, as markers and
 * in its index, for the worker or the person to resolve; the main checkout is not touched. Uncommitted work is kept
 * in a snapshot first; where it overlaps, git refuses and nothing is changed.
 */
export async function bringBase(
  git: Git,
  repo: Repo,
  worker: WorkerPlace,
  at = new Date(),
): Promise<Result<Brought>> {
  const common = await commonDirectory(git, repo.path);
  if (!common.ok) return common;
  return git.exclusive<Brought>(common.value, async () => {
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
    const status = await git.run(path, ['status', '--porcelain=v2', '--branch', '-z']);
    const { entries, head: now } = parseStatus(status.stdout);
    const conflicts = entries.filter(({ kind }) => kind === 'unmerged').map((entry) => entry.path);
    if (merged.exitCode === 0 && now) return success({ id: worker.id, base, commit: now, conflicts: [] });
    // Without conflicts git, or a hook, refused: it leaves all as it was, or a merge to be concluded.
    return conflicts.length > 0 ? success({ id: worker.id, base, commit: null, conflicts }) : refused(merged);
  });
}

/** What a worker is told when the person wants it to resolve the conflicts. */
export function resolveText({ base, conflicts }: Brought): string {
  return `Merging ${base} into this branch has left conflicts in: ${nameSome(conflicts)}. Resolve them, run the tests, then commit the merge.`;
}
