import { failure, type Problem, problemOf, type Result } from '../lib/result.ts';

/** A process with its command. */
export interface NamedProcess {
  readonly pid: number;
  /** One line, without control characters. */
  readonly command: string;
}

/** A process that still runs although the host of its worker has ended. */
export interface LeftProcess extends NamedProcess {
  /** Start time, which distinguishes it from another process with the same pid. */
  readonly start: string;
}

/** Leftover processes of workers, by worker id. */
export type LeftProcesses = Readonly<Record<string, readonly LeftProcess[]>>;

/** Describes the processes that a confirmed plan ends. */
export function processesToEndText(left: readonly LeftProcess[]): string {
  const what = left.length === 1 ? '1 process' : `${left.length} processes`;
  return `Ends ${what} left over from its last run, and their new children: ${processNames(left)}.`;
}

/** Processes that are ended first once a preview or a plan is confirmed. */
export interface ProcessesToEnd {
  /** Absent when an earlier run left none. Its text is among the warnings. */
  readonly left?: readonly LeftProcess[];
}

/** Reports leftover processes of a lost worker, and how to end them. */
export function leftProblem(id: string, left: readonly LeftProcess[]): Problem {
  return problemOf(
    'processes_left',
    `${id} is lost, but processes of it still run: ${processNames(left)}.`,
    `Resume, finish or clean it: each shows them and ends them, such as orch-tui worker resume ${id}`,
  );
}

/**
 * Refuses to remove a worktree below processes that the user has not confirmed to end, or that could not be
 * ended.
 */
export function leftRefusal(id: string, left: readonly LeftProcess[]): Result<never> {
  return failure(
    'processes_left',
    `${id} is lost, but processes of it still run: ${processNames(left)}. Its worktree was not touched.`,
    'Look at the preview again: it shows the processes that it ends.',
  );
}

/** Formats processes such as `123 (node server.js), 124 (sh)`. */
export function processNames(processes: readonly NamedProcess[]): string {
  return processes.map(({ pid, command }) => `${pid} (${command})`).join(', ');
}

/** Notice for systems whose processes do not show their environment, so that their owner is unknown. */
export const noProcText =
  'Processes left over by a killed host cannot be found here: this system has no /proc.';
