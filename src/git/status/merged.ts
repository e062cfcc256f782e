import type { BranchStatus, Repo } from '../../core/repo.ts';
import type { Quarantine } from '../quarantine.ts';
import { isAncestor } from '../refs.ts';
import type { Git } from '../run.ts';

/** Comparing changes one by one takes long in a long history; not to know is an answer, too. */
const limit = { timeoutMs: 10_000 };

/** Whose commit it is does not matter: nobody keeps it. */
const nobody = {
  GIT_AUTHOR_NAME: 'orch-tui',
  GIT_AUTHOR_EMAIL: 'orch-tui@localhost',
  GIT_COMMITTER_NAME: 'orch-tui',
  GIT_COMMITTER_EMAIL: 'orch-tui@localhost',
};

/**
 * How a branch's work came to be in the base; null where it is not, or nothing shows it. Work that was squashed into one
 * commit is found by making that commit, too, where the repository does not see it.
 * @param base and tip: full object names
 */
export async function findMerged(
  git: Git,
  repo: Repo,
  base: string,
  tip: string,
  quarantine: Quarantine,
): Promise<BranchStatus['merged']> {
  if (await isAncestor(git, repo.path, tip, base)) return 'commits';
  if (await isPicked(git, repo, base, tip)) return 'changes';
  const fork = await git.text(repo.path, ['merge-base', base, tip]);
  if (!fork.ok) return null;
  const env = { ...quarantine.env, ...nobody };
  const args = ['commit-tree', '--no-gpg-sign', `${tip}^{tree}`, '-p', fork.value, '-m', 'squash'];
  const squash = await git.text(repo.path, args, { env });
  return squash.ok && (await isPicked(git, repo, base, squash.value, env)) ? 'squash' : null;
}

/** Whether each change of the commits is in the base as well, by `git cherry`; merges among them are never told. */
async function isPicked(
  git: Git,
  repo: Repo,
  base: string,
  tip: string,
  env: Readonly<Record<string, string>> = {},
): Promise<boolean> {
  const cherry = await git.text(repo.path, ['cherry', base, tip], { ...limit, env });
  const marks = cherry.ok ? cherry.value.split('\n').filter(Boolean) : [];
  return marks.length > 0 && marks.every((mark) => mark.startsWith('- '));
}
