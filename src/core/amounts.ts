import { failure, type Result, success } from '../lib/result.ts';

/** A calendar day on this machine's clock, such as `2026-11-22`. */
export type Day = string;

export function dayOf(date: Date): Day {
  return `${date.getFullYear()}-${twoDigits(date.getMonth() + 1)}-${twoDigits(date.getDate())}`;
}

function twoDigits(part: number): string {
  return `${part}`.padStart(2, '0');
}

/** Milliseconds of a day. */
export const dayMs = 86_400_000;

/**
 * A moment in the near future on this machine's clock: `15:00` today, `Mon 15:00` within a week, else `Nov 30 15:00`.
 * @param at ISO time
 * @param now milliseconds since 1970
 */
export function clockText(at: string, now: number): string {
  const date = new Date(at);
  const time = `${twoDigits(date.getHours())}:${twoDigits(date.getMinutes())}`;
  if (date.toDateString() === new Date(now).toDateString()) return time;
  const [weekday = '', month = '', dayOfMonth = ''] = date.toDateString().split(' ');
  const isSoon = Math.abs(date.getTime() - now) < 6 * dayMs;
  return isSoon ? `${weekday} ${time}` : `${month} ${Number(dayOfMonth)} ${time}`;
}

const minutesPerUnit: Readonly<Record<string, number>> = {
  ...{ h: 60, hr: 60, hrs: 60, hour: 60, hours: 60 },
  ...{ m: 1, min: 1, mins: 1, minute: 1, minutes: 1 },
};

/** A year in minutes; larger values are typos. */
const longestMinutes = 366 * 24 * 60;

interface DurationReading {
  /** Minutes per unit of a bare number; without it a bare number is refused. */
  readonly bare?: number;
  /** Working time of one day in minutes; without it days are refused. */
  readonly day?: number;
}

/**
 * Reads a time such as `1 hour`, `1h 30m`, `1.5 hours`, `1:30`, `90 min` or `2 days`.
 * @returns minutes, rounded half up; else `negative_time`, or `bad_time` for a text that only a person can
 * judge.
 */
export function parseDuration(text: string, { bare, day }: DurationReading = {}): Result<number> {
  const refuse = (why: string) =>
    failure(
      'bad_time',
      `${JSON.stringify(text.slice(0, 40))} cannot be read as a time: ${why}.`,
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
  if (hours !== undefined) return withinYear(Number(hours) * 60 + Number(minutes), refuse);
  if (/(?<!\d)\d{1,3},\d{3}(?!\d)/.test(words)) return refuse('its comma may separate thousands');
  const parts = [...words.matchAll(/(\d+(?:[.,]\d+)?)\s*([a-z]*)\.?\s*(?:,|and)?\s*/gy)];
  if (parts.map(([part]) => part).join('') !== words || parts.length === 0) return refuse('it is not a time');
  let sum = 0;
  for (const [, number = '', unit = ''] of parts) {
    const isDay = /^(?:d|days?)$/.test(unit);
    const factor = isDay
      ? day
      : unit !== ''
        ? minutesPerUnit[unit]
        : parts.length === 1
          ? bare
          : afterHours(words);
    if (factor === undefined)
      return refuse(
        isDay
          ? 'the length of a day is not configured'
          : unit === ''
            ? 'it has no unit'
            : `"${unit}" is not a unit`,
      );
    sum += Number(number.replace(',', '.')) * factor;
  }
  return withinYear(roundHalfUp(sum), refuse);
}

/** Returns 1 for `1h30`, whose minutes have no unit. */
function afterHours(words: string): number | undefined {
  return /^\d+\s*h[a-z]*\s*[0-5]\d$/.test(words) ? 1 : undefined;
}

function withinYear(minutes: number, refuse: (why: string) => Result<never>): Result<number> {
  return minutes > longestMinutes ? refuse('it is longer than a year') : success(minutes);
}

/** Rounds half up. The epsilon makes 1.15 h 69 minutes, which floating point keeps as slightly less. */
function roundHalfUp(minutes: number): number {
  return Math.floor(minutes + 0.5 + 1e-9);
}

/** Formats minutes such as `1h 05m` or `12m`. */
export function formatDuration(minutes: number): string {
  const hours = Math.floor(minutes / 60);
  return hours === 0 ? `${minutes}m` : `${hours}h ${String(minutes % 60).padStart(2, '0')}m`;
}

/** Formats minutes as `1:05` or `0:20`; `parseDuration` reads them back exactly. */
export function formatClock(minutes: number): string {
  return `${Math.floor(minutes / 60)}:${String(minutes % 60).padStart(2, '0')}`;
}

/** Formats hours with at most two decimals, such as `1.33`; `parseDuration` reads the same minutes back. */
export function formatHours(minutes: number): string {
  return String(Math.round((minutes * 100) / 60) / 100);
}

/** One reported total of a task's time, and the minutes it adds to the one before. */
interface TimeStep {
  readonly total: number;
  /** Minutes; 0 where the total decreased. */
  readonly added: number;
  /** The worker reports less than before, so a person has to check. */
  readonly isLess: boolean;
}

/**
 * Returns the minutes that each of a task's successive totals adds. Workers report their time in all; a
 * total that decreases adds nothing, and later ones count from the highest, so that no minute is counted
 * twice.
 */
export function timeSteps(totals: readonly number[]): TimeStep[] {
  let highest = 0;
  return totals.map((total) => {
    const step = { total, added: Math.max(0, total - highest), isLess: total < highest };
    highest = Math.max(highest, total);
    return step;
  });
}

/** Currencies whose smallest unit is the unit itself, ISO 4217. */
const withoutCents = new Set([
  ...['BIF', 'CLP', 'DJF', 'GNF', 'ISK', 'JPY', 'KMF', 'KRW', 'PYG', 'RWF', 'UGX', 'UYI', 'VND', 'VUV'],
  ...['XAF', 'XOF', 'XPF'],
]);

/** Currencies with three or four decimals: refused, because amounts here have at most two. */
const unsupported = new Set(['BHD', 'IQD', 'JOD', 'KWD', 'LYD', 'OMR', 'TND', 'CLF', 'UYW']);

const symbols: Readonly<Record<string, string>> = {
  '€': 'EUR',
  $: 'USD',
  '£': 'GBP',
  '¥': 'JPY',
  '₩': 'KRW',
};

/** Eleven digits: sums of ten thousand such amounts are still exact integers. */
const largestCents = 99_999_999_999;

/**
 * Returns how many decimals a currency's amounts have, 0 or 2. "Cents" are its smallest unit everywhere, so
 * yen are cents.
 * @returns `bad_currency` for anything else, including currencies with three decimals such as KWD
 */
export function currencyDigits(currency: string): Result<0 | 2> {
  if (!/^[A-Z]{3}$/.test(currency))
    return failure(
      'bad_currency',
      `${JSON.stringify(currency.slice(0, 20))} is not a currency.`,
      'Use EUR …',
    );
  if (unsupported.has(currency))
    return failure('bad_currency', `${currency} has more than two decimals, which invoices do not support.`);
  return success(withoutCents.has(currency) ? 0 : 2);
}

/**
 * Returns the cost of a time in cents, rounded half up. Exact while the amount itself is a safe integer.
 * @param minutes 0 or more
 * @param rateCents per hour, 0 or more
 */
export function amountOf(minutes: number, rateCents: number): number {
  if (!isNatural(minutes) || !isNatural(rateCents))
    throw new RangeError(`amountOf(${minutes}, ${rateCents})`);
  const rest = rateCents % 60;
  const whole = ((rateCents - rest) / 60) * minutes;
  const twice = rest * minutes + 30;
  return whole + (twice - (twice % 60)) / 60;
}

function isNatural(number: number): boolean {
  return Number.isSafeInteger(number) && number >= 0;
}

/**
 * Reads an amount such as `1,234.50`, `$80`, `80 EUR`, `1.234,50 €`, `1'234.50` or `Fr. 80.–`.
 * @returns cents; else `bad_amount`: signs, more decimals than the currency has, another currency's sign, or words.
 */
export function parseAmount(text: string, currency: string): Result<number> {
  const digits = currencyDigits(currency);
  if (!digits.ok) return digits;
  const refuse = (why: string) =>
    failure(
      'bad_amount',
      `${JSON.stringify(text.slice(0, 40))} is not an amount: ${why}.`,
      'Write it as 1234.50.',
    );
  const number = text
    .replace(/\s+/g, ' ')
    .trim()
    .replace(unitAround, '')
    .replace(/\.[-–—]{1,2}$/, '');
  const named = currencyIn(text);
  if (named !== null && named !== currency && !mayShareSign(text, currency))
    return refuse(`it is not in ${currency}`);
  if (/^\(|^[-−]/.test(number)) return refuse('it is negative');
  const match =
    /^(\d+|\d{1,3}(?:[,'’ ]\d{3})+)(?:\.(\d+))?$/.exec(number) ??
    /^(\d+|\d{1,3}(?:[.'’ ]\d{3})+)(?:,(\d{1,2}))$/.exec(number);
  if (!match) return refuse('only digits are allowed');
  const [, units = '', decimals = ''] = match;
  if (decimals.length > digits.value)
    return refuse(`${currency} has ${digits.value} decimals, not ${decimals.length}`);
  const cents = Number(units.replace(/\D/g, '') + decimals.padEnd(digits.value, '0'));
  return cents > largestCents ? refuse('it is too large') : success(cents);
}

/**
 * A currency code or sign before or after a number; `parseAmount` checks separately that it is the right
 * one.
 */
const unitAround = /^(?:[A-Z]{3}|S?Fr\.?|[€$£¥₩]) ?| ?(?:[A-Z]{3}|S?Fr\.?|[€$£¥₩])$/g;

/** Returns the currency that a text names by its code or sign; null when it names none. */
export function currencyIn(text: string): string | null {
  const [code] = /\b[A-Z]{3}\b/.exec(text) ?? [];
  if (code !== undefined) return code;
  if (/(?<!\p{L})S?Fr(?![\p{L}])/u.test(text)) return 'CHF';
  const [sign] = /[€$£¥₩]/.exec(text) ?? [];
  return sign === undefined ? null : (symbols[sign] ?? null);
}

/**
 * Reports whether a sign in the text may mean the chosen currency: `$` is also Canada's and others', `¥`
 * also China's.
 */
function mayShareSign(text: string, currency: string): boolean {
  if (/\b[A-Z]{3}\b/.test(text)) return false;
  const sign = /[$¥£]/.exec(text)?.[0];
  if (sign === '$') return /^(?:USD|AUD|CAD|NZD|SGD|HKD|MXN|BRL|TWD|CLP|ARS|COP)$/.test(currency);
  if (sign === '¥') return /^(?:JPY|CNY)$/.test(currency);
  return sign === '£' && /^(?:GBP|EGP|GIP)$/.test(currency);
}

/** Formats cents such as `1234.50`, or `1234` where the currency has no decimals. */
export function formatCents(cents: number, digits: 0 | 2): string {
  if (digits === 0) return String(cents);
  const text = String(Math.abs(cents)).padStart(3, '0');
  return `${cents < 0 ? '-' : ''}${text.slice(0, -2)}.${text.slice(-2)}`;
}

/** Formats an amount for display: `1,234.50 EUR`. An unknown currency shows two decimals. */
export function formatMoney(cents: number, currency: string): string {
  const digits = currencyDigits(currency);
  const [units = '', decimals] = formatCents(cents, digits.ok ? digits.value : 2).split('.');
  const grouped = units.replace(/\B(?=(\d{3})+$)/g, ',');
  return `${grouped}${decimals === undefined ? '' : `.${decimals}`} ${currency}`;
}
