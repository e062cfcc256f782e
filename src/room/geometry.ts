import { type Grid, grids, type Layout, type Size } from './state.ts';

/** Cells, from the top left corner of the terminal. */
export interface Rect {
  readonly x: number;
  readonly y: number;
  readonly width: number;
  readonly height: number;
}

/** Where things are. Drawing and the mouse use the same rectangles. */
export interface Geometry {
  /** Column with its border: repositories above, the queue below. Null while zoomed. */
  readonly column: Rect | null;
  /** Rows of the two lists, inside the border. */
  readonly fleet: Rect;
  readonly queue: Rect;
  /** Panes with their borders, in order. */
  readonly panes: readonly Rect[];
}

/** Below this nothing can be read; a clear line is shown instead. */
export const minimumSize: Size = { cols: 60, rows: 16 };

/** Narrower or lower panes are no use to an agent; fewer are shown then. Both with border. */
const minimumPane = { width: 40, height: 12 };

/** Panes beside a main one are glanced at, not worked in. With border. */
const minimumStacked = { width: 30, height: 6 };
const mostStacked = 4;

/** More panes stand side by side where each has the 80 columns that programs expect. */
const comfortableWidth = 82;

interface Shape {
  readonly across: number;
  readonly down: number;
}

/** Ways to lay out so many panes, the widest first: it is taken where it is comfortable, else the last that fits. */
const shapes: Readonly<Record<Grid, readonly Shape[]>> = {
  1: [{ across: 1, down: 1 }],
  2: [
    { across: 2, down: 1 },
    { across: 1, down: 2 },
  ],
  4: [{ across: 2, down: 2 }],
  6: [
    { across: 3, down: 2 },
    { across: 2, down: 3 },
  ],
  9: [{ across: 3, down: 3 }],
};

const nothing: Rect = { x: 0, y: 0, width: 0, height: 0 };

export function fits(size: Size): boolean {
  return size.cols >= minimumSize.cols && size.rows >= minimumSize.rows;
}

/**
 * @param workers how many workers could be shown
 */
export function geometryOf(size: Size, layout: Layout, zoomed: boolean, workers: number): Geometry {
  const height = size.rows - 2;
  if (zoomed) {
    const all = { x: 0, y: 1, width: size.cols, height };
    return { column: null, fleet: nothing, queue: nothing, panes: [all] };
  }
  const width = columnWidth(size.cols);
  const area = { x: width, y: 1, width: size.cols - width, height };
  // The queue keeps a fixed share, so that nothing moves when something starts to wait.
  const queueRows = Math.max(3, Math.floor((height - 3) * 0.3));
  const fleetRows = height - 3 - queueRows;
  return {
    column: { x: 0, y: 1, width, height },
    fleet: { x: 1, y: 2, width: width - 2, height: fleetRows },
    queue: { x: 1, y: 3 + fleetRows, width: width - 2, height: queueRows },
    panes: divide(area, layout, workers),
  };
}

function columnWidth(cols: number): number {
  if (cols >= 180) return 38;
  return cols >= 120 ? 32 : 29;
}

function divide(area: Rect, layout: Layout, workers: number): readonly Rect[] {
  return layout === 'stack' ? mainAndStack(area, workers) : gridOf(area, layout, workers);
}

/** The smallest grid that holds all workers, else the wanted one, else the largest that there is room for. */
function gridOf(area: Rect, wanted: Grid, workers: number): readonly Rect[] {
  const enough = grids.find((grid) => grid >= Math.min(wanted, workers)) ?? wanted;
  const shape = grids
    .filter((grid) => grid <= enough)
    .map((grid) => shapeOf(area, grid))
    .findLast((found) => found !== undefined);
  return shape
    ? split(area, shape.down, 'height').flatMap((row) => split(row, shape.across, 'width'))
    : [area];
}

function shapeOf(area: Rect, grid: Grid): Shape | undefined {
  const hasRoom = ({ across, down }: Shape, width: number) =>
    area.width >= across * width && area.height >= down * minimumPane.height;
  return (
    shapes[grid].find((shape) => hasRoom(shape, comfortableWidth)) ??
    shapes[grid].findLast((shape) => hasRoom(shape, minimumPane.width))
  );
}

function mainAndStack(area: Rect, workers: number): readonly Rect[] {
  const others = Math.min(mostStacked, workers - 1, Math.floor(area.height / minimumStacked.height));
  if (others < 1 || area.width < minimumPane.width + minimumStacked.width) return [area];
  // A third, or what the main pane can spare.
  const spare = Math.min(Math.floor(area.width / 3), area.width - comfortableWidth);
  const width = area.width - Math.max(minimumStacked.width, spare);
  const stack = { ...area, x: area.x + width, width: area.width - width };
  return [{ ...area, width }, ...split(stack, others, 'height')];
}

/** Parts below (`height`) or beside (`width`) each other, as equal as cells allow. */
function split(area: Rect, count: number, side: 'width' | 'height'): readonly Rect[] {
  const start = (index: number) => Math.ceil((index * area[side]) / count);
  return Array.from({ length: count }, (_, index) => {
    const from = start(index);
    const size = start(index + 1) - from;
    return side === 'width'
      ? { ...area, x: area.x + from, width: size }
      : { ...area, y: area.y + from, height: size };
  });
}

/** The cells inside a border. */
export function inside(rect: Rect): Rect {
  return { x: rect.x + 1, y: rect.y + 1, width: rect.width - 2, height: rect.height - 2 };
}

export function contains(rect: Rect, x: number, y: number): boolean {
  return x >= rect.x && x < rect.x + rect.width && y >= rect.y && y < rect.y + rect.height;
}

/** Widest text that is still easy to read, with border and margin. */
const widestDialog = 100;

/** Beside a dialog there is either enough of the room to be recognised, or nothing. */
const leastBeside = 8;

/** Width of every dialog with its border: one width, so that going from one to the next does not jump. */
export function dialogWidth({ cols }: Size): number {
  return cols < widestDialog + leastBeside ? cols : widestDialog;
}

/** Cells of a row inside a dialog. */
export function dialogColumns(size: Size): number {
  return dialogWidth(size) - 4;
}

/** Most rows of a dialog with its border; header and footer stay visible. */
export function dialogHeight(size: Size): number {
  return size.rows - 2;
}
