import type { SelectionShape, ViewCell } from '../../protocol/hostApi.ts';
import type { ViewEffect } from '../../room/effects.ts';
import type { Drag } from '../../room/history.ts';
import { nearestCell, type Rect, rowsBeyond, selectPaneArea } from '../../room/layout.ts';
import { enterPane } from '../../room/move.ts';
import type { AppState } from '../../room/state.ts';
import { type Step, stay } from '../../room/step.ts';
import type { MouseToken, Token } from '../../terminal/input.ts';
import { withCursor } from '../lookBack.ts';

const shapes: readonly SelectionShape[] = ['characters', 'words', 'lines'];

/** The button went down in a pane. Whether that selects or is a click is seen later; a second press is no click. */
export function pressPane(state: AppState, id: string, area: Rect, token: MouseToken): Step {
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
export function updateDrag(state: AppState, drag: Drag, token: MouseToken): Step {
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

export function isHeld({ phase }: Drag): boolean {
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
