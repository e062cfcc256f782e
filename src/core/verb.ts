import { failure, type Problem, problemOf, type Result, success } from '../lib/result.ts';
import type { Facts } from './facts.ts';
import type { Worker } from './worker.ts';

/** A value that follows a verb or an option. */
export interface Value {
  readonly about?: string;
  /** Reads it. `before`: the earlier value of the same option or argument. */
  parse?(text: string, before: unknown): Result<unknown>;
  readonly oneOf?: readonly string[];
  /** Its value when it is not given. */
  readonly fallback?: unknown;
  readonly required?: true;
}

/** Context that a verb's text depends on. */
interface Given {
  readonly options: Readonly<Record<string, unknown>>;
  /** Milliseconds since 1970. */
  readonly now: number;
}

/** A verb's output. */
export interface Printed {
  /** The one JSON value of `--json`. */
  readonly value: unknown;
  /** For people; null where everything was printed before. */
  readonly text: string | null;
  /** The text is a screen of cells, with our own escape sequences. */
  readonly isScreen?: true;
  /** A part was refused: the exit code is 1. */
  readonly hasFailed?: boolean;
}

/** One command of the command line: its usage, who may run it, its request and its output. */
export interface Verb<Params = never, Answer = never, Call = never> {
  /** Its full name and its arguments, such as `worker show <id>`. */
  readonly usage: string;
  readonly about: string;
  /** Arguments other than plain texts, by name. */
  readonly values?: Readonly<Record<string, Value>>;
  /** By their usage, such as `--limit <n>`. */
  readonly options?: Readonly<Record<string, string | Value>>;
  /** An alternative name. */
  readonly alias?: string;
  /** It prints no JSON, because it has an output language of its own. */
  readonly plain?: true;
  /** Default: its command's. */
  readonly by?: 'anyone' | 'person';
  /** It changes nothing that a person has to agree to, but agents may not run it. */
  readonly notForAgents?: true;
  /** Completes "A worker cannot …"; default: its command's. */
  readonly what?: string;
  /** It also runs in an untrusted workspace, because it executes nothing of it. */
  readonly untrusted?: true;
  /** Overrides for a call with this option, named as in commander. */
  readonly withOption?: { readonly name: string; readonly by: 'anyone' | 'person'; readonly what?: string };
  /** Returns the parameters of its command's request. */
  request?(args: readonly string[], options: Readonly<Record<string, unknown>>): Params;
  /** Returns the answer as text for people. */
  says?(params: Params, answer: Answer, given: Given): string;
  /** Returns the value of `--json`; default: the answer. */
  json?(params: Params, answer: Answer): unknown;
  /**
   * Runs a verb of several requests. Without `request` and `run` the command line has its own code for the
   * verb.
   */
  // biome-ignore lint/suspicious/noExplicitAny: the definition determines the arguments and options.
  run?(call: Call, args: readonly any[], options: any): Promise<Printed>;
}

// biome-ignore lint/suspicious/noExplicitAny: only its command knows the parameters and the answer.
export type AnyVerb = Verb<any, any, any>;

/** Aborts a verb with a problem; only the command line's entry catches it. */
export class Refusal extends Error {
  readonly problem: Problem;

  constructor(problem: Problem) {
    super(problem.message);
    this.problem = problem;
  }
}

/** Returns the value, or aborts the verb. */
export function demand<T>(result: Result<T>): T {
  if (result.ok) return result.value;
  throw new Refusal(result.problem);
}

/** Aborts the verb with a new problem. */
export function refuse(code: string, message: string, hint?: string): never {
  throw new Refusal(problemOf(code, message, hint));
}

/** Returns a verb's full name, such as `worker show`. */
export function pathOf(usage: string): string {
  return usage.split(/ [<[]/)[0] ?? usage;
}

/** Returns the arguments of a usage, with their usage text and their names. */
export function argumentsOf(usage: string): readonly { readonly typed: string; readonly name: string }[] {
  const typed = usage.match(/[<[][^\]>]+[\]>]/g) ?? [];
  return typed.map((one) => ({ typed: one, name: one.replace(/[<>[\]]|\.\.\./g, '') }));
}

/** Returns the worker with that id; otherwise refuses, with what became of it where known. */
export function demandWorker({ workers, ended }: Facts, id: string): Worker {
  const worker = workers.find((one) => one.id === id);
  if (worker) return worker;
  const last = ended.findLast((one) => one.id === id);
  if (last)
    refuse(`already_${last.how}`, `${id} was ${last.how}.`, `Its last commit is kept at ${last.backup}.`);
  refuse('no_such_worker', `There is no worker ${JSON.stringify(id)}.`, 'See: orch-tui worker list');
}

/** Reads a whole number. */
export function wholeNumber(text: string): Result<number> {
  return /^\d{1,9}$/.test(text) ? success(Number(text)) : usageFailure('Give a whole number.');
}

/** Reads one more whole number and appends it to those before. */
export function wholeNumbers(text: string, before: unknown): Result<readonly number[]> {
  const number = wholeNumber(text);
  return number.ok ? success([...((before ?? []) as readonly number[]), number.value]) : number;
}

/** Returns a parser of numbers from 0 to `most`. */
export function upTo(most: number): (text: string) => Result<number> {
  return (text) =>
    /^\d{1,5}$/.test(text) && Number(text) <= most
      ? success(Number(text))
      : usageFailure(`Give a number from 0 to ${most}.`);
}

/** Reads an existing day, such as 2026-11-22. */
export function day(text: string): Result<string> {
  const time = /^\d{4}-\d\d-\d\d$/.test(text) ? Date.parse(`${text}T00:00:00Z`) : Number.NaN;
  const exists = !Number.isNaN(time) && new Date(time).toISOString().slice(0, 10) === text;
  return exists ? success(text) : usageFailure('Give a day such as 2026-11-22.');
}

/** Returns a parser that collects `name=value` pairs in a record. */
export function pairs(isName: (name: string) => boolean, message: string): NonNullable<Value['parse']> {
  return (text, before) => {
    const at = text.indexOf('=');
    const name = text.slice(0, at).trim();
    if (at < 1 || !isName(name)) return usageFailure(message);
    return success({ ...(before as Record<string, string> | undefined), [name]: text.slice(at + 1).trim() });
  };
}

/** The option of verbs that ask for a confirmation. */
export const yesOption = { '--yes': 'ask nothing' } as const;

function usageFailure(message: string): Result<never> {
  return failure('usage', message);
}
