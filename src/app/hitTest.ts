import { contains, type Rect } from '../room/geometry.ts';
import { firstShown, isSameRow, selectGeometry, selectRows, selectShown } from '../room/select.ts';
import type { AppState, ListName, RowKey } from '../room/state.ts';

export type Hit =
  | { readonly on: 'row'; readonly list: ListName; readonly key: RowKey }
  | { readonly on: 'pane'; readonly id: string };

/** What lies at a cell of the room, counted from 0; null for what cannot be clicked. */
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

/** Index of the first visible row of a list. */
export function shownFrom(state: AppState, list: ListName, height: number): number {
  const rows = selectRows(state, list);
  const at = rows.findIndex((row) => isSameRow(row.key, state.cursors[list]));
  return firstShown(at, rows.length, height);
}
