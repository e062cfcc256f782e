import { spawn } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { createWriteStream, ftruncateSync } from 'node:fs';
import { constants } from 'node:os';
import { resolve } from 'node:path';
import { type NamedProcess, processNames } from '../../../core/leftProcess.ts';
import { onceEnded } from '../../../lib/children.ts';
import { openForAppend } from '../../../lib/files.ts';
import { commandOf, findMarked, listProcesses } from '../../../lib/processes.ts';
import { failure, type Result, success } from '../../../lib/result.ts';
import { oneLine } from '../../../lib/sanitize.ts';
import { LastLines } from './lastLines.ts';

/** A command of the workspace's configuration, to be run in a folder. */
export interface Job {
  /** Program and arguments; no shell reads them. */
  readonly command: readonly string[];
  readonly cwd: string;
  readonly env: Readonly<Record<string, string | undefined>>;
  /** All it prints goes here, too: `.orch/jobs/…` of the workspace. Absolute; its folder is made. */
  readonly logFile?: string;
}

export interface JobOptions {
  readonly timeoutMs?: number;
  /** Ends the job and all it has started. */
  readonly signal?: AbortSignal;
  /** What it prints, as it comes. */
  readonly onOutput?: (chunk: Buffer) => void;
}

/** What a job came to. */
export interface JobResult {
  /** 128 and its number for a signal, as a shell counts. */
  readonly exitCode: number;
  /** Why it was ended; null when it ended by itself. */
  readonly ended: 'timeout' | 'cancelled' | null;
  /** At most 20, without control characters. */
  readonly lastLines: readonly string[];
  /** What it started that left its process group and still runs. Only Linux tells; empty elsewhere. */
  readonly left: readonly NamedProcess[];
}

/** Builds and whole test suites run in jobs; what takes longer has most likely stopped. */
const usualTimeoutMs = 30 * 60_000;
/** Time to end in an orderly way before it is killed. */
const graceMs = 2_000;

/** Tells whose a process is that has left its group: what a job starts inherits its environment. */
const markName = 'ORCH_JOB';

/** Of a command's line, in characters. */
const longestCommand = 80;

/**
 * Runs a job in a process group of its own and waits until its command has ended, or has been ended. What else is in the
 * group then is killed; what left the group is reported, and neither waited for nor ended.
 * @returns `job_failed` when it could not be started or logged, `unsafe_path`; a failing exit code is a result
 */
export async function runJob(job: Job, options: JobOptions = {}): Promise<Result<JobResult>> {
  const [program, ...args] = job.command;
  if (program === undefined) return failure('job_failed', 'The job has no command.');
  const logged = job.logFile ? openEmpty(job.logFile) : null;
  if (logged?.ok === false) return logged;
  const mark = randomUUID();
  const child = spawn(program, args, {
    cwd: job.cwd,
    env: { ...job.env, [markName]: mark },
    detached: true,
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const log = logged ? createWriteStream('', { fd: logged.value }) : null;
  const last = new LastLines(20);
  const take = (chunk: Buffer) => {
    last.add(chunk);
    log?.write(chunk);
    options.onOutput?.(chunk);
  };
  child.stdout.on('data', take);
  child.stderr.on('data', take);
  let ended: JobResult['ended'] = null;
  let grace: NodeJS.Timeout | undefined;
  const end = (why: 'timeout' | 'cancelled') => {
    ended ??= why;
    signalGroup(child.pid, 'SIGTERM');
    grace ??= setTimeout(() => signalGroup(child.pid, 'SIGKILL'), graceMs);
  };
  const timer = setTimeout(() => end('timeout'), options.timeoutMs ?? usualTimeoutMs);
  const cancel = () => end('cancelled');
  options.signal?.addEventListener('abort', cancel);
  if (options.signal?.aborted) cancel();
  try {
    const exited = await new Promise<Result<number>>((resolve) => {
      const fail = (error: Error) =>
        resolve(failure('job_failed', `${program} could not be run: ${error.message}`));
      child.once('error', fail);
      log?.once('error', fail);
      onceEnded(child, (code, signal) => resolve(success(exitCodeOf(code, signal))));
    });
    // Whatever it left running in its group would hold the worktree.
    signalGroup(child.pid, 'SIGKILL');
    if (!exited.ok) return exited;
    const left = findLeft(mark, child.pid);
    return success({ exitCode: exited.value, ended, lastLines: last.lines, left });
  } finally {
    clearTimeout(timer);
    clearTimeout(grace);
    options.signal?.removeEventListener('abort', cancel);
    signalGroup(child.pid, 'SIGKILL');
    await new Promise<void>((resolve) => (log && !log.destroyed ? log.end(resolve) : resolve()));
  }
}

/** A log is that of the last run alone. */
function openEmpty(file: string): Result<number> {
  const opened = openForAppend(resolve(file, '../../..'), file);
  if (opened.ok) ftruncateSync(opened.value);
  return opened.ok || opened.problem.code === 'unsafe_path'
    ? opened
    : failure('job_failed', opened.problem.message);
}

function signalGroup(pid: number | undefined, signal: NodeJS.Signals): void {
  if (pid === undefined) return;
  try {
    process.kill(-pid, signal);
  } catch {
    // The whole group has ended.
  }
}

/** Those of the group are about to end: they were killed a moment ago. */
function findLeft(mark: string, group: number | undefined): readonly NamedProcess[] {
  return findMarked(`${markName}=${mark}`, listProcesses())
    .filter((one) => one.group !== group)
    .map(({ pid }) => ({ pid, command: oneLine(commandOf(pid).join(' '), longestCommand) }));
}

/** Says what a job left running, for a person; empty for nothing. */
export function describeLeft(left: readonly NamedProcess[]): readonly string[] {
  if (left.length === 0) return [];
  return [
    `What it started outside its process group still runs: ${processNames(left)}. To end it: kill ${left[0]?.pid}`,
  ];
}

function exitCodeOf(code: number | null, signal: NodeJS.Signals | null): number {
  return code ?? 128 + (signal ? constants.signals[signal] : 0);
}
