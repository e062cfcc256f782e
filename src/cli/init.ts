import { realpathSync } from 'node:fs';
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { configFile, type NewWorkspace, writeConfig } from '../controller/config/workspaceConfig.ts';
import type { Repo } from '../domain/repo.ts';
import { discoverRepos } from '../git/discover.ts';
import { excludeOurFolders } from '../git/exclude.ts';
import { readFlow } from '../git/flow.ts';
import { createDevelop } from '../git/flowInit.ts';
import { Git } from '../git/run.ts';
import { demandYes } from './ask.ts';
import { columns } from './describe.ts';
import { demand, type Output, refuse } from './output.ts';

interface InitOptions {
  readonly repos?: string;
  readonly develop?: boolean;
  readonly yes?: boolean;
}

/** `init`: finds repositories and writes `.orch/config.json`. The repositories themselves stay untouched. */
export async function initWorkspace(out: Output, options: InitOptions, folder = '.'): Promise<void> {
  const root = realpathSync(folder);
  const found = await chooseRepos(root, options.repos);
  const names = found.repos.map((repo) => repo.name).join(', ');
  await demandYes(out, options.yes, `Found ${names}. Make ${root} a workspace?`);
  const config = await createWorkspace(root, found);
  const git = new Git();
  const bases = await Promise.all(config.repos.map((repo) => baseOf(git, repo, options.develop === true)));
  const rows = config.repos.map((repo, at) => ['', repo.name, bases[at] ?? '']);
  out.result(
    { workspace: root, name: config.name, config: configFile(root), repos: config.repos },
    [`${config.name} is a workspace now: ${configFile(root)}`, columns(rows), 'Open it: orch-tui'].join('\n'),
  );
}

/** Writes configuration and the folder's own ignore rules, so that no repository around it sees our files. */
export async function createWorkspace(root: string, wanted: NewWorkspace) {
  await mkdir(join(root, '.orch'), { recursive: true, mode: 0o700 });
  await writeFile(join(root, '.orch', '.gitignore'), '*\n');
  const config = demand(writeConfig(root, wanted));
  demand(await excludeOurFolders(new Git(), root));
  return config;
}

async function chooseRepos(root: string, wanted: string | undefined): Promise<{ repos: readonly Repo[] }> {
  const { repos } = demand(await discoverRepos(root));
  if (repos.length === 0)
    refuse(
      'no_repos',
      `There is no git repository in ${root} or directly below it.`,
      'Go to the folder that holds your repositories, or clone one into this one.',
    );
  if (wanted === undefined) return { repos };
  const names = wanted.split(',').map((name) => name.trim());
  const missing = names.find((name) => !repos.some((repo) => repo.name === name));
  if (missing !== undefined)
    refuse(
      'unknown_repo',
      `There is no repository ${JSON.stringify(missing)} here.`,
      `Found: ${repos.map((repo) => repo.name).join(', ')}.`,
    );
  return { repos: repos.filter((repo) => names.includes(repo.name)) };
}

/** Says where work of a repository begins and ends, after making a develop branch where that is wanted. */
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
