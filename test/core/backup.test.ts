import { expect, test } from 'vitest';
import { isExpired, keptDays, snapshotsToDelete } from '../../src/core/repo.ts';

const now = new Date('2026-03-31T12:00:00.000Z');
const ago = (minutes: number) => ({ at: new Date(now.getTime() - minutes * 60_000).toISOString() });
const hours = (n: number) => 60 * n;
const days = (n: number) => hours(24) * n;

const cases: [string, number[], number[]][] = [
  ['all of the last hour', [0, 1, 2, 30, 60], []],
  ['the newest of each hour of the last day', [61, 65, hours(2) + 1, hours(2) + 2], [65, hours(2) + 2]],
  ['the newest of each day before that', [days(2), days(2) + 30, days(3)], [days(2) + 30]],
  ['none longer than was promised', [days(keptDays), days(keptDays) + 1], [days(keptDays) + 1]],
  ['one that is alone', [days(29)], []],
];

test.each(cases)('Snapshots are thinned out: %s stay', (_what, minutes, gone) => {
  expect(snapshotsToDelete(minutes.map(ago), now)).toEqual(gone.map(ago));
});

test('A worker that works for thirty days without a pause has at most some eighty snapshots', () => {
  let kept: { at: string }[] = [];
  for (let minute = days(31); minute >= 0; minute -= 5) {
    const moment = new Date(now.getTime() - minute * 60_000);
    const gone = new Set(snapshotsToDelete([...kept, ago(minute)], moment));
    kept = [...kept, ago(minute)].filter((one) => ![...gone].some(({ at }) => at === one.at));
  }
  expect(kept.length).toBeLessThan(80);
  expect(kept.length).toBeGreaterThan(55);
  expect(kept.some(({ at }) => isExpired(at, now))).toBe(false);
});
