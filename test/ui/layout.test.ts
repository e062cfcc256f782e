import { expect, test } from 'vitest';
import { geometryOf, minimumSize, type Rect } from '../../src/ui/layout.ts';
import { grids, type Layout, type ScreenSize } from '../../src/ui/state.ts';

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
  [{ cols: 80, rows: 24 }, 9, 9, 1],
  [{ cols: 120, rows: 36 }, 9, 9, 4],
  [{ cols: 120, rows: 40 }, 6, 9, 6],
  [{ cols: 220, rows: 60 }, 6, 9, 6],
  [{ cols: 220, rows: 60 }, 9, 9, 9],
  [{ cols: 220, rows: 60 }, 9, 5, 6],
  [{ cols: 300, rows: 30 }, 9, 9, 6],
] as const)('%j with layout %i and %i workers shows %i panes', (size, layout, workers, expected) => {
  expect(geometryOf(size, layout, false, workers).panes).toHaveLength(expected);
});

test.each([
  [{ cols: 120, rows: 36 }, ['44×17', '44×17', '44×17', '44×17']],
  [{ cols: 220, rows: 60 }, ['91×20', '91×20', '91×19', '91×19', '91×19', '91×19']],
  [{ cols: 300, rows: 100 }, ['88×49', '87×49', '87×49', '88×49', '87×49', '87×49']],
] as const)('six panes at %j', (size, expected) => {
  expect(geometryOf(size, 6, false, 6).panes.map(measure)).toEqual(expected);
});

test.each([
  [{ cols: 80, rows: 24 }, 9, ['51×22']],
  [{ cols: 100, rows: 24 }, 9, ['41×22', '30×8', '30×7', '30×7']],
  [{ cols: 120, rows: 36 }, 9, ['58×34', '30×9', '30×8', '30×9', '30×8']],
  [{ cols: 120, rows: 36 }, 2, ['58×34', '30×34']],
  [{ cols: 120, rows: 36 }, 1, ['88×34']],
  [{ cols: 220, rows: 60 }, 4, ['122×58', '60×20', '60×19', '60×19']],
] as const)('main pane and stack at %j with %i workers', (size, workers, expected) => {
  expect(geometryOf(size, 'stack', false, workers).panes.map(measure)).toEqual(expected);
});

function measure({ width, height }: Rect): string {
  return `${width}×${height}`;
}

const layouts: readonly Layout[] = [...grids, 'stack'];

function* everySize(): Generator<ScreenSize> {
  for (let cols = minimumSize.cols; cols <= 300; cols += 1)
    for (let rows = minimumSize.rows; rows <= 100; rows += 1) yield { cols, rows };
}

test.each(layouts)(
  'layout %s covers everything between header and footer exactly once, at any size',
  (layout) => {
    const wrong: object[] = [];
    for (const size of everySize()) {
      const { column, fleet, queue, panes } = geometryOf(size, layout, false, 9);
      const all = column ? [column, ...panes] : [];
      const area = all.reduce((sum, { width, height }) => sum + width * height, 0);
      const isInside = all.every(
        ({ x, y, width, height }) =>
          x >= 0 && y >= 1 && x + width <= size.cols && y + height <= size.rows - 1,
      );
      const isApart = all.every((rect, at) => all.slice(0, at).every((other) => !overlap(rect, other)));
      const isFilled = fleet.y + fleet.height + 1 === queue.y && queue.y + queue.height === size.rows - 2;
      if (area !== size.cols * (size.rows - 2) || !isInside || !isApart || !isFilled) wrong.push(size);
    }
    expect(wrong).toEqual([]);
  },
);

function overlap(a: Rect, b: Rect): boolean {
  return a.x < b.x + b.width && b.x < a.x + a.width && a.y < b.y + b.height && b.y < a.y + a.height;
}

test.each(layouts)('layout %s has no pane that is too small to read beside others', (layout) => {
  const wrong: object[] = [];
  for (const size of everySize()) {
    const { panes } = geometryOf(size, layout, false, 9);
    const isReadable = panes.every(({ width, height }, at) =>
      layout === 'stack' && at > 0 ? width >= 30 && height >= 6 : width >= 40 && height >= 12,
    );
    if (panes.length > 1 && !isReadable) wrong.push(size);
  }
  expect(wrong).toEqual([]);
});

test.each(layouts)('layout %s never has fewer panes in a higher terminal', (layout) => {
  const wrong: object[] = [];
  for (const { cols, rows } of everySize()) {
    const count = (size: ScreenSize) => geometryOf(size, layout, false, 9).panes.length;
    if (count({ cols, rows: rows + 1 }) < count({ cols, rows })) wrong.push({ cols, rows });
  }
  expect(wrong).toEqual([]);
});

test('zoom gives one pane the whole width', () => {
  expect(geometryOf({ cols: 80, rows: 24 }, 4, true, 4)).toMatchObject({
    column: null,
    panes: [{ x: 0, y: 1, width: 80, height: 22 }],
  });
});
