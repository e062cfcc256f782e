import { failure, type Problem, problemOf, type Result } from '../lib/result.ts';

/** A process as people know it. */
export interface NamedProcess {
  readonly pid: number;
  /** One line, without control characters. */
  readonly command: string;
}

/** A process that runs on although the host that kept its worker has gone. */
export interface LeftProcess extends NamedProcess {
  /** Tells it from another process with the same pid. */
  readonly start: string;
}

/** What is left of workers, by their ids. */
export type Left = Readonly<Record<string, readonly LeftProcess[]>>;

/** Says what a yes to a plan ends. */
export function endsText(left: readonly LeftProcess[]): string {
  const what = left.length === 1 ? '1 process' : `${left.length} processes`;
  return `Ends ${what} left of its last run, and what they start until then: ${processNames(left)}.`;
}

/** What a yes to a preview or a plan ends before anything else is done. */
export interface Ends {
  /** Absent when nothing is left of an earlier run. Its text is among the warnings. */
  readonly left?: readonly LeftProcess[];
}

/** Says that something of a lost worker runs on, and how to end it. */
export function leftProblem(id: string, left: readonly LeftProcess[]): Problem {
  return problemOf(
    'processes_left',
    `Of ${id}, which is lost, still runs: ${processNames(left)}.`,
    `Its resume, finish or clean shows and ends it, such as: orch-tui worker resume ${id}`,
  );
}

/** Refuses to take the folder away below what runs in it without a person's yes, or could not be ended. */
export function leftRefusal(id: string, left: readonly LeftProcess[]): Result<never> {
  return failure(
    'processes_left',
    `Of ${id}, which is lost, still runs: ${processNames(left)}. Its worktree was not touched.`,
    'Look at the preview again: it shows what a yes ends.',
  );
}

/** Names processes for a person, such as `123 (node server.js), 124 (sh)`. */
export function processNames(processes: readonly NamedProcess[]): string {
  return processes.map(({ pid, command }) => `${pid} (${command})`).join(', ');
}

/** Where processes do not show their environment, nothing tells whose they are. */
export const cannotLook =
  'What is left of workers of a killed host cannot be looked for here: this system has no /proc.';
