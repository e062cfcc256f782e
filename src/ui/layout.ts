import type { Worker, WorkerState } from '../core/worker.ts';
import { isSameRow, isZoomed, selectRows } from './select.ts';
import {
  type AppState,
  type GridLayout,
  grids,
  type Layout,
  type ListName,
  type RowKey,
  type ScreenSize,
} from './state.ts';

/** A rectangle in cells, from the top left corner of the terminal. */
export interface Rect {
  readonly x: number;
  readonly y: number;
  readonly width: number;
  readonly height: number;
}

/** The rectangles of the room. Drawing and the mouse use the same ones. */
export interface Geometry {
  /** Column with its border: repositories above, the queue below. Null while zoomed. */
  readonly column: Rect | null;
  /** Rows of the two lists, inside the border. */
  readonly fleet: Rect;
  readonly queue: Rect;
  /** Panes with their borders, in order. */
  readonly panes: readonly Rect[];
}

/** The smallest usable terminal; below it a line with the needed size is shown instead. */
export const minimumSize: ScreenSize = { cols: 60, rows: 16 };

/** The smallest usable pane with its border; where there is less space, fewer panes are shown. */
const minimumPane = { width: 40, height: 12 };

/** The smallest pane beside a main one, with its border. */
const minimumStacked = { width: 30, height: 6 };
const mostStacked = 4;

/** The width with border at which a pane has the 80 columns that programs expect. */
const comfortableWidth = 82;

interface Shape {
  readonly across: number;
  readonly down: number;
}

/** Shapes by number of panes. The first one with comfortable panes is taken, else the last one that fits. */
const shapes: Readonly<Record<GridLayout, readonly Shape[]>> = {
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

export function fits(size: ScreenSize): boolean {
  return size.cols >= minimumSize.cols && size.rows >= minimumSize.rows;
}

/**
 * Computes all rectangles of the room.
 * @param workers the number of workers that could be shown
 */
export function geometryOf(size: ScreenSize, layout: Layout, zoomed: boolean, workers: number): Geometry {
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

/** Returns the panes of the smallest grid that holds all workers, at most the wanted one, as far as it fits. */
function gridOf(area: Rect, wanted: GridLayout, workers: number): readonly Rect[] {
  const enough = grids.find((grid) => grid >= Math.min(wanted, workers)) ?? wanted;
  const shape = grids
    .filter((grid) => grid <= enough)
    .map((grid) => shapeOf(area, grid))
    .findLast((found) => found !== undefined);
  return shape
    ? split(area, shape.down, 'height').flatMap((row) => split(row, shape.across, 'width'))
    : [area];
}

function shapeOf(area: Rect, grid: GridLayout): Shape | undefined {
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

/** Splits an area into parts below (`height`) or beside (`width`) each other, as equal as cells allow. */
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

/** Returns the rectangle inside a border. */
export function inside(rect: Rect): Rect {
  return { x: rect.x + 1, y: rect.y + 1, width: rect.width - 2, height: rect.height - 2 };
}

export function contains(rect: Rect, x: number, y: number): boolean {
  return x >= rect.x && x < rect.x + rect.width && y >= rect.y && y < rect.y + rect.height;
}

/** The widest dialog whose text is easy to read, with border and margin. */
const widestDialog = 100;

/** The fewest columns worth showing beside a dialog; with fewer, the dialog takes all columns. */
const leastBeside = 8;

/** Returns the width of every dialog with its border; all have the same, so that nothing jumps between two. */
export function dialogWidth({ cols }: ScreenSize): number {
  return cols < widestDialog + leastBeside ? cols : widestDialog;
}

/** Returns the columns of a row inside a dialog. */
export function dialogColumns(size: ScreenSize): number {
  return dialogWidth(size) - 4;
}

/** Returns the most rows of a dialog with its border; header and footer stay visible. */
export function dialogHeight(size: ScreenSize): number {
  return size.rows - 2;
}

/** Returns the rectangle of a dialog of that size, in the middle of the screen. */
export function dialogRect({ cols, rows }: ScreenSize, width: number, height: number): Rect {
  const y = Math.max(1, Math.floor((rows - height) / 2));
  return { x: Math.floor((cols - width) / 2), y, width, height };
}

/** Rows besides the items: border and empty line above and below, the typed text and a separator. */
const paletteOtherRows = 6;
/** The most rows of items. */
const mostPaletteRows = 20;

/** The rectangles of the palette. */
interface PaletteLayout {
  readonly rect: Rect;
  /** The rows of items; one row when there are none. */
  readonly list: Rect;
  /** Index of the first item shown. */
  readonly first: number;
}

/**
 * Returns where the palette is. Its upper edge is fixed, so that the typed text does not move while items change.
 * @param count items
 * @param marked index of the marked one, -1 for none
 */
export function paletteLayout(size: ScreenSize, count: number, marked: number): PaletteLayout {
  const room = paletteRows(size);
  const width = dialogWidth(size);
  const shown = Math.min(room, Math.max(1, count));
  const rect = {
    x: Math.floor((size.cols - width) / 2),
    y: Math.max(1, Math.floor((size.rows - room - paletteOtherRows) / 4)),
    width,
    height: shown + paletteOtherRows,
  };
  const { x, y } = inside(rect);
  return {
    rect,
    list: { x: x + 1, y: y + 3, width: width - 4, height: shown },
    first: firstShown(marked, count, shown),
  };
}

/** Returns the most items that are shown at once. */
export function paletteRows(size: ScreenSize): number {
  return Math.min(mostPaletteRows, dialogHeight(size) - paletteOtherRows);
}

/** Returns the first of `height` visible rows out of `count`; the selected row is in the middle where possible. */
export function firstShown(index: number, count: number, height: number): number {
  return Math.max(0, Math.min(index - Math.floor(height / 2), count - height));
}

function selectLayout({ grid, stacked }: Pick<AppState, 'grid' | 'stacked'>): Layout {
  return stacked ? 'stack' : grid;
}

export function selectGeometry(state: AppState): Geometry {
  return geometryOf(state.size, selectLayout(state), isZoomed(state), state.facts?.workers.length ?? 0);
}

/** Returns the workers on the current page, one for each pane from the first on. */
export function selectShown(state: AppState): readonly Worker[] {
  const workers = selectPaneOrder(state);
  const at = workers.findIndex((worker) => worker.id === state.anchor);
  const count = selectGeometry(state).panes.length;
  const first = at < 0 ? 0 : at - (at % count);
  const main = workers[at];
  if (!state.stacked || !main) return workers.slice(first, first + count);
  // The last page is filled up: an empty pane beside the main one would be wasted.
  const filled = Math.min(first, Math.max(0, workers.length - count));
  return [main, ...workers.slice(filled, filled + count).filter((worker) => worker !== main)];
}

/** Returns workers in their own order, so that panes never move; or, if wanted, the longest waiting first. */
function selectPaneOrder({ facts, needsFirst }: AppState): readonly Worker[] {
  const workers = facts?.workers ?? [];
  if (!needsFirst) return workers;
  const isStuck = ({ state }: Worker) => needsPerson(state) || state === 'limited';
  const stuck = workers.filter(isStuck);
  stuck.sort((a, b) => Date.parse(a.stateSince) - Date.parse(b.stateSince));
  return [...stuck, ...workers.filter((worker) => !isStuck(worker))];
}

function needsPerson(state: WorkerState): boolean {
  return state === 'waiting' || state === 'needs-trust';
}

/** Returns the rectangle of a worker's screen; null when it is not on the page. */
export function selectPaneArea(state: AppState, id: string): Rect | null {
  const pane = selectGeometry(state).panes[selectShown(state).findIndex((worker) => worker.id === id)];
  return pane ? inside(pane) : null;
}

/** Returns the size of the pane that a new worker will have, at that index of so many workers. */
export function selectPaneSize(
  state: AppState,
  at: number,
  workers: number,
): { readonly cols?: number; readonly rows?: number } {
  const { panes } = geometryOf(state.size, selectLayout(state), state.zoomed, workers);
  const pane = panes[state.stacked ? 0 : at % panes.length];
  if (!pane) return {};
  const { width, height } = inside(pane);
  return { cols: width, rows: height };
}

/** Returns the index of the first visible row of a list. */
export function shownFrom(state: AppState, list: ListName, height: number): number {
  const rows = selectRows(state, list);
  const at = rows.findIndex((row) => isSameRow(row.key, state.cursors[list]));
  return firstShown(at, rows.length, height);
}

export type Hit =
  | { readonly on: 'row'; readonly list: ListName; readonly key: RowKey }
  | { readonly on: 'pane'; readonly id: string };

/** Returns what can be clicked at a cell, counted from 0; null where nothing can. */
export function hitTest(state: AppState, x: number, y: number): Hit | null {
  const geometry = selectGeometry(state);
  if (contains(geometry.fleet, x, y)) return hitRow(state, 'fleet', geometry.fleet, y);
  if (contains(geometry.queue, x, y)) return hitRow(state, 'queue', geometry.queue, y);
  const at = geometry.panes.findIndex((pane) => contains(pane, x, y));
  const worker = selectShown(state)[at];
  return worker ? { on: 'pane', id: worker.id } : null;
}

function hitRow(state: AppState, list: ListName, area: Rect, y: number): Hit | null {
  const row = selectRows(state, list)[shownFrom(state, list, area.height) + y - area.y];
  return row ? { on: 'row', list, key: row.key } : null;
}

/** Returns the distance in rows from an area: negative above it, 0 inside, positive below. */
export function rowsBeyond({ y: top, height }: Rect, y: number): number {
  return Math.min(0, y - top) + Math.max(0, y - (top + height - 1));
}

/** Returns the nearest cell of an area, counted from its corner. */
export function nearestCell({ x, y, width, height }: Rect, at: Pick<Rect, 'x' | 'y'>): Pick<Rect, 'x' | 'y'> {
  return {
    x: Math.max(0, Math.min(at.x - x, width - 1)),
    y: Math.max(0, Math.min(at.y - y, height - 1)),
  };
}
