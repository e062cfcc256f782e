import { isLive, type Worker } from '../core/worker.ts';
import { isSameRow, isZoomed, selectedWorker, selectRows } from './select.ts';
import type { AppState, FleetKey, ListName, QueueKey, RowKey } from './state.ts';
import { toList, withNotice } from './step.ts';

/** Selects a row of a list; a worker selected in the queue is selected in the fleet, too, and its pane shown. */
export function selectRow(state: AppState, list: ListName, key: RowKey): AppState {
  const id = key.kind === 'worker' || key.kind === 'request' ? key.id : null;
  const fleet = list === 'fleet' ? (key as FleetKey) : id === null ? state.cursors.fleet : workerKey(id);
  const cursors = { fleet, queue: list === 'queue' ? (key as QueueKey) : state.cursors.queue };
  return { ...state, list, cursors, anchor: id ?? state.anchor };
}

function workerKey(id: string): FleetKey {
  return { kind: 'worker', id };
}

/** Moves the selection within its list, stopping at both ends. */
export function moveSelection(state: AppState, by: number): AppState {
  const rows = selectRows(state, state.list);
  const at = rows.findIndex((row) => isSameRow(row.key, state.cursors[state.list]));
  const row = rows[Math.max(0, Math.min(rows.length - 1, at + by))];
  return row ? selectRow(state, state.list, row.key) : state;
}

/** The other list, where it was left. */
export function switchList(state: AppState): AppState {
  const list = state.list === 'fleet' ? 'queue' : 'fleet';
  const key = state.cursors[list] ?? selectRows(state, list)[0]?.key;
  return key ? selectRow(state, list, key) : state;
}

/** Shows the selected worker alone, also where panes still show what was selected before; or all again. */
export function switchZoom(state: AppState): AppState {
  const selected = state.focus.at === 'list' && !isZoomed(state) ? selectedWorker(state) : null;
  return { ...state, zoomed: !isZoomed(state), anchor: selected?.id ?? state.anchor };
}

/** Selects a worker and types into it; one that has ended is only selected. */
export function enterPane(state: AppState, id: string): AppState {
  const selected = selectRow(toList(state), 'fleet', { kind: 'worker', id });
  const worker = selectedWorker(selected);
  if (!worker) return state;
  const why = whyNoKeys(worker);
  return why === null ? { ...selected, focus: { at: 'pane', id } } : withNotice(selected, why);
}

/** Returns why a worker takes no keys; null where it does. */
export function whyNoKeys({ id, state }: Worker): string | null {
  return isLive(state) ? null : `${id} is not running; r resumes it.`;
}
