import { afterEach, expect, test, vi } from 'vitest';
import { DragTimer } from '../../src/client/timers.ts';
import type { AppState } from '../../src/ui/state.ts';
import { room } from '../tui/fixtures.ts';

afterEach(() => {
  vi.useRealTimers();
});

function dragged(beyond: number): AppState {
  const cell = { x: 0, y: 0 };
  return { ...room(), drag: { id: 'x', from: cell, to: cell, shape: 'lines', phase: 'selecting', beyond } };
}

test('repeats that the mouse is held outside its pane until it returns or is released', () => {
  vi.useFakeTimers();
  let told = 0;
  const timer = new DragTimer(() => {
    told += 1;
  });
  timer.follow(dragged(0));
  vi.advanceTimersByTime(1000);
  expect(told).toBe(0);
  timer.follow(dragged(-2));
  timer.follow(dragged(-3));
  vi.advanceTimersByTime(200);
  expect(told).toBe(4);
  timer.follow(dragged(0));
  vi.advanceTimersByTime(1000);
  timer.follow(dragged(1));
  timer.stop();
  vi.advanceTimersByTime(1000);
  expect([told, vi.getTimerCount()]).toEqual([4, 0]);
});
