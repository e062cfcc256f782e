import { dialogHeight, dialogWidth, inside, type Rect } from '../../room/geometry.ts';
import { firstShown } from '../../room/select.ts';
import type { Size } from '../../room/state.ts';

/** Border and empty line above and below, what is typed, and the line that parts it from the items. */
const otherRows = 6;
/** More are gone through rather than read. */
const mostRows = 20;

/** Where the palette is: for drawing and for the mouse. */
export interface PaletteLayout {
  readonly rect: Rect;
  /** Rows of the items; one for the word that there are none. */
  readonly list: Rect;
  /** Index of the first item shown. */
  readonly first: number;
}

/**
 * Its upper edge stays where it is, so that what is typed does not move while items come and go below it.
 * @param count items
 * @param marked index of the marked one, -1 for none
 */
export function paletteLayout(size: Size, count: number, marked: number): PaletteLayout {
  const room = paletteRows(size);
  const width = dialogWidth(size);
  const shown = Math.min(room, Math.max(1, count));
  const rect = {
    x: Math.floor((size.cols - width) / 2),
    y: Math.max(1, Math.floor((size.rows - room - otherRows) / 4)),
    width,
    height: shown + otherRows,
  };
  const { x, y } = inside(rect);
  return {
    rect,
    list: { x: x + 1, y: y + 3, width: width - 4, height: shown },
    first: firstShown(marked, count, shown),
  };
}

/** Items shown at most. */
export function paletteRows(size: Size): number {
  return Math.min(mostRows, dialogHeight(size) - otherRows);
}
