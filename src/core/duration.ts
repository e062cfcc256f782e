import { failure, type Result, success } from '../lib/result.ts';

const perUnit: Readonly<Record<string, number>> = {
  ...{ h: 60, hr: 60, hrs: 60, hour: 60, hours: 60 },
  ...{ m: 1, min: 1, mins: 1, minute: 1, minutes: 1 },
};

/** A year of minutes: more than that is a slip of the pen. */
const largest = 366 * 24 * 60;

export interface DurationReading {
  /** What a bare number means, in minutes; null refuses it. */
  readonly bare?: number;
  /** Working time of one day in minutes; without it a day needs a person. */
  readonly day?: number;
}

/**
 * Reads a time such as `1 hour`, `1h 30m`, `1.5 hours`, `1:30`, `90 min` or `2 days`.
 * @returns minutes, rounded half up; else `negative_time`, or `bad_time` for what only a person can weigh.
 */
export function parseDuration(text: string, { bare, day }: DurationReading = {}): Result<number> {
  const refuse = (why: string) =>
    failure(
      'bad_time',
      `${JSON.stringify(text.slice(0, 40))} needs a person: ${why}.`,
      'Write hours or minutes, such as 1h 30m.',
    );
  const words = text
    .trim()
    .toLowerCase()
    .replace(/^(?:~|ca\.?|about|approx\.?)\s*/, '');
  if (/^[-−]\s*\d/.test(words))
    return failure(
      'negative_time',
      `${JSON.stringify(text.slice(0, 40))} is negative.`,
      'Correct the entry itself.',
    );
  const [, hours, minutes] = /^(\d{1,4}):([0-5]\d)(?:\s*h(?:ours?|rs?)?)?$/.exec(words) ?? [];
  if (hours !== undefined) return checked(Number(hours) * 60 + Number(minutes), refuse);
  const parts = [...words.matchAll(/(\d+(?:[.,]\d+)?)\s*([a-z]*)\.?\s*(?:,|and)?\s*/gy)];
  if (parts.map(([part]) => part).join('') !== words || parts.length === 0) return refuse('it is no time');
  let sum = 0;
  for (const [, number = '', unit = ''] of parts) {
    const isDay = /^(?:d|days?)$/.test(unit);
    const factor = isDay ? day : unit !== '' ? perUnit[unit] : parts.length === 1 ? bare : afterHours(words);
    if (factor === undefined)
      return refuse(
        isDay ? 'how long a day is was not said' : unit === '' ? 'it has no unit' : `what is "${unit}"`,
      );
    sum += Number(number.replace(',', '.')) * factor;
  }
  return checked(roundHalfUp(sum), refuse);
}

/** The minutes of `1h30`, which have no unit. */
function afterHours(words: string): number | undefined {
  return /^\d+\s*h[a-z]*\s*[0-5]\d$/.test(words) ? 1 : undefined;
}

function checked(minutes: number, refuse: (why: string) => Result<never>): Result<number> {
  return minutes > largest ? refuse('it is longer than a year') : success(minutes);
}

/** A hair is added, so that 1.15 h, which floating point keeps as a little less than 69 minutes, are 69. */
function roundHalfUp(minutes: number): number {
  return Math.floor(minutes + 0.5 + 1e-9);
}

/** Such as `1h 05m` or `12m`. */
export function formatDuration(minutes: number): string {
  const hours = Math.floor(minutes / 60);
  return hours === 0 ? `${minutes}m` : `${hours}h ${String(minutes % 60).padStart(2, '0')}m`;
}

/** Hours and minutes as a clock has them, such as `1:05` or `0:20`: exact, and read again as the same. */
export function formatClock(minutes: number): string {
  return `${Math.floor(minutes / 60)}:${String(minutes % 60).padStart(2, '0')}`;
}

/** Hours with two decimals at most, such as `1.33`: read again, they give the same minutes. */
export function formatHours(minutes: number): string {
  return String(Math.round((minutes * 100) / 60) / 100);
}

/** One report of a task's time so far, and what it adds to the one before. */
export interface TimeStep {
  readonly total: number;
  /** Minutes; 0 where the total went back. */
  readonly added: number;
  /** Whether a worker says less than it said before: a person has to look. */
  readonly isLess: boolean;
}

/**
 * What successive totals of one task add. Workers report how long they have taken in all; a total that goes back adds
 * nothing, and what comes later counts from the highest one, so that no minute is counted twice.
 */
export function timeSteps(totals: readonly number[]): TimeStep[] {
  let highest = 0;
  return totals.map((total) => {
    const step = { total, added: Math.max(0, total - highest), isLess: total < highest };
    highest = Math.max(highest, total);
    return step;
  });
}
