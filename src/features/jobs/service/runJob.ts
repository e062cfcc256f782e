import { spawn } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { createWriteStream, ftruncateSync } from 'node:fs';
import { constants } from 'node:os';
import { resolve } from 'node:path';
import { type NamedProcess, processNames } from '../../../core/leftProcess.ts';
import { openForAppend } from '../../../lib/files.ts';
import { commandOf, findMarked, listProcesses, onceEnded } from '../../../lib/processes.ts';
import { failure, type Result, success } from '../../../lib/result.ts';
import { oneLine, plainLine, withoutSequences } from '../../../lib/sanitize.ts';

/** A configured command of the workspace and the folder to run it in. */
interface Job {
  /** Program and arguments; no shell reads them. */
  readonly command: readonly string[];
  readonly cwd: string;
  readonly env: Readonly<Record<string, string | undefined>>;
  /** Absolute path of the log, `.orch/jobs/…` of the workspace; its folder is created. */
  readonly logFile?: string;
}

interface JobOptions {
  readonly timeoutMs?: number;
  /** Ends the job and its process group. */
  readonly signal?: AbortSignal;
  /** Receives stdout and stderr as they arrive. */
  readonly onOutput?: (chunk: Buffer) => void;
}

/** Result of a job that was started. */
export interface JobResult {
  /** 128 plus the signal's number after a signal, as in a shell. */
  readonly exitCode: number;
  /** Reason for ending the job; null when it exited by itself. */
  readonly ended: 'timeout' | 'cancelled' | null;
  /** At most 20, without control characters. */
  readonly lastLines: readonly string[];
  /** Processes it started that left its process group and still run. Found on Linux only; empty elsewhere. */
  readonly left: readonly NamedProcess[];
}

/** Builds and whole test suites run in jobs; a longer job most likely hangs. */
const usualTimeoutMs = 30 * 60_000;
/** Time between SIGTERM and SIGKILL. */
const graceMs = 2_000;

/** Marks the processes of a job, which inherit its environment, also outside its process group. */
const markName = 'ORCH_JOB';

/** Maximum length of a reported command line, in characters. */
const longestCommand = 80;

/** Longer lines are cut: the line of a progress bar may never end. */
const longestLine = 400;

/** Keeps the last lines of an output, as plain text. */
export class LastLines {
  readonly #count: number;
  readonly #decoder = new TextDecoder();
  #lines: string[] = [''];

  constructor(count: number) {
    this.#count = count;
  }

  add(chunk: Uint8Array): void {
    const [rest = '', ...more] = this.#decoder.decode(chunk, { stream: true }).split('\n');
    const open = (this.#lines.pop() ?? '') + rest;
    this.#lines = [...this.#lines, open, ...more].map(cut).slice(-this.#count - 1);
  }

  /** Oldest first; empty lines at the end are left out. */
  get lines(): readonly string[] {
    const plain = this.#lines.map(shownLine);
    while (plain.at(-1) === '') plain.pop();
    return plain.slice(-this.#count);
  }
}

function cut(line: string): string {
  return line.length > longestLine ? line.slice(-longestLine) : line;
}

/** Returns a line as a terminal would show it: only the text after the last carriage return. */
function shownLine(line: string): string {
  const last = line.replace(/\r+$/, '').split('\r').at(-1) ?? '';
  return plainLine(withoutSequences(last)).trimEnd();
}

/**
 * Runs a job in its own process group and waits until its command exits or is ended. Then kills the rest of the group.
 * Processes that left the group are reported, and neither awaited nor killed.
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
    // A process left in the group would hold the worktree.
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

/** Opens a log and empties it: a log holds the last run only. */
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

/** Returns the job's processes outside its group; those in the group were just killed. */
function findLeft(mark: string, group: number | undefined): readonly NamedProcess[] {
  return findMarked(`${markName}=${mark}`, listProcesses())
    .filter((one) => one.group !== group)
    .map(({ pid }) => ({ pid, command: oneLine(commandOf(pid).join(' '), longestCommand) }));
}

/** Returns a sentence about the processes a job left running; empty when there are none. */
export function describeLeft(left: readonly NamedProcess[]): readonly string[] {
  if (left.length === 0) return [];
  return [
    `What it started outside its process group still runs: ${processNames(left)}. To end it: kill ${left[0]?.pid}`,
  ];
}

function exitCodeOf(code: number | null, signal: NodeJS.Signals | null): number {
  return code ?? 128 + (signal ? constants.signals[signal] : 0);
}
