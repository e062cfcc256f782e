import { expect, it } from 'vitest';
import { PendingConnections } from '../../src/lib/schedule.ts';

const turn = () => new Promise((resolve) => setImmediate(resolve));

it('sends the oldest away, but nobody before what they said has been read', async () => {
  const gone: number[] = [];
  const strangers = new PendingConnections<number>(2, 60_000, (one) => gone.push(one));
  for (const one of [1, 2, 3, 4]) strangers.add(one);
  expect(gone).toEqual([]);
  // The first has said who it is.
  strangers.remove(1);
  await turn();
  await turn();
  expect(gone).toEqual([2]);
  expect(strangers.size).toBe(2);
});

it('sends away who has said nothing for too long', async () => {
  const { promise, resolve } = Promise.withResolvers<string>();
  const strangers = new PendingConnections<string>(9, 1, resolve);
  strangers.add('silent');
  expect(await promise).toBe('silent');
  expect(strangers.size).toBe(0);
});
