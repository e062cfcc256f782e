import { expect, it } from 'vitest';
import {
  centsOf,
  encodeText,
  hoursOf,
  minutesOf,
  normaliseDay,
  normaliseText,
  unitsOf,
} from '../../../src/features/notion/service/rowCodec.ts';

it.each([
  ['  a  b ', 'a b'],
  ['e\u0301', '\u00e9'],
  ['a\r\nb\tc', 'a\nb c'],
  ['a\u0007\u001b[31mb', 'a[31mb'],
  ['a \u202eb \u2066 c\u2069', 'a b c'],
  ['e\u202e\u0301', '\u00e9'],
  ['\u200eשלום\u200f 👩\u200d💻 soft\u00adware', '\u200eשלום\u200f 👩\u200d💻 soft\u00adware'],
  ['—', null],
  ['None', null],
  ['', null],
])('compares %j as %j', (text, expected) => {
  expect(normaliseText(text)).toBe(expected);
});

it.each([
  ['2026-11-22T10:00:00.000+02:00', '2026-11-22'],
  ['2026-11-22', '2026-11-22'],
  ['last week', 'last week'],
])('takes the day of %s', (text, expected) => {
  expect(normaliseDay(text)).toBe(expected);
});

it('parts long text into runs that Notion takes, and cuts no character in two', () => {
  const text = `${'x'.repeat(1999)}😀${'y'.repeat(3000)}`;
  const encoded = encodeText('rich_text', text);
  if (!encoded.ok || !('rich_text' in encoded.value)) throw new Error('not encoded');
  const runs = encoded.value.rich_text.map((run) => run.text.content);
  expect(runs.join('')).toBe(text);
  expect(runs.map((run) => run.length)).toEqual([1999, 2000, 1002]);
});

it.each([
  ['select', 'a, b'],
  ['select', 'x'.repeat(101)],
  ['status', 'a,b'],
  ['url', '#12'],
  ['date', 'yesterday'],
  ['date', '2026-02-30'],
  ['number', 'ten'],
  ['rich_text', 'x'.repeat(200_001)],
] as const)('refuses for %s what Notion would refuse', (type, text) => {
  expect(encodeText(type, text)).toMatchObject({ ok: false, problem: { code: 'bad_value' } });
});

it('converts every minute of a week to hours and back', () => {
  for (let minutes = 0; minutes <= 7 * 24 * 60; minutes++)
    expect(minutesOf(hoursOf(minutes))).toEqual({ ok: true, value: minutes });
});

it('converts amounts to units and back, exact to the cent', () => {
  for (let cents = 0; cents < 1_000_000_000_000; cents = cents * 3 + 7) {
    const units = unitsOf(cents, 'EUR');
    expect(units.ok && centsOf(units.value, 'EUR')).toEqual({ ok: true, value: cents });
  }
  expect(unitsOf(5000, 'JPY')).toEqual({ ok: true, value: 5000 });
});

it.each([
  [1.005, 'EUR'],
  [0.5, 'JPY'],
  [-1, 'EUR'],
  [Number.NaN, 'EUR'],
  [1, 'KWD'],
])('refuses %s %s', (units, currency) => {
  expect(centsOf(units, currency).ok).toBe(false);
});
