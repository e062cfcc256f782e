import { openKey } from '../features/workers/workerKeys.ts';
import type { SelectionShape, ViewCell } from '../ipc/hostApi.ts';
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
import { noEffects, type Step, toList, type ViewEffect, withNotice, withoutNotice } from '../ui/step.ts';
import { withCursor } from './copyMode.ts';
import { definitionOf, selectOffers } from './definitions.ts';
import { updatePaletteMouse } from './palette.ts';

/** Rows per notch of the wheel. */
const notch = 3;

/**
 * Handles a mouse event. A click selects a row, opens the selected one, or enters a pane. Dragging selects text in a
 * pane. The wheel scrolls lists, dialogs and panes. In the focused pane, a program that asked for the mouse gets it.
 */
export function updateMouse(state: AppState, token: MouseToken): Step {
  if (!fits(state.size)) return noEffects(state);
  if (state.palette) return updatePaletteMouse(state, token, selectOffers(state));
  const dialog = shownDialog(state);
  if (dialog) {
    const byDialog = definitionOf(dialog).onMouse?.(state, dialog, token);
    return byDialog ?? scroll(state, wheel(token) * notch);
  }
  if (state.drag && isHeld(state.drag) && token.action !== 'press' && wheel(token) === 0)
    return updateDrag(state, state.drag, token);
  const forWorker = state.focus.at === 'pane' ? mouseForWorker(state, state.focus.id, token) : null;
  if (forWorker) return forWorker;
  const hit = hitTest(state, token.x, token.y);
  if (!hit) return noEffects(state);
  if (wheel(token) !== 0) return scrollAt(state, hit, wheel(token));
  if (token.action !== 'press' || token.button !== 'left') return noEffects(state);
  return hit.on === 'pane' ? press(withoutNotice(state), hit.id, token) : clickRow(withoutNotice(state), hit);
}

function scrollAt(state: AppState, hit: Hit, by: number): Step {
  if (hit.on === 'pane') return { state, effects: [{ type: 'scroll', id: hit.id, by: by * notch }] };
  return noEffects(state.focus.at === 'list' ? moveSelection({ ...state, list: hit.list }, by) : state);
}

/** Handles a press on a pane; on its border, or without a screen, it enters the pane. */
function press(state: AppState, id: string, token: MouseToken): Step {
  const area = selectPaneArea(state, id);
  const isOnScreen = area && contains(area, token.x, token.y) && state.terminals.has(id);
  return isOnScreen ? pressPane(state, id, area, token) : noEffects(enterPane(state, id));
}

function clickRow(state: AppState, hit: Extract<Hit, { on: 'row' }>): Step {
  const isSelected = state.list === hit.list && isSameRow(state.cursors[hit.list], hit.key);
  const selected = selectRow(toList(state), hit.list, hit.key);
  if (!isSelected || state.focus.at !== 'list') return noEffects(selected);
  const why = whyOff(openKey, selected);
  return why === null ? openKey.run(selected) : noEffects(withNotice(selected, why));
}

/** Returns the event for the program in the pane; moves and releases go there from outside, too. Null for other events. */
function mouseForWorker(state: AppState, id: string, token: MouseToken): Step | null {
  const area = selectPaneArea(state, id);
  if (!area || !wantsMouse(state, id, token)) return null;
  const { kind: _, raw: __, clicks: ___, ...mouse } = token;
  const isHeldOn = mouse.action === 'move' || mouse.action === 'release';
  if (!isHeldOn && !contains(area, mouse.x, mouse.y)) return null;
  return { state, effects: [{ type: 'mouse', id, mouse: { ...mouse, ...nearestCell(area, mouse) } }] };
}

/** Reports whether the program gets the event: every one if it asked for the mouse, the wheel if it is full-screen. */
function wantsMouse({ terminals }: AppState, id: string, token: MouseToken): boolean {
  const terminal = terminals.get(id);
  return terminal?.mouse === true || (terminal?.fullScreen === true && wheel(token) !== 0);
}

const shapes: readonly SelectionShape[] = ['characters', 'words', 'lines'];

/** Starts a press in a pane, which may become a click or a selection. A double click selects at once. */
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

/** Handles moves and the release of a button that was pressed in a pane, anywhere on the screen. */
function updateDrag(state: AppState, drag: Drag, token: MouseToken): Step {
  const area = selectPaneArea(state, drag.id);
  const isLetGo = token.action === 'move' && token.button === 'none';
  if (!area || isLetGo) return noEffects({ ...state, drag: null });
  const to = nearestCell(area, token);
  if (token.action === 'release') return release(state, { ...drag, to });
  const hasMoved = drag.phase === 'selecting' || to.x !== drag.from.x || to.y !== drag.from.y;
  if (token.action !== 'move' || !hasMoved) return noEffects(state);
  return dragTo(state, drag, to, rowsBeyond(area, token.y));
}

/** Scrolls the view while the mouse is held above or below its pane; the selection follows. */
export function holdDrag(state: AppState): Step {
  const { drag } = state;
  return drag && isDraggedOut(state) ? dragTo(state, drag, drag.to, drag.beyond) : noEffects(state);
}

export function isDraggedOut({ drag }: AppState): boolean {
  return drag !== null && isHeld(drag) && drag.beyond !== 0;
}

function isHeld({ phase }: Drag): boolean {
  return phase !== 'copied';
}

/** Reports whether the input removes the mark of a copied selection. */
export function dropsSelection(drag: Drag | null, token: Token): drag is Drag {
  if (!drag || isHeld(drag)) return false;
  return (
    token.kind === 'key' || token.kind === 'paste' || (token.kind === 'mouse' && token.action === 'press')
  );
}

function dragTo(state: AppState, drag: Drag, to: ViewCell, beyond: number): Step {
  const { id, shape, from } = drag;
  const scrolled: readonly ViewEffect[] = beyond === 0 ? [] : [{ type: 'scroll', id, by: beyond }];
  // After the first request the host keeps the start, because lines move.
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

/** Enters the clicked pane, or moves the cursor of copy mode. A program that asked for the mouse gets the click. */
function click(state: AppState, { id, from }: Drag): Step {
  if (state.focus.at === 'copy-mode' && state.focus.id === id) return withCursor(state, state.focus, from);
  if (state.focus.at === 'pane' && state.focus.id === id) return noEffects(state);
  const entered = enterPane(state, id);
  if (entered.focus.at !== 'pane' || !state.terminals.get(id)?.mouse) return noEffects(entered);
  const mouse = { button: 'left', ...from, ctrl: false, alt: false, shift: false } as const;
  return {
    state: entered,
    effects: [
      { type: 'mouse', id, mouse: { ...mouse, action: 'press' } },
      { type: 'mouse', id, mouse: { ...mouse, action: 'release' } },
    ],
  };
}

/** Drops the selection made with keys: a view has one selection. */
function withoutKeySelection(state: AppState, id: string): Step {
  const { focus } = state;
  if (focus.at !== 'copy-mode' || focus.id !== id || focus.selecting === null) return noEffects(state);
  return {
    state: { ...state, focus: { ...focus, selecting: null } },
    effects: [{ type: 'select', id, to: null }],
  };
}
