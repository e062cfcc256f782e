import { openKey } from '../features/workers/workerKeys.ts';
import type { SelectionShape, ViewCell } from '../protocol/hostApi.ts';
import type { MouseToken, Token } from '../terminal/input.ts';
import { scroll, wheel, whyOff } from '../ui/keys.ts';
import {
  contains,
  fits,
  type Hit,
  hitTest,
  nearestCell,
  type Rect,
  rowsBeyond,
  selectPaneArea,
} from '../ui/layout.ts';
import { enterPane, isSameRow, moveSelection, selectRow } from '../ui/select.ts';
import { type AppState, type Drag, shownDialog } from '../ui/state.ts';
import { type Step, stay, toList, type ViewEffect, withNotice, withoutNotice } from '../ui/step.ts';
import { definitionOf, selectOffers } from './definitions.ts';
import { withCursor } from './lookBack.ts';
import { updatePaletteMouse } from './palette.ts';

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

const shapes: readonly SelectionShape[] = ['characters', 'words', 'lines'];

/** The button went down in a pane. Whether that selects or is a click is seen later; a second press is no click. */
function pressPane(state: AppState, id: string, area: Rect, token: MouseToken): Step {
  const clicks = token.clicks ?? 1;
  const from = nearestCell(area, token);
  const drag: Drag = {
    id,
    from,
    to: from,
    shape: shapes[clicks - 1] ?? 'lines',
    phase: 'pressed',
    beyond: 0,
  };
  const { state: next, effects } = withoutKeySelection({ ...state, drag }, id);
  if (clicks === 1) return { state: next, effects };
  const step = dragTo(next, drag, from, 0);
  return { state: step.state, effects: [...effects, ...step.effects] };
}

/** Moves and the release of the button that went down in a pane, wherever the mouse has gone meanwhile. */
function updateDrag(state: AppState, drag: Drag, token: MouseToken): Step {
  const area = selectPaneArea(state, drag.id);
  const isLetGo = token.action === 'move' && token.button === 'none';
  if (!area || isLetGo) return stay({ ...state, drag: null });
  const to = nearestCell(area, token);
  if (token.action === 'release') return release(state, { ...drag, to });
  const hasMoved = drag.phase === 'selecting' || to.x !== drag.from.x || to.y !== drag.from.y;
  if (token.action !== 'move' || !hasMoved) return stay(state);
  return dragTo(state, drag, to, rowsBeyond(area, token.y));
}

/** As long as the mouse is held above or below the pane its view scrolls, and the selection goes along. */
export function holdDrag(state: AppState): Step {
  const { drag } = state;
  return drag && isDraggedOut(state) ? dragTo(state, drag, drag.to, drag.beyond) : stay(state);
}

export function isDraggedOut({ drag }: AppState): boolean {
  return drag !== null && isHeld(drag) && drag.beyond !== 0;
}

function isHeld({ phase }: Drag): boolean {
  return phase !== 'copied';
}

/** What was copied stays marked until the person does the next thing. */
export function dropsSelection(drag: Drag | null, token: Token): drag is Drag {
  if (!drag || isHeld(drag)) return false;
  return (
    token.kind === 'key' || token.kind === 'paste' || (token.kind === 'mouse' && token.action === 'press')
  );
}

function dragTo(state: AppState, drag: Drag, to: ViewCell, beyond: number): Step {
  const { id, shape, from } = drag;
  const scrolled: readonly ViewEffect[] = beyond === 0 ? [] : [{ type: 'scroll', id, by: beyond }];
  // The place where it began is the host's from then on: it belongs to a line, and lines move.
  const select: ViewEffect =
    drag.phase === 'pressed' ? { type: 'select', id, from, to, shape } : { type: 'select', id, to, shape };
  const effects = drag.phase === 'pressed' ? [select, ...scrolled] : [...scrolled, select];
  return { state: { ...state, drag: { ...drag, to, beyond, phase: 'selecting' } }, effects };
}

function release(state: AppState, drag: Drag): Step {
  if (drag.phase === 'pressed') return click({ ...state, drag: null }, drag);
  const next: AppState = { ...state, drag: { ...drag, phase: 'copied', beyond: 0 } };
  return { state: next, effects: [{ type: 'copy', id: drag.id }] };
}

/** A click enters the pane, or sets the cursor where one looks back. A program that wants the mouse hears of it. */
function click(state: AppState, { id, from }: Drag): Step {
  if (state.focus.at === 'history' && state.focus.id === id) return withCursor(state, state.focus, from);
  if (state.focus.at === 'pane' && state.focus.id === id) return stay(state);
  const entered = enterPane(state, id);
  if (entered.focus.at !== 'pane' || !state.terminals.get(id)?.mouse) return stay(entered);
  const mouse = { button: 'left', ...from, ctrl: false, alt: false, shift: false } as const;
  return {
    state: entered,
    effects: [
      { type: 'mouse', id, mouse: { ...mouse, action: 'press' } },
      { type: 'mouse', id, mouse: { ...mouse, action: 'release' } },
    ],
  };
}

/** There is one selection in a view: the mouse's takes the place of the keys'. */
function withoutKeySelection(state: AppState, id: string): Step {
  const { focus } = state;
  if (focus.at !== 'history' || focus.id !== id || focus.selecting === null) return stay(state);
  return {
    state: { ...state, focus: { ...focus, selecting: null } },
    effects: [{ type: 'select', id, to: null }],
  };
}
