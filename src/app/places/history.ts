import { emptyField, insertText, type TextField } from '../../room/field.ts';
import type { History } from '../../room/history.ts';
import { typeKey } from '../../room/keyName.ts';
import type { Place, RoomKey } from '../../room/keys.ts';
import type { AppState } from '../../room/state.ts';
import { type Step, stay, withNotice } from '../../room/step.ts';
import {
  goToEnd,
  lookBack,
  moveCursor,
  scrollView,
  stopLookingBack,
  viewSize,
  whyNotBack,
  withHistory,
} from '../lookBack.ts';

const group = 'Looking back';
const searching = 'Searching back';

/** Said once in the help for both directions. */
const moves = 'move; at the edge the view scrolls';
const lineEnds = 'start and end of the line';
const halfPages = 'half a page back and on';

/** Wider than any screen. */
const farAway = 1_000_000;

/** What a search may be long; the host takes no more. */
const longestSearch = 1000;

/** The way into a worker's output. */
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
    run: (state) => enter(state, (entered, history) => stay(withPrompt(entered, history))),
  },
];

/** What the keys do there. */
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
    run: onHistory((state, history) => stay(withPrompt(state, history))),
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
    run: onHistory((state, history) => stay(withHistory(state, { ...history, prompt: null }))),
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
  move: (state: AppState, history: History) => Step,
): RoomKey {
  return { group, id, title, keys, palette: 'never', run: onHistory(move) };
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

function whyNoSearch({ focus }: AppState): string | null {
  return focus.at === 'history' && focus.search !== null ? null : 'Nothing was searched for; / searches.';
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

/** Typing what to search for. */
export const searchPlace: Place = {
  name: 'history-search',
  isHere: ({ focus }) => focus.at === 'history' && focus.prompt !== null,
  keys: searchKeys,
  type: (state, token) => withTyped(state, (prompt) => typeKey(prompt, token)),
  paste: (state, { text }) => withTyped(state, (prompt) => insertText(prompt, text)),
};

function withTyped(state: AppState, edit: (prompt: TextField) => TextField | null): Step {
  const { focus } = state;
  const prompt = focus.at === 'history' && focus.prompt ? edit(focus.prompt) : null;
  return stay(focus.at === 'history' && prompt ? withHistory(state, { ...focus, prompt }) : state);
}
