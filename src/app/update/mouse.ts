import type { MouseToken } from '../../domain/key.ts';
import { enterPane } from '../actions/room.ts';
import { scroll } from '../actions/scroll.ts';
import { fits } from '../geometry.ts';
import { hitTest } from '../hitTest.ts';
import { selectRow } from '../move.ts';
import type { AppState } from '../state.ts';
import { type Step, stay, toList } from '../step.ts';

/** Rows that one notch of the wheel moves a dialog. */
const notch = 3;

/** A click selects a row or enters a pane; in a dialog only the wheel does something. */
export function updateMouse(state: AppState, { action, button, x, y }: MouseToken): Step {
  if (!fits(state.size)) return stay(state);
  if (state.focus.at === 'dialog') {
    if (action === 'wheel-down') return scroll(state, notch);
    return action === 'wheel-up' ? scroll(state, -notch) : stay(state);
  }
  if (action !== 'press' || button !== 'left') return stay(state);
  const hit = hitTest(state, x, y);
  if (!hit) return stay(state);
  const clear = { ...state, notice: null };
  return stay(hit.on === 'pane' ? enterPane(clear, hit.id) : selectRow(toList(clear), hit.list, hit.key));
}
