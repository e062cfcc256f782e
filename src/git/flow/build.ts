import type { Repo } from '../../core/repo.ts';
import { failure, type Result, success } from '../../lib/result.ts';
import { commitMerge, hooksFolder, hookTimeoutMs } from '../mergeCommit.ts';
import { type Git, refused } from '../run.ts';
import type { FlowMerge, FlowPlan } from './plan.ts';
import { type Merged, type ScratchRepo, withScratchRepo, withScratchWorktree } from './scratch.ts';

/** The objects that finishing publishes: as many merges as the plan has, and the tag's object. */
export interface Built {
  readonly merges: readonly string[];
  readonly tag: string | null;
}

export interface BuildOptions {
  /** What the tag says; `Release 1.4.0` without. */
  readonly message?: string;
  /** Whether hooks of the repository see the merges; they do unless this is false. */
  readonly verify?: boolean;
}

/**
 * Makes what the plan still lacks, in the object store, with git-flow's messages: the branch into main, the tag on
 * that, the tag into develop. No ref holds any of it yet.
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

/** The merge as a person makes it, in a checkout made for it, so that the repository's hooks can look at it. */
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
  // Git itself looks at tag.gpgSign.
  const signing = key
    ? ['--local-user', key]
    : (await setting('sign', '--bool')) === 'true'
      ? ['--sign']
      : [];
  const text = message ?? `${kind === 'release' ? 'Release' : 'Hotfix'} ${name}`;
  return scratch.makeTag(plan.tag?.name ?? name, commit, text, signing);
}
