import { appendFile, mkdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import type { Repo } from '../../../core/repo.ts';
import { exists } from '../../../git/directories.ts';
import { commitMerge, hooksFolder, hookTimeoutMs } from '../../../git/merge/merge.ts';
import { listWorktrees } from '../../../git/porcelain.ts';
import { type Git, refused } from '../../../git/run.ts';
import { quotedPath } from '../../../git/snapshots/quarantine.ts';
import { failure, type Result, success } from '../../../lib/result.ts';
import type { FlowMerge, FlowPlan } from './plan.ts';

/** Objects that finishing publishes: a merge for each one in the plan, and the tag's object. */
export interface Built {
  readonly merges: readonly string[];
  readonly tag: string | null;
}

export interface BuildOptions {
  /** Message of the tag; default: `Release 1.4.0`. */
  readonly message?: string;
  /** False skips the repository's hooks for merges. */
  readonly verify?: boolean;
}

/**
 * Creates the missing objects of the plan in the object store, with git-flow's messages: the branch into main, the tag
 * on that, the tag into develop. No ref keeps them yet.
 */
export function buildFinish(
  git: Git,
  repo: Repo,
  commonDir: string,
  plan: FlowPlan,
  options: BuildOptions,
): Promise<Result<Built>> {
  return withScratchRepo(git, repo, commonDir, async (scratch) => {
    const merges: string[] = [];
    let tag = plan.tag?.oid ?? null;
    let from: Merged = { kind: 'branch', name: plan.branch, oid: plan.tip };
    for (const merge of plan.merges) {
      const made = await build(git, repo, commonDir, scratch, merge, from, plan, options);
      if (!made.ok) return made;
      merges.push(made.value);
      if (plan.tag && merges.length === 1) {
        const tagged = tag ? success(tag) : await makeTag(git, repo, scratch, plan, made.value, options);
        if (!tagged.ok) return tagged;
        tag = tagged.value;
        from = { kind: 'tag', name: plan.tag.name, oid: tag };
      }
    }
    return success({ merges, tag });
  });
}

async function build(
  git: Git,
  repo: Repo,
  commonDir: string,
  scratch: ScratchRepo,
  { target, done, tree }: FlowMerge,
  from: Merged,
  plan: FlowPlan,
  options: BuildOptions,
): Promise<Result<string>> {
  if (done !== null) return success(done);
  const message = await scratch.mergeMessage(target.commit, target.branch, from);
  if (!message.ok) return message;
  const commit = await git.text(repo.path, ['rev-parse', '--verify', `${from.oid}^{commit}`]);
  if (!commit.ok) return commit;
  const merge = {
    dir: repo.path,
    onto: target.commit,
    branch: plan.branch,
    tip: commit.value,
    message: message.value,
  };
  return plan.hooked && options.verify !== false
    ? mergeWithHooks(git, repo, commonDir, merge)
    : commitMerge(git, merge, tree ?? '');
}

/** Merges in a separate checkout, so that the repository's hooks can see it. */
async function mergeWithHooks(
  git: Git,
  repo: Repo,
  commonDir: string,
  { onto, tip, message }: { readonly onto: string; readonly tip: string; readonly message: string },
): Promise<Result<string>> {
  const hooks = await hooksFolder(git, repo.path);
  if (!hooks.ok) return hooks;
  return withScratchWorktree(git, repo, commonDir, onto, async (dir) => {
    const args = ['merge', '--no-ff', '--no-edit', '--no-stat', '-m', `${message}\n`, tip];
    const merged = await git.change(dir, ['-c', `core.hooksPath=${hooks.value}`, ...args], {
      timeoutMs: hookTimeoutMs,
    });
    if (merged.exitCode !== 0 || merged.timedOut)
      return refused(merged, 'A hook of the repository refused the merge; nothing was moved.');
    const made = await git.text(dir, ['rev-list', '--parents', '-1', 'HEAD']);
    if (!made.ok) return made;
    const [commit = '', ...parents] = made.value.split(' ');
    return parents.join() === [onto, tip].join()
      ? success(commit)
      : failure('hook_changed_merge', 'A hook changed what was being merged.', 'Look at the hooks.');
  });
}

async function makeTag(
  git: Git,
  repo: Repo,
  scratch: ScratchRepo,
  plan: FlowPlan,
  commit: string,
  { message }: BuildOptions,
): Promise<Result<string>> {
  const { kind, name } = plan;
  const setting = async (key: string, ...type: string[]) =>
    (await git.run(repo.path, ['config', ...type, '--get', `gitflow.${kind}.finish.${key}`])).stdout.trim();
  const key = await setting('signingkey');
  // Git itself reads tag.gpgSign.
  const signing = key
    ? ['--local-user', key]
    : (await setting('sign', '--bool')) === 'true'
      ? ['--sign']
      : [];
  const text = message ?? `${kind === 'release' ? 'Release' : 'Hotfix'} ${name}`;
  return scratch.makeTag(plan.tag?.name ?? name, commit, text, signing);
}

/**
 * A git directory with its own refs above a repository's objects and settings. Git creates some objects only together
 * with a ref, or reads them from HEAD; that happens here, and the repository gets only the objects.
 */
interface ScratchRepo {
  /**
   * Returns the message of `git merge`, with `onto` checked out as `into`; `merge.*` settings and a tag's message
   * apply.
   */
  mergeMessage(onto: string, into: string, merged: Merged): Promise<Result<string>>;
  /**
   * Creates an annotated tag and returns its object name; no ref keeps it yet.
   * @param signing arguments that make git sign it; `not_signed` when it did not
   */
  makeTag(name: string, commit: string, message: string, signing: readonly string[]): Promise<Result<string>>;
}

/** A merged branch or tag. */
interface Merged {
  readonly kind: 'branch' | 'tag';
  readonly name: string;
  readonly oid: string;
}

/**
 * Calls back with a scratch repository and removes it afterwards. It has a fixed place below the common git directory,
 * so that a leftover of a killed process is found. Requires `Git.exclusive`.
 */
async function withScratchRepo<T>(
  git: Git,
  repo: Repo,
  commonDir: string,
  use: (scratch: ScratchRepo) => Promise<Result<T>>,
): Promise<Result<T>> {
  const format = await git.text(repo.path, ['rev-parse', '--show-object-format']);
  if (!format.ok) return format;
  const dir = join(commonDir, 'orch', 'scratch.git');
  await rm(dir, { recursive: true, force: true });
  await mkdir(dir, { recursive: true });
  try {
    const args = ['init', '--quiet', '--bare', '--template=', `--object-format=${format.value}`];
    const made = await git.change(dir, args);
    if (made.exitCode !== 0) return refused(made);
    await appendFile(join(dir, 'config'), `[include]\n\tpath = ${quotedPath(join(commonDir, 'config'))}\n`);
    return await use(scratchRepo(git, dir, join(commonDir, 'objects')));
  } finally {
    await rm(dir, { recursive: true });
  }
}

function scratchRepo(git: Git, dir: string, objects: string): ScratchRepo {
  const env = { GIT_DIR: dir, GIT_OBJECT_DIRECTORY: objects };
  // The repository's hooks must not see refs that it does not have.
  const run = (args: readonly string[], input = '', timeoutMs?: number) =>
    git.changeText(dir, ['-c', 'core.hooksPath=/dev/null', ...args], {
      env,
      input,
      ...(timeoutMs && { timeoutMs }),
    });
  return {
    async mergeMessage(onto, into, { kind, name, oid }) {
      const at = await run(['update-ref', '--no-deref', 'HEAD', onto]);
      if (!at.ok) return at;
      return run(['fmt-merge-msg', '--into-name', into], `${oid}\t\t${kind} '${name}' of .\n`);
    },
    async makeTag(name, commit, message, signing) {
      const tagged = await run(
        ['tag', '--annotate', ...signing, '--file=-', name, commit],
        `${message}\n`,
        git.signingMs,
      );
      if (!tagged.ok) return tagged;
      const text = await run(['cat-file', 'tag', `refs/tags/${name}`]);
      if (!text.ok) return text;
      // Git 2.39 creates the tag even when ssh-keygen fails.
      if (signing.length > 0 && !text.value.includes('\n-----BEGIN '))
        return failure('not_signed', `The tag ${name} could not be signed.`, 'Look at gpg.* and signingKey.');
      return run(['rev-parse', '--verify', `refs/tags/${name}`]);
    },
  };
}

/**
 * Calls back with a checkout of a commit in which the repository's hooks run as for a person. It has a fixed place
 * below the common git directory, so that a leftover of a killed process is found and removed. Requires
 * `Git.exclusive`.
 */
export async function withScratchWorktree<T>(
  git: Git,
  repo: Repo,
  commonDir: string,
  commit: string,
  use: (worktree: string) => Promise<Result<T>>,
): Promise<Result<T>> {
  const dir = join(commonDir, 'orch', 'scratch');
  const before = await removeScratchWorktree(git, repo, dir);
  if (!before.ok) return before;
  // The repository's hooks see commits made here, but not this checkout.
  const args = ['-c', 'core.hooksPath=/dev/null', '-c', 'worktree.useRelativePaths=false'];
  const added = await git.change(repo.path, [...args, 'worktree', 'add', '--quiet', '--detach', dir, commit]);
  if (added.exitCode !== 0) return refused(added);
  const used = await use(dir);
  const removed = await removeScratchWorktree(git, repo, dir);
  return removed.ok ? used : removed;
}

async function removeScratchWorktree(git: Git, repo: Repo, dir: string): Promise<Result<null>> {
  const listed = await listWorktrees(git, repo.path);
  if (!listed.ok) return listed;
  if (!listed.value.some(({ path }) => path === dir) && !(await exists(dir))) return success(null);
  // Only hooks may have left files in it, so removal is forced.
  const removed = await git.change(repo.path, ['worktree', 'remove', '--force', dir]);
  return removed.exitCode === 0 ? success(null) : refused(removed);
}
