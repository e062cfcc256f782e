import { type Problem, problemOf, type Result } from '../lib/result.ts';
import type { Facts } from './facts.ts';
import type { Worker } from './worker.ts';

/** A value that is typed behind a verb or an option. */
export interface Value {
  readonly about?: string;
  /** Reads it. `before`: what the same option, or argument, gave already. */
  parse?(text: string, before: unknown): Result<unknown>;
  readonly oneOf?: readonly string[];
  /** What it is where it is not given. */
  readonly fallback?: unknown;
  readonly required?: true;
}

/** How a verb was called, as far as its words depend on it. */
export interface Given {
  readonly options: Readonly<Record<string, unknown>>;
  /** Milliseconds since 1970. */
  readonly now: number;
}

/** What a verb prints at its end. */
export interface Printed {
  /** The one JSON value of `--json`. */
  readonly value: unknown;
  /** For people; null where all was said on the way. */
  readonly text: string | null;
  /** The text is made of cells, with escape sequences of our own. */
  readonly isScreen?: true;
  /** Part of it was refused: the exit code is 1. */
  readonly hasFailed?: boolean;
}

/** One command of the command line: how it is typed, who may run it, what it asks for and what it prints. */
export interface Verb<Params = never, Answer = never, Call = never> {
  /** Its full name and its arguments, such as `worker show <id>`. */
  readonly usage: string;
  readonly about: string;
  /** Arguments that are more than a text, by name. */
  readonly values?: Readonly<Record<string, Value>>;
  /** By how they are typed, such as `--limit <n>`. */
  readonly options?: Readonly<Record<string, string | Value>>;
  /** Another name of the same. */
  readonly alias?: string;
  /** It prints no JSON: it has a language of its own. */
  readonly plain?: true;
  /** As its command is, unless it says otherwise. */
  readonly by?: 'anyone' | 'person';
  /** It changes nothing that a person has to agree to, and an agent may not run it all the same. */
  readonly notForAgents?: true;
  /** Completes "A worker cannot …"; as its command's, unless it says otherwise. */
  readonly what?: string;
  /** It also runs in a workspace that the person has not trusted, for it runs nothing of it. */
  readonly untrusted?: true;
  /** With this option it is another thing, by commander's name of it: `acts` with it alone, or `reads` with it. */
  readonly withOption?: { readonly name: string; readonly by: 'anyone' | 'person'; readonly what?: string };
  /** What is asked of the controller: the one request of its command. */
  request?(args: readonly string[], options: Readonly<Record<string, unknown>>): Params;
  /** What its answer says to people. */
  says?(params: Params, answer: Answer, given: Given): string;
  /** What is printed as JSON; the answer where this is missing. */
  json?(params: Params, answer: Answer): unknown;
  /** Runs what is more than one request. Without both the command line has its own code for the verb. */
  // biome-ignore lint/suspicious/noExplicitAny: what arguments and options there are is said by the definition.
  run?(call: Call, args: readonly any[], options: any): Promise<Printed>;
}

// biome-ignore lint/suspicious/noExplicitAny: what a verb asks for and says belongs to its command alone.
export type AnyVerb = Verb<any, any, any>;

/** Leaves a verb with a problem; the one place that catches it is the command line's entry. */
export class Refusal extends Error {
  readonly problem: Problem;

  constructor(problem: Problem) {
    super(problem.message);
    this.problem = problem;
  }
}

/** Returns the value, or ends the verb. */
export function demand<T>(result: Result<T>): T {
  if (result.ok) return result.value;
  throw new Refusal(result.problem);
}

/** Ends the verb with a problem of its own. */
export function refuse(code: string, message: string, hint?: string): never {
  throw new Refusal(problemOf(code, message, hint));
}

/** Returns a verb's full name, such as `worker show`. */
export function pathOf(usage: string): string {
  return usage.split(/ [<[]/)[0] ?? usage;
}

/** Returns the arguments of a usage: as they are typed, and their names. */
export function argumentsOf(usage: string): readonly { readonly typed: string; readonly name: string }[] {
  const typed = usage.match(/[<[][^\]>]+[\]>]/g) ?? [];
  return typed.map((one) => ({ typed: one, name: one.replace(/[<>[\]]|\.\.\./g, '') }));
}

/** Returns the worker of that id; refuses with what became of it when there is none. */
export function demandWorker({ workers, ended }: Facts, id: string): Worker {
  const worker = workers.find((one) => one.id === id);
  if (worker) return worker;
  const last = ended.findLast((one) => one.id === id);
  if (last)
    refuse(`already_${last.how}`, `${id} was ${last.how}.`, `Its last commit is kept at ${last.backup}.`);
  refuse('no_such_worker', `There is no worker ${JSON.stringify(id)}.`, 'See: orch-tui worker list');
}
