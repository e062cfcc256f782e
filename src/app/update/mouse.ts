import type { MouseToken } from '../../domain/key.ts';
import { isEnabled } from '../action.ts';
import { enterPane } from '../actions/room.ts';
import { scroll } from '../actions/scroll.ts';
import { actionFor } from '../actions.ts';
import { contains, fits, inside, type Rect } from '../geometry.ts';
import { type Hit, hitTest } from '../hitTest.ts';
import { moveSelection, selectRow } from '../move.ts';
import { isSameRow, selectGeometry, selectShown } from '../select.ts';
import type { AppState } from '../state.ts';
import { type Step, stay, toList, withNotice, withoutNotice } from '../step.ts';

/** Rows that one notch of the wheel moves a dialog. */
const notch = 3;

/**
 * A click selects a row, opens the selected one, or enters a pane; the wheel moves through lists and dialogs. Inside
 * the pane that one types into the mouse is the worker's.
 */
export function updateMouse(state: AppState, token: MouseToken): Step {
  if (!fits(state.size)) return stay(state);
  if (state.focus.at === 'dialog') return scroll(state, wheel(token) * notch);
  const forWorker = state.focus.at === 'pane' ? mouseOf(state, state.focus.id, token) : null;
  if (forWorker) return forWorker;
  const hit = hitTest(state, token.x, token.y);
  if (!hit) return stay(state);
  if (wheel(token) !== 0)
    return stay(
      hit.on === 'row' && state.focus.at === 'list'
        ? moveSelection({ ...state, list: hit.list }, wheel(token))
        : state,
    );
  if (token.action !== 'press' || token.button !== 'left') return stay(state);
  return hit.on === 'pane' ? enter(withoutNotice(state), hit.id, token) : clickRow(withoutNotice(state), hit);
}

function wheel({ action }: MouseToken): -1 | 0 | 1 {
  if (action === 'wheel-up') return -1;
  return action === 'wheel-down' ? 1 : 0;
}

/** The click that enters a pane is the worker's, too: it gets its release. */
function enter(state: AppState, id: string, token: MouseToken): Step {
  const entered = enterPane(state, id);
  return (entered.focus.at === 'pane' && mouseOf(entered, id, token)) || stay(entered);
}

function clickRow(state: AppState, hit: Extract<Hit, { on: 'row' }>): Step {
  const isSelected = state.list === hit.list && isSameRow(state.cursors[hit.list], hit.key);
  const selected = selectRow(toList(state), hit.list, hit.key);
  const open = actionFor('room', 'enter', state.settings);
  if (!isSelected || state.focus.at !== 'list' || hit.key.kind === 'repo' || !open) return stay(selected);
  const enabled = isEnabled(open, selected);
  return enabled === true ? open.run(selected) : stay(withNotice(selected, enabled));
}

/** What was pressed in the pane is let go in it, wherever the mouse has gone meanwhile. */
function mouseOf(state: AppState, id: string, { kind: _, raw: __, ...mouse }: MouseToken): Step | null {
  const pane = selectGeometry(state).panes[selectShown(state).findIndex((worker) => worker.id === id)];
  if (!pane) return null;
  const area = inside(pane);
  const isHeld = mouse.action === 'move' || mouse.action === 'release';
  if (!isHeld && !contains(area, mouse.x, mouse.y)) return null;
  return { state, effects: [{ type: 'mouse', id, mouse: { ...mouse, ...within(area, mouse) } }] };
}

/** The nearest cell of an area, counted from its corner. */
function within({ x, y, width, height }: Rect, at: { x: number; y: number }): { x: number; y: number } {
  return {
    x: Math.max(0, Math.min(at.x - x, width - 1)),
    y: Math.max(0, Math.min(at.y - y, height - 1)),
  };
}
