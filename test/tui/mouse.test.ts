import { expect, test } from 'vitest';
import type { MouseToken } from '../../src/terminal/input.ts';
import { updateApp } from '../../src/tui/update.ts';
import { hitTest } from '../../src/ui/layout.ts';
import type { AppState } from '../../src/ui/state.ts';
import { after, busyFacts, click, facts, press, repo, room, terminal, worker } from './fixtures.ts';

const state = room();

test.each([
  [2, 2, { on: 'row', list: 'fleet', key: { kind: 'repo', name: 'backend' } }],
  [30, 4, { on: 'row', list: 'fleet', key: { kind: 'worker', id: 'backend/api-v2' } }],
  [5, 12, null],
  [5, 27, { on: 'row', list: 'queue', key: { kind: 'proposal', n: 7 } }],
  [40, 5, { on: 'pane', id: 'backend/user-auth' }],
  [110, 5, { on: 'pane', id: 'admin/dashboard' }],
  [110, 30, { on: 'pane', id: 'backend/api-v2' }],
  [0, 0, null],
  [500, 500, null],
] as const)('cell %i,%i', (x, y, hit) => {
  expect(hitTest(state, x, y)).toEqual(hit);
});

test('a click on a row selects it and leaves the pane that has the keys', () => {
  const typing = press(state, 'enter').state;
  const next = updateApp(typing, { type: 'tokenArrived', token: click(5, 27) }).state;
  expect(next).toMatchObject({
    list: 'queue',
    focus: { at: 'list' },
    cursors: { queue: { kind: 'proposal', n: 7 } },
  });
});

test('a click on a pane focuses it', () => {
  const next = send(state, mouse('press', 110, 5), mouse('release', 110, 5)).state;
  expect(next).toMatchObject({ focus: { at: 'pane', id: 'admin/dashboard' }, anchor: 'admin/dashboard' });
});

test('a click finds panes that are stacked or reordered', () => {
  const at = (from: AppState, x: number, y: number) => hitTest(from, x, y);
  const stacked = press(state, 'm').state;
  expect(at(stacked, 40, 30)).toEqual({ on: 'pane', id: 'backend/user-auth' });
  expect(at(stacked, 110, 5)).toEqual({ on: 'pane', id: 'admin/dashboard' });
  expect(at(stacked, 110, 34)).toEqual({ on: 'pane', id: 'web/old-cart' });
  expect(at(press(state, 'o').state, 40, 5)).toEqual({ on: 'pane', id: 'admin/dashboard' });
});

test('a click on the pane of an ended worker only selects it', () => {
  const ended = room(facts({ repos: [repo('web')], workers: [worker('web/a', { state: 'lost' })] }));
  const next = send(ended, mouse('press', 60, 5), mouse('release', 60, 5)).state;
  expect(next.focus).toEqual({ at: 'list' });
  expect(next.notice?.text).toBe('web/a is not running; r resumes it.');
});

test('a click beside a dialog does nothing, and the wheel scrolls it up to its ends', () => {
  const help = press(room(busyFacts(), { cols: 80, rows: 24 }), '?').state;
  expect(updateApp(help, { type: 'tokenArrived', token: click(1, 3) }).state).toEqual(help);
  const wheel = (action: 'wheel-up' | 'wheel-down') =>
    ({ ...click(5, 5), action }) as ReturnType<typeof click>;
  const down = updateApp(help, { type: 'tokenArrived', token: wheel('wheel-down') }).state;
  expect(down.focus).toMatchObject({ dialog: { scroll: 3 } });
  const up = updateApp(down, { type: 'tokenArrived', token: wheel('wheel-up') }).state;
  expect(updateApp(up, { type: 'tokenArrived', token: wheel('wheel-up') }).state).toEqual(help);
});

function mouse(action: MouseToken['action'], x: number, y: number): MouseToken {
  return { ...(click(x, y) as MouseToken), action, button: action.startsWith('wheel') ? 'none' : 'left' };
}

/** A room whose second pane has a program that asked for the mouse. */
const wanted = updateApp(state, {
  type: 'terminalChanged',
  record: terminal('admin/dashboard', { mouse: true }),
}).state;

function send(from: AppState, ...tokens: MouseToken[]) {
  return after(
    from,
    tokens.map((token) => ({ type: 'tokenArrived', token })),
  );
}

test('the wheel moves the selection of the list under it', () => {
  const down = send(state, mouse('wheel-down', 5, 5), mouse('wheel-down', 5, 5)).state;
  expect(down.cursors.fleet).toEqual({ kind: 'repo', name: 'admin' });
  expect(send(down, mouse('wheel-down', 5, 25)).state).toMatchObject({ list: 'queue' });
});

test('a click on the selected row opens it', () => {
  const once = send(state, mouse('press', 5, 27)).state;
  expect(once.focus).toEqual({ at: 'list' });
  expect(send(once, mouse('release', 5, 27), mouse('press', 5, 27)).state.focus).toMatchObject({
    dialog: { kind: 'card', n: 7 },
  });
});

test('the focused pane’s worker gets the mouse, counted from its own corner', () => {
  const id = 'admin/dashboard';
  const typing = send(wanted, mouse('press', 110, 5), mouse('release', 110, 5)).state;
  const { state: same, effects } = send(
    typing,
    mouse('press', 77, 2),
    mouse('move', 200, 3),
    mouse('release', 3, 50),
    mouse('wheel-up', 80, 4),
  );
  expect(same).toEqual(typing);
  expect(effects).toMatchObject([
    { type: 'mouse', id, mouse: { action: 'press', x: 0, y: 0 } },
    { type: 'mouse', id, mouse: { action: 'move', x: 41, y: 1 } },
    { type: 'mouse', id, mouse: { action: 'release', x: 0, y: 14 } },
    { type: 'mouse', id, mouse: { action: 'wheel-up', x: 3, y: 2 } },
  ]);
});

test('the click that focuses a pane goes to its worker, too, but not one on the border', () => {
  const id = 'admin/dashboard';
  expect(send(wanted, mouse('press', 110, 5), mouse('release', 110, 5)).effects).toMatchObject([
    { type: 'mouse', id, mouse: { action: 'press', x: 33, y: 3 } },
    { type: 'mouse', id, mouse: { action: 'release', x: 33, y: 3 } },
  ]);
  const entered = send(wanted, mouse('press', 110, 1));
  expect(entered).toMatchObject({ state: { focus: { at: 'pane', id } }, effects: [] });
});
