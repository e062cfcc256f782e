import type { GuardTopic } from '../core/worker.ts';
import { visible } from '../lib/sanitize.ts';

/** Why something is refused: said to the model, so it names what to do instead. */
export interface Denial {
  readonly topic: GuardTopic | 'tool';
  readonly reason: string;
  /** Holds whatever the workspace allows: it could be any of what is refused. */
  readonly isFinal?: true;
}

/**
 * Texts of which only a part can be told. What a shell will put in is marked by one character of the private use area, so
 * that such a text stays a string that can be split, compared and joined. Where the marks come in from outside they are
 * read as what they stand for: as something that cannot be told.
 */

/** Anything at all: other words, a path that leads anywhere, a command. */
export const anything = '\uE000';

/** One plain name that cannot be told: no blank, no slash. A number, a date, what a pattern matched. */
export const someName = '\uE001';

/** What some file holds, or a program that only reads files prints: any words, as little to be seen as a script file. */
export const fileText = '\uE002';

const marks = /[\uE000-\uE002]/;

/** Reports whether a text can be told in full. */
export function isKnown(text: string): boolean {
  return !marks.test(text);
}

/** Returns a text for a person: what cannot be told is an ellipsis. */
export function readable(text: string): string {
  return text.replace(/[\uE000-\uE002]+/g, '…');
}

/** Returns the last part of a path, such as a program's name. */
export function baseName(path: string): string {
  return path.slice(path.lastIndexOf('/') + 1);
}

/** What one word, or one list of words, can come out as; each of these can happen. */
export type Choices<T> = readonly T[];

/** More than so many are not looked at one by one. */
export const mostChoices = 64;

/** Returns each choice of the one beside each choice of the other; null where these are too many. */
export function product<A, B, C>(
  left: Choices<A>,
  right: Choices<B>,
  join: (left: A, right: B) => C,
): Choices<C> | null {
  if (left.length * right.length > mostChoices) return null;
  return left.flatMap((one) => right.map((other) => join(one, other)));
}

/** Returns a refusal: what it is about, the word that caused it, why, and what to do instead. */
export function denial(topic: GuardTopic, word: string, why: string, instead: string): Denial {
  return { topic, reason: `${forMessage(word)}: ${why} ${instead}` };
}

/** Returns the refusal of what cannot be resolved. */
export function denyUnknown(word: string, why: string): Denial {
  return denyAlways(word, why, 'Write the command out, so that it can be checked.');
}

/** Returns a refusal that holds whatever the workspace allows. */
export function denyAlways(word: string, why: string, instead: string): Denial {
  return { ...denial('outside', word, why, instead), isFinal: true };
}

/** Returns the refusal of what is too long or too deep to be gone through. */
export function denyTooComplex(word: string): Denial {
  return denyAlways(word, 'This is too much to be checked.', 'Do it in smaller steps.');
}

/** Returns a text short enough for a sentence, with all that hides in it. */
export function forMessage(text: string): string {
  const plain = readable(text).trim();
  return visible(plain.length > 120 ? `${plain.slice(0, 120)}…` : plain);
}

/** Returns the refusal of what leaves the machine. */
export function denySending(word: string): Denial {
  return denial(
    'push',
    word,
    'Nothing leaves this machine before a person has looked at it.',
    'Commit, and report that you are done; the person finishes and pushes.',
  );
}

/** How a program's options are read: which take a value of their own. */
export interface OptionSyntax {
  /** Letters of short options that take a value, in the same word or the next. */
  readonly short?: string;
  /** Names of long options that take a value in the next word where there is no `=`. */
  readonly long?: readonly string[];
  /** Options may also come behind the first word that is none, as GNU programs allow. */
  readonly anywhere?: boolean;
}

export interface Options {
  /** Options by name without dashes, with their value where they have one, in order. */
  readonly options: readonly (readonly [name: string, value: string | null])[];
  readonly rest: readonly string[];
}

/** Reads options as getopt does. Nothing fails: an option that is not known takes no value. */
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

/** @param left the words behind it, last first */
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
