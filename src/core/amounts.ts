import { failure, type Result, success } from '../lib/result.ts';

/** Currencies whose smallest unit is the unit itself, ISO 4217. */
const withoutCents = new Set([
  ...['BIF', 'CLP', 'DJF', 'GNF', 'ISK', 'JPY', 'KMF', 'KRW', 'PYG', 'RWF', 'UGX', 'UYI', 'VND', 'VUV'],
  ...['XAF', 'XOF', 'XPF'],
]);

/** Currencies with three or four decimals: refused, since an amount of ours has two at most. */
const refused = new Set(['BHD', 'IQD', 'JOD', 'KWD', 'LYD', 'OMR', 'TND', 'CLF', 'UYW']);

const symbols: Readonly<Record<string, string>> = {
  '€': 'EUR',
  $: 'USD',
  '£': 'GBP',
  '¥': 'JPY',
  '₩': 'KRW',
};

/** Eleven digits: sums of ten thousand such amounts are still exact integers. */
const largest = 99_999_999_999;

/**
 * How many decimals amounts of a currency have: 0 or 2. "Cents" are its smallest unit everywhere, so yen are cents.
 * Else `bad_currency`, also for those with three decimals, such as KWD.
 */
export function currencyDigits(currency: string): Result<0 | 2> {
  if (!/^[A-Z]{3}$/.test(currency))
    return failure(
      'bad_currency',
      `${JSON.stringify(currency.slice(0, 20))} is not a currency.`,
      'Use EUR …',
    );
  if (refused.has(currency))
    return failure('bad_currency', `${currency} has more than two decimals, which invoices do not support.`);
  return success(withoutCents.has(currency) ? 0 : 2);
}

/**
 * What so much time costs, in cents, rounded half up. Exact while the amount itself is a safe integer.
 * @param minutes 0 or more
 * @param rateCents for an hour, 0 or more
 */
export function amountOf(minutes: number, rateCents: number): number {
  if (!isCount(minutes) || !isCount(rateCents)) throw new RangeError(`amountOf(${minutes}, ${rateCents})`);
  const rest = rateCents % 60;
  const whole = ((rateCents - rest) / 60) * minutes;
  const twice = rest * minutes + 30;
  return whole + (twice - (twice % 60)) / 60;
}

function isCount(number: number): boolean {
  return Number.isSafeInteger(number) && number >= 0;
}

/**
 * Reads an amount such as `1,234.50`, `$80`, `80 EUR`, `1.234,50 €` or `1'234.50`.
 * @returns cents; else `bad_amount`: signs, more decimals than the currency has, another currency's sign, or words.
 */
export function parseAmount(text: string, currency: string): Result<number> {
  const digits = currencyDigits(currency);
  if (!digits.ok) return digits;
  const refuse = (why: string) =>
    failure(
      'bad_amount',
      `${JSON.stringify(text.slice(0, 40))} is no amount: ${why}.`,
      'Write it as 1234.50.',
    );
  const number = text.replace(/\s+/g, ' ').trim().replace(unitAround, '');
  const named = currencyIn(text);
  if (named !== null && named !== currency && !sharesSign(text, currency))
    return refuse(`it is not in ${currency}`);
  if (/^\(|^[-−]/.test(number)) return refuse('it is negative');
  const match =
    /^(\d+|\d{1,3}(?:[,' ]\d{3})+)(?:\.(\d+))?$/.exec(number) ??
    /^(\d+|\d{1,3}(?:[.' ]\d{3})+)(?:,(\d{1,2}))$/.exec(number);
  if (!match) return refuse('only digits are allowed');
  const [, units = '', decimals = ''] = match;
  if (decimals.length > digits.value)
    return refuse(`${currency} has ${digits.value} decimals, not ${decimals.length}`);
  const cents = Number(units.replace(/\D/g, '') + decimals.padEnd(digits.value, '0'));
  return cents > largest ? refuse('it is too large') : success(cents);
}

/** A code or sign in front of a number or behind it; that it is the right one is checked apart. */
const unitAround = /^(?:[A-Z]{3}|[€$£¥₩]) ?| ?(?:[A-Z]{3}|[€$£¥₩])$/g;

/** The currency that a text names by its code or its sign; null when it names none. */
export function currencyIn(text: string): string | null {
  const [code] = /\b[A-Z]{3}\b/.exec(text) ?? [];
  if (code !== undefined) return code;
  const [sign] = /[€$£¥₩]/.exec(text) ?? [];
  return sign === undefined ? null : (symbols[sign] ?? null);
}

/** `$` is also Canada's and others', `¥` also China's: a sign is no proof against the currency that was chosen. */
function sharesSign(text: string, currency: string): boolean {
  if (/\b[A-Z]{3}\b/.test(text)) return false;
  const sign = /[$¥£]/.exec(text)?.[0];
  if (sign === '$') return /^(?:USD|AUD|CAD|NZD|SGD|HKD|MXN|BRL|TWD|CLP|ARS|COP)$/.test(currency);
  if (sign === '¥') return /^(?:JPY|CNY)$/.test(currency);
  return sign === '£' && /^(?:GBP|EGP|GIP)$/.test(currency);
}

/** Such as `1234.50`, or `1234` where the currency has no decimals. */
export function formatCents(cents: number, digits: 0 | 2): string {
  if (digits === 0) return String(cents);
  const text = String(Math.abs(cents)).padStart(3, '0');
  return `${cents < 0 ? '-' : ''}${text.slice(0, -2)}.${text.slice(-2)}`;
}

/** For people: `1,234.50 EUR`. A currency we do not know shows two decimals. */
export function formatMoney(cents: number, currency: string): string {
  const digits = currencyDigits(currency);
  const [units = '', decimals] = formatCents(cents, digits.ok ? digits.value : 2).split('.');
  const grouped = units.replace(/\B(?=(\d{3})+$)/g, ',');
  return `${grouped}${decimals === undefined ? '' : `.${decimals}`} ${currency}`;
}
