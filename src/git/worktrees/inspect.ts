import { dirname, sep } from 'node:path';
import type { Repo } from '../../core/repo.ts';
import type { Worker } from '../../core/worker.ts';
import { failure, type Problem, problemOf, type Result, success } from '../../lib/result.ts';
import { markHidden, visible } from '../../lib/sanitize.ts';
import { commonDirectory, gitDirectory, listWorktrees } from '../directories.ts';
import { exists, resolvedPath } from '../files.ts';
import { parseStatus, type WorktreeEntry } from '../porcelain.ts';
import { branchRef, readRef } from '../refs.ts';
import { type Git, refused } from '../run.ts';
import { readOperation } from './operation.ts';
import { listPrecious } from './precious.ts';
import { findUnpushed, listSubmodules } from './submodules.ts';

/** What this folder needs to know of a worker. */
export type WorkerPlace = Pick<Worker, 'id' | 'task' | 'branch' | 'worktree' | 'base'>;

/** A worker's branch and worktree as they are now. */
export interface Inspection {
  /** The branch's last commit; null when the branch is gone. */
  readonly tip: string | null;
  /** Absolute, links resolved. */
  readonly path: string;
  /** Whether git counts it among the repository's worktrees, and the folder agrees. */
  readonly registered: boolean;
  /** Whether the folder is there. */
  readonly present: boolean;
  /** What the worktree has checked out. */
  readonly head: string | null;
  /** Changed, staged, conflicted and untracked paths. */
  readonly uncommitted: readonly string[];
  /** Of these, repositories of their own: git cannot record what is in them. */
  readonly nested: readonly string[];
  /** Initialised submodules. Absolute. */
  readonly submodules: readonly string[];
  /** Ignored files that exist nowhere else. */
  readonly ignored: readonly string[];
  /** In which ways the worktree is not as it was made: another branch, a merge under way, locked … */
  readonly oddities: readonly Problem[];
}

/**
 * Looks at a worker's branch and worktree; changes nothing.
 * @param listing the repository's worktrees, where the caller asks for them, too
 */
export async function inspectWorker(
  git: Git,
  repo: Repo,
  worker: WorkerPlace,
  listing = listWorktrees(git, repo.path),
): Promise<Result<Inspection>> {
  const [tip, listed, path] = await Promise.all([
    readRef(git, repo.path, branchRef(worker.branch)),
    listing,
    resolvedPath(worker.worktree),
  ]);
  if (!listed.ok) return listed;
  const entry = listed.value.find((candidate, at) => at > 0 && candidate.path === path);
  const present = await exists(path);
  const others = listed.value.filter((other) => other !== entry && other.branch === worker.branch);
  const oddities = others.map((other) =>
    problemOf('branch_in_use', `${worker.branch} is checked out at ${other.path}, too.`),
  );
  const nothing = { uncommitted: [], nested: [], submodules: [], ignored: [] };
  const known = { tip, path, present, head: entry?.head ?? null, ...nothing };
  if (!present) return success({ ...known, registered: entry !== undefined, oddities });
  const gitDir = await findGitDirectory(git, repo, path, entry);
  // Another repository's settings are not for us to run: look no further.
  if (!entry || !gitDir.ok)
    return success({
      ...known,
      registered: false,
      oddities: gitDir.ok ? oddities : [...oddities, gitDir.problem],
    });
  const [contents, state] = await Promise.all([
    inspectContents(git, repo, path),
    describeState(worker, entry, gitDir.value),
  ]);
  if (!contents.ok) return contents;
  oddities.push(...state, ...(await describeSubmodules(git, path, contents.value.submodules)));
  return success({ ...known, ...contents.value, registered: true, oddities });
}

type Contents = Pick<Inspection, 'head' | 'uncommitted' | 'nested' | 'submodules' | 'ignored'>;

async function inspectContents(git: Git, repo: Repo, path: string): Promise<Result<Contents>> {
  const looked = await git.run(path, [
    'status',
    '--porcelain=v2',
    '--branch',
    '-z',
    '--no-renames',
    '--untracked-files=all',
    '--ignore-submodules=none',
  ]);
  if (looked.exitCode !== 0) return refused(looked);
  const { entries, head } = parseStatus(looked.stdout);
  const uncommitted = entries.map((entry) => entry.path);
  const [ignored, submodules] = await Promise.all([
    listPrecious(git, path, repo.path),
    listSubmodules(git, path),
  ]);
  const nested = uncommitted.filter((name) => name.endsWith('/'));
  return success({ head, uncommitted, nested, submodules, ignored });
}

/** Changes in a submodule are uncommitted work already; commits of its own go with the worktree just as well. */
async function describeSubmodules(git: Git, root: string, submodules: readonly string[]): Promise<Problem[]> {
  const unsafe = (await findUnpushed(git, submodules)).map((path) => path.slice(root.length + 1));
  if (unsafe.length === 0) return [];
  const message = `Work in submodules would be lost: ${nameSome(unsafe)}.`;
  return [problemOf('submodule_work', message, 'Commit and push it there, then try again.')];
}

/** The worktree's git directory; `not_a_worktree` when the folder is not ours: an agent can rewrite its `.git` file. */
async function findGitDirectory(
  git: Git,
  repo: Repo,
  path: string,
  entry: WorktreeEntry | undefined,
): Promise<Result<string>> {
  const stranger = (message: string) => failure('not_a_worktree', message, 'Look into it and move it away.');
  if (!entry) return stranger(`${path} is no worktree of ${repo.name}.`);
  const [gitDir, common] = await Promise.all([gitDirectory(git, path), commonDirectory(git, repo.path)]);
  if (!common.ok) return common;
  if (!gitDir.ok) return stranger(`${path} is no worktree any more: ${gitDir.problem.message}`);
  if (dirname(gitDir.value).startsWith(common.value + sep)) return gitDir;
  return stranger(`${path} belongs to another repository: ${gitDir.value}.`);
}

async function describeState(worker: WorkerPlace, entry: WorktreeEntry, gitDir: string): Promise<Problem[]> {
  const problems: Problem[] = [];
  const operation = await readOperation(gitDir);
  if (operation)
    problems.push(
      problemOf(
        'operation_under_way',
        `A ${operation} is under way in ${entry.path}.`,
        `Conclude or abort the ${operation} there.`,
      ),
    );
  else if (entry.branch !== worker.branch)
    problems.push(
      problemOf(
        'wrong_branch',
        entry.branch
          ? `${entry.path} is on ${entry.branch}, not on ${worker.branch}.`
          : `${entry.path} is on no branch (detached HEAD).`,
        `Go back in the worktree: git switch ${worker.branch}.`,
      ),
    );
  if (entry.locked !== null)
    problems.push(
      problemOf(
        'worktree_locked',
        `${entry.path} is locked: ${entry.locked || 'no reason given'}.`,
        'git worktree unlock',
      ),
    );
  return problems;
}

/** Names for a message: short, and harmless whatever they contain. */
export function nameSome(paths: readonly string[]): string {
  const shown = paths.slice(0, 10).map((path) => (isSafe(path) ? path : visible(path)));
  return paths.length > 10 ? `${shown.join(', ')} and ${paths.length - 10} more` : shown.join(', ');
}

function isSafe(path: string): boolean {
  return markHidden(path, '') === path;
}

/** Reports whether neither the folder nor git's record of a worker's worktree is left. */
export async function isWorktreeGone(git: Git, repo: Repo, worker: WorkerPlace): Promise<Result<boolean>> {
  const path = await resolvedPath(worker.worktree);
  if (await exists(path)) return success(false);
  const listed = await listWorktrees(git, repo.path);
  return listed.ok ? success(!listed.value.some((entry) => entry.path === path)) : listed;
}
