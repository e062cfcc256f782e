import type { RepoStatus } from '../../core/repo.ts';
import { counted, longAge } from '../../ui/words.ts';
import { columns } from './rows.ts';

/** A line for each repository, in columns. */
export function reposText(repos: readonly RepoStatus[]): string {
  return columns(
    repos.map((repo) => [
      repo.name,
      repo.problem ?? repo.branch ?? 'detached',
      repo.ahead === null ? '' : `↑${repo.ahead} ↓${repo.behind ?? 0}`,
      repo.dirty + repo.untracked === 0 ? 'clean' : `${repo.dirty} changed, ${repo.untracked} untracked`,
      baseText(repo),
      repo.stashes === 0 ? '' : counted(repo.stashes, 'stash', 'stashes'),
      repo.operation === null ? '' : `${repo.operation} under way`,
      repo.last === null ? '' : `${longAge(repo.last.at, Date.now())}: ${repo.last.subject}`,
    ]),
  );
}

function baseText({ branch, base, aheadOfBase, behindBase }: RepoStatus): string {
  if (branch === base || aheadOfBase === null) return '';
  return `+${aheadOfBase} -${behindBase} beside ${base}`;
}
