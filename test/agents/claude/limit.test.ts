import { expect, test } from 'vitest';
import { limitEnd, mentionsLimit } from '../../../src/agents/claude/hooks.ts';

const now = new Date('2026-11-22T14:30:20.000Z');

test.each([
  ["You've hit your session limit · resets 3pm (UTC)", '2026-11-22T15:00:00.000Z'],
  ["You've hit your session limit · resets 3:45pm (Europe/Berlin)", '2026-11-22T14:45:00.000Z'],
  ['5-hour limit reached ∙ resets 4:30pm (Europe/Berlin)', '2026-11-22T15:30:00.000Z'],
  ['Usage limit reached, resets at 12am (America/New_York)', '2026-11-23T05:00:00.000Z'],
  ['Weekly limit reached ∙ resets Nov 25, 9am (UTC)', '2026-11-25T09:00:00.000Z'],
  ['Weekly limit reached, resets Nov 22 at 2pm (UTC)', null],
  ['Claude AI usage limit reached|1796000000', '2026-11-30T00:53:20.000Z'],
  ['Claude AI usage limit reached|1234567890', null],
  ['Session limit reached, resets 25pm (UTC)', null],
  ['Session limit reached, resets 3pm (Nowhere/Land)', null],
  ['Session limit reached, resets 10:75 (UTC)', null],
  ['Overloaded', null],
])('%s ends %s', (text, end) => {
  expect(limitEnd(text, now)).toBe(end);
});

test.each([
  [
    'before clocks go forward',
    '2026-03-29T00:10:00.000Z',
    'resets 5am (Europe/Berlin)',
    '2026-03-29T03:00:00.000Z',
  ],
  [
    'before clocks go back',
    '2026-10-24T23:10:00.000Z',
    'resets 5am (Europe/Berlin)',
    '2026-10-25T04:00:00.000Z',
  ],
  [
    'days before',
    '2026-10-23T10:00:00.000Z',
    'resets Oct 27, 9am (Europe/Berlin)',
    '2026-10-27T08:00:00.000Z',
  ],
  ['where nothing changes', '2026-10-24T23:10:00.000Z', 'resets 5am (Etc/GMT+5)', '2026-10-25T10:00:00.000Z'],
])('clocks show that time at the end told %s', (_, at, text, end) => {
  expect(limitEnd(text, new Date(at))).toBe(end);
});

test.each([
  ["You've hit your session limit · resets 3pm", true],
  ['5-hour limit reached ∙ resets 3pm', true],
  ['Claude usage limit reached.', true],
  ['Invalid API key · Fix external API key', false],
  ['The limits of this function are 1 and 9.', false],
])('%s speaks of a limit: %s', (text, is) => {
  expect(mentionsLimit(text)).toBe(is);
});
