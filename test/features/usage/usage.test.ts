import { expect, test } from 'vitest';
import type { UsageFacts } from '../../../src/core/usage.ts';
import { usedBy, usedToday } from '../../../src/tui/bars.ts';
import { busyFacts } from '../../tui/fixtures.ts';

const used = { dollars: 4.2, input: 2000, output: 40_000, cacheRead: 9e6, cacheWrite: 3000 };

function shown(usage: UsageFacts) {
  const facts = busyFacts({ usage });
  return [usedToday({ facts }), usedBy({ facts }, 'web/a')];
}

const usage: UsageFacts = { today: '2026-11-22', days: { '2026-11-22': used }, workers: { 'web/a': used } };

test('usage is money and the tokens that did not come from a cache', () => {
  expect(shown(usage)).toMatchObject([
    { text: '$4.20 · 45k today', tone: 'muted' },
    { text: '$4.20 · 45k', tone: 'muted' },
  ]);
});

test('usage near a budget is a warning, at the budget it is bad', () => {
  expect(shown({ ...usage, budget: { day: 5, worker: 4 } })).toMatchObject([
    { text: '$4.20 of $5 · 45k today', tone: 'warning' },
    { text: '$4.20 of $4 · 45k', tone: 'bad' },
  ]);
});

test('nothing is shown without usage', () => {
  expect(shown({ ...usage, today: '2026-11-23', workers: {} })).toEqual([null, null]);
});
