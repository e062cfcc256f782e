import type { Usage } from '../../core/usage.ts';
import { isLive, type Update, type Worker } from '../../core/worker.ts';
import {
  alignColumns,
  longAge,
  moneyText,
  type NamedText,
  namedRows,
  portsText,
  stateBadge,
  tokensText,
} from '../../ui/format.ts';

/** Facts about a worker besides its record. */
export interface WorkerAside {
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
    ['reported', update && `${reportedWords(update)} (${longAge(update.at, now)})`],
    ['time', openTime && `only you can weigh what it says: ${openTime.text}`],
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
  return [headText(worker, now), ...namedRows(rows)].join('\n');
}

/** Returns a report's blockers if it is blocked, else its summary. */
function reportedWords({ status, blockers, summary }: Update): string {
  return status === 'blocked' ? `blocked: ${blockers.join('; ') || summary}` : summary;
}

function headText(worker: Worker, now: number): string {
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
      one.asks ?? (one.update && reportedWords(one.update)) ?? one.said?.text ?? '',
    ]),
  );
}

function stateWord(worker: Worker): string {
  if (worker.state === 'lost') return 'lost, can be resumed';
  if (worker.state !== 'exited') return worker.state;
  return worker.failedSetup ? 'setup failed' : `exited ${worker.exitCode ?? '?'}`;
}
