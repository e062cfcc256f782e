import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { PaintPace } from '../../src/client/paintPace.ts';

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

test('what is typed into is painted at once, all else thirty times a second together', () => {
  let painted = 0;
  const pace = new PaintPace(() => painted++);
  for (let ms = 0; ms < 1000; ms += 4) {
    for (let pane = 0; pane < 4; pane++) pace.ask(false);
    vi.advanceTimersByTime(4);
  }
  expect(painted).toBeGreaterThanOrEqual(27);
  expect(painted).toBeLessThanOrEqual(31);
  const before = painted;
  for (let key = 1; key <= 5; key++) {
    pace.ask(true);
    expect(painted).toBe(before + key);
  }
});

test('after a rest the first screen is painted at once, and the last is never forgotten', () => {
  let painted = 0;
  const pace = new PaintPace(() => painted++);
  pace.ask(false);
  expect(painted).toBe(1);
  pace.ask(false);
  expect(painted).toBe(1);
  vi.advanceTimersByTime(34);
  expect(painted).toBe(2);
  vi.advanceTimersByTime(1000);
  expect(painted).toBe(2);
});

test('a paint for what is typed into is one for all that wait', () => {
  let painted = 0;
  const pace = new PaintPace(() => painted++);
  pace.ask(false);
  pace.ask(false);
  pace.ask(true);
  vi.advanceTimersByTime(1000);
  expect(painted).toBe(2);
});

test('nothing is painted once it is stopped', () => {
  let painted = 0;
  const pace = new PaintPace(() => painted++);
  pace.ask(false);
  pace.ask(false);
  pace.stop();
  vi.advanceTimersByTime(1000);
  expect(painted).toBe(1);
});
