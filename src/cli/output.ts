import { withBytes } from '../lib/paths.ts';
import { helpFor, type Problem, problemOf, whyOf } from '../lib/result.ts';
import { plainLines, visible } from '../lib/sanitize.ts';

/** How a command talks: as text for people, or as one JSON value for programs. */
export interface Output {
  readonly json: boolean;
  /** The command's one result. With `--json` the value alone, otherwise the text. */
  result(value: unknown, text: string): void;
  /** The same with a text made of cells, whose escape sequences are our own. */
  screen(value: unknown, text: string): void;
  /** Progress, for people only. */
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

/** Tells a failure: one line on stderr, or as JSON on stdout. */
export function printProblem(json: boolean, problem: Problem): void {
  process.exitCode = problem.code === 'usage' ? exitCodes.usage : exitCodes.refused;
  if (json) write(visible({ error: problem }, 2));
  else process.stderr.write(`orch-tui: ${plainLines(withHint(problem))}\n`);
}

/** A bug, or a machine in trouble: told like any other problem, with what a report of it needs. */
export function printFault(json: boolean, error: unknown): void {
  const { stack } = error instanceof Error ? error : new Error(String(error));
  printProblem(json, problemOf('internal', `This went wrong: ${whyOf(error)}`, helpFor(error)));
  process.stderr.write(`${plainLines(stack ?? '')}\n`);
}

/** Message and hint as one line. */
function withHint({ message, hint }: Problem): string {
  return hint === undefined ? message : `${message} ${hint}`;
}

/** Whoever reads our output may stop when they have seen enough (`| head`); the command still does all it was to do. */
export function ignoreClosedPipe(): void {
  for (const stream of [process.stdout, process.stderr])
    stream.on('error', (error: NodeJS.ErrnoException) => {
      if (error.code !== 'EPIPE') throw error;
    });
}

function write(text: string): void {
  process.stdout.write(text.endsWith('\n') ? text : `${text}\n`);
}
