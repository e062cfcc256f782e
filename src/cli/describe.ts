import { cellWidth } from '../app/text/cells.ts';
import { plainLine, quoteCommand } from '../app/text/plain.ts';
import { counted, longAge } from '../app/text/words.ts';
import type { OperationFact } from '../domain/facts.ts';
import type { CleanPreview, FinishPreview } from '../domain/finish.ts';
import type { RepoStatus } from '../domain/repo.ts';
import type { Worker } from '../domain/worker.ts';

/** A worker as `--json` shows it. */
export function workerJson(worker: Worker) {
  const { role = 'worker', denied = null, said } = worker;
  const { id, repo, task, branch, worktree, agent, state, sessionId, startedAt, exitCode, update } = worker;
  const { asks, stateSince, run, base, brief, ports = null, failedSetup = null } = worker;
  const { limitedUntil = null } = worker;
  return {
    id,
    role,
    repo,
    task,
    branch,
    worktree,
    agent,
    state,
    sessionId,
    startedAt,
    exitCode,
    update,
    said,
    denied,
    asks,
    limitedUntil,
    stateSince,
    run,
    base,
    brief,
    ports,
    failedSetup,
  };
}

/** One line for each worker, in columns. */
export function workersText(workers: readonly Worker[]): string {
  if (workers.length === 0) return 'No workers. Start one: orch-tui worker start REPO TASK';
  return columns(
    workers.map((one) => [
      one.id,
      stateWord(one),
      one.branch,
      one.asks ?? one.update?.summary ?? one.said?.text ?? '',
    ]),
  );
}

/** What is being done, or waits for its turn. */
export function operationText({ id, kind, ahead }: OperationFact): string {
  return kind === 'queued' ? `${id} waits for its turn (${ahead} before it)` : `${id}: ${kind}`;
}

function stateWord(worker: Worker): string {
  if (worker.state === 'lost') return 'lost, can be resumed';
  if (worker.state !== 'exited') return worker.state;
  return worker.failedSetup ? 'setup failed' : `exited ${worker.exitCode ?? '?'}`;
}

export function reposText(repos: readonly RepoStatus[]): string {
  return columns(
    repos.map((repo) => [
      repo.name,
      repo.problem ?? repo.branch ?? 'detached',
      repo.ahead === null ? '' : `↑${repo.ahead} ↓${repo.behind ?? 0}`,
      repo.dirty + repo.untracked === 0 ? 'clean' : `${repo.dirty} changed, ${repo.untracked} untracked`,
      baseText(repo),
      repo.stashes === 0 ? '' : counted(repo.stashes, 'stash', 'stashes'),
      repo.operation === null ? '' : `${repo.operation} under way`,
      repo.last === null ? '' : `${longAge(repo.last.at, Date.now())}: ${repo.last.subject}`,
    ]),
  );
}

function baseText({ branch, base, aheadOfBase, behindBase }: RepoStatus): string {
  if (branch === base || aheadOfBase === null) return '';
  return `+${aheadOfBase} -${behindBase} beside ${base}`;
}

export function finishText(preview: FinishPreview): string {
  return [
    `Finish ${preview.id}: merge ${preview.branch} into ${preview.into}, then remove worktree and branch.`,
    ...section('Commits', preview.commits),
    ...section('Changes', preview.diffstat),
    ...section('Not committed', preview.uncommitted),
    ...section('Ignored files that would go', preview.ignored),
    ...section('Conflicts', preview.conflicts),
    ...section('In the way', preview.blockers),
    ...section(`Will not merge into ${preview.into} afterwards`, preview.conflictsAfter ?? []),
    ...section('Checks run first', preview.checks ? [quoteCommand(preview.checks)] : []),
  ].join('\n');
}

export function cleanText(preview: CleanPreview): string {
  return [
    `Clean ${preview.id}: remove worktree and branch ${preview.branch} without merging.`,
    ...section('Commits nowhere else', preview.unmerged),
    ...section('Not committed', preview.uncommitted),
    ...section('Ignored files that would go', preview.ignored),
  ].join('\n');
}

function section(title: string, lines: readonly string[]): string[] {
  return lines.length === 0 ? [] : [`${title}:`, ...lines.map((line) => `  ${plainLine(line)}`)];
}

/** A fact with its name; nothing is said of one without a text. */
export type NamedText = readonly [name: string, text: string | null | undefined];

/** Facts with their names in a column of their own; further lines of a text stand below its first. */
export function namedRows(rows: readonly NamedText[]): readonly string[] {
  const width = Math.max(...rows.map(([name]) => name.length));
  const below = `\n${' '.repeat(width + 4)}`;
  return rows.flatMap(([name, text]) =>
    text ? [`  ${name.padEnd(width)}  ${text.split('\n').map(plainLine).join(below)}`] : [],
  );
}

/** Rows as aligned columns, each on one line. */
export function columns(rows: readonly (readonly string[])[]): string {
  const clean = rows.map((row) => row.map(plainLine));
  const widths = (clean[0] ?? []).map((_, at) => Math.max(...clean.map((row) => cellWidth(row[at] ?? ''))));
  return clean
    .map((row) =>
      row
        .map((cell, at) => cell + ' '.repeat(Math.max(0, (widths[at] ?? 0) - cellWidth(cell))))
        .join('  ')
        .trimEnd(),
    )
    .join('\n');
}
