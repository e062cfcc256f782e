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
export type Left = Readonly<Record<string, readonly LeftProcess[]>>;

/** Describes the processes that confirming a plan ends. */
export function endsText(left: readonly LeftProcess[]): string {
  const what = left.length === 1 ? '1 process' : `${left.length} processes`;
  return `Ends ${what} left of its last run, and what they start until then: ${processNames(left)}.`;
}

/** Processes that confirming a preview or a plan ends first. */
export interface Ends {
  /** Absent when an earlier run left none. Its text is among the warnings. */
  readonly left?: readonly LeftProcess[];
}

/** Reports leftover processes of a lost worker, and how to end them. */
export function leftProblem(id: string, left: readonly LeftProcess[]): Problem {
  return problemOf(
    'processes_left',
    `Of ${id}, which is lost, still runs: ${processNames(left)}.`,
    `Its resume, finish or clean shows and ends it, such as: orch-tui worker resume ${id}`,
  );
}

/**
 * Refuses to remove a worktree below processes that the user has not confirmed to end, or that could not be
 * ended.
 */
export function leftRefusal(id: string, left: readonly LeftProcess[]): Result<never> {
  return failure(
    'processes_left',
    `Of ${id}, which is lost, still runs: ${processNames(left)}. Its worktree was not touched.`,
    'Look at the preview again: it shows what a yes ends.',
  );
}

/** Formats processes such as `123 (node server.js), 124 (sh)`. */
export function processNames(processes: readonly NamedProcess[]): string {
  return processes.map(({ pid, command }) => `${pid} (${command})`).join(', ');
}

/** Notice for systems whose processes do not show their environment, so that their owner is unknown. */
export const cannotLook =
  'What is left of workers of a killed host cannot be looked for here: this system has no /proc.';
