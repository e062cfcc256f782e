import { join, sep } from 'node:path';
import type { BranchKind, BranchStatus, Repo, RepoDetails, WorktreeStatus } from '../../../core/repo.ts';
import { findGitDirectory, resolvedPath } from '../../../git/directories.ts';
import { type Flow, readFlow } from '../../../git/flow.ts';
import { checkoutAt, listWorktrees } from '../../../git/porcelain.ts';
import { branchRef, isAncestor, listRefs, readBranch } from '../../../git/refs.ts';
import type { Git } from '../../../git/run.ts';
import { Quarantine } from '../../../git/snapshots/quarantine.ts';
import { ownIdentity } from '../../../git/snapshots/snapshots.ts';
import { countBothWays } from '../../../git/status/status.ts';
import { readOperation } from '../../../git/worktrees/inspect.ts';
import { mapConcurrently } from '../../../lib/queue.ts';
import { type Result, success } from '../../../lib/result.ts';
import { readVersion } from '../../releases/service/status.ts';

/**
 * Reads the details of a repository; changes nothing.
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
  const main = await resolvedPath(repo.path);
  const checkouts = listed.value.filter(({ isBare }) => !isBare);
  const worktrees = checkouts.map(async ({ isBare: _, ...entry }): Promise<WorktreeStatus> => {
    const gitDir = findGitDirectory(entry.path);
    const owner = entry.path === main ? 'main' : entry.path.startsWith(ours + sep) ? 'worker' : 'other';
    return { ...entry, owner, operation: gitDir && (await readOperation(gitDir)) };
  });
  return success(await Promise.all(worktrees));
}

/** Each branch takes a few processes. */
const branchesAtOnce = 4;

/** Compares all local branches with the base, main and develop first. Changes nothing in the repository. */
export async function readBranches(git: Git, repo: Repo, flow: Flow): Promise<Result<BranchStatus[]>> {
  const fields = ['refname', 'objectname', 'committerdate:iso-strict', 'worktreepath', 'upstream'];
  const listed = await listRefs(
    git,
    repo.path,
    [...fields, 'upstream:track,nobracket', 'subject'],
    'refs/heads',
  );
  if (!listed.ok) return listed;
  const base = flow.base === null ? null : await readBranch(git, repo.path, flow.base, flow.remote);
  const objects = await git.text(repo.path, ['rev-parse', '--path-format=absolute', '--git-path', 'objects']);
  if (!objects.ok) return objects;
  const quarantine = await Quarantine.open(objects.value);
  try {
    const branches = await mapConcurrently(listed.value, branchesAtOnce, async (values) => {
      const [ref = '', commit = '', at = '', checkout = '', upstream = '', track = '', subject = ''] = values;
      const name = ref.slice(branchRef('').length);
      const kind = kindOf(name, flow);
      const isBase = name === flow.base || base === null;
      const counts = isBase ? null : await countBothWays(git, repo, commit, base.commit);
      const isWork = !isBase && kind !== 'main' && kind !== 'develop';
      return {
        ...{ name, kind, last: { commit, subject, at } },
        ahead: counts?.ours ?? null,
        behind: counts?.theirs ?? null,
        merged: isWork ? await findMerged(git, repo, base.commit, commit, quarantine) : null,
        upstream: upstream === '' ? null : track,
        checkout: (await checkoutAt(git, repo.path, checkout)) || null,
      };
    });
    return success(branches.sort((a, b) => order[a.kind] - order[b.kind]));
  } finally {
    await quarantine.close();
  }
}

const order: Readonly<Record<BranchKind, number>> = {
  main: 0,
  develop: 1,
  release: 2,
  hotfix: 3,
  feature: 4,
  other: 5,
};

function kindOf(name: string, { main, develop, prefixes }: Flow): BranchKind {
  if (name === main) return 'main';
  if (name === develop) return 'develop';
  const kinds = ['feature', 'release', 'hotfix'] as const;
  // An empty prefix is ignored: it would match all.
  return kinds.find((kind) => prefixes[kind] !== '' && name.startsWith(prefixes[kind])) ?? 'other';
}

/** Comparing changes one by one takes long in a long history; then the result is unknown. */
const limit = { timeoutMs: 10_000 };

/**
 * Returns how a branch's work was merged into the base; null when it was not, or nothing shows it. A squash that the
 * repository does not show is found by creating the same commit.
 * @param base and tip: full object names
 */
async function findMerged(
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
  const env = { ...quarantine.env, ...ownIdentity };
  const args = ['commit-tree', '--no-gpg-sign', `${tip}^{tree}`, '-p', fork.value, '-m', 'squash'];
  const squash = await git.text(repo.path, args, { env });
  return squash.ok && (await isPicked(git, repo, base, squash.value, env)) ? 'squash' : null;
}

/** Reports whether the base contains each change of the commits, by `git cherry`, which ignores merges. */
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
