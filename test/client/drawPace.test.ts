import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { DrawPace } from '../../src/client/timers.ts';

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

/** Creates a pace that counts its drawings. */
function watched() {
  const counts = { drawn: 0 };
  return { counts, pace: new DrawPace(() => counts.drawn++) };
}

test('messages of one moment are drawn together, those of a person at once', () => {
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

test('messages of workers are drawn at once after a rest, else thirty times a second, and the last one always', () => {
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

test('a key is drawn at once together with messages of workers, and so is its effect', () => {
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

test('a stopped pace draws nothing', () => {
  const { counts, pace } = watched();
  pace.ask('factsArrived');
  vi.advanceTimersByTime(0);
  pace.ask('factsArrived');
  pace.ask('tokenArrived');
  pace.stop();
  vi.advanceTimersByTime(1000);
  expect(counts.drawn).toBe(1);
});
