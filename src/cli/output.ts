import { withBytes } from '../lib/paths.ts';
import { helpFor, type Problem, problemOf, whyOf } from '../lib/result.ts';
import { plainLines, visible } from '../lib/sanitize.ts';

/** The output of a command: text for people, or one JSON value for programs. */
export interface Output {
  readonly json: boolean;
  /** Prints the command's one result: with `--json` the value, otherwise the text. */
  result(value: unknown, text: string): void;
  /** Prints the result with a text made of cells, whose escape sequences are our own. */
  screen(value: unknown, text: string): void;
  /** Prints progress, for people only. */
  say(text: string): void;
}

/** Exit codes of every command. */
export const exitCodes = { done: 0, refused: 1, usage: 2 } as const;

export function createOutput(json: boolean): Output {
  return {
    json,
    result: (value, text) => write(json ? visible(withBytes(value), 2) : plainLines(text)),
    screen: (value, text) => write(json ? visible(value, 2) : text),
    say: (text) => {
      if (!json) write(plainLines(text));
    },
  };
}

/** Prints a failure, as a line on stderr or as JSON on stdout, and sets the exit code. */
export function printProblem(json: boolean, problem: Problem): void {
  process.exitCode = problem.code === 'usage' ? exitCodes.usage : exitCodes.refused;
  if (json) write(visible({ error: problem }, 2));
  else process.stderr.write(`orch-tui: ${plainLines(withHint(problem))}\n`);
}

/** Prints an unexpected error like any other problem, with its stack for a report. */
export function printFault(json: boolean, error: unknown): void {
  const { stack } = error instanceof Error ? error : new Error(String(error));
  printProblem(json, problemOf('internal', `This went wrong: ${whyOf(error)}`, helpFor(error)));
  process.stderr.write(`${plainLines(stack ?? '')}\n`);
}

/** Returns message and hint as one line. */
function withHint({ message, hint }: Problem): string {
  return hint === undefined ? message : `${message} ${hint}`;
}

/** Ignores a closed pipe, such as of `| head`, so that the command still does all of its work. */
export function ignoreClosedPipe(): void {
  for (const stream of [process.stdout, process.stderr])
    stream.on('error', (error: NodeJS.ErrnoException) => {
      if (error.code !== 'EPIPE') throw error;
    });
}

function write(text: string): void {
  process.stdout.write(text.endsWith('\n') ? text : `${text}\n`);
}
