import { describe, expect, it } from 'vitest';
import {
  amountOf,
  currencyDigits,
  currencyIn,
  formatCents,
  formatMoney,
  parseAmount,
} from '../../src/core/amounts.ts';
import { randomOf } from '../support/random.ts';

describe('amounts of time', () => {
  it.each([
    [60, 8000, 8000],
    [90, 8000, 12000],
    [80, 8000, 10667],
    [1, 30, 1],
    [1, 29, 0],
    [0, 8000, 0],
    [45, 0, 0],
  ])('of %i minutes at %i cents an hour are %i cents', (minutes, rate, cents) => {
    expect(amountOf(minutes, rate)).toBe(cents);
  });

  it('add up to the cent over ten thousand entries, as whole numbers of any size do', () => {
    const random = randomOf(7);
    let sum = 0;
    let exact = 0n;
    for (let n = 0; n < 10_000; n++) {
      const [minutes, rate] = [random.below(100_000), random.below(50_000_000)];
      sum += amountOf(minutes, rate);
      exact += (BigInt(minutes) * BigInt(rate) * 2n + 60n) / 120n;
    }
    expect(BigInt(sum)).toBe(exact);
  });

  it('are only computed from non-negative integers', () => {
    expect(() => amountOf(-1, 100)).toThrow(RangeError);
    expect(() => amountOf(1, 0.5)).toThrow(RangeError);
  });
});

describe('an amount in a text', () => {
  it.each([
    ['80', 'EUR', 8000],
    ['€1,234.50', 'EUR', 123450],
    ['1.234,50 €', 'EUR', 123450],
    ["1'234.5", 'CHF', 123450],
    ['1\u00a0234,50 EUR', 'EUR', 123450],
    ['$80.05', 'CAD', 8005],
    ['¥1,200', 'JPY', 1200],
  ])('%s in %s is %i', (text, currency, cents) => {
    expect(parseAmount(text, currency)).toEqual({ ok: true, value: cents });
  });

  it.each([
    ['80.005', 'EUR', 'EUR has 2 decimals, not 3'],
    ['1.234', 'EUR', 'EUR has 2 decimals, not 3'],
    ['500.5', 'JPY', 'JPY has 0 decimals, not 1'],
    ['-5', 'EUR', 'negative'],
    ['€-5', 'EUR', 'negative'],
    ['(5.00)', 'EUR', 'negative'],
    ['$5', 'EUR', 'not in EUR'],
    ['5 USD', 'EUR', 'not in EUR'],
    ['1,23,4', 'EUR', 'only digits'],
    ['about 5', 'EUR', 'only digits'],
    ['', 'EUR', 'only digits'],
    ['9999999999999', 'EUR', 'too large'],
  ])('%s in %s is refused: %s', (text, currency, why) => {
    const result = parseAmount(text, currency);
    expect(result.ok ? result.value : result.problem.message).toContain(why);
  });

  it('names its currency by code or sign', () => {
    expect(['80 CHF', '€80', '80', 'per hour'].map(currencyIn)).toEqual(['CHF', 'EUR', null, null]);
  });
});

describe('currencies', () => {
  it('have their own decimals; those with three are refused', () => {
    const digits = (code: string) => {
      const result = currencyDigits(code);
      return result.ok ? result.value : result.problem.code;
    };
    expect(['EUR', 'USD', 'JPY', 'KWD', 'euro'].map(digits)).toEqual([
      2,
      2,
      0,
      'bad_currency',
      'bad_currency',
    ]);
  });

  it('are shown with their decimals', () => {
    expect(formatMoney(123456789, 'EUR')).toBe('1,234,567.89 EUR');
    expect(formatMoney(1234, 'JPY')).toBe('1,234 JPY');
    expect([formatCents(5, 2), formatCents(0, 2), formatCents(-105, 2)]).toEqual(['0.05', '0.00', '-1.05']);
  });
});
