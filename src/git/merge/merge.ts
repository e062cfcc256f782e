import { access, constants } from 'node:fs/promises';
import { join } from 'node:path';
import type { Repo } from '../../core/repo.ts';
import { failure, type Problem, problemOf, type Result, success } from '../../lib/result.ts';
import { exists, gitDirectory, resolvedPath } from '../directories.ts';
import { listWorktrees, parseStatus, type WorktreeEntry } from '../porcelain.ts';
import { branchRef, moveRef, readBranch, readRef } from '../refs.ts';
import { type Git, refused } from '../run.ts';
import { isRewriting, nameSome, readOperation } from '../worktrees/inspect.ts';
import { missingHint } from '../worktrees/worktrees.ts';

/** The branch to merge into. */
export interface Target {
  readonly branch: string;
  /** Its last commit. */
  readonly commit: string;
  /** True for a local branch; otherwise it is created from the remote's. */
  readonly local: boolean;
  /** The worktree that has it checked out; null for none. */
  readonly checkout: string | null;
  /** Why it must not move now, such as a rebase under way; null when it may. */
  readonly blocked: Problem | null;
}

/**
 * Returns commit, checkout and blocker of a branch.
 * @param listing the repository's worktrees, if the caller reads them as well
 */
export async function findTarget(
  git: Git,
  repo: Repo,
  branch: string,
  remote: string | null,
  listing = listWorktrees(git, repo.path),
): Promise<Result<Target>> {
  const known = await readBranch(git, repo.path, branch, remote);
  if (!known) return failure('no_target', `${repo.name} has no branch ${branch} to merge into.`);
  const listed = await listing;
  if (!listed.ok) return listed;
  const blocked = await findBlocker(git, repo, listed.value, branch);
  if (!blocked.ok) return blocked;
  const checkout = listed.value.find((entry) => entry.branch === branch)?.path ?? null;
  return success({ branch, ...known, checkout, blocked: blocked.value });
}

/** Returns a problem for a worktree that moving the branch would harm. */
async function findBlocker(
  git: Git,
  repo: Repo,
  worktrees: readonly WorktreeEntry[],
  branch: string,
): Promise<Result<Problem | null>> {
  for (const { path, branch: current, locked, isBare } of worktrees) {
    if (isBare || (current !== null && current !== branch)) continue;
    if (!(await exists(path))) {
      if (current === null) continue;
      const missing = `${branch} is checked out at ${path}, which is missing.`;
      return success(problemOf('target_blocked', missing, missingHint(repo.path, { path, locked })));
    }
    const gitDir = await gitDirectory(git, path);
    if (!gitDir.ok) return gitDir;
    const operation = await readOperation(gitDir.value);
    if (operation && (current === branch || (await isRewriting(gitDir.value, branch)))) {
      const busy = `A ${operation} of ${branch} is under way in ${path}.`;
      return success(problemOf('target_blocked', busy, `Conclude or abort the ${operation} there.`));
    }
  }
  return success(null);
}

/**
 * Returns a problem that names files in the target's checkout which a merge result would overwrite; git would refuse as
 * well.
 */
export async function findObstacle(git: Git, target: Target, tree: string): Promise<Problem | null> {
  const { checkout } = target;
  if (checkout === null) return null;
  const names = { names: true } as const;
  const [moved, looked, diff] = await Promise.all([
    findMovedFiles(git, checkout),
    git.run(checkout, ['status', '--porcelain=v2', '-z', '--no-renames', '--untracked-files=all'], names),
    git.run(checkout, ['diff-tree', '-r', '-z', '--no-renames', '--name-status', target.commit, tree], names),
  ]);
  if (moved) return moved;
  if (looked.exitCode !== 0 || diff.exitCode !== 0) return null; // Git reports the error when it merges.
  const changes = parseNameStatus(diff.stdout);
  const dirty = parseStatus(looked.stdout).entries.map((entry) => entry.path);
  const inTheWay = new Set(overlapping(dirty, [...changes.keys()]));
  // The status does not list ignored files; a file added by the merge must not replace one.
  for (const [path, status] of changes)
    if (status === 'A' && (await exists(join(checkout, path)))) inTheWay.add(path);
  if (inTheWay.size === 0) return null;
  const message = `${target.branch} is checked out at ${checkout}, where these files are in the way: ${nameSome([...inTheWay])}.`;
  return problemOf('target_blocked', message, 'Commit them or move them away there, then finish again.');
}

/**
 * Returns a problem for a checkout whose files git keeps in another folder, by `core.worktree`, because they would be
 * written there.
 */
async function findMovedFiles(git: Git, checkout: string): Promise<Problem | null> {
  const top = await git.text(checkout, ['rev-parse', '--show-toplevel']);
  if (!top.ok || top.value === (await resolvedPath(checkout))) return null; // Git reports why there is none.
  return problemOf(
    'unsafe_path',
    `Git keeps the files of ${checkout} in ${top.value}: core.worktree says so.`,
    'Look at the settings in its .git/config.',
  );
}

/** Returns the paths of `dirty` that are, contain, or lie below a changed path. */
export function overlapping(dirty: readonly string[], changed: readonly string[]): string[] {
  const exact = new Set(changed);
  const above = new Set(changed.flatMap(parents));
  return dirty.filter((path) => {
    const bare = path.replace(/\/$/, '');
    return exact.has(bare) || above.has(bare) || parents(bare).some((parent) => exact.has(parent));
  });
}

function parents(path: string): string[] {
  const parts = path.split('/');
  return parts.slice(1).map((_part, at) => parts.slice(0, at + 1).join('/'));
}

function parseNameStatus(output: string): Map<string, string> {
  const fields = output.split('\0');
  const changes = new Map<string, string>();
  for (let at = 0; at + 1 < fields.length; at += 2) changes.set(fields[at + 1] ?? '', fields[at] ?? '');
  return changes;
}

/**
 * Moves the target to a merge made on top of it: fast-forward in its checkout, so that files follow; compare-and-swap
 * otherwise. A refusal by git changes nothing.
 * @returns `moved` when the target is no longer at its planned commit: plan again
 */
export async function publish(
  git: Git,
  repo: Repo,
  target: Target,
  merge: string,
  why: string,
): Promise<Result<'done' | 'moved'>> {
  const ref = branchRef(target.branch);
  const outcome = target.checkout
    ? await fastForward(git, target.checkout, target.branch, merge)
    : await moveRef(git, repo.path, ref, merge, target.local ? target.commit : null, why);
  const now = await readRef(git, repo.path, ref);
  if (now === merge) return success('done');
  if (now !== (target.local ? target.commit : null)) return success('moved');
  return outcome.ok ? success('moved') : outcome;
}

async function fastForward(
  git: Git,
  checkout: string,
  branch: string,
  merge: string,
): Promise<Result<string>> {
  // After a switch in the meantime another branch would move.
  const head = await git.text(checkout, ['symbolic-ref', '--quiet', 'HEAD']);
  if (!head.ok || head.value !== branchRef(branch)) return success('switched');
  const moved = await findMovedFiles(git, checkout);
  if (moved) return { ok: false, problem: moved };
  const args = [
    'merge',
    '--ff-only',
    '--no-autostash',
    '--no-overwrite-ignore',
    '--no-stat',
    '--quiet',
    merge,
  ];
  const merged = await git.change(checkout, args);
  return merged.exitCode === 0 ? success(merge) : refused(merged);
}

/** Result of merging two commits. */
interface MergedTree {
  /** Contains conflict markers if there are conflicts. */
  readonly tree: string;
  readonly conflicts: readonly string[];
}

export interface MergePlan {
  /** Folder for `.gitattributes` and hooks. */
  readonly dir: string;
  /** The commit to merge into. */
  readonly onto: string;
  readonly branch: string;
  readonly tip: string;
  readonly message: string;
  /** Names the backup if something is in the way. */
  readonly task: string;
}

/** Hooks may run a whole test suite. */
export const hookTimeoutMs = 15 * 60_000;

const mergeHooks = ['pre-merge-commit', 'prepare-commit-msg', 'commit-msg'];

/** Merges in the object store only, without a checkout. */
export async function mergeTrees(
  git: Git,
  dir: string,
  onto: string,
  tip: string,
): Promise<Result<MergedTree>> {
  const args = ['merge-tree', '--write-tree', '-z', '--name-only', '--no-messages', onto, tip];
  const outcome = await git.run(dir, args, { names: true });
  const [tree = '', ...files] = outcome.stdout.split('\0');
  // Exit code 1 means conflicts only where a tree was written; "not something we can merge" ends with 1, too.
  const written = /^([0-9a-f]{40}|[0-9a-f]{64})$/.test(tree);
  if (outcome.exitCode > 1 || !written) return refused(outcome);
  return success({ tree, conflicts: outcome.exitCode === 0 ? [] : files.filter(Boolean) });
}

/** Creates the merge commit of trees merged without conflict. */
export async function commitMerge(
  git: Git,
  plan: Omit<MergePlan, 'task'>,
  tree: string,
): Promise<Result<string>> {
  return commitTree(git, plan.dir, tree, [plan.onto, plan.tip], plan.message);
}

/** Creates a commit in the object store, signed if the settings say so; `not_signed` when signing failed. */
export async function commitTree(
  git: Git,
  dir: string,
  tree: string,
  parents: readonly string[],
  message: string,
): Promise<Result<string>> {
  // commit-tree ignores commit.gpgSign.
  const sign = await git.run(dir, ['config', '--type=bool', '--get', 'commit.gpgSign']);
  const signing = sign.stdout.trim() === 'true' ? ['-S'] : [];
  const args = ['commit-tree', tree, ...parents.flatMap((parent) => ['-p', parent]), ...signing, '-F', '-'];
  const made = await git.changeText(dir, args, { input: `${message}\n`, timeoutMs: git.signingMs });
  if (!made.ok || signing.length === 0) return made;
  const commit = await git.text(dir, ['cat-file', 'commit', made.value]);
  if (!commit.ok) return commit;
  // Git 2.39 creates the commit even when ssh-keygen fails.
  const [headers = ''] = commit.value.split('\n\n');
  if (/^gpgsig/m.test(headers)) return made;
  return failure('not_signed', 'The commit could not be signed.', 'Look at gpg.* and user.signingKey.');
}

/** Reports whether the repository has hooks for merges, `core.hooksPath` included. */
export function hasMergeHooks(git: Git, dir: string): Promise<boolean> {
  return hasHooks(git, dir, mergeHooks);
}

/** Reports whether the repository has any of these hooks. */
export async function hasHooks(git: Git, dir: string, names: readonly string[]): Promise<boolean> {
  const hooks = await hooksFolder(git, dir);
  if (!hooks.ok) return false;
  const found = await Promise.all(names.map((hook) => isExecutable(join(hooks.value, hook))));
  return found.includes(true);
}

/** Returns git's absolute hooks folder for changing commands; reading commands have none. */
export function hooksFolder(git: Git, dir: string): Promise<Result<string>> {
  return git.changeText(dir, ['rev-parse', '--path-format=absolute', '--git-path', 'hooks']);
}

async function isExecutable(path: string): Promise<boolean> {
  try {
    await access(path, constants.X_OK);
    return true;
  } catch {
    return false; // Git does not run it either.
  }
}

/** Reports whether a commit is the merge of these two. */
export async function isMergeOf(
  git: Git,
  dir: string,
  commit: string,
  onto: string,
  tip: string,
): Promise<boolean> {
  const parents = await git.text(dir, ['rev-list', '--no-walk', '--parents', commit]);
  return parents.ok && parents.value === `${commit} ${onto} ${tip}`;
}

/** Returns the merge that brought `tip` into a branch; `tip` itself after a fast-forward. */
export async function findMerge(git: Git, dir: string, tip: string, head: string): Promise<string> {
  const args = ['rev-list', '--merges', '--parents', '--ancestry-path', `${tip}..${head}`];
  const lines = (await git.run(dir, args)).stdout.split('\n').map((line) => line.split(' '));
  return lines.find(([, ...parents]) => parents.includes(tip))?.[0] ?? tip;
}
