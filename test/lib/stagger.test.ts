import { expect, test } from 'vitest';
import { Stagger } from '../../src/lib/schedule.ts';

test('starts happen at least the gap apart, in their order, the first of them at once', async () => {
  const stagger = new Stagger();
  const began = performance.now();
  const times: number[] = [];
  await Promise.all(
    [0, 1, 2].map(async (n) => {
      await stagger.turn(50);
      times[n] = performance.now() - began;
    }),
  );
  const [first = Number.NaN, second = Number.NaN, third = Number.NaN] = times;
  expect(first).toBeLessThan(second);
  // Each timer may fire up to a millisecond early.
  expect(second).toBeGreaterThanOrEqual(49);
  expect(third).toBeGreaterThanOrEqual(98);
});
