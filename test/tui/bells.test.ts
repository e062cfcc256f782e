import { expect, test } from 'vitest';
import { updateApp } from '../../src/tui/update.ts';
import { selectShown } from '../../src/ui/layout.ts';
import type { AppState } from '../../src/ui/state.ts';
import type { ScreenEffect, ScreenMessage } from '../../src/ui/step.ts';
import { press, room } from './fixtures.ts';

const first = 'backend/user-auth';
const second = 'backend/api-v2';

function after(
  state: AppState,
  ...messages: ScreenMessage[]
): { state: AppState; effects: readonly ScreenEffect[] } {
  let effects: readonly ScreenEffect[] = [];
  for (const message of messages) ({ state, effects } = updateApp(state, message));
  return { state, effects };
}

const rings = (id: string): ScreenMessage => ({ type: 'bellRang', id });
const focus = (gained: boolean): ScreenMessage => ({
  type: 'tokenArrived',
  token: { kind: 'focus', gained },
});
const marked = ({ rang }: AppState) => [...rang];

test('the bell of a worker out of sight marks it and rings the terminal', () => {
  const { state, effects } = after(room(), rings(second));
  expect(marked(state)).toEqual([second]);
  expect(effects).toEqual([{ type: 'ring' }]);
  const again = after(state, rings(second));
  expect(again.state).toBe(state);
  expect(again.effects).toEqual([{ type: 'ring' }]);
});

test('selecting the worker removes the mark', () => {
  const { state } = after(room(), rings(second));
  expect(marked(press(state, 'j').state)).toEqual([]);
});

test('focusing the worker’s pane removes the mark', () => {
  const beside = selectShown(room())[1]?.id ?? '';
  const { state } = after(room(), rings(beside));
  expect(marked(state)).toEqual([beside]);
  expect(marked(press(state, '2').state)).toEqual([]);
});

test('the bell of a worker in view has no effect', () => {
  const { state, effects } = after(room(), rings(first));
  expect([marked(state), effects]).toEqual([[], []]);
  const typing = press(room(), 'enter').state;
  expect(after(typing, rings(first)).effects).toEqual([]);
  expect(marked(after(typing, rings(second)).state)).toEqual([second]);
});

test('no worker is in view while another window has the focus', () => {
  const away = after(room(), focus(false), rings(first));
  expect(marked(away.state)).toEqual([first]);
  expect(away.effects).toEqual([{ type: 'ring' }]);
  expect(marked(after(away.state, focus(true)).state)).toEqual([]);
});

test('without the bell setting there are only marks', () => {
  const quiet = room();
  const { state, effects } = after({ ...quiet, settings: { ...quiet.settings, bell: false } }, rings(second));
  expect([marked(state), effects]).toEqual([[second], []]);
});

test('the mark goes with its worker', () => {
  const { state } = after(room(), rings(second), { type: 'terminalForgotten', id: second });
  expect(marked(state)).toEqual([]);
});
