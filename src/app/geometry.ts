import type { Layout, Size } from './state.ts';

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

/** Two panes stand side by side when each has the 80 columns that programs expect. */
const comfortableWidth = 82;

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
    panes: divide(area, wanted(layout, workers)),
  };
}

function columnWidth(cols: number): number {
  if (cols >= 180) return 38;
  return cols >= 120 ? 32 : 29;
}

function wanted(layout: Layout, workers: number): Layout {
  if (workers <= 1) return 1;
  return workers === 2 && layout === 4 ? 2 : layout;
}

function divide(area: Rect, count: Layout): readonly Rect[] {
  if (count === 4 && area.width >= 2 * minimumPane.width && area.height >= 2 * minimumPane.height)
    return stack(area).flatMap(beside);
  if (count >= 2 && area.width >= 2 * comfortableWidth) return beside(area);
  if (count >= 2 && area.height >= 2 * minimumPane.height) return stack(area);
  if (count >= 2 && area.width >= 2 * minimumPane.width) return beside(area);
  return [area];
}

function beside(area: Rect): readonly Rect[] {
  const left = Math.ceil(area.width / 2);
  return [
    { ...area, width: left },
    { ...area, x: area.x + left, width: area.width - left },
  ];
}

function stack(area: Rect): readonly Rect[] {
  const top = Math.ceil(area.height / 2);
  return [
    { ...area, height: top },
    { ...area, y: area.y + top, height: area.height - top },
  ];
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
