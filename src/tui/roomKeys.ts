import { isLive } from '../core/worker.ts';
import { noticesKey } from '../features/attention/noticesDialog.ts';
import { openStopAll } from '../features/workers/workerDialogs.ts';
import { helpKey } from '../ui/helpDialog.ts';
import { type KeyPlace, keyLabel, type RoomKey } from '../ui/keys.ts';
import { fits, selectGeometry, selectShown } from '../ui/layout.ts';
import {
  countLive,
  enterPane,
  findWorker,
  isZoomed,
  moveSelection,
  selectQueue,
  switchList,
  switchZoom,
} from '../ui/select.ts';
import { type AppState, type GridLayout, grids } from '../ui/state.ts';
import {
  ask,
  noEffects,
  type ScreenEffect,
  type Step,
  toList,
  whyUnreachable,
  withNotice,
} from '../ui/step.ts';

const panes = 'Panes';
const moving = { group: 'Moving', palette: 'never' } as const;
const program = 'Program';

/** More rows than any list has. */
const farAway = 1_000_000;

export const zoomKey: RoomKey = {
  group: panes,
  id: 'zoom',
  title: 'show only this worker, or all again',
  hint: (state) => (isZoomed(state) ? 'all panes' : 'zoom'),
  keys: ['z'],
  disabledReason: (state) => (findWorker(state, state.anchor) ? null : 'There is no worker to zoom.'),
  run: (state) => noEffects(switchZoom(state)),
};

export const paneKeys: readonly RoomKey[] = [
  zoomKey,
  {
    group: panes,
    id: 'attach',
    title: 'give this worker the whole terminal',
    keys: ['a'],
    disabledReason: ({ terminals, anchor }) =>
      terminals.has(anchor ?? '') ? null : 'There is no worker with a terminal here.',
    run: (state) => ({ state, effects: [{ type: 'attach', id: state.anchor ?? '' }] }),
  },
  {
    group: panes,
    id: 'more-panes',
    title: 'show more panes',
    keys: ['+', '='],
    disabledReason: ({ grid }) => (grid < 9 ? null : 'Nine panes are the most.'),
    run: (state) => noEffects(withGrid(state, grids.find((grid) => grid > state.grid) ?? 9)),
  },
  {
    group: panes,
    id: 'fewer-panes',
    title: 'show fewer panes',
    keys: ['-'],
    disabledReason: ({ grid }) => (grid > 1 ? null : 'One pane is the least.'),
    run: (state) => noEffects(withGrid(state, grids.findLast((grid) => grid < state.grid) ?? 1)),
  },
  {
    group: panes,
    id: 'stack',
    title: 'make the selected pane large and the others small, or all equal',
    keys: ['m'],
    disabledReason: ({ facts, stacked }) =>
      stacked || (facts?.workers.length ?? 0) > 1
        ? null
        : 'There is no other worker to show beside this one.',
    run: (state) => noEffects(withStack(state, !state.stacked)),
  },
  {
    group: panes,
    id: 'order',
    title: 'order panes by who needs you, or by start',
    keys: ['o'],
    run: (state) => noEffects(withOrder(state, !state.needsFirst)),
  },
  ...([1, 2, 3, 4, 5, 6, 7, 8, 9] as const).map(
    (number): RoomKey => ({
      group: panes,
      id: `pane-${number}`,
      title: 'type into that pane',
      keys: [`${number}`],
      palette: 'never',
      disabledReason: (state) => (selectShown(state)[number - 1] ? null : `There is no pane ${number}.`),
      run: (state) => noEffects(enterPane(state, selectShown(state)[number - 1]?.id ?? '')),
    }),
  ),
];

export const movingKeys: readonly RoomKey[] = [
  {
    ...moving,
    id: 'down',
    title: 'down',
    keys: ['j', 'down'],
    run: (state) => noEffects(moveSelection(state, 1)),
  },
  {
    ...moving,
    id: 'up',
    title: 'up',
    keys: ['k', 'up'],
    run: (state) => noEffects(moveSelection(state, -1)),
  },
  {
    ...moving,
    id: 'first',
    title: 'first row',
    keys: ['g', 'home'],
    run: (state) => noEffects(moveSelection(state, -farAway)),
  },
  {
    ...moving,
    id: 'last',
    title: 'last row',
    keys: ['G', 'end'],
    run: (state) => noEffects(moveSelection(state, farAway)),
  },
  {
    ...moving,
    id: 'switch-list',
    title: 'switch between the repositories and what needs you',
    hint: ({ list }) => (list === 'fleet' ? 'queue' : 'repos'),
    keys: ['tab', 'shift-tab'],
    disabledReason: (state) =>
      state.list === 'queue' || selectQueue(state).length > 0 ? null : 'Nothing needs you just now.',
    run: (state) => noEffects(switchList({ ...state, zoomed: false })),
  },
];

const quit = (state: AppState): Step => ({ state, effects: [{ type: 'quit' }] });

const quitKey: RoomKey = {
  group: program,
  id: 'quit',
  title: 'leave; the workers go on',
  hint: 'quit',
  keys: ['q'],
  palette: 'everywhere',
  run: quit,
};

export const programKeys: readonly RoomKey[] = [
  {
    group: program,
    id: 'refresh',
    title: 'refresh all repositories',
    keys: ['R', 'ctrl-r'],
    palette: 'everywhere',
    disabledReason: whyUnreachable,
    run: (state) => ask(withNotice(state, 'Refreshing all repositories …'), 'facts', { refresh: true }),
  },
  helpKey,
  noticesKey,
  quitKey,
  {
    group: program,
    id: 'stop-all',
    title: 'stop all workers and leave',
    keys: ['Q'],
    palette: 'everywhere',
    disabledReason: whyUnreachable,
    run: (state) => noEffects(openStopAll(state)),
  },
  {
    group: program,
    id: 'quit-hint',
    palette: 'never',
    title: 'how to leave',
    keys: ['ctrl-c'],
    run: (state) => noEffects(withNotice(state, quitHint(state))),
  },
];

/** The place of a terminal that is too small. */
export const tooSmallPlace: KeyPlace = {
  name: 'too-small',
  isHere: ({ size }) => !fits(size),
  keys: [
    quitKey,
    { ...quitKey, id: 'quit-small', title: 'leave a terminal that is too small', keys: ['ctrl-c'] },
  ],
};

/** The place of a worker's pane. Every key but the detach key goes to the worker, byte for byte. */
export const panePlace: KeyPlace = {
  name: 'pane',
  isHere: ({ focus }) => focus.at === 'pane',
  isProgram: true,
  keys: [
    {
      group: panes,
      id: 'leave',
      title: 'back from a worker to the lists',
      hint: 'back to the lists',
      keys: ['leave'],
      run: (state) => noEffects(toList(state)),
    },
  ],
  type: (state, { raw }) => toProgram(state, (id) => ({ type: 'input', id, bytes: raw })),
  paste: (state, { text, last }) => toProgram(state, (id) => ({ type: 'paste', id, text, last })),
};

/**
 * Sends input to the worker. A worker that ends during typing keeps the focus, so that the rest of the text does not
 * become commands.
 */
function toProgram(state: AppState, effect: (id: string) => ScreenEffect): Step {
  if (state.focus.at !== 'pane') return noEffects(state);
  const { id } = state.focus;
  const worker = findWorker(state, id);
  if (worker && isLive(worker.state)) return { state, effects: [effect(id)] };
  const back = keyLabel(state.settings.leaveKey);
  return noEffects(withNotice(state, `${id} has ended and takes no keys; ${back} goes back to the lists.`));
}

function withGrid(state: AppState, grid: GridLayout): AppState {
  const next = { ...state, grid, stacked: false, zoomed: false };
  const shown = selectGeometry(next).panes.length;
  const workers = state.facts?.workers.length ?? 0;
  if (shown >= grid) return next;
  const why = shown < workers ? `this terminal has room for ${shown}` : 'there are fewer workers';
  return withNotice(next, `${grid} panes wanted; ${why}.`);
}

function withStack(state: AppState, stacked: boolean): AppState {
  const next = { ...state, stacked, zoomed: false };
  if (!stacked || selectGeometry(next).panes.length > 1) return next;
  return withNotice(next, 'This terminal has no room for other workers beside the selected one.');
}

function withOrder(state: AppState, needsFirst: boolean): AppState {
  return withNotice(
    { ...state, needsFirst },
    needsFirst ? 'Panes: those that need you first.' : 'Panes: in the order of their workers.',
  );
}

function quitHint(state: AppState): string {
  return countLive(state) > 0 ? 'q leaves and the workers go on; Q stops them all.' : 'q leaves.';
}
