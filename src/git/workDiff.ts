import type { Worker } from '../core/worker.ts';
import { type Result, success } from '../lib/result.ts';
import { largestFile, mostPatchBytes } from './history.ts';
import { type Git, refused } from './run.ts';

/** Nothing of a repository's own configuration is run for it. */
const plain = ['--no-ext-diff', '--no-textconv', '--no-color', '--find-renames'];

/**
 * What a worker has changed since its branch left its base, as a patch: commits and what is not committed. Untracked
 * files are named below it.
 */
export async function workDiff(
  git: Git,
  { worktree, base }: Pick<Worker, 'worktree' | 'base'>,
): Promise<Result<string>> {
  const fork = await git.run(worktree, ['merge-base', base.branch, 'HEAD']);
  const from = fork.exitCode === 0 ? fork.stdout.trim() : base.commit;
  const diff = await git.run(
    worktree,
    ['--no-optional-locks', '-c', `core.bigFileThreshold=${largestFile}`, 'diff', ...plain, from, '--'],
    { mostBytes: mostPatchBytes },
  );
  if (diff.exitCode !== 0 && !diff.isCut) return refused(diff);
  const others = await git.run(worktree, ['ls-files', '--others', '--exclude-standard', '-z']);
  const names = others.stdout.split('\0').filter((name) => name !== '');
  const untracked =
    names.length === 0 ? '' : `\nUntracked:\n${names.map((name) => `? ${name}`).join('\n')}\n`;
  const cut = diff.isCut ? '\n… The rest of the patch is too long to be read.\n' : '';
  return success(diff.stdout + cut + untracked);
}
