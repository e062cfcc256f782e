import type { ViewCell } from '../ipc/hostApi.ts';
import type { Result } from '../lib/result.ts';
import { emptyField, insertText, type TextField } from '../ui/field.ts';
import { counted } from '../ui/format.ts';
import { type KeyPlace, type RoomKey, typeKey } from '../ui/keys.ts';
import { selectPaneArea } from '../ui/layout.ts';
import { findWorker } from '../ui/select.ts';
import type { AppState, CopyMode, ScreenSize } from '../ui/state.ts';
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

const group = 'Copy mode';
const searching = 'Searching in copy mode';

/** Keys with the same title share a row in the help. */
const moves = 'move; at the edge the view scrolls';
const lineEnds = 'start and end of the line';
const halfPages = 'half a page back and on';

/** Wider than any screen. */
const farAway = 1_000_000;

/** The longest search text that the host accepts, in characters. */
const longestSearch = 1000;

/** The keys that enter copy mode. */
export const copyModeEntryKeys: readonly RoomKey[] = [
  {
    group: 'Panes',
    id: 'look-back',
    title: "copy mode: scroll, search and select in the worker's output",
    hint: 'copy mode',
    keys: ['pageup', '['],
    disabledReason: copyModeDisabledReason,
    run: (state) => enter(state, pageBack),
  },
  {
    group: 'Panes',
    id: 'look-back-for',
    title: "search the worker's output",
    keys: ['/'],
    disabledReason: copyModeDisabledReason,
    run: (state) => enter(state, (entered, mode) => noEffects(withPrompt(entered, mode))),
  },
];

/** The keys in copy mode. */
export const copyModeKeys: readonly RoomKey[] = [
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
    run: inCopyMode((state, mode) => noEffects(withPrompt(state, mode))),
  },
  {
    group,
    id: 'older-match',
    title: 'next match, towards older lines',
    hint: 'next',
    keys: ['n'],
    disabledReason: repeatDisabledReason,
    run: inCopyMode((state, mode) => searchAgain(state, mode, 'back')),
  },
  {
    group,
    id: 'newer-match',
    title: 'previous match, towards newer lines',
    hint: 'previous',
    keys: ['N'],
    disabledReason: repeatDisabledReason,
    run: inCopyMode((state, mode) => searchAgain(state, mode, 'forward')),
  },
  {
    group,
    id: 'copy',
    title: 'copy what is selected',
    hint: 'copy',
    keys: ['y', 'enter'],
    disabledReason: ({ focus }) =>
      focus.at === 'copy-mode' && focus.selecting !== null
        ? null
        : 'Nothing is selected; v begins to select.',
    run: inCopyMode(copy),
  },
  {
    group,
    id: 'select-characters',
    title: 'select characters, or nothing again',
    hint: ({ focus }) => (focus.at === 'copy-mode' && focus.selecting === null ? 'select' : null),
    keys: ['v'],
    run: inCopyMode((state, mode) => select(state, mode, 'characters')),
  },
  {
    group,
    id: 'select-lines',
    title: 'select lines, or nothing again',
    keys: ['V'],
    run: inCopyMode((state, mode) => select(state, mode, 'lines')),
  },
  {
    group,
    id: 'step-back',
    title: 'drop the selection, then the marks, then leave',
    keys: ['escape'],
    run: inCopyMode(stepBack),
  },
  {
    group,
    id: 'follow',
    title: 'back to the lists and the newest output',
    hint: 'back to the lists',
    keys: ['q', 'leave', 'ctrl-c'],
    run: leaveCopyMode,
  },
];

const searchKeys: readonly RoomKey[] = [
  {
    group: searching,
    id: 'search-typed',
    title: 'search for the text typed, from here towards older lines',
    hint: 'search',
    keys: ['enter'],
    run: inCopyMode(searchTyped),
  },
  {
    group: searching,
    id: 'search-cancel',
    title: 'do not search',
    hint: 'cancel',
    keys: ['escape', 'ctrl-c'],
    run: inCopyMode((state, mode) => noEffects(withCopyMode(state, { ...mode, prompt: null }))),
  },
  {
    group: searching,
    id: 'follow-search',
    title: 'back to the lists and the newest output',
    keys: ['leave'],
    run: leaveCopyMode,
  },
];

function motion(
  id: string,
  title: string,
  keys: readonly string[],
  move: (state: AppState, mode: CopyMode) => Step,
): RoomKey {
  return { group, id, title, keys, palette: 'never', run: inCopyMode(move) };
}

function inCopyMode(run: (state: AppState, mode: CopyMode) => Step): (state: AppState) => Step {
  return (state) => (state.focus.at === 'copy-mode' ? run(state, state.focus) : noEffects(state));
}

/** Enters copy mode for the selected worker, with the cursor in the first row, because most people go up. */
function enter(state: AppState, then: (state: AppState, mode: CopyMode) => Step): Step {
  return state.anchor === null ? noEffects(state) : inCopyMode(then)(enterCopyMode(state, state.anchor, 0));
}

/** Scrolls a page back, unless the program is full-screen and has no scrollback. */
function pageBack(state: AppState, mode: CopyMode): Step {
  if (state.terminals.get(mode.id)?.fullScreen)
    return noEffects(withNotice(state, 'A full-screen program keeps no lines above its screen.'));
  return scrollView(state, mode, -pageOf(state, mode));
}

/** Returns the rows of a page; one row of the old page stays in sight. */
function pageOf(state: AppState, { id }: CopyMode): number {
  return Math.max(1, viewSize(state, id).rows - 1);
}

function halfPageOf(state: AppState, { id }: CopyMode): number {
  return Math.max(1, Math.floor(viewSize(state, id).rows / 2));
}

function withPrompt(state: AppState, mode: CopyMode): AppState {
  return withCopyMode(state, { ...mode, prompt: emptyField });
}

function repeatDisabledReason({ focus }: AppState): string | null {
  return focus.at === 'copy-mode' && focus.search !== null ? null : 'There is no search yet; / starts one.';
}

/** Searches for the typed text; an empty one removes the marks of the last search. */
function searchTyped(state: AppState, mode: CopyMode): Step {
  const text = mode.prompt?.text.slice(0, longestSearch) ?? '';
  const search = text === '' ? null : { text, found: null };
  const next = withCopyMode(state, { ...mode, prompt: null, search });
  return { state: next, effects: [{ type: 'search', id: mode.id, text, direction: 'back' }] };
}

function searchAgain(state: AppState, { id, search }: CopyMode, direction: 'back' | 'forward'): Step {
  return { state, effects: search ? [{ type: 'search', id, text: search.text, direction }] : [] };
}

function select(state: AppState, mode: CopyMode, shape: 'characters' | 'lines'): Step {
  const { id, cursor, selecting } = mode;
  if (selecting === shape) return withoutSelection(state, mode);
  const from = selecting === null ? { from: cursor } : {};
  return {
    state: withCopyMode(state, { ...mode, selecting: shape }),
    effects: [{ type: 'select', id, ...from, to: cursor, shape }],
  };
}

function copy(state: AppState, mode: CopyMode): Step {
  const { state: next, effects } = withoutSelection(state, mode);
  return { state: next, effects: [{ type: 'copy', id: mode.id }, ...effects] };
}

function withoutSelection(state: AppState, mode: CopyMode): Step {
  return {
    state: withCopyMode(state, { ...mode, selecting: null }),
    effects: [{ type: 'select', id: mode.id, to: null }],
  };
}

function stepBack(state: AppState, mode: CopyMode): Step {
  if (mode.selecting !== null) return withoutSelection(state, mode);
  if (mode.search === null) return leaveCopyMode(state);
  return searchTyped(state, { ...mode, prompt: emptyField });
}

/** The place where the search text is typed. */
export const searchPlace: KeyPlace = {
  name: 'copy-mode-search',
  isHere: ({ focus }) => focus.at === 'copy-mode' && focus.prompt !== null,
  keys: searchKeys,
  type: (state, token) => withTyped(state, (prompt) => typeKey(prompt, token)),
  paste: (state, { text }) => withTyped(state, (prompt) => insertText(prompt, text)),
};

function withTyped(state: AppState, edit: (prompt: TextField) => TextField | null): Step {
  const { focus } = state;
  const prompt = focus.at === 'copy-mode' && focus.prompt ? edit(focus.prompt) : null;
  return noEffects(focus.at === 'copy-mode' && prompt ? withCopyMode(state, { ...focus, prompt }) : state);
}

function enterCopyMode(state: AppState, id: string, y: number): AppState {
  const cursor = { x: 0, y };
  return withCopyMode(state, { at: 'copy-mode', id, cursor, selecting: null, search: null, prompt: null });
}

function withCopyMode(state: AppState, mode: CopyMode): AppState {
  return { ...state, focus: mode };
}

/** Returns to the lists and to the newest output. */
function leaveCopyMode(state: AppState): Step {
  return noEffects(toList(state));
}

/** Returns the visible size of a worker's terminal, at most that of the pane. */
function viewSize(state: AppState, id: string): ScreenSize {
  const area = selectPaneArea(state, id);
  const terminal = state.terminals.get(id);
  return {
    cols: Math.max(1, Math.min(area?.width ?? 1, terminal?.cols ?? 1)),
    rows: Math.max(1, Math.min(area?.height ?? 1, terminal?.rows ?? 1)),
  };
}

/** Moves the cursor; at the upper or lower edge the view scrolls instead. */
function moveCursor(state: AppState, mode: CopyMode, dx: number, dy: number): Step {
  const size = viewSize(state, mode.id);
  const wanted = { x: mode.cursor.x + dx, y: mode.cursor.y + dy };
  const cursor = clamped(wanted, size);
  const by = wanted.y - cursor.y;
  const effects: readonly ViewEffect[] = by === 0 ? [] : [{ type: 'scroll', id: mode.id, by }];
  return withCursor(state, mode, cursor, effects);
}

/** Scrolls by lines; the cursor stays in its row. */
function scrollView(state: AppState, mode: CopyMode, by: number): Step {
  return withCursor(state, mode, mode.cursor, [{ type: 'scroll', id: mode.id, by }]);
}

/** Scrolls to the first or the last line. */
function goToEnd(state: AppState, mode: CopyMode, to: 'top' | 'bottom'): Step {
  const y = to === 'top' ? 0 : viewSize(state, mode.id).rows - 1;
  return withCursor(state, mode, { x: 0, y }, [{ type: 'scroll', id: mode.id, to }]);
}

/** Moves the cursor to a cell of the view; the selection follows after the given effects. */
export function withCursor(
  state: AppState,
  mode: CopyMode,
  cursor: ViewCell,
  effects: readonly ScreenEffect[] = [],
): Step {
  const { id, selecting } = mode;
  const extended: readonly ScreenEffect[] =
    selecting === null ? [] : [{ type: 'select', id, to: cursor, shape: selecting }];
  return { state: withCopyMode(state, { ...mode, cursor }), effects: [...effects, ...extended] };
}

/** Moves the cursor into the view after the view became smaller. */
export function withCursorInRange(state: AppState): AppState {
  const { focus } = state;
  if (focus.at !== 'copy-mode') return state;
  const cursor = clamped(focus.cursor, viewSize(state, focus.id));
  const isThere = cursor.x === focus.cursor.x && cursor.y === focus.cursor.y;
  return isThere ? state : withCopyMode(state, { ...focus, cursor });
}

/** Adds the effects of leaving copy mode: the view follows the newest output, without marks. */
export function withResetView(old: AppState, step: Step): Step {
  const { focus } = old;
  const next = step.state.focus;
  if (focus.at !== 'copy-mode' || (next.at === 'copy-mode' && next.id === focus.id)) return step;
  return { state: step.state, effects: [...step.effects, ...viewReset(focus.id)] };
}

function viewReset(id: string): readonly ViewEffect[] {
  return [
    { type: 'select', id, to: null },
    { type: 'search', id, text: '', direction: 'back' },
    { type: 'scroll', id, to: 'bottom' },
  ];
}

/** Returns why copy mode cannot be entered; null while it can. */
function copyModeDisabledReason(state: AppState): string | null {
  const worker = findWorker(state, state.anchor);
  if (!worker) return 'There is no worker whose output can be read.';
  return state.terminals.has(worker.id) ? null : `No screen of ${worker.id} is left.`;
}

function clamped({ x, y }: ViewCell, { cols, rows }: ScreenSize): ViewCell {
  return { x: Math.max(0, Math.min(x, cols - 1)), y: Math.max(0, Math.min(y, rows - 1)) };
}

type Searched = Extract<ScreenMessage, { type: 'searched' }>;

/** Moves the cursor to the match; an outdated answer changes nothing. */
export function withFound(state: AppState, { id, text, result }: Searched): Step {
  const { focus } = state;
  if (focus.at !== 'copy-mode' || focus.id !== id || focus.search?.text !== text) return noEffects(state);
  if (!result.ok) return noEffects(withNotice(state, problemLine(result.problem), 'problem'));
  const found = result.value;
  const step = withCursor(state, { ...focus, search: { text, found } }, found.at ?? focus.cursor);
  return found.found ? step : noEffects(withNotice(step.state, `“${text}” was not found.`));
}

export function withCopied(state: AppState, result: Result<Copied>): AppState {
  if (!result.ok) return withNotice(state, problemLine(result.problem), 'problem');
  const { lines, path } = result.value;
  if (lines === 0) return withNotice(state, 'Nothing but blanks was selected.');
  const copied = `Copied ${counted(lines, 'line')}`;
  return withNotice(state, path === null ? `${copied}.` : `${copied} to the file ${path}`);
}

/** Removes a terminal; its copy mode ends in the lists. */
export function withoutTerminal(state: AppState, id: string): AppState {
  const terminals = new Map(state.terminals);
  terminals.delete(id);
  const next = { ...state, terminals, drag: state.drag?.id === id ? null : state.drag };
  const { focus } = state;
  if (focus.at !== 'copy-mode' || focus.id !== id) return next;
  return withNotice(toList(next), `The screen of ${id} is gone.`);
}
