import { expect, test } from 'vitest';
import { dialogs, keyFor, keyTable, placeOf, places, selectKeys } from '../../src/tui/definitions.ts';
import { keyLabel, keysOf } from '../../src/ui/keys.ts';
import { selectShown } from '../../src/ui/layout.ts';
import { type AppState, initialAppState, initialSettings, shownDialog } from '../../src/ui/state.ts';
import { busyFacts, facts, minutesAgo, now, press, repo, room, worker } from './fixtures.ts';

const settings = initialSettings;
const lost = { status: 'lost', problem: { code: 'disconnected', message: 'gone' } } as const;

test.each(places.map((place) => [place.name, place] as const))(
  'in %s a key means one thing',
  (_, { keys }) => {
    const names = keys.flatMap((key) => keysOf(key, settings));
    expect(names).toEqual([...new Set(names)]);
    const ids = keys.map(({ id }) => id);
    expect(ids).toEqual([...new Set(ids)]);
  },
);

test('the help lists every key of a place', () => {
  const told = selectKeys(settings);
  for (const { name, keys } of places.filter((place) => place.name !== 'too-small'))
    for (const key of keys) {
      const row = told
        .find(({ group }) => group === key.group)
        ?.rows.find(({ title }) => title === key.title);
      expect([name, key.id, row?.keys]).toEqual([
        name,
        key.id,
        expect.arrayContaining(keysOf(key, settings).map(keyLabel)),
      ]);
    }
});

test('the detach key is the configured one', () => {
  const typing = press(room(), 'enter').state;
  expect(keyFor(typing, 'ctrl-q')?.id).toBe('leave');
  const configured = { ...typing, settings: { ...initialSettings, leaveKey: 'ctrl-]' } };
  expect(keyFor(configured, 'ctrl-q')).toBeNull();
  expect(keyFor(configured, 'ctrl-]')?.id).toBe('leave');
});

test('only one key of one place approves', () => {
  const keys = dialogs.flatMap(({ kind, keys }) =>
    keys.filter(({ id }) => id === 'approve').map((key) => [kind, key.keys]),
  );
  expect(keys).toEqual([['card', ['y']]]);
});

test('the list of keys is a Markdown table for each group', () => {
  const table = keyTable(settings);
  expect(table).toContain('| Workers | |\n|---|---|\n| `n` | propose a new worker |');
  expect(table).toContain('| `ctrl-q` | back from a worker to the lists |');
  expect(table).toContain('| `y` | start exactly what the card shows |');
});

const noWorkers = room(facts({ repos: [repo('web')] }));
const stopped = room(
  facts({ repos: [repo('web')], workers: [worker('web/a', { state: 'exited', exitCode: 0 })] }),
);

test.each<[string, AppState, string, string]>([
  ['n', room(facts()), 'no repositories', 'This workspace has no repositories yet: run orch-tui init.'],
  [
    'n',
    { ...room(), connection: lost },
    'no link',
    'The controller cannot be reached; orch-tui reconnects by itself.',
  ],
  ['n', initialAppState({ cols: 80, rows: 24 }, now), 'no facts', 'Still connecting.'],
  ['enter', room(facts()), 'nothing', 'Select a worker to type into, or press n for a new one.'],
  ['enter', stopped, 'an ended worker', 'web/a is not running; r resumes it.'],
  ['f', noWorkers, 'no worker', 'Select a worker first.'],
  ['x', noWorkers, 'no worker', 'Select a worker first.'],
  ['s', stopped, 'an ended worker', 'web/a is not running.'],
  ['r', room(), 'a running worker', 'backend/user-auth is running.'],
  ['z', noWorkers, 'no worker', 'There is no worker to zoom.'],
  ['tab', noWorkers, 'an empty queue', 'Nothing needs you just now.'],
  ['+', { ...room(), grid: 9 }, 'nine panes', 'Nine panes are the most.'],
  ['-', { ...room(), grid: 1 }, 'one pane', 'One pane is the least.'],
  ['m', stopped, 'one worker', 'There is no other worker to show beside this one.'],
  ['5', room(), 'four panes', 'There is no pane 5.'],
  ['4', stopped, 'one pane', 'There is no pane 4.'],
  ['ctrl-c', room(), 'running workers', 'q leaves and the workers go on; Q stops them all.'],
])('%s is disabled and shows the reason: %#', (key, state, _why, reason) => {
  const step = press(state, key);
  expect(step.effects).toEqual([]);
  expect(step.state.notice?.text).toBe(reason);
});

test.each<[string, AppState, object[]]>([
  ['f', room(), [{ type: 'request', method: 'previewFinish', params: { id: 'backend/user-auth' } }]],
  ['x', room(), [{ type: 'request', method: 'previewClean', params: { id: 'backend/user-auth' } }]],
  ['r', stopped, [{ type: 'request', method: 'proposeResume', params: { id: 'web/a' } }]],
  ['R', room(), [{ type: 'request', method: 'facts', params: { refresh: true } }]],
  ['q', room(), [{ type: 'quit' }]],
  ['ctrl-z', room(), [{ type: 'suspend' }]],
  ['s', room(), []],
  ['Q', room(), []],
])('%s returns its effects: %#', (key, state, effects) => {
  expect(press(state, key).effects).toMatchObject(effects);
});

test('ctrl-z suspends from every place but a worker’s pane', () => {
  const without = places.filter(({ keys }) => !keys.some(({ id }) => id === 'suspend'));
  expect(without.map(({ name }) => name)).toEqual(['pane']);
});

test.each<[string, string]>([
  ['n', 'form'],
  ['?', 'help'],
  ['s', 'stop'],
  ['Q', 'stop-all'],
  ['f', 'finish'],
  ['enter', 'pane'],
  ['2', 'pane'],
])('%s moves the focus', (key, where) => {
  const { state } = press(room(), key);
  expect(placeOf(state)?.name ?? shownDialog(state)?.kind).toBe(where);
});

test('moving stops at both ends, and the panes follow', () => {
  const rows = ['repo', 'worker', 'worker', 'repo', 'worker', 'repo', 'worker', 'worker'];
  let state = press(room(), 'g', 'k').state;
  const seen = rows.map(() => {
    const key = state.cursors.fleet;
    state = press(state, 'j').state;
    return key?.kind;
  });
  expect(seen).toEqual(rows);
  expect(state.anchor).toBe('web/old-cart');
});

test('z zooms the selected worker, even if another one’s pane is shown', () => {
  const other = { ...room().cursors, fleet: { kind: 'worker', id: 'web/checkout' } } as const;
  const slid = { ...room(), cursors: other };
  expect(slid.anchor).not.toBe('web/checkout');
  const zoomed = press(slid, 'z').state;
  expect(zoomed).toMatchObject({ zoomed: true, anchor: 'web/checkout' });
  expect(press(zoomed, 'z').state).toMatchObject({ zoomed: false, anchor: 'web/checkout' });
});

test('the number of panes goes from four to two to one and up to nine', () => {
  const grids = ['-', '-', '-', '+', '=', '+', '+', '+', '-'].map(
    (_, at, keys) => press(room(), ...keys.slice(0, at + 1)).state.grid,
  );
  expect(grids).toEqual([2, 1, 1, 2, 4, 6, 9, 9, 6]);
});

test('m switches the stack on and off, and a number of panes ends it', () => {
  const stacked = press(room(), 'z', 'm').state;
  expect(stacked).toMatchObject({ stacked: true, zoomed: false, notice: null });
  expect(press(stacked, 'm').state.stacked).toBe(false);
  expect(press(stacked, '-').state).toMatchObject({ stacked: false, grid: 2 });
});

const shownIds = (state: AppState) => selectShown(state).map(({ task }) => task);

test('the selected worker has the main pane, the others of its page are beside it in order', () => {
  const stacked = press(room(), 'm').state;
  expect(shownIds(stacked)).toEqual(['user-auth', 'dashboard', 'checkout', 'api-v2', 'old-cart']);
  const third = press(stacked, '3').state;
  expect(third.focus).toEqual({ at: 'pane', id: 'web/checkout' });
  expect(shownIds(third)).toEqual(['checkout', 'user-auth', 'dashboard', 'api-v2', 'old-cart']);
});

test('the last page of a stack is filled up', () => {
  const workers = ['a', 'b', 'c', 'd', 'e', 'f'].map((task) => worker(`web/${task}`));
  const last = press(room(facts({ repos: [repo('web')], workers })), 'm', 'G').state;
  expect(shownIds(last)).toEqual(['f', 'b', 'c', 'd', 'e']);
});

test('o orders panes by need, the longest first, and shows a notice', () => {
  const workers = [
    worker('web/works'),
    worker('web/asks', { state: 'waiting', stateSince: minutesAgo(3) }),
    worker('web/rests', { state: 'idle', stateSince: minutesAgo(99) }),
    worker('web/limited', { state: 'limited', stateSince: minutesAgo(5) }),
    worker('web/trust', { state: 'needs-trust', stateSince: minutesAgo(4) }),
  ];
  const asked = room(facts({ repos: [repo('web')], workers }), { cols: 220, rows: 60 });
  const first = press(asked, '+', 'o').state;
  expect(shownIds(first)).toEqual(['limited', 'trust', 'asks', 'works', 'rests']);
  expect(first.notice?.text).toBe('Panes: those that need you first.');
  const again = press(first, 'o').state;
  expect(shownIds(again)).toEqual(['works', 'asks', 'rests', 'limited', 'trust']);
  expect(again.notice?.text).toBe('Panes: in the order of their workers.');
});

test.each<[string, number, number, string]>([
  ['m', 80, 24, 'This terminal has no room for other workers beside the selected one.'],
  ['+', 120, 36, '6 panes wanted; this terminal has room for 4.'],
  ['++', 220, 60, '9 panes wanted; there are fewer workers.'],
])('%s at %i×%i shows why there are fewer panes', (keys, cols, rows, notice) => {
  expect(press(room(busyFacts(), { cols, rows }), ...keys).state.notice?.text).toBe(notice);
});

test('a terminal without room for more panes shows a notice', () => {
  const small = press(room(busyFacts(), { cols: 80, rows: 24 }), '-', '-', '+').state;
  expect(small.notice?.text).toBe('2 panes wanted; this terminal has room for 1.');
});

test('a terminal that is too small has only keys to quit', () => {
  const tiny = room(busyFacts(), { cols: 40, rows: 10 });
  expect(press(tiny, 'q').effects).toEqual([{ type: 'quit' }]);
  expect(press(tiny, 'ctrl-c').effects).toEqual([{ type: 'quit' }]);
  expect(press(tiny, 'n', 'f', 'enter', 'Q')).toEqual({ state: tiny, effects: [] });
});

test('a heading of the help has no key twice', () => {
  for (const { group, rows } of selectKeys(initialSettings)) {
    const keys = rows.flatMap((row) => row.keys);
    expect([group, keys]).toEqual([group, [...new Set(keys)]]);
  }
});
