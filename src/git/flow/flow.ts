import type { FlowPrefixes, Repo } from '../../core/repo.ts';
import { type Result, success } from '../../lib/result.ts';
import { branchRef } from '../refs.ts';
import { type Git, refused } from '../run.ts';

/** Which branches mean what in a repository, as git-flow (AVH) or git-flow-next would say. */
export interface Flow {
  readonly main: string | null;
  /** Null where there is none, local or remote. */
  readonly develop: string | null;
  /** Where features begin and end: `develop`, or `main` without it. */
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

/** What git's configuration says of git-flow and of remotes. */
async function readSettings(git: Git, repo: Repo): Promise<ReadonlyMap<string, string>> {
  const { stdout } = await git.run(repo.path, ['config', '-z', '--get-regexp', '^(gitflow|remote)\\.']);
  return parseSettings(stdout);
}

/**
 * Reads branch names off git-flow's settings, else off the usual names.
 * @param refs lines of full ref name, NUL and, for a symbolic one, where it points to.
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

/** AVH's keys, else git-flow-next's, else the usual ones. An empty prefix is a choice, too. */
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

/** Branches that git-flow-next calls bases: `gitflow.branch.<name>.type = base`. */
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
