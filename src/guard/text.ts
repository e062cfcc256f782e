import type { GuardTopic } from '../core/worker.ts';
import { visible } from '../lib/sanitize.ts';

/** A refusal. Its reason is shown to the model, so it says what to do instead. */
export interface Denial {
  readonly topic: GuardTopic | 'tool';
  readonly reason: string;
  /** True when no setting of the workspace allows it: it could be any refused command. */
  readonly isFinal?: true;
}

/**
 * Texts with unknown parts. A character of the private use area marks each part that the shell inserts, so that such a
 * text stays a string that can be split, compared and joined. Marks in outside texts are read the same way: as unknown.
 */

/** Unknown text: any words, paths or commands. */
export const anything = '\uE000';

/** One unknown plain name without blank and slash: a number, a date, a matched file name. */
export const someName = '\uE001';

/** Contents of a file, or output of a program that only reads files: unknown words, as opaque as a script file. */
export const fileText = '\uE002';

const marks = /[\uE000-\uE002]/;

/** Reports whether a text has no unknown part. */
export function isKnown(text: string): boolean {
  return !marks.test(text);
}

/** Returns a text for a person, with an ellipsis for each unknown part. */
export function readable(text: string): string {
  return text.replace(/[\uE000-\uE002]+/g, '…');
}

/** Returns the last part of a path, such as a program's name. */
export function baseName(path: string): string {
  return path.slice(path.lastIndexOf('/') + 1);
}

/** Possible values of a word or of a list of words. */
export type Choices<T> = readonly T[];

/** Maximum number of possible values that are followed. */
export const mostChoices = 64;

/** Returns the combinations of two sets of choices; null when there are too many. */
export function product<A, B, C>(
  left: Choices<A>,
  right: Choices<B>,
  join: (left: A, right: B) => C,
): Choices<C> | null {
  if (left.length * right.length > mostChoices) return null;
  return left.flatMap((one) => right.map((other) => join(one, other)));
}

/** Returns a refusal: its topic, the word that caused it, why, and what to do instead. */
export function denial(topic: GuardTopic, word: string, why: string, instead: string): Denial {
  return { topic, reason: `${forMessage(word)}: ${why} ${instead}` };
}

/** Returns the refusal of something that cannot be resolved. */
export function denyUnknown(word: string, why: string): Denial {
  return denyAlways(word, why, 'Write the command out, so that it can be checked.');
}

/** Returns a refusal that no setting of the workspace allows. */
function denyAlways(word: string, why: string, instead: string): Denial {
  return { ...denial('outside', word, why, instead), isFinal: true };
}

/** Returns the refusal of something too long or too deep to judge. */
export function denyTooComplex(word: string): Denial {
  return denyAlways(word, 'This is too much to be checked.', 'Do it in smaller steps.');
}

/** Returns a text short enough for a sentence, with hidden characters made visible. */
function forMessage(text: string): string {
  const plain = readable(text).trim();
  return visible(plain.length > 120 ? `${plain.slice(0, 120)}…` : plain);
}

/** Returns the refusal of sending something to another machine. */
export function denySending(word: string): Denial {
  return denial(
    'push',
    word,
    'Nothing leaves this machine before a person has looked at it.',
    'Commit, and report that you are done; the person finishes and pushes.',
  );
}

/** Syntax of a program's options. */
export interface OptionSyntax {
  /** Short options that take a value, in the same word or the next. */
  readonly short?: string;
  /** Long options that take a value in the next word unless there is a `=`. */
  readonly long?: readonly string[];
  /** True when options may also follow other words, as in GNU programs. */
  readonly anywhere?: boolean;
}

export interface Options {
  /** Names without dashes, with their value if there is one, in order. */
  readonly options: readonly (readonly [name: string, value: string | null])[];
  readonly rest: readonly string[];
}

/** Reads options as getopt does. Never fails: an unknown option takes no value. */
export function readOptions(args: readonly string[], syntax: OptionSyntax): Options {
  const options: (readonly [string, string | null])[] = [];
  const rest: string[] = [];
  const left = [...args].reverse();
  while (left.length > 0) {
    const arg = left.pop() ?? '';
    if (arg === '--') break;
    if (!arg.startsWith('-') || arg === '-') {
      rest.push(arg);
      if (!syntax.anywhere) break;
    } else if (arg.startsWith('--') || syntax.long?.includes(arg.slice(1)))
      options.push(longOption(arg, left, syntax));
    else options.push(...shortOptions(arg, left, syntax));
  }
  return { options, rest: [...rest, ...left.reverse()] };
}

/** @param left the following words, last first */
function longOption(
  arg: string,
  left: string[],
  { long = [] }: OptionSyntax,
): readonly [string, string | null] {
  const [name = '', ...value] = arg.replace(/^--?/, '').split('=');
  if (value.length > 0) return [name, value.join('=')];
  return [name, long.includes(name) ? (left.pop() ?? '') : null];
}

function shortOptions(
  arg: string,
  left: string[],
  { short = '' }: OptionSyntax,
): readonly (readonly [string, string | null])[] {
  const at = [...arg.slice(1)].findIndex((letter) => short.includes(letter)) + 1;
  const plain = [...(at === 0 ? arg.slice(1) : arg.slice(1, at))].map((letter) => [letter, null] as const);
  if (at === 0) return plain;
  const attached = arg.slice(at + 1);
  return [...plain, [arg[at] ?? '', attached === '' ? (left.pop() ?? '') : attached]];
}

/** Returns the values of options by any of their names. */
export function valuesOf({ options }: Options, ...names: string[]): readonly string[] {
  return options.flatMap(([name, value]) => (names.includes(name) && value !== null ? [value] : []));
}

/** Reports whether one of these options is given. */
export function isGiven({ options }: Options, ...names: string[]): boolean {
  return options.some(([name]) => names.includes(name));
}
