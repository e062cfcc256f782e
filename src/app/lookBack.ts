import type { Result } from '../lib/result.ts';
import type { ViewCell } from '../protocol/hostApi.ts';
import type { Effect, ViewEffect } from '../room/effects.ts';
import type { History } from '../room/history.ts';
import { selectPaneArea } from '../room/layout.ts';
import type { Copied, Message } from '../room/messages.ts';
import { findWorker } from '../room/select.ts';
import type { AppState, Size } from '../room/state.ts';
import { problemLine, type Step, stay, toList, withNotice } from '../room/step.ts';
import { counted } from '../room/text/words.ts';

/** Begins to look back at a worker's output, with the cursor in a row of its view. */
export function lookBack(state: AppState, id: string, y: number): AppState {
  const cursor = { x: 0, y };
  return withHistory(state, { at: 'history', id, cursor, selecting: null, search: null, prompt: null });
}

export function withHistory(state: AppState, history: History): AppState {
  return { ...state, focus: history };
}

/** Back to the lists, and to the newest output. */
export function stopLookingBack(state: AppState): Step {
  return stay(toList(state));
}

/** Cells of a worker's view: what its terminal has, and the pane has room for. */
export function viewSize(state: AppState, id: string): Size {
  const area = selectPaneArea(state, id);
  const terminal = state.terminals.get(id);
  return {
    cols: Math.max(1, Math.min(area?.width ?? 1, terminal?.cols ?? 1)),
    rows: Math.max(1, Math.min(area?.height ?? 1, terminal?.rows ?? 1)),
  };
}

/** Moves the cursor; beyond the upper or lower edge the view moves instead. */
export function moveCursor(state: AppState, history: History, dx: number, dy: number): Step {
  const size = viewSize(state, history.id);
  const wanted = { x: history.cursor.x + dx, y: history.cursor.y + dy };
  const cursor = clamped(wanted, size);
  const by = wanted.y - cursor.y;
  const effects: readonly ViewEffect[] = by === 0 ? [] : [{ type: 'scroll', id: history.id, by }];
  return withCursor(state, history, cursor, effects);
}

/** Moves the view by lines and leaves the cursor in its row. */
export function scrollView(state: AppState, history: History, by: number): Step {
  return withCursor(state, history, history.cursor, [{ type: 'scroll', id: history.id, by }]);
}

/** To the first or the last line there is. */
export function goToEnd(state: AppState, history: History, to: 'top' | 'bottom'): Step {
  const y = to === 'top' ? 0 : viewSize(state, history.id).rows - 1;
  return withCursor(state, history, { x: 0, y }, [{ type: 'scroll', id: history.id, to }]);
}

/** Puts the cursor to a cell of the view, once the effects have moved it; a selection goes along. */
export function withCursor(
  state: AppState,
  history: History,
  cursor: ViewCell,
  effects: readonly Effect[] = [],
): Step {
  const { id, selecting } = history;
  const extended: readonly Effect[] =
    selecting === null ? [] : [{ type: 'select', id, to: cursor, shape: selecting }];
  return { state: withHistory(state, { ...history, cursor }), effects: [...effects, ...extended] };
}

/** The pane may have become smaller. */
export function withCursorInRange(state: AppState): AppState {
  const { focus } = state;
  if (focus.at !== 'history') return state;
  const cursor = clamped(focus.cursor, viewSize(state, focus.id));
  const isThere = cursor.x === focus.cursor.x && cursor.y === focus.cursor.y;
  return isThere ? state : withHistory(state, { ...focus, cursor });
}

/** However looking back ends: the view follows the newest output again, and nothing in it stays marked. */
export function afterLookingBack(old: AppState, step: Step): Step {
  const { focus } = old;
  const next = step.state.focus;
  if (focus.at !== 'history' || (next.at === 'history' && next.id === focus.id)) return step;
  return { state: step.state, effects: [...step.effects, ...followed(focus.id)] };
}

function followed(id: string): readonly ViewEffect[] {
  return [
    { type: 'select', id, to: null },
    { type: 'search', id, text: '', direction: 'back' },
    { type: 'scroll', id, to: 'bottom' },
  ];
}

/** Returns why there is no screen to look back at; null where there is one. */
export function whyNotBack(state: AppState): string | null {
  const worker = findWorker(state, state.anchor);
  if (!worker) return 'There is no worker to look back at.';
  return state.terminals.has(worker.id) ? null : `No screen of ${worker.id} is left.`;
}

function clamped({ x, y }: ViewCell, { cols, rows }: Size): ViewCell {
  return { x: Math.max(0, Math.min(x, cols - 1)), y: Math.max(0, Math.min(y, rows - 1)) };
}

type Searched = Extract<Message, { type: 'searched' }>;

/** The cursor goes to the match; an answer that is not waited for any more changes nothing. */
export function takeFound(state: AppState, { id, text, result }: Searched): Step {
  const { focus } = state;
  if (focus.at !== 'history' || focus.id !== id || focus.search?.text !== text) return stay(state);
  if (!result.ok) return stay(withNotice(state, problemLine(result.problem), 'problem'));
  const found = result.value;
  const step = withCursor(state, { ...focus, search: { text, found } }, found.at ?? focus.cursor);
  return found.found ? step : stay(withNotice(step.state, `“${text}” is nowhere in it.`));
}

export function takeCopied(state: AppState, result: Result<Copied>): AppState {
  if (!result.ok) return withNotice(state, problemLine(result.problem), 'problem');
  const { lines, path } = result.value;
  if (lines === 0) return withNotice(state, 'Nothing but blanks was selected.');
  const copied = `Copied ${counted(lines, 'line')}`;
  return withNotice(state, path === null ? `${copied}.` : `${copied} to the file ${path}`);
}

/** Whoever looks back at a screen that is gone is back in the lists. */
export function withoutTerminal(state: AppState, id: string): AppState {
  const terminals = new Map(state.terminals);
  terminals.delete(id);
  const next = { ...state, terminals, drag: state.drag?.id === id ? null : state.drag };
  const { focus } = state;
  if (focus.at !== 'history' || focus.id !== id) return next;
  return withNotice(toList(next), `The screen of ${id} is gone.`);
}
