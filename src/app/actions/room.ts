import { noticesKey } from '../../features/attention/noticesDialog.ts';
import { openStopAll } from '../../features/workers/stopDialogs.ts';
import { enterPane, moveSelection, switchList, switchZoom } from '../../room/move.ts';
import { isReachable } from '../../room/reachable.ts';
import {
  countLive,
  findWorker,
  isZoomed,
  selectGeometry,
  selectQueue,
  selectShown,
} from '../../room/select.ts';
import { type AppState, type Grid, grids } from '../../room/state.ts';
import { ask, stay, toList, withDialog, withNotice } from '../../room/step.ts';
import { type Action, everywhereBut } from '../action.ts';

const panes = { where: ['room'], group: 'Panes' } as const;
const moving = { where: ['room'], group: 'Moving', palette: 'never' } as const;
const program = { where: ['room'], group: 'Program' } as const;

/** More than any list is long. */
const farAway = 1_000_000;

export const paneActions: readonly Action[] = [
  {
    id: 'leave',
    title: 'back from a worker to the lists',
    hint: 'back to the lists',
    keys: ['leave'],
    group: 'Panes',
    where: ['pane'],
    run: (state) => stay(toList(state)),
  },
  {
    ...panes,
    where: ['room', 'history'],
    id: 'zoom',
    title: 'show only this worker, or all again',
    hint: (state) => (isZoomed(state) ? 'all panes' : 'zoom'),
    keys: ['z'],
    enabled: (state) => findWorker(state, state.anchor) !== null || 'There is no worker to zoom.',
    run: (state) => stay(switchZoom(state)),
  },
  {
    ...panes,
    id: 'attach',
    title: 'the whole terminal for this worker',
    keys: ['a'],
    enabled: ({ terminals, anchor }) =>
      terminals.has(anchor ?? '') || 'There is no worker with a terminal here.',
    run: (state) => ({ state, effects: [{ type: 'attach', id: state.anchor ?? '' }] }),
  },
  {
    ...panes,
    id: 'more-panes',
    title: 'show more panes',
    keys: ['+', '='],
    enabled: ({ grid }) => grid < 9 || 'Nine panes are the most.',
    run: (state) => stay(withGrid(state, grids.find((grid) => grid > state.grid) ?? 9)),
  },
  {
    ...panes,
    id: 'fewer-panes',
    title: 'show fewer panes',
    keys: ['-'],
    enabled: ({ grid }) => grid > 1 || 'One pane is the least.',
    run: (state) => stay(withGrid(state, grids.findLast((grid) => grid < state.grid) ?? 1)),
  },
  {
    ...panes,
    id: 'stack',
    title: 'the selected worker large and the others beside it, or all alike',
    keys: ['m'],
    enabled: ({ facts, stacked }) =>
      stacked || (facts?.workers.length ?? 0) > 1 || 'There is no other worker to show beside this one.',
    run: (state) => stay(withStack(state, !state.stacked)),
  },
  {
    ...panes,
    id: 'order',
    title: 'panes of those that need you first, or in their order',
    keys: ['o'],
    run: (state) => stay(withOrder(state, !state.needsFirst)),
  },
  ...([1, 2, 3, 4, 5, 6, 7, 8, 9] as const).map(
    (number): Action => ({
      ...panes,
      id: `pane-${number}`,
      title: 'type into that pane',
      keys: [`${number}`],
      palette: 'never',
      enabled: (state) => selectShown(state)[number - 1] !== undefined || `There is no pane ${number}.`,
      run: (state) => stay(enterPane(state, selectShown(state)[number - 1]?.id ?? '')),
    }),
  ),
];

export const movingActions: readonly Action[] = [
  {
    ...moving,
    id: 'down',
    title: 'down',
    keys: ['j', 'down'],
    run: (state) => stay(moveSelection(state, 1)),
  },
  { ...moving, id: 'up', title: 'up', keys: ['k', 'up'], run: (state) => stay(moveSelection(state, -1)) },
  {
    ...moving,
    id: 'first',
    title: 'first row',
    keys: ['g', 'home'],
    run: (state) => stay(moveSelection(state, -farAway)),
  },
  {
    ...moving,
    id: 'last',
    title: 'last row',
    keys: ['G', 'end'],
    run: (state) => stay(moveSelection(state, farAway)),
  },
  {
    ...moving,
    id: 'switch-list',
    title: 'between the repositories and what needs you',
    hint: ({ list }) => (list === 'fleet' ? 'queue' : 'repos'),
    keys: ['tab', 'shift-tab'],
    enabled: (state) =>
      state.list === 'queue' || selectQueue(state).length > 0 || 'Nothing needs you just now.',
    run: (state) => stay(switchList({ ...state, zoomed: false })),
  },
];

export const programActions: readonly Action[] = [
  {
    ...program,
    id: 'refresh',
    title: 'look at all repositories again',
    keys: ['R', 'ctrl-r'],
    palette: 'everywhere',
    enabled: isReachable,
    run: (state) => ask(withNotice(state, 'Looking at all repositories …'), 'facts', { refresh: true }),
  },
  {
    ...program,
    id: 'help',
    title: 'all keys',
    hint: 'help',
    keys: ['?'],
    palette: 'everywhere',
    run: (state) => stay(withDialog(state, { kind: 'help', scroll: 0 })),
  },
  { ...noticesKey, where: ['room'] },
  {
    ...program,
    where: ['room', 'too-small'],
    id: 'quit',
    title: 'leave; the workers go on',
    hint: 'quit',
    keys: ['q'],
    palette: 'everywhere',
    run: (state) => ({ state, effects: [{ type: 'quit' }] }),
  },
  {
    ...program,
    id: 'stop-all',
    title: 'stop all workers and leave',
    keys: ['Q'],
    palette: 'everywhere',
    enabled: isReachable,
    run: (state) => stay(openStopAll(state)),
  },
  {
    ...program,
    where: ['too-small'],
    id: 'quit-small',
    title: 'leave a terminal that is too small',
    keys: ['ctrl-c'],
    run: (state) => ({ state, effects: [{ type: 'quit' }] }),
  },
  {
    ...program,
    id: 'quit-hint',
    palette: 'never',
    title: 'how to leave',
    keys: ['ctrl-c'],
    run: (state) => stay(withNotice(state, quitHint(state))),
  },
  {
    ...program,
    // There the key is the worker's; the queue has the room's keys.
    where: everywhereBut('pane', 'queue'),
    id: 'suspend',
    title: 'back to the shell until fg',
    keys: ['ctrl-z'],
    run: (state) => ({ state, effects: [{ type: 'suspend' }] }),
  },
];

function withGrid(state: AppState, grid: Grid): AppState {
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
