import { describe, expect, it } from 'vitest';
import {
  formatClock,
  formatDuration,
  formatHours,
  parseDuration,
  timeSteps,
} from '../../src/core/amounts.ts';

describe('a time in a text', () => {
  it.each([
    ['1 hour', 60],
    ['2 hrs', 120],
    ['1h 30m', 90],
    ['1h30', 90],
    ['1.5 hours', 90],
    ['1,5 h', 90],
    ['1 hour and 5 minutes', 65],
    ['90 min', 90],
    ['1:05', 65],
    ['~2h', 120],
    ['1.15h', 69],
    ['0 min', 0],
  ])('%s is %i minutes', (text, minutes) => {
    expect(parseDuration(text)).toEqual({ ok: true, value: minutes });
  });

  it.each(['1 day', '3 units', '2', '', 'soon', '1h x', '9999999 h'])('%s needs a person', (text) => {
    expect(parseDuration(text)).toMatchObject({ ok: false, problem: { code: 'bad_time' } });
  });

  it('is refused when it is negative', () => {
    expect(parseDuration('-1h')).toMatchObject({ ok: false, problem: { code: 'negative_time' } });
    expect(parseDuration('−0.5', { bare: 60 })).toMatchObject({
      ok: false,
      problem: { code: 'negative_time' },
    });
  });

  it('accepts days and bare numbers where their unit is given', () => {
    expect(parseDuration('1.5 days', { day: 480 })).toEqual({ ok: true, value: 720 });
    expect(parseDuration('0.75', { bare: 60 })).toEqual({ ok: true, value: 45 });
    expect(parseDuration('45', { bare: 1 })).toEqual({ ok: true, value: 45 });
  });
});

it('hours with two decimals, and hours and minutes, are the same minutes again, for a whole week', () => {
  for (let minutes = 0; minutes <= 7 * 24 * 60; minutes++) {
    expect(parseDuration(formatHours(minutes), { bare: 60 })).toEqual({ ok: true, value: minutes });
    expect(parseDuration(formatClock(minutes))).toEqual({ ok: true, value: minutes });
  }
});

it('durations are shown short', () => {
  expect([0, 12, 65, 600].map(formatDuration)).toEqual(['0m', '12m', '1h 05m', '10h 00m']);
});

it('totals of one task are split into what each adds; a lower one is flagged, and nothing counts twice', () => {
  expect(timeSteps([60, 90, 30, 100])).toEqual([
    { total: 60, added: 60, isLess: false },
    { total: 90, added: 30, isLess: false },
    { total: 30, added: 0, isLess: true },
    { total: 100, added: 10, isLess: false },
  ]);
});
