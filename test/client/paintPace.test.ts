import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { PaintPace } from '../../src/client/panes.ts';

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

/** Creates a pace that counts its frames and the screens reported as seen; frames can be refused. */
function watched() {
  const counts = { painted: 0, seen: 0, canPaint: true };
  const pace = new PaintPace(() => {
    if (counts.canPaint) counts.painted++;
    return counts.canPaint;
  });
  const ask = (isTypedInto: boolean) => pace.ask(isTypedInto, () => counts.seen++);
  return { counts, pace, ask };
}

test('the screen with the keys is painted at once, all others together thirty times a second', () => {
  const { counts, ask } = watched();
  for (let ms = 0; ms < 1000; ms += 4) {
    for (let pane = 0; pane < 4; pane++) ask(false);
    vi.advanceTimersByTime(4);
  }
  expect(counts.painted).toBeGreaterThanOrEqual(27);
  expect(counts.painted).toBeLessThanOrEqual(31);
  const before = counts.painted;
  for (let key = 1; key <= 5; key++) {
    ask(true);
    expect(counts.painted).toBe(before + key);
  }
});

test('after a rest the first screen is painted at once, and the last one always', () => {
  const { counts, ask } = watched();
  ask(false);
  expect(counts.painted).toBe(1);
  ask(false);
  expect(counts.painted).toBe(1);
  vi.advanceTimersByTime(34);
  expect(counts.painted).toBe(2);
  vi.advanceTimersByTime(1000);
  expect(counts.painted).toBe(2);
});

test('a frame for the screen with the keys or for the chrome includes all that wait', () => {
  const { counts, pace, ask } = watched();
  ask(false);
  ask(false);
  ask(true);
  vi.advanceTimersByTime(1000);
  expect(counts.painted).toBe(2);
  pace.now();
  ask(false);
  pace.now();
  vi.advanceTimersByTime(1000);
  expect(counts.painted).toBe(4);
});

test('a screen is reported as seen after it was painted', () => {
  const { counts, ask } = watched();
  ask(false);
  expect(counts.seen).toBe(1);
  ask(false);
  ask(false);
  expect(counts.seen).toBe(1);
  vi.advanceTimersByTime(34);
  expect(counts.seen).toBe(3);
});

test('a refused frame is painted later, and its screens are reported as seen then', () => {
  const { counts, pace, ask } = watched();
  pace.ready();
  expect(counts.painted).toBe(0);
  counts.canPaint = false;
  ask(true);
  vi.advanceTimersByTime(1000);
  expect(counts).toMatchObject({ painted: 0, seen: 0 });
  counts.canPaint = true;
  pace.ready();
  expect(counts).toMatchObject({ painted: 1, seen: 1 });
  pace.ready();
  expect(counts).toMatchObject({ painted: 1, seen: 1 });
});

test('a stopped pace paints nothing', () => {
  const { counts, pace, ask } = watched();
  ask(false);
  ask(false);
  pace.stop();
  vi.advanceTimersByTime(1000);
  expect(counts.painted).toBe(1);
});
