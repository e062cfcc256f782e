import { expect, test } from 'vitest';
import type { WorkerState } from '../../../src/core/worker.ts';
import {
  longAge,
  memoryText,
  moneyText,
  nextAge,
  shortAge,
  stateBadge,
  tokensText,
} from '../../../src/ui/format.ts';
import { now } from '../../tui/fixtures.ts';

const minute = 60_000;

test.each([
  [0, '<1m', 'less than a minute ago', minute],
  [59_999, '<1m', 'less than a minute ago', 1],
  [minute, '1m', '1 minute ago', minute],
  [90_000, '1m', '1 minute ago', 30_000],
  [59 * minute, '59m', '59 minutes ago', minute],
  [60 * minute, '1h', '1 hour ago', 60 * minute],
  [25 * 60 * minute, '1d', '1 day ago', 23 * 60 * minute],
  [-5_000, '<1m', 'less than a minute ago', 65_000],
])('%i ms ago is %s', (since, short, long, next) => {
  const at = new Date(now - since).toISOString();
  expect([shortAge(at, now), longAge(at, now), nextAge(at, now)]).toEqual([short, long, next]);
});

test('an invalid time is shown as unknown', () => {
  expect([shortAge('soon', now), nextAge('soon', now)]).toEqual(['?', Number.POSITIVE_INFINITY]);
});

test('every state has a mark and a word of its own', () => {
  const states: readonly WorkerState[] = [
    'starting',
    'needs-trust',
    'working',
    'waiting',
    'idle',
    'limited',
    'exited',
    'lost',
  ];
  const looks = states.map((state) => stateBadge({ state, exitCode: null }));
  expect(new Set(looks.map(({ mark }) => mark)).size).toBe(states.length);
  expect(new Set(looks.map(({ word }) => word)).size).toBe(states.length);
});

test('an exit shows its code, and a failure stands out', () => {
  expect(stateBadge({ state: 'exited', exitCode: 3 })).toEqual({ mark: '✕', word: 'exited 3', tone: 'bad' });
  expect(stateBadge({ state: 'exited', exitCode: 0 })).toEqual({
    mark: '✕',
    word: 'exited 0',
    tone: 'muted',
  });
});

test.each([
  [0.4249, '$0.42'],
  [12.3, '$12.30'],
  [1204.4, '$1,204'],
])('%d dollars are shown as %s', (dollars, text) => {
  expect(moneyText(dollars)).toBe(text);
});

test.each([
  [840, '840'],
  [12_300, '12k'],
  [999_600, '1.0M'],
  [3_400_000, '3.4M'],
])('%d tokens are shown as %s', (tokens, text) => {
  expect(tokensText(tokens)).toBe(text);
});

test('memory is shown as free and as taken by workers', () => {
  expect(memoryText({ free: 3.21e9, workers: {} })).toBe('3.2 GB free');
  const workers = { 'web/a': 2.8e8, 'web/b': 3.1e8 };
  expect(memoryText({ free: 3.21e9, workers })).toBe('3.2 GB free, 0.6 GB taken by 2 workers');
});
