import { readConfig } from '../config/workspaceConfig.ts';
import type { FlowFinished, FlowKind, Repo } from '../core/repo.ts';
import { demand, refuse } from '../core/verb.ts';
import { finishedText, previewText, startedText, statusText } from '../features/releases/releases.ts';
import { fetchForPush, finishFlow, previewFlow, pushFinished } from '../features/releases/service/finish.ts';
import { type FlowStart, startFlow } from '../features/releases/service/start.ts';
import { readFlowStatus } from '../features/releases/service/status.ts';
import { type FlowName, initFlow, type PrefixKey } from '../git/flow.ts';
import { Git } from '../git/run.ts';
import { demandYes } from './ask.ts';
import type { Output } from './output.ts';
import { findWorkspace, refuseUnknownRepo } from './workspace.ts';

/*
 * Commands of git-flow. They run git in this process, under the repository lock of all our processes, so they need no
 * controller. A running controller notices the changed branches, as it does commits by others.
 */

export async function showFlow(out: Output, name: string | undefined): Promise<void> {
  const git = new Git();
  const repos = name === undefined ? configuredRepos() : [demandRepo(name)];
  const all = await Promise.all(repos.map(async (repo) => demand(await readFlowStatus(git, repo))));
  out.result(name === undefined ? all : all[0], all.map(statusText).join('\n\n'));
}

interface InitFlowOptions {
  readonly main?: string;
  readonly develop?: string;
  readonly prefix?: Readonly<Partial<Record<PrefixKey, string>>>;
}

export async function initRepo(out: Output, name: string, options: InitFlowOptions): Promise<void> {
  const [git, repo] = [new Git(), demandRepo(name)];
  const { main, develop, prefix } = options;
  demand(
    await initFlow(git, repo, { ...(main && { main }), ...(develop && { develop }), prefixes: prefix ?? {} }),
  );
  const status = demand(await readFlowStatus(git, repo));
  out.result(status, statusText(status));
}

export async function runFlowStart(out: Output, repoName: string, wanted: FlowStart): Promise<void> {
  const repo = demandRepo(repoName);
  const started = demand(await startFlow(new Git(), repo, wanted));
  out.result(started, startedText(started, repo));
}

interface FinishFlowOptions {
  readonly message?: string;
  readonly push?: boolean;
  readonly deleteRemote?: boolean;
  readonly verify?: boolean;
  readonly dryRun?: boolean;
  readonly yes?: boolean;
}

/** `finish`: shows the branches that would move and asks; then merges, tags and, with `push`, pushes. */
export async function runFlowFinish(
  out: Output,
  kind: FlowKind,
  repoName: string,
  name: string,
  options: FinishFlowOptions,
): Promise<void> {
  const [git, repo, wanted] = [new Git(), demandRepo(repoName), { kind, name }];
  if (options.push) demand(await fetchForPush(git, repo));
  const preview = await previewFlow(git, repo, wanted);
  if (!preview.ok && preview.problem.code === 'branch_missing' && !options.dryRun)
    return conclude(out, git, repo, wanted, options);
  const shown = demand(preview);
  if (options.dryRun) return out.result(shown, previewText(shown));
  const [blocker] = shown.blockers;
  if (blocker !== undefined)
    refuse('cannot_finish', `${shown.branch} cannot be finished: ${shown.blockers.join(' ')}`);
  out.say(previewText(shown));
  await demandYes(out, options.yes, options.push ? 'Finish and push it?' : 'Finish it?');
  await conclude(out, git, repo, wanted, { ...options, tip: shown.tip });
}

async function conclude(
  out: Output,
  git: Git,
  repo: Repo,
  wanted: FlowName,
  options: FinishFlowOptions & { readonly tip?: string },
): Promise<void> {
  const done: FlowFinished = demand(await finishFlow(git, repo, wanted, options));
  const { deleteRemote = false } = options;
  const pushed = options.push ? demand(await pushFinished(git, repo, done, { deleteRemote })) : [];
  const result = { ...done, pushed };
  out.result(result, finishedText(result));
}

function configuredRepos(): readonly Repo[] {
  return demand(readConfig(demand(findWorkspace('.')))).repos;
}

function demandRepo(name: string): Repo {
  const repos = configuredRepos();
  return repos.find((repo) => repo.name === name) ?? refuseUnknownRepo(name, repos);
}
