import { openKey } from '../../features/workers/workerKeys.ts';
import { wheel } from '../../room/keyName.ts';
import { scroll, whyOff } from '../../room/keys.ts';
import { contains, fits, type Hit, hitTest, nearestCell, selectPaneArea } from '../../room/layout.ts';
import { enterPane, moveSelection, selectRow } from '../../room/move.ts';
import { isSameRow } from '../../room/select.ts';
import { type AppState, shownDialog } from '../../room/state.ts';
import { type Step, stay, toList, withNotice, withoutNotice } from '../../room/step.ts';
import type { MouseToken } from '../../terminal/input.ts';
import { definitionOf, selectOffers } from '../definitions.ts';
import { updatePaletteMouse } from '../palette/palette.ts';
import { isHeld, pressPane, updateDrag } from './drag.ts';

/** Rows that one notch of the wheel moves. */
const notch = 3;

/**
 * A click selects a row, opens the selected one, or enters a pane; dragging selects text in a pane; the wheel moves
 * through lists, dialogs and what panes have shown before. Inside the pane that one types into the mouse is the
 * worker's, where its program has a use for it.
 */
export function updateMouse(state: AppState, token: MouseToken): Step {
  if (!fits(state.size)) return stay(state);
  if (state.palette) return updatePaletteMouse(state, token, selectOffers(state));
  const dialog = shownDialog(state);
  if (dialog) {
    const byDialog = definitionOf(dialog).onMouse?.(state, dialog, token);
    return byDialog ?? scroll(state, wheel(token) * notch);
  }
  if (state.drag && isHeld(state.drag) && token.action !== 'press' && wheel(token) === 0)
    return updateDrag(state, state.drag, token);
  const forWorker = state.focus.at === 'pane' ? mouseOf(state, state.focus.id, token) : null;
  if (forWorker) return forWorker;
  const hit = hitTest(state, token.x, token.y);
  if (!hit) return stay(state);
  if (wheel(token) !== 0) return turn(state, hit, wheel(token));
  if (token.action !== 'press' || token.button !== 'left') return stay(state);
  return hit.on === 'pane' ? press(withoutNotice(state), hit.id, token) : clickRow(withoutNotice(state), hit);
}

function turn(state: AppState, hit: Hit, by: number): Step {
  if (hit.on === 'pane') return { state, effects: [{ type: 'scroll', id: hit.id, by: by * notch }] };
  return stay(state.focus.at === 'list' ? moveSelection({ ...state, list: hit.list }, by) : state);
}

/** On a border, or where there is no screen, there is nothing to select. */
function press(state: AppState, id: string, token: MouseToken): Step {
  const area = selectPaneArea(state, id);
  const isOnScreen = area && contains(area, token.x, token.y) && state.terminals.has(id);
  return isOnScreen ? pressPane(state, id, area, token) : stay(enterPane(state, id));
}

function clickRow(state: AppState, hit: Extract<Hit, { on: 'row' }>): Step {
  const isSelected = state.list === hit.list && isSameRow(state.cursors[hit.list], hit.key);
  const selected = selectRow(toList(state), hit.list, hit.key);
  if (!isSelected || state.focus.at !== 'list') return stay(selected);
  const why = whyOff(openKey, selected);
  return why === null ? openKey.run(selected) : stay(withNotice(selected, why));
}

/** What was pressed in the pane is let go in it, wherever the mouse has gone meanwhile. */
function mouseOf(state: AppState, id: string, token: MouseToken): Step | null {
  const area = selectPaneArea(state, id);
  if (!area || !hasUseFor(state, id, token)) return null;
  const { kind: _, raw: __, clicks: ___, ...mouse } = token;
  const isHeldOn = mouse.action === 'move' || mouse.action === 'release';
  if (!isHeldOn && !contains(area, mouse.x, mouse.y)) return null;
  return { state, effects: [{ type: 'mouse', id, mouse: { ...mouse, ...nearestCell(area, mouse) } }] };
}

/** A program that asked for the mouse gets all of it; a full-screen one that did not gets the wheel as arrow keys. */
function hasUseFor({ terminals }: AppState, id: string, token: MouseToken): boolean {
  const terminal = terminals.get(id);
  return terminal?.mouse === true || (terminal?.fullScreen === true && wheel(token) !== 0);
}
