import { expect, test } from 'vitest';
import { freePorts, overlapsAny, usualPorts } from '../../src/core/worker.ts';

test.each([
  ['the first is free', usualPorts, [], { first: 20_000, count: 10 }],
  [
    'a gap is taken',
    usualPorts,
    [
      { first: 20_000, count: 10 },
      { first: 20_020, count: 10 },
    ],
    { first: 20_010, count: 10 },
  ],
  [
    'blocks of another size are kept clear of',
    { first: 20_000, count: 4 },
    [{ first: 20_003, count: 10 }],
    { first: 20_016, count: 4 },
  ],
  ['no port is above the last one', { first: 65_530, count: 6 }, [{ first: 65_530, count: 1 }], null],
  ['nobody wants any', { first: 20_000, count: 0 }, [], null],
])('%s', (_, blocks, taken, expected) => {
  expect(freePorts(blocks, taken)).toEqual(expected);
});

test('blocks that only touch do not overlap', () => {
  const block = { first: 10, count: 5 };
  expect(
    overlapsAny(block, [
      { first: 15, count: 5 },
      { first: 5, count: 5 },
    ]),
  ).toBe(false);
  expect(overlapsAny(block, [{ first: 14, count: 1 }])).toBe(true);
});
