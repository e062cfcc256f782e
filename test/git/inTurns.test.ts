import { expect, test } from 'vitest';
import { inTurns } from '../../src/git/inTurns.ts';

test('No more than the given number is worked on at once, and answers keep their order', async () => {
  let [running, most] = [0, 0];
  const answers = await inTurns([3, 1, 2, 5, 4], 2, async (item) => {
    most = Math.max(most, ++running);
    for (let n = 0; n < item; n++) await null;
    running--;
    return item * 10;
  });
  expect({ answers, most }).toEqual({ answers: [30, 10, 20, 50, 40], most: 2 });
});

test('A fault in one is a fault of all', async () => {
  const work = async (item: number) => {
    if (item === 2) throw new Error('two');
  };
  await expect(inTurns([1, 2, 3], 2, work)).rejects.toThrow('two');
});
