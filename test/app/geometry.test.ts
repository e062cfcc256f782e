import { expect, test } from 'vitest';
import { geometryOf, minimumSize } from '../../src/app/geometry.ts';
import type { Layout } from '../../src/app/state.ts';

test.each([
  [{ cols: 80, rows: 24 }, 4, 5, 1],
  [{ cols: 120, rows: 36 }, 4, 5, 4],
  [{ cols: 120, rows: 36 }, 2, 5, 2],
  [{ cols: 120, rows: 36 }, 1, 5, 1],
  [{ cols: 220, rows: 60 }, 4, 0, 1],
  [{ cols: 220, rows: 60 }, 4, 1, 1],
  [{ cols: 220, rows: 60 }, 4, 2, 2],
  [{ cols: 220, rows: 60 }, 4, 3, 4],
  [{ cols: 100, rows: 60 }, 4, 4, 2],
] as const)('%j with layout %i and %i workers shows %i panes', (size, layout, workers, expected) => {
  expect(geometryOf(size, layout, false, workers).panes).toHaveLength(expected);
});

test('column and panes cover everything between header and footer exactly once, at any size', () => {
  for (let cols = minimumSize.cols; cols < 240; cols += 7) {
    for (let rows = minimumSize.rows; rows < 70; rows += 3) {
      for (const layout of [1, 2, 4] as const satisfies readonly Layout[]) {
        const { column, fleet, queue, panes } = geometryOf({ cols, rows }, layout, false, 4);
        const area = [column, ...panes].reduce((sum, rect) => sum + (rect ? rect.width * rect.height : 0), 0);
        expect(area).toBe(cols * (rows - 2));
        expect(Math.max(...panes.map(({ x, width }) => x + width))).toBe(cols);
        expect(Math.max(...panes.map(({ y, height }) => y + height))).toBe(rows - 1);
        expect(queue.y + queue.height).toBe(rows - 2);
        expect(fleet.y + fleet.height + 1).toBe(queue.y);
      }
    }
  }
});

test('zoom gives one pane the whole width', () => {
  expect(geometryOf({ cols: 80, rows: 24 }, 4, true, 4)).toMatchObject({
    column: null,
    panes: [{ x: 0, y: 1, width: 80, height: 22 }],
  });
});
