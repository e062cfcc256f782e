import { join, sep } from 'node:path';
import type { Repo, RepoDetails, WorktreeStatus } from '../../core/repo.ts';
import { type Result, success } from '../../lib/result.ts';
import { listWorktrees } from '../directories.ts';
import { resolvedPath } from '../files.ts';
import { readFlow } from '../flow/flow.ts';
import { readVersion } from '../flow/status.ts';
import type { Git } from '../run.ts';
import { readOperation } from '../worktrees/operation.ts';
import { readBranches } from './branches.ts';
import { findGitDirectory } from './status.ts';

/**
 * Everything about one repository that takes more than a glance; changes nothing.
 * @param root the workspace: worktrees in its own folder are workers'
 */
export async function readDetails(git: Git, repo: Repo, root: string): Promise<Result<RepoDetails>> {
  const flow = await readFlow(git, repo);
  if (!flow.ok) return flow;
  const { base } = flow.value;
  const [branches, worktrees, version, stashes] = await Promise.all([
    readBranches(git, repo, flow.value),
    readWorktrees(git, repo, root),
    readVersion(git, repo, flow.value, base),
    git.text(repo.path, ['stash', 'list', '--format=%gs']),
  ]);
  if (!branches.ok) return branches;
  if (!worktrees.ok) return worktrees;
  if (!version.ok) return version;
  if (!stashes.ok) return stashes;
  return success({
    ...{ name: repo.name, base, version: version.value },
    ...{ branches: branches.value, worktrees: worktrees.value },
    stashes: stashes.value.split('\n').filter(Boolean),
  });
}

async function readWorktrees(git: Git, repo: Repo, root: string): Promise<Result<WorktreeStatus[]>> {
  const [listed, ours] = await Promise.all([
    listWorktrees(git, repo.path),
    resolvedPath(join(root, '.worktrees')),
  ]);
  if (!listed.ok) return listed;
  const worktrees = listed.value.map(async (entry, at): Promise<WorktreeStatus> => {
    const gitDir = findGitDirectory(entry.path);
    const owner = at === 0 ? 'main' : entry.path.startsWith(ours + sep) ? 'worker' : 'other';
    return { ...entry, owner, operation: gitDir && (await readOperation(gitDir)) };
  });
  return success(await Promise.all(worktrees));
}
