import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { DrawPace } from '../../src/client/timers.ts';

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

/** A pace and how often it drew. */
function watched() {
  const counts = { drawn: 0 };
  return { counts, pace: new DrawPace(() => counts.drawn++) };
}

test('several messages of one moment make one picture, what a person does at once', () => {
  const { counts, pace } = watched();
  pace.ask('tokenArrived');
  pace.ask('tokenArrived');
  pace.ask('factsArrived');
  expect(counts.drawn).toBe(0);
  vi.advanceTimersByTime(0);
  expect(counts.drawn).toBe(1);
  pace.ask('resized');
  vi.advanceTimersByTime(0);
  expect(counts.drawn).toBe(2);
});

test('what workers do is drawn at once after a rest, thirty times a second otherwise, and the last of it always', () => {
  const { counts, pace } = watched();
  pace.ask('factsArrived');
  vi.advanceTimersByTime(0);
  expect(counts.drawn).toBe(1);
  for (let ms = 0; ms < 1000; ms += 5) {
    pace.ask(ms % 2 === 0 ? 'factsArrived' : 'terminalChanged');
    vi.advanceTimersByTime(5);
  }
  expect(counts.drawn).toBeGreaterThanOrEqual(28);
  expect(counts.drawn).toBeLessThanOrEqual(31);
  const before = counts.drawn;
  pace.ask('bellRang');
  vi.advanceTimersByTime(100);
  expect(counts.drawn).toBe(before + 1);
  vi.advanceTimersByTime(1000);
  expect(counts.drawn).toBe(before + 1);
});

test('a key does not wait for workers, its picture shows what they did, and what comes of it is shown at once', () => {
  const { counts, pace } = watched();
  pace.ask('factsArrived');
  vi.advanceTimersByTime(0);
  pace.ask('factsArrived');
  pace.ask('tokenArrived');
  vi.advanceTimersByTime(0);
  expect(counts.drawn).toBe(2);
  vi.advanceTimersByTime(100);
  expect(counts.drawn).toBe(2);
  pace.ask('tokenArrived');
  vi.advanceTimersByTime(0);
  pace.ask('factsArrived');
  vi.advanceTimersByTime(0);
  expect(counts.drawn).toBe(4);
});

test('nothing is drawn once it is stopped', () => {
  const { counts, pace } = watched();
  pace.ask('factsArrived');
  vi.advanceTimersByTime(0);
  pace.ask('factsArrived');
  pace.ask('tokenArrived');
  pace.stop();
  vi.advanceTimersByTime(1000);
  expect(counts.drawn).toBe(1);
});
