import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { findRepo } from '../../config/workspaceConfig.ts';
import { type LeftProcess, leftRefusal, type ProcessesToEnd } from '../../core/leftProcess.ts';
import type { CleanResult, FinishResult } from '../../core/proposal.ts';
import type { Repo } from '../../core/repo.ts';
import type { Worker } from '../../core/worker.ts';
import { describeLeft, runJob } from '../../features/jobs/service/runJob.ts';
import type { Message } from '../../features/messages.ts';
import { finishCommand } from '../../features/releases/releases.ts';
import { unfinishedFlows } from '../../features/releases/service/finish.ts';
import type { ControllerState } from '../../features/state.ts';
import { ceilings } from '../../git/environment.ts';
import { findRemoval, removeWorker } from '../../git/finish/clean.ts';
import { type FinishOptions, findFinish, finishBranch } from '../../git/finish/finish.ts';
import { settleFinish, type UnfinishedEnding, unfinishedJournals } from '../../git/finish/settle.ts';
import type { FlowName } from '../../git/flow.ts';
import { expireBackups } from '../../git/refs.ts';
import type { Git } from '../../git/run.ts';
import { failure, type Problem, problemOf, type Result, success } from '../../lib/result.ts';
import type { HostPort } from './hostPort.ts';
import { endLeft, unagreedLeft } from './leftovers.ts';
import type { Tools } from './tools.ts';

interface Wanted extends ProcessesToEnd {
  /** Last commit of the branch in the person's preview. */
  readonly tip: string;
  readonly confirm: string | null;
}

/**
 * Ends a worker's process and finishes its branch. Looks for obstacles and runs the checks before the process is ended; git
 * looks again when it acts.
 * @param check runs the configured checks in the worker's worktree; `checks_failed`
 */
export function finishWorker(
  tools: Tools,
  host: HostPort,
  worker: Worker,
  wanted: Wanted,
  check: (worker: Worker) => Promise<Result<readonly string[]>>,
): Promise<Result<FinishResult>> {
  return endAndRemove(tools, host, worker, wanted, {
    preview: findFinish,
    refuse: ({ blockers }) => blockers.length > 0 && cannotFinish(worker, blockers),
    loses: ({ ignored }) => ignored.length > 0,
    // A merged branch is only removed.
    check: async ({ commits }) => (commits.length > 0 ? check(worker) : success([])),
    remove: finishBranch,
  });
}

/** Ends a worker's process and removes it without a merge. */
export function cleanWorker(
  tools: Tools,
  host: HostPort,
  worker: Worker,
  wanted: Wanted,
): Promise<Result<CleanResult>> {
  return endAndRemove(tools, host, worker, wanted, {
    preview: findRemoval,
    refuse: () => false,
    loses: ({ wantsTypedName }) => wantsTypedName,
    check: async () => success([]),
    remove: removeWorker,
  });
}

/** Differences between finishing and cleaning. */
interface Way<P, R> {
  preview(git: Git, repo: Repo, worker: Worker): Promise<Result<P>>;
  refuse(preview: P): Result<never> | false;
  /** Reports whether something would be lost, so that the task's name has to be typed. */
  loses(preview: P): boolean;
  /** @returns warnings */
  check(preview: P): Promise<Result<readonly string[]>>;
  remove(git: Git, repo: Repo, worker: Worker, options: FinishOptions): Promise<Result<R>>;
}

async function endAndRemove<P extends { readonly tip: string }, R extends Warned>(
  { git, config }: Tools,
  host: HostPort,
  worker: Worker,
  wanted: Wanted,
  way: Way<P, R>,
): Promise<Result<R>> {
  const repo = findRepo(config, worker.repo);
  if (!repo.ok) return repo;
  const preview = await way.preview(git, repo.value, worker);
  if (!preview.ok) return preview;
  const refusal = way.refuse(preview.value);
  if (refusal) return refusal;
  const ready = checkWanted(preview.value.tip, way.loses(preview.value), worker, wanted);
  if (!ready.ok) return ready;
  const unagreed = unagreedLeft(config.root, worker, wanted.left);
  if (unagreed.length > 0) return leftRefusal(worker.id, unagreed);
  const checked = await way.check(preview.value);
  if (!checked.ok) return checked;
  const ended = await endProcesses(config.root, host, worker, wanted.left);
  if (!ended.ok) return ended;
  const { tip, confirm } = wanted;
  const removed = await way.remove(git, repo.value, worker, confirm === null ? { tip } : { tip, confirm });
  if (!removed.ok || checked.value.length === 0) return removed;
  return success({ ...removed.value, warnings: [...checked.value, ...(removed.value.warnings ?? [])] });
}

interface Warned {
  readonly warnings?: readonly string[];
}

function cannotFinish({ id }: Worker, blockers: readonly string[]): Result<never> {
  return failure('cannot_finish', `${id} cannot be finished: ${blockers.join(' ')}`, 'Nothing was changed.');
}

function checkWanted(tip: string, loses: boolean, worker: Worker, wanted: Wanted): Result<null> {
  if (tip !== wanted.tip)
    return failure(
      'tip_moved',
      `${worker.branch} has other commits than in the preview.`,
      'Look at the preview again.',
    );
  if (loses && wanted.confirm !== worker.task)
    return failure(
      'confirm_loss',
      `Something of ${worker.id} would be lost.`,
      `Type the name ${worker.task} to let it go.`,
    );
  return success(null);
}

/** Ends a worker's process and the processes that a killed host left: nothing may write into a removed folder. */
async function endProcesses(
  root: string,
  host: HostPort,
  worker: Worker,
  left: readonly LeftProcess[] = [],
): Promise<Result<null>> {
  const ended = await endProcess(host, worker.id);
  if (!ended.ok || worker.state !== 'lost') return ended;
  const remaining = await endLeft(root, worker.id, left);
  return remaining.length > 0 ? leftRefusal(worker.id, remaining) : ended;
}

/** Ends a worker's process. A missing terminal or host counts as ended. */
async function endProcess(host: HostPort, id: string): Promise<Result<null>> {
  const call = await host.find();
  if (!call.ok) return call.problem.code === 'not_running' ? success(null) : call;
  const ended = await call.value('end', { id });
  return ended.ok || ended.problem.code === 'no_terminal' ? success(null) : ended;
}

/** Name of the job that runs before a finish. */
const jobName = 'verify';

/** Returns the command that checks a worktree before its merge; null for none. */
export function checksOf({ config }: Pick<Tools, 'config'>, repo: string): readonly string[] | null {
  return config.jobs?.[repo]?.[jobName] ?? null;
}

/** Refuses checks that have changed since a person agreed to them. */
export function checksChanged(id: string): Result<never> {
  return failure(
    'checks_changed',
    `The checks of ${id} are not those that were shown any more; nothing was merged.`,
    'Look at it again, then finish it.',
  );
}

/**
 * Runs the checks of a worker's repository in its worktree.
 * @returns warnings of successful checks; `checks_failed`, `cancelled`
 */
export async function runChecks(
  tools: Tools,
  worker: Worker,
  signal: AbortSignal,
): Promise<Result<readonly string[]>> {
  const command = checksOf(tools, worker.repo);
  // A missing worktree cannot be checked; git handles it next.
  if (!command || !existsSync(worker.worktree)) return success([]);
  const logFile = join(tools.config.root, '.orch', 'jobs', `${worker.repo}-${worker.task}-${jobName}.log`);
  const job = { command, cwd: worker.worktree, env: jobEnvironment(tools.ambient, worker.worktree), logFile };
  const ran = await runJob(job, { signal });
  if (!ran.ok) return ran;
  const { exitCode, ended, lastLines } = ran.value;
  const left = describeLeft(ran.value.left);
  if (ended === 'cancelled')
    return failure('cancelled', [`The checks of ${worker.id} were cancelled.`, ...left].join(' '));
  if (ended === null && exitCode === 0) return success(left);
  const how = ended === 'timeout' ? 'took too long' : `ended with ${exitCode}`;
  return failure(
    'checks_failed',
    [`${command.join(' ')} ${how} in ${worker.worktree}; nothing was merged.`, ...lastLines, ...left].join(
      '\n',
    ),
    `All of it: ${logFile}`,
  );
}

/**
 * Returns the environment of a job in a checkout, without the variables that git sets for a hook or an alias, and with a
 * ceiling: either could lead its git commands to another repository.
 */
export function jobEnvironment(ambient: Tools['ambient'], cwd: string): Record<string, string | undefined> {
  const env = Object.entries(ambient).filter(
    ([name]) => !/^(GIT_(DIR|WORK_TREE|INDEX_FILE|PREFIX)|ORCH_.*)$/.test(name),
  );
  return { ...Object.fromEntries(env), GIT_CEILING_DIRECTORIES: ceilings(ambient, cwd) };
}

interface SettlingDeps {
  readonly git: Git;
  dispatch(message: Message): void;
}

/** For results that no client waits for. */
const noTicket = 0;

/**
 * Settles finishes and cleans that were cut off with an earlier controller: completes one that has merged or removed
 * something, else drops it with a notice.
 */
export async function settleUnfinished(edge: SettlingDeps, state: ControllerState): Promise<void> {
  for (const repo of state.config.repos) {
    for (const flow of await unfinishedFlows(edge.git, repo))
      edge.dispatch({ type: 'noticed', problem: cutOffFlow(repo, flow) });
    for (const read of await unfinishedJournals(edge.git, repo)) {
      if (!read.ok) edge.dispatch({ type: 'noticed', problem: read.problem });
      else await settleOne(edge, state, repo, read.value);
    }
  }
}

async function settleOne(
  { git, dispatch }: SettlingDeps,
  { log }: ControllerState,
  repo: Repo,
  unfinished: UnfinishedEnding,
): Promise<void> {
  const { id, branch, worktree } = unfinished.worker;
  const known = log.workers.get(id);
  // Of another workspace with the same repository, or written by another program.
  if (known?.branch !== branch || known.worktree !== worktree) return;
  const settled = await settleFinish(git, repo, { ...unfinished, worker: known });
  if (!settled.ok) return dispatch({ type: 'noticed', problem: unsettled(unfinished, settled.problem) });
  if (settled.value.how === 'dropped') return dispatch({ type: 'noticed', problem: dropped(unfinished) });
  if (settled.value.how === 'finished')
    return dispatch({ type: 'finish-ended', id, result: success(settled.value.result), ticket: noTicket });
  const result = success({ id, backup: settled.value.backup });
  dispatch({ type: 'clean-ended', id, result, ticket: noTicket });
}

/** Returns the notice of a flow that a person began at the command line, and completes there. */
function cutOffFlow(repo: Repo, unfinished: FlowName): Problem {
  return problemOf(
    'interrupted',
    `The finish of ${unfinished.kind} ${unfinished.name} of ${repo.name} was cut off.`,
    `To complete it: ${finishCommand(repo, unfinished)}`,
  );
}

function dropped({ kind, worker }: UnfinishedEnding): Problem {
  return problemOf(
    'interrupted',
    `The ${kind} of ${worker.id} was cut off before anything had changed.`,
    `If it is still wanted: orch-tui worker ${kind} ${worker.id}`,
  );
}

function unsettled({ kind, worker }: UnfinishedEnding, { message, hint }: Problem): Problem {
  return problemOf(
    'interrupted',
    `The ${kind} of ${worker.id} was cut off and cannot go on: ${message}`,
    hint,
  );
}

/** Deletes expired backups, which the log records. */
export async function sweepBackups(
  { git, dispatch }: SettlingDeps,
  { config }: ControllerState,
  now: Date,
): Promise<void> {
  for (const repo of config.repos) {
    const gone = await expireBackups(git, repo, now);
    // The status of an unreadable repository reports that.
    if (gone.ok && gone.value.length > 0)
      dispatch({ type: 'backups-expired', repo: repo.name, refs: gone.value.map(({ ref }) => ref) });
  }
}
