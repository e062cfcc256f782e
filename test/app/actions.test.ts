import { expect, test } from 'vitest';
import type { Where } from '../../src/app/action.ts';
import { actionFor, actions, keysOf, keyTable, whereOf } from '../../src/app/actions.ts';
import { type AppState, initialState } from '../../src/app/state.ts';
import { busyFacts, facts, now, press, repo, room, worker } from './fixtures.ts';

const settings = { leaveKey: 'ctrl-q' };
const lost = { status: 'lost', problem: { code: 'disconnected', message: 'gone' } } as const;

test('in every place a key means one thing', () => {
  const taken = new Map<string, string>();
  for (const action of actions) {
    for (const where of action.where) {
      for (const key of keysOf(action, settings)) {
        expect([where, key, taken.get(`${where} ${key}`)]).toEqual([where, key, undefined]);
        taken.set(`${where} ${key}`, action.id);
      }
    }
  }
});

test('ids are unique', () => {
  expect(new Set(actions.map(({ id }) => id)).size).toBe(actions.length);
});

test('the leave key is the one the person configured', () => {
  expect(actionFor('pane', 'ctrl-q', settings)?.id).toBe('leave');
  expect(actionFor('pane', 'ctrl-q', { leaveKey: 'ctrl-]' })).toBeNull();
  expect(actionFor('pane', 'ctrl-]', { leaveKey: 'ctrl-]' })?.id).toBe('leave');
});

test('approving has one key in one place', () => {
  const keys = actions.filter(({ id }) => id === 'approve').flatMap(({ where, keys }) => [where, keys]);
  expect(keys).toEqual([['card'], ['y']]);
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
  ['n', initialState({ cols: 80, rows: 24 }, now), 'no facts', 'Still connecting.'],
  ['enter', noWorkers, 'a repository', 'Select a worker to type into, or press n for a new one.'],
  ['enter', stopped, 'an ended worker', 'web/a is not running; r resumes it.'],
  ['f', noWorkers, 'no worker', 'Select a worker first.'],
  ['x', noWorkers, 'no worker', 'Select a worker first.'],
  ['s', stopped, 'an ended worker', 'web/a is not running.'],
  ['r', room(), 'a running worker', 'backend/user-auth is running.'],
  ['z', noWorkers, 'no worker', 'There is no worker to zoom.'],
  ['tab', noWorkers, 'an empty queue', 'Nothing needs you just now.'],
  ['+', room(), 'four panes', 'Four panes are the most.'],
  ['4', stopped, 'one pane', 'There is no pane 4.'],
  ['ctrl-c', room(), 'running workers', 'q leaves and the workers go on; Q stops them all.'],
])('%s is off and says why: %#', (key, state, _why, reason) => {
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
])('%s has its effects: %#', (key, state, effects) => {
  expect(press(state, key).effects).toMatchObject(effects);
});

test.each<[string, Where]>([
  ['n', 'form'],
  ['?', 'help'],
  ['s', 'question'],
  ['Q', 'question'],
  ['f', 'preview'],
  ['enter', 'pane'],
  ['2', 'pane'],
])('%s leads to another place', (key, where) => {
  expect(whereOf(press(room(), key).state)).toBe(where);
});

test('moving stops at both ends and follows workers with the panes', () => {
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

test('panes go from four to two to one and back', () => {
  const layouts = ['-', '-', '-', '+', '='].map(
    (_, at, keys) => press(room(), ...keys.slice(0, at + 1)).state.layout,
  );
  expect(layouts).toEqual([2, 1, 1, 2, 4]);
});

test('a terminal without room for more panes says so', () => {
  const small = press(room(busyFacts(), { cols: 80, rows: 24 }), '-', '-', '+').state;
  expect(small.notice?.text).toBe('2 panes wanted; this terminal has room for 1.');
});

test('a terminal that is too small knows only the way out', () => {
  const tiny = room(busyFacts(), { cols: 40, rows: 10 });
  expect(press(tiny, 'q').effects).toEqual([{ type: 'quit' }]);
  expect(press(tiny, 'ctrl-c').effects).toEqual([{ type: 'quit' }]);
  expect(press(tiny, 'n', 'f', 'enter', 'Q')).toEqual({ state: tiny, effects: [] });
});
