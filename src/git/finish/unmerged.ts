import type { Repo } from '../../core/repo.ts';
import { type Result, success } from '../../lib/result.ts';
import { type Git, refused } from '../run.ts';
import type { WorkerPlace } from '../worktrees/inspect.ts';
import { linesOf } from './preview.ts';

/**
 * Commits that are on no other branch, here or at a remote, and whose changes are not in the base branch either:
 * rebased and squashed-by-one work counts as merged, by `git cherry`.
 */
export async function listUnmerged(
  git: Git,
  repo: Repo,
  worker: WorkerPlace,
  base: string | null,
  tips: readonly string[],
): Promise<Result<string[]>> {
  const others = ['--not', `--exclude=${worker.branch}`, '--branches', '--remotes'];
  const log = await git.run(repo.path, [
    'log',
    '--no-show-signature',
    '--format=%H %h %s',
    ...tips,
    ...others,
  ]);
  if (log.exitCode !== 0) return refused(log);
  const commits = linesOf(log.stdout).map((line) => ({
    oid: line.split(' ')[0] ?? '',
    line: line.replace(/^\S+ /, ''),
  }));
  if (commits.length === 0 || !base) return success(commits.map(({ line }) => line));
  const marks = await Promise.all(tips.map((tip) => git.text(repo.path, ['cherry', base, tip])));
  const marked = marks.flatMap((mark) => (mark.ok ? mark.value.split('\n').filter(Boolean) : ['+ unknown']));
  if (marked.length > 0 && marked.every((mark) => mark.startsWith('- '))) return success([]);
  const inBase = new Set(marked.filter((mark) => mark.startsWith('- ')).map((mark) => mark.slice(2)));
  return success(commits.filter(({ oid }) => !inBase.has(oid)).map(({ line }) => line));
}
