import type { FlowKind, FlowPrefixes, Repo } from '../core/repo.ts';
import { failure, type Result, success } from '../lib/result.ts';
import { commonDirectory } from './directories.ts';
import { branchRef, readRef } from './refs.ts';
import { type Git, refused } from './run.ts';

/** Branches and prefixes of git-flow in a repository, as git-flow (AVH) or git-flow-next defines them. */
export interface Flow {
  readonly main: string | null;
  /** Null when neither a local nor a remote branch exists. */
  readonly develop: string | null;
  /** Branch where features begin and end: `develop`, else `main`. */
  readonly base: string | null;
  readonly prefixes: FlowPrefixes;
  /** Such as `origin`; null without any. */
  readonly remote: string | null;
}

export async function readFlow(git: Git, repo: Repo): Promise<Result<Flow>> {
  const [settings, branches] = await Promise.all([
    readSettings(git, repo),
    git.run(repo.path, ['for-each-ref', '--format=%(refname)%00%(symref)', 'refs/heads', 'refs/remotes']),
  ]);
  if (branches.exitCode !== 0) return refused(branches);
  return success(chooseFlow(settings, branches.stdout.split('\n')));
}

/** Reads the settings of git-flow and of remotes. */
async function readSettings(git: Git, repo: Repo): Promise<ReadonlyMap<string, string>> {
  const { stdout } = await git.run(repo.path, ['config', '-z', '--get-regexp', '^(gitflow|remote)\\.']);
  return parseSettings(stdout);
}

/**
 * Chooses branches by git-flow's settings, else by the usual names.
 * @param refs lines of full ref name, NUL and, for a symbolic ref, its target
 */
export function chooseFlow(settings: ReadonlyMap<string, string>, refs: readonly string[]): Flow {
  const pointsTo = new Map(refs.map((line) => line.split('\0')).map(([ref = '', to = '']) => [ref, to]));
  const remote = chooseRemote(settings);
  const remoteHead = pointsTo.get(`refs/remotes/${remote}/HEAD`)?.slice(`refs/remotes/${remote}/`.length);
  const exists = (branch: string | undefined): branch is string =>
    Boolean(branch) &&
    (pointsTo.has(branchRef(branch ?? '')) || pointsTo.has(`refs/remotes/${remote}/${branch}`));

  const bases = nextBases(settings);
  const nextMain = bases.find((branch) => !settings.get(`gitflow.branch.${branch}.parent`));
  const main =
    [settings.get('gitflow.branch.master'), nextMain, 'main', 'master', remoteHead].find(exists) ?? null;
  const nextDevelop = bases.find((branch) => settings.get(`gitflow.branch.${branch}.parent`) === main);
  const named = [settings.get('gitflow.branch.develop'), nextDevelop, 'develop'].find(exists) ?? null;
  const develop = named === main ? null : named;
  return {
    main,
    develop,
    base: develop ?? main,
    prefixes: choosePrefixes(settings),
    remote,
  };
}

/** Returns prefixes from AVH's keys, else git-flow-next's, else the usual ones. An empty prefix is a valid choice. */
function choosePrefixes(settings: ReadonlyMap<string, string>): FlowPrefixes {
  const prefix = (kind: 'feature' | 'release' | 'hotfix') =>
    settings.get(`gitflow.prefix.${kind}`) ?? settings.get(`gitflow.branch.${kind}.prefix`) ?? `${kind}/`;
  const versionTag =
    settings.get('gitflow.prefix.versiontag') ?? settings.get('gitflow.branch.release.tagprefix') ?? '';
  return { feature: prefix('feature'), release: prefix('release'), hotfix: prefix('hotfix'), versionTag };
}

export const mainHint =
  'Commit something first, or name the branch: git config gitflow.branch.master <branch>.';

/** Reads `git config -z`; a later value of the same key wins. */
function parseSettings(output: string): Map<string, string> {
  const settings = new Map<string, string>();
  for (const record of output.split('\0')) {
    const [key = '', ...value] = record.split('\n');
    if (key) settings.set(key, value.join('\n'));
  }
  return settings;
}

/** Returns branches that git-flow-next calls bases: `gitflow.branch.<name>.type = base`. */
function nextBases(settings: ReadonlyMap<string, string>): string[] {
  return [...settings]
    .filter(([, value]) => value === 'base')
    .flatMap(([key]) => /^gitflow\.branch\.(.+)\.type$/.exec(key)?.[1] ?? []);
}

function chooseRemote(settings: ReadonlyMap<string, string>): string | null {
  const remotes = [...settings.keys()].flatMap((key) => /^remote\.(.+)\.url$/.exec(key)?.[1] ?? []);
  const wanted = settings.get('gitflow.origin') ?? 'origin';
  return remotes.includes(wanted) ? wanted : (remotes[0] ?? null);
}

/** A branch of git-flow by kind and name. */
export interface FlowName {
  readonly kind: FlowKind;
  /** Without prefix; the version for a release or hotfix. */
  readonly name: string;
}

/** Returns the name of a version's tag; null for a feature. */
export function tagName(flow: Flow, { kind, name }: FlowName): string | null {
  return kind === 'feature' ? null : flow.prefixes.versionTag + name;
}

/** Returns the object name of a tag; null when there is none. */
export async function readTag(git: Git, repo: Repo, tag: string): Promise<string | null> {
  const found = await git.run(repo.path, ['rev-parse', '--verify', '--quiet', `refs/tags/${tag}`]);
  return found.exitCode === 0 ? found.stdout.trim() : null;
}

/** Checks a name by git's own rules, before it is used where `x~1` would be read as a commit. */
export async function checkBranchName(git: Git, repo: Repo, branch: string): Promise<Result<null>> {
  const checked = await git.run(repo.path, ['check-ref-format', branchRef(branch)]);
  return checked.exitCode === 0 && !branch.startsWith('-')
    ? success(null)
    : failure('bad_name', `Git takes no branch ${JSON.stringify(branch)}.`);
}

/** Keys of `gitflow.prefix.*` with the values that `git flow init -d` writes. */
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

interface InitOptions {
  readonly main?: string;
  readonly develop?: string;
  readonly prefixes?: Readonly<Partial<Record<PrefixKey, string>>>;
}

/**
 * Sets a repository up for git-flow, as `git flow init -d` does but without a checkout. A missing develop branch is
 * made from the remote's or from main. Existing settings stay unless the options give others. git-flow-next keeps its
 * own keys, which ours would contradict: there only develop is made.
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

/** Checks branch names and prefixes by git's own rules, and that git-flow-next does not own the settings. */
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

/** Creates a local branch from the remote's, else from `start`. Does nothing when it exists. */
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
