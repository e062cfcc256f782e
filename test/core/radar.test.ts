import { expect, test } from 'vitest';
import { type RadarFile, touches, touchingRanges, verdictOf } from '../../src/core/radar.ts';

test.each([
  ['the same line', [5, 5], [5, 5], true],
  ['neighbouring lines', [3, 4], [5, 6], true],
  ['one line between', [3, 4], [6, 6], false],
  ['one within the other', [1, 30], [10, 12], true],
  ['something put in front of a changed line', [5, 4], [5, 5], true],
  ['something put behind a changed line', [5, 4], [4, 4], true],
  ['something put one line further', [5, 4], [3, 3], false],
  ['two things put at the same place', [5, 4], [5, 4], true],
  ['two things put a line apart', [5, 4], [6, 5], false],
] as [string, [number, number], [number, number], boolean][])(
  'Of %s, touching is decided',
  (_, one, other, expected) => {
    const [a, b] = [one, other].map(([from = 0, to = 0]) => ({ from, to }));
    if (!a || !b) throw new Error('Two ranges.');
    expect(touches(a, b)).toBe(expected);
    expect(touches(b, a)).toBe(expected);
  },
);

test('a conflict has the lines that meet, or all where none does', () => {
  const a = [
    { from: 1, to: 2 },
    { from: 10, to: 12 },
  ];
  const b = [
    { from: 13, to: 13 },
    { from: 40, to: 41 },
  ];
  expect(touchingRanges(a, b)).toEqual({ a: [{ from: 10, to: 12 }], b: [{ from: 13, to: 13 }] });
  expect(touchingRanges(a, b.slice(1))).toEqual({ a, b: b.slice(1) });
});

test.each([
  [[], 'clean'],
  [['overlap'], 'overlap'],
  [['overlap', 'content'], 'conflict'],
] as [RadarFile['kind'][], string][])('Files %j make it %s', (kinds, verdict) => {
  expect(verdictOf(kinds.map((kind) => ({ path: 'x', kind, ranges: { a: [], b: [] } })))).toBe(verdict);
});
