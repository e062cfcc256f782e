import type { Facts, OperationFact } from '../../core/facts.ts';
import type { RepoStatus } from '../../core/repo.ts';
import { type Printed, refuse } from '../../core/verb.ts';
import { alignColumns, counted, longAge, memoryText, signingText } from '../../ui/format.ts';
import type { VerbCall } from '../define.ts';
import { proposalRows, workerJson, workersText } from '../workers/describe.ts';

/** Shows repositories and workers, and what waits; of one repository, or of all. */
export async function showStatus(call: VerbCall, [repo]: readonly string[]): Promise<Printed> {
  const all = await call.facts(true);
  const repos = all.repos.filter((one) => repo === undefined || one.name === repo);
  if (repo !== undefined && repos.length === 0)
    refuse(
      'unknown_repo',
      `There is no repository ${JSON.stringify(repo)} here.`,
      `Known: ${all.repos.map((one) => one.name).join(', ')}.`,
    );
  const workers = all.workers.filter((one) => repo === undefined || one.repo === repo);
  const facts = { ...all, repos, workers };
  return { value: statusJson(facts), text: statusText(facts, call.now) };
}

function statusJson({ workspace, trust, repos, workers, ...facts }: Facts): object {
  return {
    workspace: workspace.root,
    name: workspace.name,
    trust: trust ?? { configuration: 'trusted', state: 'own' },
    repos,
    workers: workers.map(workerJson),
    proposals: facts.proposals,
    operations: facts.operations ?? [],
    memory: facts.memory ?? null,
    usage: facts.usage ?? null,
    notices: facts.notices,
  };
}

function statusText({ workspace, repos, workers, proposals, ...facts }: Facts, now: number): string {
  return [
    `${workspace.name}  ${workspace.root}`,
    '',
    repos.length === 0 ? 'No repositories. Add them: orch-tui init' : reposText(repos, now),
    '',
    workersText(workers),
    ...(proposals.length === 0
      ? []
      : ['', 'Waiting for your yes; in full: orch-tui proposals', proposalRows(proposals)]),
    ...(facts.memory ? ['', `Memory: ${memoryText(facts.memory)}`] : []),
    ...(facts.operations ?? []).map((one) => `… ${operationText(one)}`),
    ...Object.entries(facts.signing ?? {}).map(([id, program]) => `! ${id}: ${signingText(program)}`),
    ...facts.notices.map(({ message }) => `! ${message}`),
  ].join('\n');
}

/** A line for each repository, in columns. */
function reposText(repos: readonly RepoStatus[], now: number): string {
  return alignColumns(
    repos.map((repo) => [
      repo.name,
      repo.problem ?? repo.branch ?? 'detached',
      repo.ahead === null ? '' : `↑${repo.ahead} ↓${repo.behind ?? 0}`,
      repo.dirty + repo.untracked === 0 ? 'clean' : `${repo.dirty} changed, ${repo.untracked} untracked`,
      baseText(repo),
      repo.stashes === 0 ? '' : counted(repo.stashes, 'stash', 'stashes'),
      repo.operation === null ? '' : `${repo.operation} under way`,
      repo.last === null ? '' : `${longAge(repo.last.at, now)}: ${repo.last.subject}`,
    ]),
  );
}

function baseText({ branch, base, aheadOfBase, behindBase }: RepoStatus): string {
  if (branch === base || aheadOfBase === null) return '';
  return `+${aheadOfBase} -${behindBase} beside ${base}`;
}

/** What is being done, or waits for its turn. */
function operationText({ id, kind, ahead }: OperationFact): string {
  return kind === 'queued' ? `${id} waits for its turn (${ahead} before it)` : `${id}: ${kind}`;
}
