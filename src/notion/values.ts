import { currencyDigits } from '../core/amounts.ts';
import { isPlaceholder } from '../documents/names.ts';
import { failure, type Result, success } from '../lib/result.ts';
import { storedText } from '../lib/sanitize.ts';
import type { Value } from './row.ts';
import type { PropertyType } from './tables.ts';

/** Longest text of one run, and most runs of a property. */
const runLimit = { length: 2000, runs: 100 };
/** Longest name of a select's option. */
const optionLength = 100;
const urlLength = 2000;

/** What a property is given. */
export type PropertyValue =
  | { title: TextRun[] }
  | { rich_text: TextRun[] }
  | { select: { name: string } | null }
  | { status: { name: string } | null }
  | { date: { start: string } | null }
  | { number: number | null }
  | { url: string | null };

interface TextRun {
  type: 'text';
  text: { content: string };
}

/**
 * Text as both sides compare it: composed, without control characters, explicit directions and double spaces, null where
 * it says nothing. What else shows nothing stays: it is the person's, and goes from one side to the other.
 */
export function normaliseText(text: string): string | null {
  const clean = storedText(text.replace(/[^\S\r\n]+/g, ' '))
    .normalize('NFC')
    .replace(/ +/g, ' ')
    .replace(/ *\n */g, '\n')
    .trim();
  return isPlaceholder(clean) ? null : clean;
}

/** A day out of a date with or without a time; other text as it is. */
export function normaliseDay(text: string): string | null {
  const clean = normaliseText(text);
  return /^\d{4}-\d{2}-\d{2}T/.test(clean ?? '') ? (clean?.slice(0, 10) ?? null) : clean;
}

/** `bad_value` says why a property of that type cannot hold the text. */
export function encodeText(type: PropertyType, value: string | null): Result<PropertyValue> {
  switch (type) {
    case 'title':
    case 'rich_text': {
      const runs = textRuns(value ?? '');
      if (runs.length > runLimit.runs) return refuse('it is too long');
      return success(type === 'title' ? { title: runs } : { rich_text: runs });
    }
    case 'select':
    case 'status': {
      if (value !== null && (/,/.test(value) || value.length > optionLength))
        return refuse(`an option has no commas and at most ${optionLength} characters`);
      const option = value === null ? null : { name: value };
      return success(type === 'select' ? { select: option } : { status: option });
    }
    case 'url': {
      if (value !== null && (!URL.canParse(value) || value.length > urlLength))
        return refuse('it is no address');
      return success({ url: value });
    }
    case 'date':
      return encodeDay(value);
    case 'number':
      return refuse('it is no number');
  }
}

function encodeDay(value: string | null): Result<PropertyValue> {
  if (value === null) return success({ date: null });
  const time = /^\d{4}-\d{2}-\d{2}$/.test(value) ? Date.parse(`${value}T00:00:00Z`) : Number.NaN;
  const isDay = !Number.isNaN(time) && new Date(time).toISOString().startsWith(value);
  return isDay ? success({ date: { start: value } }) : refuse('it is no day such as 2026-11-22');
}

/** Hours for minutes, to four places. */
export function hoursOf(minutes: number): number {
  return Math.round((minutes / 60) * 10_000) / 10_000;
}

/** Whole minutes; a number that is not exact is taken to the nearest one. Negative ones are refused. */
export function minutesOf(hours: number): Result<number> {
  const minutes = Math.round(hours * 60);
  return minutes >= 0 && Number.isSafeInteger(minutes) ? success(minutes) : refuse('it is no time');
}

/** Units of a currency for its cents. */
export function unitsOf(cents: number, currency: string): Result<number> {
  const digits = currencyDigits(currency);
  return digits.ok ? success(cents / 10 ** digits.value) : digits;
}

/** Cents for units, refused where they would have to be rounded. */
export function centsOf(units: number, currency: string): Result<number> {
  const digits = currencyDigits(currency);
  if (!digits.ok) return digits;
  const scale = 10 ** digits.value;
  const cents = Math.round(units * scale);
  if (!Number.isSafeInteger(cents) || cents < 0) return refuse('it is no amount');
  // Beyond ten thousand millions the product is less exact than the number itself.
  const isExact = cents / scale === units || Math.abs(units * scale - cents) <= 1e-6;
  return isExact ? success(cents) : refuse(`it has more than ${digits.value} decimals`);
}

/** Runs of at most 2000 characters, never cutting one in two. */
function textRuns(text: string): TextRun[] {
  const runs: TextRun[] = [];
  let at = 0;
  while (at < text.length) {
    let end = Math.min(at + runLimit.length, text.length);
    if (end < text.length && /[\ud800-\udbff]/.test(text[end - 1] ?? '')) end -= 1;
    runs.push({ type: 'text', text: { content: text.slice(at, end) } });
    at = end;
  }
  return runs;
}

function refuse(why: string): Result<never> {
  return failure('bad_value', why);
}

/** How a value is shown in a message. */
export function showValue(value: Value | undefined): string {
  if (value === null || value === undefined) return 'nothing';
  return typeof value === 'number' ? String(value) : JSON.stringify(value.slice(0, 60));
}
