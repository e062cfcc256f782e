import { access, constants } from 'node:fs/promises';
import { join } from 'node:path';
import { failure, type Result, success } from '../lib/result.ts';
import { type Git, refused } from './run.ts';

/** What merging two commits gives. */
export interface MergedTree {
  /** The tree; with conflicts it holds conflict markers. */
  readonly tree: string;
  readonly conflicts: readonly string[];
}

export interface MergePlan {
  /** Where `.gitattributes` are read and hooks run. */
  readonly dir: string;
  /** The commit merged into. */
  readonly onto: string;
  readonly branch: string;
  readonly tip: string;
  readonly message: string;
}

/** Signing may wait for an agent that waits for a person. */
export const signingTimeoutMs = 60_000;
/** Hooks may run a whole test suite. */
export const hookTimeoutMs = 15 * 60_000;
const mergeHooks = ['pre-merge-commit', 'prepare-commit-msg', 'commit-msg'];

/** Merges in the object store alone: no checkout is touched. */
export async function mergeTrees(
  git: Git,
  dir: string,
  onto: string,
  tip: string,
): Promise<Result<MergedTree>> {
  const args = ['merge-tree', '--write-tree', '-z', '--name-only', '--no-messages', onto, tip];
  const outcome = await git.run(dir, args);
  const [tree = '', ...files] = outcome.stdout.split('\0');
  // Exit code 1 means conflicts only where a tree was written; "not something we can merge" ends with 1, too.
  const written = /^([0-9a-f]{40}|[0-9a-f]{64})$/.test(tree);
  if (outcome.exitCode > 1 || !written) return refused(outcome);
  return success({ tree, conflicts: outcome.exitCode === 0 ? [] : files.filter(Boolean) });
}

/** Makes the merge commit of trees merged without conflict. */
export async function commitMerge(git: Git, plan: MergePlan, tree: string): Promise<Result<string>> {
  return commitTree(git, plan.dir, tree, [plan.onto, plan.tip], plan.message);
}

/** Makes a commit in the object store, signed where the settings say so; `not_signed` when that did not work. */
export async function commitTree(
  git: Git,
  dir: string,
  tree: string,
  parents: readonly string[],
  message: string,
): Promise<Result<string>> {
  // Unlike `git commit`, commit-tree does not look at commit.gpgSign by itself.
  const sign = await git.run(dir, ['config', '--type=bool', '--get', 'commit.gpgSign']);
  const signing = sign.stdout.trim() === 'true' ? ['-S'] : [];
  const args = ['commit-tree', tree, ...parents.flatMap((parent) => ['-p', parent]), ...signing, '-F', '-'];
  const made = await git.changeText(dir, args, { input: `${message}\n`, timeoutMs: signingTimeoutMs });
  if (!made.ok || signing.length === 0) return made;
  const commit = await git.text(dir, ['cat-file', 'commit', made.value]);
  if (!commit.ok) return commit;
  // Git 2.39 makes the commit all the same when ssh-keygen fails.
  const [headers = ''] = commit.value.split('\n\n');
  if (/^gpgsig/m.test(headers)) return made;
  return failure('not_signed', 'The commit could not be signed.', 'Look at gpg.* and user.signingKey.');
}

/** Whether the repository has hooks that want to see a merge being made; `core.hooksPath` counts. */
export function hasMergeHooks(git: Git, dir: string): Promise<boolean> {
  return hasHooks(git, dir, mergeHooks);
}

/** Whether the repository has any of these hooks. */
export async function hasHooks(git: Git, dir: string, names: readonly string[]): Promise<boolean> {
  const hooks = await hooksFolder(git, dir);
  if (!hooks.ok) return false;
  const found = await Promise.all(names.map((hook) => isExecutable(join(hooks.value, hook))));
  return found.includes(true);
}

/** Where git looks for hooks when it changes something in `dir`; a command that reads has none. Absolute. */
export function hooksFolder(git: Git, dir: string): Promise<Result<string>> {
  return git.changeText(dir, ['rev-parse', '--path-format=absolute', '--git-path', 'hooks']);
}

/**
 * Makes the merge commit in the worker's own worktree, which must be clean, so that hooks run as they do for a person.
 * The worktree is back on its branch afterwards, whatever the hooks said.
 */
export async function commitMergeWithHooks(git: Git, plan: MergePlan): Promise<Result<string>> {
  const { dir, branch, onto } = plan;
  const away = await git.change(dir, ['switch', '--quiet', '--detach', '--no-overwrite-ignore', onto]);
  if (away.exitCode !== 0) return refused(away);
  const args = ['merge', '--no-ff', '--no-edit', '--no-stat', '-m', `${plan.message}\n`, branch];
  const merged = await git.change(dir, args, { timeoutMs: hookTimeoutMs });
  const failed = merged.exitCode !== 0 || merged.timedOut;
  const commit = failed ? null : await git.text(dir, ['rev-parse', 'HEAD']);
  if (failed) await git.change(dir, ['merge', '--abort']);
  const back = await git.change(dir, ['switch', '--quiet', '--no-overwrite-ignore', branch]);
  if (!commit) return refused(merged, 'A hook of the repository refused the merge; nothing was changed.');
  if (back.exitCode !== 0) return refused(back, `${dir} was left on the merge: git switch ${branch}`);
  if (!commit.ok) return commit;
  const parents = await git.text(dir, ['rev-parse', `${commit.value}^1`, `${commit.value}^2`]);
  return parents.ok && parents.value === `${onto}\n${plan.tip}`
    ? commit
    : failure(
        'hook_changed_merge',
        'A hook changed what was being merged.',
        'Look at the hooks of the repository.',
      );
}

async function isExecutable(path: string): Promise<boolean> {
  try {
    await access(path, constants.X_OK);
    return true;
  } catch {
    return false; // Git does not run it either.
  }
}
