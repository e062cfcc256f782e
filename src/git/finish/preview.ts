import type { FinishPreview } from '../../core/proposal.ts';
import type { Repo } from '../../core/repo.ts';
import { type Result, success } from '../../lib/result.ts';
import { plainLine } from '../../lib/sanitize.ts';
import { type Git, refused } from '../run.ts';
import type { WorkerPlace } from '../worktrees/inspect.ts';
import { assess } from './assess.ts';

/** Columns of a diffstat, so that long names survive. */
const statWidth = 120;

/** What finishing a worker would do, and what stands in its way. Changes nothing. */
export async function previewFinish(
  git: Git,
  repo: Repo,
  worker: WorkerPlace,
): Promise<Result<FinishPreview>> {
  const assessed = await assess(git, repo, worker);
  if (!assessed.ok) return assessed;
  const { tip, target, found, conflicts, blockers } = assessed.value;
  const [commits, stat] = await Promise.all([
    git.run(repo.path, [
      'log',
      '--reverse',
      '--no-show-signature',
      '--format=%h %s',
      `${target.commit}..${tip}`,
    ]),
    git.run(repo.path, [
      'diff',
      `--stat=${statWidth}`,
      '--no-ext-diff',
      '--no-textconv',
      '--no-color',
      `${target.commit}...${tip}`,
    ]),
  ]);
  if (commits.exitCode !== 0) return refused(commits);
  if (stat.exitCode !== 0) return refused(stat);
  return success({
    id: worker.id,
    branch: worker.branch,
    into: target.branch,
    tip,
    commits: linesOf(commits.stdout),
    // The last line is the sum.
    diffstat: linesOf(stat.stdout).slice(0, -1),
    uncommitted: found.uncommitted,
    ignored: found.ignored,
    conflicts,
    blockers: blockers.map((blocker) => blocker.message),
  });
}

/** Lines for reading: commit subjects may hold anything. */
export function linesOf(output: string): string[] {
  return output
    .split('\n')
    .filter(Boolean)
    .map((line) => plainLine(line).trimStart());
}
