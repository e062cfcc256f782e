import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { isDeepStrictEqual } from 'node:util';
import { configFile, type NewWorkspace, readConfig, writeConfig } from '../config/workspaceConfig.ts';
import type { Repo } from '../core/repo.ts';
import { demand, refuse } from '../core/verb.ts';
import type { WorkspaceConfig } from '../core/workspace.ts';
import { createDevelop, readFlow } from '../git/flow.ts';
import { discoverRepos, excludeOurFolders, type Other, uniqueNames } from '../git/repos.ts';
import { Git } from '../git/run.ts';
import { replaceFile } from '../lib/files.ts';
import { alignColumns } from '../ui/format.ts';
import { demandYes } from './ask.ts';
import type { Output } from './output.ts';
import { findFolder } from './workspace.ts';

interface InitOptions {
  readonly repos?: string;
  readonly develop?: boolean;
  readonly yes?: boolean;
}

/**
 * `init`: finds repositories and writes `.orch/config.json`. The repositories themselves stay unchanged. A workspace
 * keeps its repositories, unless `repos` names others. Without a change it only reports that.
 */
export async function initWorkspace(out: Output, options: InitOptions, folder = '.'): Promise<void> {
  const root = demand(findFolder(folder));
  const known = existsSync(configFile(root)) ? demand(readConfig(root)) : null;
  const { repos, others } = await chooseRepos(root, options.repos, known?.repos ?? []);
  const isChanged = known === null || !isDeepStrictEqual(repos, known.repos);
  const develop = options.develop === true;
  if (isChanged || develop)
    await demandYes(out, options.yes, questionOf(root, known, namesOf(repos), isChanged));
  const config = isChanged ? await createWorkspace(root, { repos }) : known;
  const git = new Git();
  const bases = await Promise.all(config.repos.map((repo) => baseOf(git, repo, develop)));
  const rows = config.repos.map((repo, at) => ['', repo.name, bases[at] ?? '']);
  const what = known === null ? 'is a workspace now' : isChanged ? 'has these now' : 'is a workspace already';
  out.result(
    { workspace: root, name: config.name, config: configFile(root), repos: config.repos, others },
    [
      `${config.name} ${what}: ${configFile(root)}`,
      alignColumns(rows),
      ...others.map(otherText),
      'Open it: orch-tui',
    ].join('\n'),
  );
}

function questionOf(root: string, known: WorkspaceConfig | null, names: string, isChanged: boolean): string {
  if (!known) return `Found ${names}. Make ${root} a workspace?`;
  return isChanged
    ? `${known.name} is a workspace already. Let it have ${names}?`
    : `Make a develop branch where ${names} lack one?`;
}

/** Writes configuration and the folder's own ignore rules, so that no repository around it sees our files. */
export async function createWorkspace(root: string, wanted: NewWorkspace) {
  demand(replaceFile(root, join(root, '.orch', '.gitignore'), '*\n'));
  const config = demand(await writeConfig(root, wanted));
  demand(await excludeOurFolders(new Git(), root));
  return config;
}

/** Returns the named repositories, else the configured ones and, by unique names, the others found here. */
async function chooseRepos(
  root: string,
  wanted: string | undefined,
  known: readonly Repo[],
): Promise<{ readonly repos: readonly Repo[]; readonly others: readonly Other[] }> {
  const { repos: found, others } = demand(await discoverRepos(root));
  const isKnown = ({ path }: Repo) => known.some((repo) => repo.path === path);
  const fresh = found.filter((repo) => !isKnown(repo));
  const left = others.filter((other) => !isKnown(other));
  // Repositories that must be named come last, so that they change no other's name.
  const all = [...known, ...fresh, ...left.filter(({ isUsable }) => isUsable)];
  const names = uniqueNames(all.map(({ name }) => name));
  const named = all.map(({ path }, at) => ({ name: names[at] ?? '', path }));
  const repos = named.slice(0, known.length + fresh.length);
  if (named.length === 0) refuseWithout(root, left);
  if (wanted === undefined) {
    if (repos.length === 0) refuseWithout(root, left);
    return { repos, others: left };
  }
  return { repos: pickNamed(named, wanted), others: [] };
}

/** Refuses a folder without repositories, with what was found instead and what to do. */
function refuseWithout(root: string, others: readonly Other[]): never {
  refuse(
    'no_repos',
    [`There is no git repository in ${root} or directly below it.`, ...others.map(otherText)].join('\n'),
    others.some(({ isUsable }) => isUsable)
      ? `To work on one of these, name it: orch-tui init --repos ${others.find(({ isUsable }) => isUsable)?.name}`
      : 'Go to the folder that holds your repositories, or clone one into this one.',
  );
}

function otherText({ name, what, isUsable }: Other): string {
  return `! ${name} ${what}; it is ${isUsable ? 'taken only where you name it: --repos' : 'not taken'}.`;
}

function pickNamed(repos: readonly Repo[], wanted: string): readonly Repo[] {
  const named = wanted.split(',').map((name) => name.trim());
  const missing = named.find((name) => !repos.some((repo) => repo.name === name));
  if (missing !== undefined)
    refuse(
      'unknown_repo',
      `There is no repository ${JSON.stringify(missing)} here.`,
      `Found: ${namesOf(repos)}.`,
    );
  return repos.filter((repo) => named.includes(repo.name));
}

function namesOf(repos: readonly Repo[]): string {
  return repos.map(({ name }) => name).join(', ');
}

/** Describes the base of a repository, after creating a develop branch if wanted. */
async function baseOf(git: Git, repo: Repo, develop: boolean): Promise<string> {
  const flow = await readFlow(git, repo);
  if (!flow.ok) return flow.problem.message;
  if (flow.value.develop) return `works on ${flow.value.develop}`;
  if (!flow.value.base) return 'has no commits yet: nothing can be started in it';
  if (!develop)
    return `has no develop branch, works on ${flow.value.base} (orch-tui init --develop makes one)`;
  const created = await createDevelop(git, repo);
  return created.ok ? 'works on develop, made now' : created.problem.message;
}
