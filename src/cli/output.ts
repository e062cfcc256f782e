import { type Problem, problemOf, type Result } from '../domain/problem.ts';

/** How a command talks: as text for people, or as one JSON value for programs. */
export interface Output {
  readonly json: boolean;
  /** The command's one result. With `--json` the value alone, otherwise the text. */
  result(value: unknown, text: string): void;
  /** Progress, for people only. */
  say(text: string): void;
}

/** Exit codes of every command. */
export const exitCodes = { done: 0, refused: 1, usage: 2 } as const;

export function createOutput(json: boolean): Output {
  return {
    json,
    result: (value, text) => write(json ? JSON.stringify(value, null, 2) : text),
    say: (text) => {
      if (!json) write(text);
    },
  };
}

/** Tells a failure: one line on stderr, or as JSON on stdout. */
export function tellProblem(json: boolean, problem: Problem): void {
  process.exitCode = exitCodes.refused;
  if (json) write(JSON.stringify({ error: problem }, null, 2));
  else process.stderr.write(`orch-tui: ${withHint(problem)}\n`);
}

/** Message and hint as one line. */
export function withHint({ message, hint }: Problem): string {
  return hint === undefined ? message : `${message} ${hint}`;
}

/** Leaves the command with a problem; the one place that catches it is the command line's entry. */
export class Refusal extends Error {
  readonly problem: Problem;

  constructor(problem: Problem) {
    super(problem.message);
    this.problem = problem;
  }
}

/** The value, or the end of the command. */
export function demand<T>(result: Result<T>): T {
  if (result.ok) return result.value;
  throw new Refusal(result.problem);
}

/** Ends the command with a problem of its own. */
export function refuse(code: string, message: string, hint?: string): never {
  throw new Refusal(problemOf(code, message, hint));
}

function write(text: string): void {
  process.stdout.write(text.endsWith('\n') ? text : `${text}\n`);
}
