import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { Backoff, Debounce, pollUntil, Throttle, TokenBucket, within } from '../../src/lib/schedule.ts';

beforeEach(() => {
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout', 'performance'] });
});
afterEach(() => {
  vi.useRealTimers();
});

/** Notes when it ran, in milliseconds from now on. */
function noted() {
  const began = performance.now();
  const times: number[] = [];
  return { times, run: () => times.push(performance.now() - began) };
}

test('a throttle runs at once after a rest, and what comes meanwhile once at the end of the interval', () => {
  const { times, run } = noted();
  const throttle = new Throttle(run, 100, 'at-once');
  throttle.ask();
  for (let n = 0; n < 5; n++) {
    vi.advanceTimersByTime(10);
    throttle.ask();
  }
  vi.advanceTimersByTime(1000);
  throttle.ask();
  expect(times).toEqual([0, 100, 1050]);
});

test('a throttle that begins soon takes along what comes in the same moment; a delayed one a whole burst', () => {
  const soon = noted();
  const delayed = noted();
  const throttles = [new Throttle(soon.run, 100, 'soon'), new Throttle(delayed.run, 100, 'delayed')];
  for (const throttle of throttles) for (let n = 0; n < 3; n++) throttle.ask();
  expect([soon.times, delayed.times]).toEqual([[], []]);
  vi.advanceTimersByTime(1000);
  expect([soon.times, delayed.times]).toEqual([[0], [100]]);
});

test('a throttle that is told to run now, or not at all, runs no second time', () => {
  const { times, run } = noted();
  const throttle = new Throttle(run, 100, 'delayed');
  throttle.ask();
  throttle.runNow();
  throttle.ask();
  throttle.cancel();
  expect(throttle.isPending).toBe(false);
  vi.advanceTimersByTime(1000);
  expect(times).toEqual([0]);
});

test('a debounce waits until it has been quiet', () => {
  const { times, run } = noted();
  const debounce = new Debounce(run, 100);
  for (let n = 0; n < 4; n++) {
    debounce.ask();
    vi.advanceTimersByTime(60);
  }
  vi.advanceTimersByTime(1000);
  expect(times).toEqual([280]);
});

test('pauses between attempts double up to the longest, and begin again after a success', () => {
  const backoff = new Backoff(10, 50);
  expect([1, 2, 3, 4].map(() => backoff.next())).toEqual([10, 20, 40, 50]);
  backoff.reset();
  expect(backoff.next()).toBe(10);
});

test('looking again ends with the first time it holds, or with the limit', async () => {
  let looks = 0;
  const found = pollUntil(() => ++looks === 3, { limitMs: 1000, everyMs: 10 });
  const missed = pollUntil(() => false, { limitMs: 50, everyMs: 10 });
  await vi.advanceTimersByTimeAsync(100);
  expect([await found, looks, await missed]).toEqual([true, 3, false]);
});

test('a promise that takes too long gives null', async () => {
  const late = within(50, new Promise(() => {}));
  await vi.advanceTimersByTimeAsync(50);
  expect([await late, await within(50, Promise.resolve(7))]).toEqual([null, 7]);
});

test('a bucket allows a burst, then its rate, and nothing more for a clock that was set back', () => {
  let now = 1000;
  const bucket = new TokenBucket(2, 3, () => now);
  expect([1, 2, 3, 4].map(() => bucket.take())).toEqual([true, true, true, false]);
  expect(bucket.untilNext()).toBe(500);
  now -= 900;
  expect(bucket.take()).toBe(false);
  now += 500;
  expect([bucket.take(), bucket.take()]).toEqual([true, false]);
});
