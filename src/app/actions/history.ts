import { emptyField } from '../../room/field.ts';
import type { History } from '../../room/history.ts';
import type { AppState } from '../../room/state.ts';
import { type Step, stay, withNotice } from '../../room/step.ts';
import type { Action, Where } from '../action.ts';
import {
  canLookBack,
  goToEnd,
  lookBack,
  moveCursor,
  scrollView,
  stopLookingBack,
  viewSize,
  withHistory,
} from '../lookBack.ts';

const group = 'Looking back';

/** Said once in the help for both directions. */
const moves = 'move; at the edge the view scrolls';
const lineEnds = 'start and end of the line';
const halfPages = 'half a page back and on';

/** Wider than any screen. */
const farAway = 1_000_000;

/** What a search may be long; the host takes no more. */
const longestSearch = 1000;

/** A way into a worker's output, and what the keys do there. */
export const historyActions: readonly Action[] = [
  {
    group: 'Panes',
    where: ['room'],
    id: 'look-back',
    title: "look back through the worker's output",
    hint: 'look back',
    keys: ['pageup', '['],
    enabled: canLookBack,
    run: (state) => enter(state, lookUp),
  },
  {
    group: 'Panes',
    where: ['room'],
    id: 'look-back-for',
    title: "search the worker's output",
    keys: ['/'],
    enabled: canLookBack,
    run: (state) => enter(state, (entered, history) => stay(withPrompt(entered, history))),
  },
  ...motion('history-down', moves, ['j', 'down'], (state, at) => moveCursor(state, at, 0, 1)),
  ...motion('history-up', moves, ['k', 'up'], (state, at) => moveCursor(state, at, 0, -1)),
  ...motion('history-left', moves, ['h', 'left'], (state, at) => moveCursor(state, at, -1, 0)),
  ...motion('history-right', moves, ['l', 'right'], (state, at) => moveCursor(state, at, 1, 0)),
  ...motion('line-start', lineEnds, ['0'], (state, at) => moveCursor(state, at, -farAway, 0)),
  ...motion('line-end', lineEnds, ['$'], (state, at) => moveCursor(state, at, farAway, 0)),
  ...motion('older-page', 'a page back', ['pageup'], (state, at) =>
    scrollView(state, at, -pageOf(state, at)),
  ),
  ...motion('newer-page', 'a page on', ['pagedown', 'space'], (state, at) =>
    scrollView(state, at, pageOf(state, at)),
  ),
  ...motion('older-half', halfPages, ['ctrl-u'], (state, at) =>
    scrollView(state, at, -halfPageOf(state, at)),
  ),
  ...motion('newer-half', halfPages, ['ctrl-d'], (state, at) => scrollView(state, at, halfPageOf(state, at))),
  ...motion('oldest', 'to the oldest line', ['g', 'home'], (state, at) => goToEnd(state, at, 'top')),
  ...motion('newest', 'to the newest line', ['G', 'end'], (state, at) => goToEnd(state, at, 'bottom')),
  {
    ...within('history'),
    id: 'search',
    title: 'search',
    hint: 'search',
    keys: ['/'],
    run: onHistory((state, history) => stay(withPrompt(state, history))),
  },
  {
    ...within('history'),
    id: 'older-match',
    title: 'next match, towards older lines',
    hint: 'next',
    keys: ['n'],
    enabled: hasSearch,
    run: onHistory((state, history) => searchAgain(state, history, 'back')),
  },
  {
    ...within('history'),
    id: 'newer-match',
    title: 'previous match, towards newer lines',
    hint: 'previous',
    keys: ['N'],
    enabled: hasSearch,
    run: onHistory((state, history) => searchAgain(state, history, 'forward')),
  },
  {
    ...within('history'),
    id: 'copy',
    title: 'copy what is selected',
    hint: 'copy',
    keys: ['y', 'enter'],
    enabled: ({ focus }) =>
      (focus.at === 'history' && focus.selecting !== null) || 'Nothing is selected; v begins to select.',
    run: onHistory(copy),
  },
  {
    ...within('history'),
    id: 'select-characters',
    title: 'select characters, or nothing again',
    hint: ({ focus }) => (focus.at === 'history' && focus.selecting === null ? 'select' : null),
    keys: ['v'],
    run: onHistory((state, history) => select(state, history, 'characters')),
  },
  {
    ...within('history'),
    id: 'select-lines',
    title: 'select lines, or nothing again',
    keys: ['V'],
    run: onHistory((state, history) => select(state, history, 'lines')),
  },
  {
    ...within('history'),
    id: 'step-back',
    title: 'drop the selection, then the marks, then leave',
    keys: ['escape'],
    run: onHistory(stepBack),
  },
  {
    ...within('history'),
    id: 'follow',
    title: 'back to the lists and the newest output',
    hint: 'back to the lists',
    keys: ['q', 'leave', 'ctrl-c'],
    run: stopLookingBack,
  },
  {
    ...within('history-search'),
    id: 'search-typed',
    title: 'search for the text typed, from here towards older lines',
    hint: 'search',
    keys: ['enter'],
    run: onHistory(searchTyped),
  },
  {
    ...within('history-search'),
    id: 'search-cancel',
    title: 'do not search',
    hint: 'cancel',
    keys: ['escape', 'ctrl-c'],
    run: onHistory((state, history) => stay(withHistory(state, { ...history, prompt: null }))),
  },
  {
    ...within('history-search'),
    id: 'follow-search',
    title: 'back to the lists and the newest output',
    keys: ['leave'],
    run: stopLookingBack,
  },
];

function within(where: Where): Pick<Action, 'group' | 'where'> {
  return { group: where === 'history-search' ? 'Searching back' : group, where: [where] };
}

function motion(
  id: string,
  title: string,
  keys: readonly string[],
  move: (state: AppState, history: History) => Step,
): readonly Action[] {
  return [{ ...within('history'), id, title, keys, palette: 'never', run: onHistory(move) }];
}

function onHistory(run: (state: AppState, history: History) => Step): (state: AppState) => Step {
  return (state) => (state.focus.at === 'history' ? run(state, state.focus) : stay(state));
}

/** Looks back at the worker whose pane is marked, the cursor in the first row: most want to go up. */
function enter(state: AppState, then: (state: AppState, history: History) => Step): Step {
  return state.anchor === null ? stay(state) : onHistory(then)(lookBack(state, state.anchor, 0));
}

/** A page back, where there is anything. */
function lookUp(state: AppState, history: History): Step {
  if (state.terminals.get(history.id)?.fullScreen)
    return stay(withNotice(state, 'Its program has the whole screen and keeps no lines above it.'));
  return scrollView(state, history, -pageOf(state, history));
}

/** A row of the old page stays in sight. */
function pageOf(state: AppState, { id }: History): number {
  return Math.max(1, viewSize(state, id).rows - 1);
}

function halfPageOf(state: AppState, { id }: History): number {
  return Math.max(1, Math.floor(viewSize(state, id).rows / 2));
}

function withPrompt(state: AppState, history: History): AppState {
  return withHistory(state, { ...history, prompt: emptyField });
}

function hasSearch({ focus }: AppState): true | string {
  return (focus.at === 'history' && focus.search !== null) || 'Nothing was searched for; / searches.';
}

/** Without a text it takes back the marks of the last search. */
function searchTyped(state: AppState, history: History): Step {
  const text = history.prompt?.text.slice(0, longestSearch) ?? '';
  const search = text === '' ? null : { text, found: null };
  const next = withHistory(state, { ...history, prompt: null, search });
  return { state: next, effects: [{ type: 'search', id: history.id, text, direction: 'back' }] };
}

function searchAgain(state: AppState, { id, search }: History, direction: 'back' | 'forward'): Step {
  return { state, effects: search ? [{ type: 'search', id, text: search.text, direction }] : [] };
}

function select(state: AppState, history: History, shape: 'characters' | 'lines'): Step {
  const { id, cursor, selecting } = history;
  if (selecting === shape) return withoutSelection(state, history);
  const from = selecting === null ? { from: cursor } : {};
  return {
    state: withHistory(state, { ...history, selecting: shape }),
    effects: [{ type: 'select', id, ...from, to: cursor, shape }],
  };
}

function copy(state: AppState, history: History): Step {
  const { state: next, effects } = withoutSelection(state, history);
  return { state: next, effects: [{ type: 'copy', id: history.id }, ...effects] };
}

function withoutSelection(state: AppState, history: History): Step {
  return {
    state: withHistory(state, { ...history, selecting: null }),
    effects: [{ type: 'select', id: history.id, to: null }],
  };
}

function stepBack(state: AppState, history: History): Step {
  if (history.selecting !== null) return withoutSelection(state, history);
  if (history.search === null) return stopLookingBack(state);
  return searchTyped(state, { ...history, prompt: emptyField });
}
