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
export function crossed<A, B, C>(
  left: Choices<A>,
  right: Choices<B>,
  join: (left: A, right: B) => C,
): Choices<C> | null {
  if (left.length * right.length > mostChoices) return null;
  return left.flatMap((one) => right.map((other) => join(one, other)));
}

/** Returns a refusal: what it is about, the word that caused it, why, and what to do instead. */
export function denial(topic: GuardTopic, word: string, why: string, instead: string): Denial {
  return { topic, reason: `${shown(word)}: ${why} ${instead}` };
}

/** Returns the refusal of what cannot be resolved. */
export function cannotTell(word: string, why: string): Denial {
  return unresolved(word, why, 'Write the command out, so that it can be checked.');
}

/** Returns a refusal that holds whatever the workspace allows. */
export function unresolved(word: string, why: string, instead: string): Denial {
  return { ...denial('outside', word, why, instead), isFinal: true };
}

/** Returns the refusal of what is too long or too deep to be gone through. */
export function tooDeep(word: string): Denial {
  return unresolved(word, 'This is too much to be checked.', 'Do it in smaller steps.');
}

/** Returns a text short enough for a sentence, with all that hides in it. */
export function shown(text: string): string {
  const plain = readable(text).trim();
  return visible(plain.length > 120 ? `${plain.slice(0, 120)}…` : plain);
}

/** Returns the refusal of what leaves the machine. */
export function leavesMachine(word: string): Denial {
  return denial(
    'push',
    word,
    'Nothing leaves this machine before a person has looked at it.',
    'Commit, and report that you are done; the person finishes and pushes.',
  );
}
