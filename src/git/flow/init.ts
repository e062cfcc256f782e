import type { Repo } from '../../core/repo.ts';
import { failure, type Result, success } from '../../lib/result.ts';
import { commonDirectory } from '../directories.ts';
import { branchRef, readRef } from '../refs.ts';
import { type Git, refused } from '../run.ts';
import { checkBranchName } from './branches.ts';
import { type Flow, mainHint, readFlow } from './flow.ts';

/** Keys of `gitflow.prefix.*` and what `git flow init -d` puts there. */
const defaultPrefixes = {
  feature: 'feature/',
  bugfix: 'bugfix/',
  release: 'release/',
  hotfix: 'hotfix/',
  support: 'support/',
  versiontag: '',
};

export type PrefixKey = keyof typeof defaultPrefixes;
const prefixKeys = Object.keys(defaultPrefixes) as readonly PrefixKey[];

export interface InitOptions {
  readonly main?: string;
  readonly develop?: string;
  readonly prefixes?: Readonly<Partial<Record<PrefixKey, string>>>;
}

/**
 * Sets a repository up for git-flow, as `git flow init -d` does but without checking anything out: develop is made
 * from the remote's or from main where it is missing, and what the configuration says already stays unless it is
 * given here. git-flow-next keeps keys of its own, which ours would contradict: there only develop is made.
 */
export async function initFlow(git: Git, repo: Repo, options: InitOptions = {}): Promise<Result<Flow>> {
  const common = await commonDirectory(git, repo.path);
  if (!common.ok) return common;
  return git.exclusive(common.value, async () => {
    const checked = await checkNames(git, repo, options);
    if (!checked.ok) return checked;
    const before = await readFlow(git, repo);
    if (!before.ok) return before;
    const main = options.main ?? before.value.main;
    if (!main || !(await hasBranch(git, repo, main)))
      return failure('no_main', `${repo.name} has no ${main ?? 'main'} branch with commits.`, mainHint);
    const develop = options.develop ?? before.value.develop ?? 'develop';
    if (develop === main) return failure('same_branch', `${main} cannot be main and develop at once.`);
    for (const [branch, start] of [
      [main, null],
      [develop, main],
    ] as const) {
      const made = await makeBranch(git, repo, branch, before.value.remote, start);
      if (!made.ok) return made;
    }
    const written = await writeSettings(git, repo, main, develop, options.prefixes ?? {});
    return written.ok ? readFlow(git, repo) : written;
  });
}

/** Creates the missing develop branch from main, with the keys that git-flow reads. Checks nothing out. */
export async function createDevelop(git: Git, repo: Repo): Promise<Result<null>> {
  const flow = await readFlow(git, repo);
  if (!flow.ok) return flow;
  const { develop } = flow.value;
  if (develop) return failure('develop_exists', `${repo.name} has a develop branch already: ${develop}.`);
  const done = await initFlow(git, repo, { develop: 'develop' });
  return done.ok ? success(null) : done;
}

async function hasSetting(git: Git, repo: Repo, key: string): Promise<boolean> {
  return (await git.run(repo.path, ['config', '--get', key])).exitCode === 0;
}

/** Git's own rules for branch names, for the names as well as for what a prefix makes of one; and whose they are. */
async function checkNames(git: Git, repo: Repo, options: InitOptions): Promise<Result<null>> {
  const isChoice = options.main !== undefined || Object.keys(options.prefixes ?? {}).length > 0;
  if (isChoice && (await hasSetting(git, repo, 'gitflow.version')))
    return failure(
      'git_flow_next',
      `${repo.name} is set up by git-flow-next, whose settings are kept.`,
      'Change them with its own command: git flow config.',
    );
  const prefixes = Object.values(options.prefixes ?? {}).map((prefix) => `${prefix}x`);
  for (const name of [options.main, options.develop, ...prefixes]) {
    const checked = name === undefined ? success(null) : await checkBranchName(git, repo, name);
    if (!checked.ok) return checked;
  }
  return success(null);
}

async function hasBranch(git: Git, repo: Repo, branch: string): Promise<boolean> {
  const found = await git.run(repo.path, ['for-each-ref', branchRef(branch), `refs/remotes/*/${branch}`]);
  return found.exitCode === 0 && found.stdout !== '';
}

/** Makes a local branch from the remote's, else from `start`. Does nothing where it is there. */
async function makeBranch(
  git: Git,
  repo: Repo,
  branch: string,
  remote: string | null,
  start: string | null,
): Promise<Result<null>> {
  if (await readRef(git, repo.path, branchRef(branch))) return success(null);
  const theirs = remote && (await readRef(git, repo.path, `refs/remotes/${remote}/${branch}`));
  if (!theirs && !start) return failure('no_main', `${repo.name} has no branch ${branch}.`, mainHint);
  const args = theirs ? ['--track', branch, `${remote}/${branch}`] : ['--no-track', branch, start ?? ''];
  const created = await git.change(repo.path, ['branch', ...args]);
  return created.exitCode === 0 ? success(null) : refused(created);
}

async function writeSettings(
  git: Git,
  repo: Repo,
  main: string,
  develop: string,
  chosen: Readonly<Partial<Record<PrefixKey, string>>>,
): Promise<Result<null>> {
  const isSet = (key: string) => hasSetting(git, repo, key);
  if (await isSet('gitflow.version')) return success(null);
  const values: [string, string][] = [
    ['gitflow.branch.master', main],
    ['gitflow.branch.develop', develop],
  ];
  for (const key of prefixKeys) {
    const name = `gitflow.prefix.${key}`;
    const value = chosen[key];
    if (value !== undefined || !(await isSet(name))) values.push([name, value ?? defaultPrefixes[key]]);
  }
  for (const [key, value] of values) {
    const written = await git.change(repo.path, ['config', '--local', key, value]);
    if (written.exitCode !== 0) return refused(written);
  }
  return success(null);
}
