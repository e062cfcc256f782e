import { readConfig } from '../config/workspaceConfig.ts';
import { type BranchStatus, isStale, type RepoDetails, type WorktreeStatus } from '../core/repo.ts';
import { demand } from '../core/verb.ts';
import { readDetails } from '../features/repos/service/details.ts';
import { Git } from '../git/run.ts';
import { mapConcurrently } from '../lib/queue.ts';
import { alignColumns, longAge } from '../ui/format.ts';
import { exitCodes, type Output } from './output.ts';
import { findWorkspace, refuseUnknownRepo } from './workspace.ts';

/* Commands that read repositories without a controller. */

/** `branches`: prints the branches of repositories, compared with their bases. */
export async function showBranches(out: Output, repo: string | undefined): Promise<void> {
  const { details, problems } = await readRepos(out, repo);
  const branches = details.flatMap((one) => one.branches.map((branch) => ({ repo: one.name, ...branch })));
  const text = details.map((one) => section(one, one.branches.map(branchRow)));
  printResult(out, { branches, problems }, text);
}

/** `versions`: prints the version of each repository, from files and tags of its base. */
export async function showVersions(out: Output): Promise<void> {
  const { details, problems } = await readRepos(out, undefined);
  const versions = details.map(({ name, version, base }) => ({ repo: name, version, base }));
  const rows = versions.map(({ repo, version, base }) => [repo, version ?? 'none', base ?? '']);
  printResult(out, { versions, problems }, rows.length > 0 ? [alignColumns(rows)] : []);
}

/** `worktrees`: prints the worktrees of each repository, ours and others. */
export async function showWorktrees(out: Output): Promise<void> {
  const { details, problems } = await readRepos(out, undefined);
  const worktrees = details.flatMap((one) => one.worktrees.map((tree) => ({ repo: one.name, ...tree })));
  const text = details.map((one) => section(one, one.worktrees.map(worktreeRow)));
  printResult(out, { worktrees, problems }, text);
}

/** The repositories that could be read, and the problems of the others, which make the exit code 1. */
interface ReposRead {
  readonly details: readonly RepoDetails[];
  readonly problems: readonly { readonly repo: string; readonly problem: string }[];
}

async function readRepos(out: Output, wanted: string | undefined): Promise<ReposRead> {
  const root = demand(findWorkspace('.'));
  const { repos } = demand(readConfig(root));
  const chosen = repos.filter(({ name }) => wanted === undefined || name === wanted);
  if (chosen.length === 0 && wanted !== undefined) refuseUnknownRepo(wanted, repos);
  if (repos.length === 0) out.say('No repositories. Add them: orch-tui init');
  const git = new Git();
  const looked = await mapConcurrently(chosen, 2, (repo) => readDetails(git, repo, root));
  return {
    details: looked.flatMap((one) => (one.ok ? [one.value] : [])),
    problems: looked.flatMap((one, at) =>
      one.ok ? [] : [{ repo: chosen[at]?.name ?? '', problem: one.problem.message }],
    ),
  };
}

function printResult(
  out: Output,
  value: Pick<ReposRead, 'problems'> & { readonly [field: string]: unknown },
  text: readonly string[],
): void {
  const { problems } = value;
  if (problems.length > 0) process.exitCode = exitCodes.refused;
  out.result(value, [...text, ...problems.map(({ repo, problem }) => `! ${repo}: ${problem}`)].join('\n'));
}

function section({ name, base }: RepoDetails, rows: readonly (readonly string[])[]): string {
  const lines = rows.length === 0 ? ['nothing'] : alignColumns(rows).split('\n');
  return [base === null ? name : `${name} (base ${base})`, ...lines.map((line) => `  ${line}`)].join('\n');
}

function branchRow(branch: BranchStatus): string[] {
  const { name, ahead, behind, upstream, checkout, last } = branch;
  return [
    name,
    ahead === null ? '' : `+${ahead} -${behind}`,
    [mergedText(branch), isStale(branch, new Date()) ? 'stale' : ''].filter(Boolean).join(', '),
    upstream === 'gone' ? 'upstream gone' : (upstream ?? 'not pushed'),
    longAge(last.at, Date.now()),
    checkout ?? '',
  ];
}

/** Describes whether a branch is merged. It never claims the contrary, because some merges leave no trace. */
function mergedText({ merged, kind }: BranchStatus): string {
  if (kind === 'main' || kind === 'develop') return '';
  return merged === null ? 'not known to be merged' : merged === 'squash' ? 'merged as one commit' : 'merged';
}

function worktreeRow({ path, branch, owner, locked, prunable, operation }: WorktreeStatus): string[] {
  const notes = [
    owner === 'other' ? 'not ours' : '',
    locked === null ? '' : `locked ${locked}`.trim(),
    prunable === null ? '' : `gone: ${prunable}`,
    operation === null ? '' : `${operation} under way`,
  ];
  return [path, branch ?? 'detached', notes.filter(Boolean).join('; ')];
}
