import { formatDuration } from '../../core/amounts.ts';
import type { Facts } from '../../core/facts.ts';
import { draftId, type Proposal, type Proposer, type StartPlan } from '../../core/proposal.ts';
import type { Usage } from '../../core/usage.ts';
import { isLive, type Update, type Worker } from '../../core/worker.ts';
import { quoteCommand } from '../../lib/quote.ts';
import type { Problem } from '../../lib/result.ts';
import { plainLine } from '../../lib/sanitize.ts';
import {
  alignColumns,
  longAge,
  moneyText,
  type NamedText,
  namedRows,
  portsText,
  quotedText,
  shownCommand,
  sizeText,
  stateBadge,
  tokensText,
} from '../../ui/format.ts';

/** Facts about a worker besides its record. */
interface WorkerAside {
  /** Abilities that its agent lacks. */
  readonly lacks: readonly string[];
  /** Its brief still has to be typed. */
  readonly undelivered: boolean;
  readonly usage: Usage | null;
}

/**
 * Describes a worker: its state and needs first, without rows that would be empty.
 * @param now milliseconds since 1970
 */
export function workerText(worker: Worker, { lacks, undelivered, usage }: WorkerAside, now: number): string {
  const { branch, worktree, base, agent, run, sessionId, ports, brief } = worker;
  const { asks, update, openTime, said, denied, startedAt } = worker;
  const rows: readonly NamedText[] = [
    ['asks', asks],
    ['reported', update && `${reportText(update)} (${longAge(update.at, now)})`],
    ['time', openTime && `unclear, enter it yourself: ${openTime.text}`],
    ['said', said?.text],
    ['kept from', denied && `${denied.what}: ${denied.why}`],
    ['branch', branch && `${branch} from ${base.branch} ${base.commit.slice(0, 10)}`],
    ['worktree', worktree],
    ['agent', `${agent}, started ${longAge(startedAt, now)}${run > 1 ? `, run ${run}` : ''}`],
    ['lacks', lacks.join(', ')],
    ['session', sessionId],
    ['ports', ports && portsText(ports)],
    ['used', usage && usageText(usage)],
    ['brief', brief && undelivered ? `(not delivered yet) ${brief}` : brief],
  ];
  return [workerHead(worker, now), ...namedRows(rows)].join('\n');
}

/** Returns a report's blockers if it is blocked, else its summary. */
function reportText({ status, blockers, summary }: Update): string {
  return status === 'blocked' ? `blocked: ${blockers.join('; ') || summary}` : summary;
}

function workerHead(worker: Worker, now: number): string {
  const { word } = stateBadge(worker);
  const age = longAge(worker.stateSince, now);
  return isLive(worker.state)
    ? `${worker.id}  ${word} for ${age.replace(/ ago$/, '')}`
    : `${worker.id}  ${word}, ${age}. Resume it: orch-tui worker resume ${worker.id}`;
}

function usageText({ dollars, input, output }: Usage): string {
  return `${moneyText(dollars)}, ${tokensText(input)} tokens in and ${tokensText(output)} out`;
}

/** Returns a worker as `--json` shows it. */
export function workerJson(worker: Worker) {
  const { role = 'worker', denied = null, said } = worker;
  const { id, repo, task, branch, worktree, agent, state, sessionId, startedAt, exitCode, update } = worker;
  const { asks, stateSince, run, base, brief, ports = null, failedSetup = null } = worker;
  const { limitedUntil = null, title } = worker;
  return {
    id,
    ...(title && { title }),
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

/** Returns one line for each worker, in columns. */
export function workersText(workers: readonly Worker[]): string {
  if (workers.length === 0) return 'No workers. Start one: orch-tui worker start REPO TASK';
  return alignColumns(
    workers.map((one) => [
      one.id,
      stateWord(one),
      one.branch,
      one.asks ?? (one.update && reportText(one.update)) ?? one.said?.text ?? '',
    ]),
  );
}

function stateWord(worker: Worker): string {
  if (worker.state === 'lost') return 'lost, can be resumed';
  if (worker.state !== 'exited') return worker.state;
  return worker.failedSetup ? 'setup failed' : `exited ${worker.exitCode ?? '?'}`;
}

/** Cells of the longest name and its padding. */
const nameColumns = 'environment'.length + 4;

/**
 * Describes all that an approval starts, as the approval card does: our own text first, text by others last.
 * @param now milliseconds since 1970
 * @param columns of the terminal that it is shown in
 */
export function proposalText(proposal: Proposal, now: number, columns?: number): string {
  const { draft, plan, problem, limit } = proposal;
  const head = proposalHead(proposal, now);
  if (problem)
    return `${head}
  cannot be started: ${problemText(problem)}`;
  if (!plan) return `${head}\n  is being worked out`;
  const warnings = [...plan.warnings, ...(limit ? [limit.message] : [])];
  return [
    head,
    ...namedRows(
      [
        ...placeTexts(plan, now),
        ['agent', plan.agent],
        ['ports', plan.ports && portsText(plan.ports)],
        ...warnings.map((text): NamedText => ['warning', text]),
        ...(plan.copies ?? []).map(
          ({ path, bytes }): NamedText => ['copied', `${path} (${sizeText(bytes)})`],
        ),
        ...(plan.setup?.commands ?? []).map((command): NamedText => ['setup', quoteCommand(command)]),
        ['environment', plan.environment.join(' ')],
        ['command', shownCommand(plan.command, draft.brief)],
        [
          'brief',
          draft.brief.trim() === ''
            ? 'none'
            : quotedText(draft.brief.trim(), columns && columns - nameColumns),
        ],
      ],
      columns,
    ),
  ].join('\n');
}

/** Returns one row for each proposal. */
export function proposalRows(proposals: readonly Proposal[]): string {
  return alignColumns(
    proposals.map(({ n, kind, draft }) => [
      `#${n}`,
      kind,
      draftId(draft),
      draft.brief.trim().split('\n')[0] ?? '',
    ]),
  );
}

function proposalHead({ n, kind, by, at, draft }: Proposal, now: number): string {
  const who = by === 'person' ? '' : ` (proposed by ${proposers[by]} ${longAge(at, now)})`;
  return `#${n} ${kind} ${draftId(draft)}${who}`;
}

function problemText({ message, hint }: Problem): string {
  return plainLine(hint === undefined ? message : `${message} ${hint}`);
}

const proposers: Readonly<Record<Exclude<Proposer, 'person'>, string>> = {
  orchestrator: 'the orchestrator',
  board: 'the board',
};

/** Describes where it works: on its own branch, or, as the orchestrator, at the top of the workspace. */
function placeTexts({ base, branch, worktree }: StartPlan, now: number): readonly NamedText[] {
  if (!base)
    return [
      ['role', 'orchestrator: keeps the board, cannot write files or run commands'],
      ['folder', worktree],
    ];
  const { commit, subject, committedAt } = base;
  return [
    ['branch', branch],
    ['from', `${base.branch} ${commit.slice(0, 10)} “${subject}”, committed ${longAge(committedAt, now)}`],
    ['worktree', worktree],
  ];
}

/** Returns the numbers of proposals that would exceed the worker limit if all earlier ones were started. */
export function selectOverLimit(facts: Facts | null, proposals: readonly Proposal[]): ReadonlySet<number> {
  const running = facts?.workers.filter(({ role, state }) => !role && isLive(state)).length ?? 0;
  const free = (facts?.workspace.mostWorkers ?? Number.POSITIVE_INFINITY) - running;
  const counted = proposals.filter(({ draft, limit, problem }) => !draft.role && !limit && !problem);
  return new Set(counted.slice(Math.max(0, free)).map(({ n }) => n));
}

export function overLimitText(mostWorkers: number): string {
  return `With those before it, the limit of ${mostWorkers} workers is exceeded.`;
}

/** Describes a task's time after the command. */
export function weighedText({
  id,
  minutes,
}: {
  readonly id: string;
  readonly minutes: number | null;
}): string {
  return minutes === null
    ? `The time of ${id} waits for you again.`
    : `${id} has worked ${formatDuration(minutes)} in all.`;
}
