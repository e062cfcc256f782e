import type { ViewCell } from '../ipc/hostApi.ts';
import type { Result } from '../lib/result.ts';
import { emptyField, insertText, type TextField } from '../ui/field.ts';
import { type KeyPlace, type RoomKey, typeKey } from '../ui/keys.ts';
import { selectPaneArea } from '../ui/layout.ts';
import { findWorker } from '../ui/select.ts';
import type { AppState, EventHistory, ScreenSize } from '../ui/state.ts';
import {
  type Copied,
  noEffects,
  problemLine,
  type ScreenEffect,
  type ScreenMessage,
  type Step,
  toList,
  type ViewEffect,
  withNotice,
} from '../ui/step.ts';
import { counted } from '../ui/words.ts';

const group = 'Looking back';
const searching = 'Searching back';

/** The title of both directions, which are one row in the help. */
const moves = 'move; at the edge the view scrolls';
const lineEnds = 'start and end of the line';
const halfPages = 'half a page back and on';

/** Wider than any screen. */
const farAway = 1_000_000;

/** The longest search text, in characters; the host takes no longer one. */
const longestSearch = 1000;

/** The keys that begin to look back. */
export const lookBackKeys: readonly RoomKey[] = [
  {
    group: 'Panes',
    id: 'look-back',
    title: "look back through the worker's output",
    hint: 'look back',
    keys: ['pageup', '['],
    disabledReason: whyNotBack,
    run: (state) => enter(state, lookUp),
  },
  {
    group: 'Panes',
    id: 'look-back-for',
    title: "search the worker's output",
    keys: ['/'],
    disabledReason: whyNotBack,
    run: (state) => enter(state, (entered, history) => noEffects(withPrompt(entered, history))),
  },
];

/** The keys while looking back. */
export const historyKeys: readonly RoomKey[] = [
  motion('history-down', moves, ['j', 'down'], (state, at) => moveCursor(state, at, 0, 1)),
  motion('history-up', moves, ['k', 'up'], (state, at) => moveCursor(state, at, 0, -1)),
  motion('history-left', moves, ['h', 'left'], (state, at) => moveCursor(state, at, -1, 0)),
  motion('history-right', moves, ['l', 'right'], (state, at) => moveCursor(state, at, 1, 0)),
  motion('line-start', lineEnds, ['0'], (state, at) => moveCursor(state, at, -farAway, 0)),
  motion('line-end', lineEnds, ['$'], (state, at) => moveCursor(state, at, farAway, 0)),
  motion('older-page', 'a page back', ['pageup'], (state, at) => scrollView(state, at, -pageOf(state, at))),
  motion('newer-page', 'a page on', ['pagedown', 'space'], (state, at) =>
    scrollView(state, at, pageOf(state, at)),
  ),
  motion('older-half', halfPages, ['ctrl-u'], (state, at) => scrollView(state, at, -halfPageOf(state, at))),
  motion('newer-half', halfPages, ['ctrl-d'], (state, at) => scrollView(state, at, halfPageOf(state, at))),
  motion('oldest', 'to the oldest line', ['g', 'home'], (state, at) => goToEnd(state, at, 'top')),
  motion('newest', 'to the newest line', ['G', 'end'], (state, at) => goToEnd(state, at, 'bottom')),
  {
    group,
    id: 'search',
    title: 'search',
    hint: 'search',
    keys: ['/'],
    run: onHistory((state, history) => noEffects(withPrompt(state, history))),
  },
  {
    group,
    id: 'older-match',
    title: 'next match, towards older lines',
    hint: 'next',
    keys: ['n'],
    disabledReason: whyNoSearch,
    run: onHistory((state, history) => searchAgain(state, history, 'back')),
  },
  {
    group,
    id: 'newer-match',
    title: 'previous match, towards newer lines',
    hint: 'previous',
    keys: ['N'],
    disabledReason: whyNoSearch,
    run: onHistory((state, history) => searchAgain(state, history, 'forward')),
  },
  {
    group,
    id: 'copy',
    title: 'copy what is selected',
    hint: 'copy',
    keys: ['y', 'enter'],
    disabledReason: ({ focus }) =>
      focus.at === 'history' && focus.selecting !== null ? null : 'Nothing is selected; v begins to select.',
    run: onHistory(copy),
  },
  {
    group,
    id: 'select-characters',
    title: 'select characters, or nothing again',
    hint: ({ focus }) => (focus.at === 'history' && focus.selecting === null ? 'select' : null),
    keys: ['v'],
    run: onHistory((state, history) => select(state, history, 'characters')),
  },
  {
    group,
    id: 'select-lines',
    title: 'select lines, or nothing again',
    keys: ['V'],
    run: onHistory((state, history) => select(state, history, 'lines')),
  },
  {
    group,
    id: 'step-back',
    title: 'drop the selection, then the marks, then leave',
    keys: ['escape'],
    run: onHistory(stepBack),
  },
  {
    group,
    id: 'follow',
    title: 'back to the lists and the newest output',
    hint: 'back to the lists',
    keys: ['q', 'leave', 'ctrl-c'],
    run: stopLookingBack,
  },
];

const searchKeys: readonly RoomKey[] = [
  {
    group: searching,
    id: 'search-typed',
    title: 'search for the text typed, from here towards older lines',
    hint: 'search',
    keys: ['enter'],
    run: onHistory(searchTyped),
  },
  {
    group: searching,
    id: 'search-cancel',
    title: 'do not search',
    hint: 'cancel',
    keys: ['escape', 'ctrl-c'],
    run: onHistory((state, history) => noEffects(withHistory(state, { ...history, prompt: null }))),
  },
  {
    group: searching,
    id: 'follow-search',
    title: 'back to the lists and the newest output',
    keys: ['leave'],
    run: stopLookingBack,
  },
];

function motion(
  id: string,
  title: string,
  keys: readonly string[],
  move: (state: AppState, history: EventHistory) => Step,
): RoomKey {
  return { group, id, title, keys, palette: 'never', run: onHistory(move) };
}

function onHistory(run: (state: AppState, history: EventHistory) => Step): (state: AppState) => Step {
  return (state) => (state.focus.at === 'history' ? run(state, state.focus) : noEffects(state));
}

/** Looks back at the selected worker, with the cursor in the first row, because most people go up. */
function enter(state: AppState, then: (state: AppState, history: EventHistory) => Step): Step {
  return state.anchor === null ? noEffects(state) : onHistory(then)(enterCopyMode(state, state.anchor, 0));
}

/** Scrolls a page back, unless the program has no scrollback. */
function lookUp(state: AppState, history: EventHistory): Step {
  if (state.terminals.get(history.id)?.fullScreen)
    return noEffects(withNotice(state, 'Its program has the whole screen and keeps no lines above it.'));
  return scrollView(state, history, -pageOf(state, history));
}

/** Returns the rows of a page; one row of the old page stays in sight. */
function pageOf(state: AppState, { id }: EventHistory): number {
  return Math.max(1, viewSize(state, id).rows - 1);
}

function halfPageOf(state: AppState, { id }: EventHistory): number {
  return Math.max(1, Math.floor(viewSize(state, id).rows / 2));
}

function withPrompt(state: AppState, history: EventHistory): AppState {
  return withHistory(state, { ...history, prompt: emptyField });
}

function whyNoSearch({ focus }: AppState): string | null {
  return focus.at === 'history' && focus.search !== null ? null : 'Nothing was searched for; / searches.';
}

/** Searches for the typed text; an empty one removes the marks of the last search. */
function searchTyped(state: AppState, history: EventHistory): Step {
  const text = history.prompt?.text.slice(0, longestSearch) ?? '';
  const search = text === '' ? null : { text, found: null };
  const next = withHistory(state, { ...history, prompt: null, search });
  return { state: next, effects: [{ type: 'search', id: history.id, text, direction: 'back' }] };
}

function searchAgain(state: AppState, { id, search }: EventHistory, direction: 'back' | 'forward'): Step {
  return { state, effects: search ? [{ type: 'search', id, text: search.text, direction }] : [] };
}

function select(state: AppState, history: EventHistory, shape: 'characters' | 'lines'): Step {
  const { id, cursor, selecting } = history;
  if (selecting === shape) return withoutSelection(state, history);
  const from = selecting === null ? { from: cursor } : {};
  return {
    state: withHistory(state, { ...history, selecting: shape }),
    effects: [{ type: 'select', id, ...from, to: cursor, shape }],
  };
}

function copy(state: AppState, history: EventHistory): Step {
  const { state: next, effects } = withoutSelection(state, history);
  return { state: next, effects: [{ type: 'copy', id: history.id }, ...effects] };
}

function withoutSelection(state: AppState, history: EventHistory): Step {
  return {
    state: withHistory(state, { ...history, selecting: null }),
    effects: [{ type: 'select', id: history.id, to: null }],
  };
}

function stepBack(state: AppState, history: EventHistory): Step {
  if (history.selecting !== null) return withoutSelection(state, history);
  if (history.search === null) return stopLookingBack(state);
  return searchTyped(state, { ...history, prompt: emptyField });
}

/** The place where the search text is typed. */
export const searchPlace: KeyPlace = {
  name: 'history-search',
  isHere: ({ focus }) => focus.at === 'history' && focus.prompt !== null,
  keys: searchKeys,
  type: (state, token) => withTyped(state, (prompt) => typeKey(prompt, token)),
  paste: (state, { text }) => withTyped(state, (prompt) => insertText(prompt, text)),
};

function withTyped(state: AppState, edit: (prompt: TextField) => TextField | null): Step {
  const { focus } = state;
  const prompt = focus.at === 'history' && focus.prompt ? edit(focus.prompt) : null;
  return noEffects(focus.at === 'history' && prompt ? withHistory(state, { ...focus, prompt }) : state);
}

/** Begins to look back at a worker's output, with the cursor in a row of its view. */
function enterCopyMode(state: AppState, id: string, y: number): AppState {
  const cursor = { x: 0, y };
  return withHistory(state, { at: 'history', id, cursor, selecting: null, search: null, prompt: null });
}

function withHistory(state: AppState, history: EventHistory): AppState {
  return { ...state, focus: history };
}

/** Returns to the lists and to the newest output. */
function stopLookingBack(state: AppState): Step {
  return noEffects(toList(state));
}

/** Returns the visible size of a worker's terminal: its own, at most that of the pane. */
function viewSize(state: AppState, id: string): ScreenSize {
  const area = selectPaneArea(state, id);
  const terminal = state.terminals.get(id);
  return {
    cols: Math.max(1, Math.min(area?.width ?? 1, terminal?.cols ?? 1)),
    rows: Math.max(1, Math.min(area?.height ?? 1, terminal?.rows ?? 1)),
  };
}

/** Moves the cursor; beyond the upper or lower edge the view moves instead. */
function moveCursor(state: AppState, history: EventHistory, dx: number, dy: number): Step {
  const size = viewSize(state, history.id);
  const wanted = { x: history.cursor.x + dx, y: history.cursor.y + dy };
  const cursor = clamped(wanted, size);
  const by = wanted.y - cursor.y;
  const effects: readonly ViewEffect[] = by === 0 ? [] : [{ type: 'scroll', id: history.id, by }];
  return withCursor(state, history, cursor, effects);
}

/** Moves the view by lines and leaves the cursor in its row. */
function scrollView(state: AppState, history: EventHistory, by: number): Step {
  return withCursor(state, history, history.cursor, [{ type: 'scroll', id: history.id, by }]);
}

/** Scrolls to the first or the last line. */
function goToEnd(state: AppState, history: EventHistory, to: 'top' | 'bottom'): Step {
  const y = to === 'top' ? 0 : viewSize(state, history.id).rows - 1;
  return withCursor(state, history, { x: 0, y }, [{ type: 'scroll', id: history.id, to }]);
}

/** Moves the cursor to a cell of the view, after the effects; a selection follows. */
export function withCursor(
  state: AppState,
  history: EventHistory,
  cursor: ViewCell,
  effects: readonly ScreenEffect[] = [],
): Step {
  const { id, selecting } = history;
  const extended: readonly ScreenEffect[] =
    selecting === null ? [] : [{ type: 'select', id, to: cursor, shape: selecting }];
  return { state: withHistory(state, { ...history, cursor }), effects: [...effects, ...extended] };
}

/** Moves the cursor into the view, which may have become smaller. */
export function withCursorInRange(state: AppState): AppState {
  const { focus } = state;
  if (focus.at !== 'history') return state;
  const cursor = clamped(focus.cursor, viewSize(state, focus.id));
  const isThere = cursor.x === focus.cursor.x && cursor.y === focus.cursor.y;
  return isThere ? state : withHistory(state, { ...focus, cursor });
}

/** Adds effects for the end of looking back: the view follows the newest output, without any marks. */
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
function whyNotBack(state: AppState): string | null {
  const worker = findWorker(state, state.anchor);
  if (!worker) return 'There is no worker to look back at.';
  return state.terminals.has(worker.id) ? null : `No screen of ${worker.id} is left.`;
}

function clamped({ x, y }: ViewCell, { cols, rows }: ScreenSize): ViewCell {
  return { x: Math.max(0, Math.min(x, cols - 1)), y: Math.max(0, Math.min(y, rows - 1)) };
}

type Searched = Extract<ScreenMessage, { type: 'searched' }>;

/** Moves the cursor to the match; an outdated answer changes nothing. */
export function takeFound(state: AppState, { id, text, result }: Searched): Step {
  const { focus } = state;
  if (focus.at !== 'history' || focus.id !== id || focus.search?.text !== text) return noEffects(state);
  if (!result.ok) return noEffects(withNotice(state, problemLine(result.problem), 'problem'));
  const found = result.value;
  const step = withCursor(state, { ...focus, search: { text, found } }, found.at ?? focus.cursor);
  return found.found ? step : noEffects(withNotice(step.state, `“${text}” is nowhere in it.`));
}

export function takeCopied(state: AppState, result: Result<Copied>): AppState {
  if (!result.ok) return withNotice(state, problemLine(result.problem), 'problem');
  const { lines, path } = result.value;
  if (lines === 0) return withNotice(state, 'Nothing but blanks was selected.');
  const copied = `Copied ${counted(lines, 'line')}`;
  return withNotice(state, path === null ? `${copied}.` : `${copied} to the file ${path}`);
}

/** Forgets a terminal; looking back at it ends in the lists. */
export function withoutTerminal(state: AppState, id: string): AppState {
  const terminals = new Map(state.terminals);
  terminals.delete(id);
  const next = { ...state, terminals, drag: state.drag?.id === id ? null : state.drag };
  const { focus } = state;
  if (focus.at !== 'history' || focus.id !== id) return next;
  return withNotice(toList(next), `The screen of ${id} is gone.`);
}
