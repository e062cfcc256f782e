import type { Result } from '../lib/result.ts';

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

/** One command of the command line: how it is typed, who may run it and, where that is simple, what it does. */
export interface Verb<Params = never, Answer = never> {
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
  /** What is asked of the controller; without it the command line has its own code for the verb. */
  request?(args: readonly string[], options: Readonly<Record<string, unknown>>): Params;
  /** Says in one sentence that it was done. */
  says?(params: Params, answer: Answer): string;
  /** What is printed as JSON; the answer where this is missing. */
  json?(params: Params, answer: Answer): unknown;
}

// biome-ignore lint/suspicious/noExplicitAny: what a verb asks for and says belongs to its command alone.
export type AnyVerb = Verb<any, any>;

/** Returns a verb's full name, such as `worker show`. */
export function pathOf(usage: string): string {
  return usage.split(/ [<[]/)[0] ?? usage;
}

/** Returns the arguments of a usage: as they are typed, and their names. */
export function argumentsOf(usage: string): readonly { readonly typed: string; readonly name: string }[] {
  const typed = usage.match(/[<[][^\]>]+[\]>]/g) ?? [];
  return typed.map((one) => ({ typed: one, name: one.replace(/[<>[\]]|\.\.\./g, '') }));
}
