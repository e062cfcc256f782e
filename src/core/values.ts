import { failure, type Result, success } from '../lib/result.ts';
import type { Value } from './verb.ts';

// Parsers of values that several verbs take.

/** Reads a whole number. */
export function wholeNumber(text: string): Result<number> {
  return /^\d{1,9}$/.test(text) ? success(Number(text)) : wrong('A whole number is wanted.');
}

/** Reads one more whole number and appends it to those before. */
export function wholeNumbers(text: string, before: unknown): Result<readonly number[]> {
  const number = wholeNumber(text);
  return number.ok ? success([...((before ?? []) as readonly number[]), number.value]) : number;
}

/** Returns a parser of numbers from 0 to `most`. */
export function upTo(most: number): (text: string) => Result<number> {
  return (text) =>
    /^\d{1,5}$/.test(text) && Number(text) <= most ? success(Number(text)) : wrong(`0 to ${most} is wanted.`);
}

/** Reads an existing day, such as 2026-11-22. */
export function day(text: string): Result<string> {
  const time = /^\d{4}-\d\d-\d\d$/.test(text) ? Date.parse(`${text}T00:00:00Z`) : Number.NaN;
  const exists = !Number.isNaN(time) && new Date(time).toISOString().slice(0, 10) === text;
  return exists ? success(text) : wrong('A day such as 2026-11-22 is wanted.');
}

/** Returns a parser that collects `name=value` pairs in a record. */
export function pairs(isName: (name: string) => boolean, message: string): NonNullable<Value['parse']> {
  return (text, before) => {
    const at = text.indexOf('=');
    const name = text.slice(0, at).trim();
    if (at < 1 || !isName(name)) return wrong(message);
    return success({ ...(before as Record<string, string> | undefined), [name]: text.slice(at + 1).trim() });
  };
}

/** The option of verbs that ask for a confirmation. */
export const asksNothing = { '--yes': 'ask nothing' } as const;

function wrong(message: string): Result<never> {
  return failure('usage', message);
}
