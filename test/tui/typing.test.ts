import { expect, test } from 'vitest';
import { updateApp } from '../../src/tui/update.ts';
import { after, busyFacts, key, paste, press, room, worker } from './fixtures.ts';

const id = 'backend/user-auth';
const typing = press(room(), 'enter').state;

test('every key but the detach key goes to the worker, byte for byte', () => {
  const raws = ['q', 'y', '\u0003', '\u001b', '\r', '\u001b[A', '\u001b[1;5C', 'Ã¤', '?', '\u001a'];
  const { state, effects } = after(
    typing,
    raws.map((raw) => ({ type: 'tokenArrived', token: { ...key('x'), raw } })),
  );
  expect(effects).toEqual(raws.map((bytes) => ({ type: 'input', id, bytes })));
  expect(state).toEqual(typing);
});

test('the detach key goes back to the lists, however the terminal spells it', () => {
  for (const raw of ['\u0011', '\u001b[113;5u']) {
    const step = updateApp(typing, { type: 'tokenArrived', token: { ...key('ctrl-q'), raw } });
    expect(step.effects).toEqual([]);
    expect(step.state.focus).toEqual({ at: 'list' });
  }
});

test('a configured detach key leaves ctrl-q to the worker', () => {
  const own = { ...typing, settings: { ...typing.settings, leaveKey: 'ctrl-]' } };
  expect(press(own, 'ctrl-q').effects).toEqual([{ type: 'input', id, bytes: '\u0011' }]);
  expect(press(own, 'ctrl-]').state.focus).toEqual({ at: 'list' });
});

test('a detach key inside a paste is text', () => {
  const step = updateApp(typing, { type: 'tokenArrived', token: paste('a\u0011b') });
  expect(step.effects).toEqual([{ type: 'paste', id, text: 'a\u0011b', last: true }]);
  expect(step.state.focus).toEqual(typing.focus);
});

test('answers of the terminal do not reach the worker', () => {
  const { effects } = after(typing, [
    { type: 'tokenArrived', token: { kind: 'reply', raw: '\u001b[?62c' } },
    { type: 'tokenArrived', token: { kind: 'focus', gained: false } },
  ]);
  expect(effects).toEqual([]);
});

test('when a worker ends during typing, the rest of the text runs no command', () => {
  const workers = [worker(id, { state: 'exited', exitCode: 0 }), ...busyFacts().workers.slice(1)];
  const ended = updateApp(typing, { type: 'factsArrived', facts: busyFacts({ workers }) }).state;
  const step = press(ended, 'q', 'x', 'Q', 'y');
  expect(step.effects).toEqual([]);
  expect(step.state.focus).toEqual({ at: 'pane', id });
  expect(step.state.notice?.text).toBe(`${id} has ended and takes no keys; ctrl-q goes back to the lists.`);
  expect(press(step.state, 'ctrl-q').state.focus).toEqual({ at: 'list' });
});

test('a notice says that the focused worker was merged', () => {
  const end = {
    id,
    how: 'finished',
    at: '',
    branch: '',
    backup: 'refs/orch/backup/x',
    merge: 'abc',
    into: 'develop',
  } as const;
  const gone = busyFacts({ workers: busyFacts().workers.slice(1), ended: [end] });
  const next = updateApp(typing, { type: 'factsArrived', facts: gone }).state;
  expect(next.focus).toEqual({ at: 'list' });
  expect(next.notice?.text).toBe(`${id} was merged into develop.`);
});
