import { expect, test } from 'vitest';
import { nextTick, updateApp } from '../../src/tui/update.ts';
import { selectShown } from '../../src/ui/layout.ts';
import { initialAppState } from '../../src/ui/state.ts';
import {
  after,
  busyFacts,
  facts,
  minutesAgo,
  now,
  press,
  proposal,
  repo,
  room,
  terminal,
  worker,
} from './fixtures.ts';

const size = { cols: 80, rows: 24 };
const disconnected = { code: 'disconnected', message: 'The connection was lost.' };

test('a new connection requests all facts, and a known one does not', () => {
  const live = updateApp(initialAppState(size, now), {
    type: 'connectionChanged',
    connection: { status: 'live' },
  });
  expect(live.effects).toEqual([{ type: 'request', method: 'facts', params: {}, tag: 1 }]);
  expect(
    updateApp(live.state, { type: 'connectionChanged', connection: { status: 'live' } }).effects,
  ).toEqual([]);
});

test('a lost connection keeps the last facts', () => {
  const state = room();
  const lost = updateApp(state, {
    type: 'connectionChanged',
    connection: { status: 'lost', problem: disconnected },
  });
  expect(lost.state.facts).toBe(state.facts);
  expect(lost.effects).toEqual([]);
});

test('a resize and a tick change size and time, and nothing else', () => {
  const state = room();
  expect(updateApp(state, { type: 'resized', size }).state).toEqual({ ...state, size });
  expect(updateApp(state, { type: 'ticked', now: now + 5 }).state).toEqual({ ...state, now: now + 5 });
});

test('the first facts select the first worker, else the first repository', () => {
  expect(room().cursors.fleet).toEqual({ kind: 'worker', id: 'backend/user-auth' });
  expect(room(facts({ repos: [repo('web')] })).cursors.fleet).toEqual({ kind: 'repo', name: 'web' });
  expect(room(facts()).cursors).toEqual({ fleet: null, queue: null });
});

test('a turning spinner in a title does not change the state; another title and an exit do', () => {
  const titled = (title: string) => terminal('backend/user-auth', { title, flowing: true });
  const state = updateApp(room(), { type: 'terminalChanged', record: titled('⠂ thinking') }).state;
  const record = titled('⠐ thinking');
  expect(updateApp(state, { type: 'terminalChanged', record }).state).toBe(state);
  expect(updateApp(state, { type: 'terminalChanged', record: titled('⠐ typing') }).state).not.toBe(state);
  const exit = { code: 0, signal: 0, at: minutesAgo(0) };
  const ended = updateApp(state, { type: 'terminalChanged', record: { ...record, exit } }).state;
  expect(ended.terminals.get('backend/user-auth')?.exit).toEqual(exit);
  const forgotten = updateApp(ended, { type: 'terminalForgotten', id: 'backend/user-auth' }).state;
  expect(forgotten.terminals.has('backend/user-auth')).toBe(false);
});

test('when the selected worker goes, the row in its place is selected', () => {
  const state = press(room(), 'j').state;
  expect(state.cursors.fleet).toEqual({ kind: 'worker', id: 'backend/api-v2' });
  const workers = busyFacts().workers.filter(({ id }) => id !== 'backend/api-v2');
  const next = updateApp(state, { type: 'factsArrived', facts: busyFacts({ workers }) }).state;
  expect(next.cursors.fleet).toEqual({ kind: 'repo', name: 'admin' });
  expect(selectShown(next).some(({ id }) => id === next.anchor)).toBe(true);
});

test('a single pane shows the worker selected first, even if another was started before it', () => {
  const workers = [worker('web/seo'), worker('backend/user-auth')];
  const state = room(busyFacts({ workers }), { cols: 80, rows: 24 });
  expect(state.cursors.fleet).toEqual({ kind: 'worker', id: 'backend/user-auth' });
  expect(selectShown(state).map(({ id }) => id)).toEqual(['backend/user-auth']);
});

test('the selection stays on its row when rows are added above it', () => {
  const state = press(room(), 'G').state;
  const repos = [repo('api'), ...busyFacts().repos];
  const next = updateApp(state, { type: 'factsArrived', facts: busyFacts({ repos }) }).state;
  expect(next.cursors).toEqual(state.cursors);
});

test('an emptied queue returns the keys to the repositories', () => {
  const state = press(room(), 'tab').state;
  expect(state.list).toBe('queue');
  const quiet = busyFacts({ proposals: [], workers: [worker('web/checkout')] });
  expect(updateApp(state, { type: 'factsArrived', facts: quiet }).state.list).toBe('fleet');
});

test('a new proposal changes neither focus nor selection', () => {
  const typing = press(room(busyFacts({ proposals: [] })), 'enter').state;
  const next = updateApp(typing, { type: 'factsArrived', facts: busyFacts() }).state;
  expect(next.focus).toEqual(typing.focus);
  expect(next.cursors.fleet).toEqual(typing.cursors.fleet);
});

test('a notice of the controller is shown once', () => {
  const notices = [{ code: 'log_damaged', message: 'Line 7 of the log was set aside.' }];
  const first = updateApp(room(), { type: 'factsArrived', facts: busyFacts({ notices }) }).state;
  expect(first.notice).toEqual({ text: 'Line 7 of the log was set aside.', tone: 'problem', since: null });
  const cleared = press(first, 'j').state;
  expect(cleared.notice).toBeNull();
  expect(updateApp(cleared, { type: 'factsArrived', facts: busyFacts({ notices }) }).state.notice).toBeNull();
});

test('a refusal that fits is a notice, a longer one has a dialog', () => {
  const asked = press(room(), 'R');
  const answer = (message: string) =>
    updateApp(asked.state, {
      type: 'answered',
      method: 'facts',
      params: { refresh: true },
      tag: asked.state.nextTag - 1,
      result: { ok: false, problem: { code: 'git_refused', message } },
    }).state;
  expect(answer('git is missing').notice).toEqual({ text: 'git is missing', tone: 'problem', since: null });
  const words = 'fatal: not a git repository\n(or any parent)';
  expect(answer(words).focus).toMatchObject({
    at: 'dialog',
    dialog: { kind: 'problem', problem: { message: words } },
  });
});

test('the timer ticks when an age on the screen changes, and never without one', () => {
  expect(nextTick(room(facts({ repos: [repo('web')] })))).toBeNull();
  const aged = facts({ workers: [worker('web/a', { stateSince: minutesAgo(2.5) })] });
  expect(nextTick(room(aged))).toBe(30_000);
  const older = facts({
    workers: [worker('web/a', { stateSince: minutesAgo(90) })],
    proposals: [proposal(1, 'web/b', { at: minutesAgo(100), plan: null })],
  });
  expect(nextTick(room(older))).toBe(20 * 60_000);
});

test('an outdated age on the screen is updated at once', () => {
  const state = room(facts({ workers: [worker('web/a', { stateSince: minutesAgo(-30) })] }));
  expect(nextTick(state, now + 30 * 60_000)).toBe(60_000);
  expect(nextTick(state, now + 32 * 60_000)).toBe(1_000);
});

test('ages that change soon after each other change together', () => {
  const since = (seconds: number) => new Date(now - seconds * 1_000).toISOString();
  const workers = [57, 52, 20].map((seconds) => worker(`web/w${seconds}`, { stateSince: since(seconds) }));
  expect(nextTick(room(facts({ repos: [repo('web')], workers })))).toBe(15_000);
});

test('effects keep the order of their messages', () => {
  const { effects } = after(press(room(), 'enter').state, [
    { type: 'tokenArrived', token: { kind: 'paste', text: 'one', last: false } },
    { type: 'tokenArrived', token: { kind: 'paste', text: 'two', last: true } },
  ]);
  expect(effects).toEqual([
    { type: 'paste', id: 'backend/user-auth', text: 'one', last: false },
    { type: 'paste', id: 'backend/user-auth', text: 'two', last: true },
  ]);
});
