import { AsyncLocalStorage } from 'node:async_hooks';
import { expect, test } from 'vitest';
import { KeyedQueue, mapConcurrently, SerialQueue } from '../../src/lib/queue.ts';

test('No more than the given number is worked on at once, and answers keep their order', async () => {
  let [running, most] = [0, 0];
  const answers = await mapConcurrently([3, 1, 2, 5, 4], 2, async (item) => {
    most = Math.max(most, ++running);
    for (let n = 0; n < item; n++) await null;
    running--;
    return item * 10;
  });
  expect({ answers, most }).toEqual({ answers: [30, 10, 20, 50, 40], most: 2 });
});

test('A fault in one is a fault of all, and nothing begins after it', async () => {
  const begun: number[] = [];
  const work = async (item: number) => {
    begun.push(item);
    if (item === 2) throw new Error('two');
  };
  await expect(mapConcurrently([1, 2, 3, 4], 1, work)).rejects.toThrow('two');
  await new Promise((resolve) => setImmediate(resolve));
  expect(begun).toEqual([1, 2]);
});

test('a serial queue keeps the order, and a failure from those behind it', async () => {
  const queue = new SerialQueue();
  const done: string[] = [];
  const gate = Promise.withResolvers<void>();
  const slow = queue.add(async () => {
    await gate.promise;
    done.push('slow');
  });
  const failing = queue.add(() => Promise.reject(new Error('no')));
  const last = queue.add(async () => done.push('last'));
  await new Promise((resolve) => setImmediate(resolve));
  expect(done).toEqual([]);
  gate.resolve();
  await expect(failing).rejects.toThrow('no');
  await Promise.all([slow, last, queue.onIdle()]);
  expect(done).toEqual(['slow', 'last']);
});

test('queues of different keys do not wait for each other, and work sees the context of who asked for it', async () => {
  const queues = new KeyedQueue();
  const context = new AsyncLocalStorage<string>();
  const gate = Promise.withResolvers<void>();
  const seen: (string | undefined)[] = [];
  const first = context.run('a', () => queues.add('x', () => gate.promise));
  const second = context.run('b', () => queues.add('x', async () => seen.push(context.getStore())));
  await queues.add('y', async () => seen.push(context.getStore()));
  expect(seen).toEqual([undefined]);
  gate.resolve();
  await Promise.all([first, second]);
  expect(seen).toEqual([undefined, 'b']);
});
