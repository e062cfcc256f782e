import { describe, expect, test } from 'vitest';
import type { TerminalRecord } from '../../src/ipc/hostApi.ts';
import { success } from '../../src/lib/result.ts';
import type { MouseToken, Token } from '../../src/terminal/input.ts';
import { updateApp } from '../../src/tui/update.ts';
import type { AppState } from '../../src/ui/state.ts';
import { after, click, key, paste, press, room, terminal } from './fixtures.ts';

/** The worker in the second pane, whose screen reaches from column 77, row 2 to 118, 16. */
const id = 'admin/dashboard';
const lists = room();
const typing = press(room(), '2').state;

function mouse(action: MouseToken['action'], x: number, y: number, clicks?: 1 | 2 | 3): MouseToken {
  const button = action.startsWith('wheel') ? 'none' : 'left';
  return { ...(click(x, y) as MouseToken), action, button, ...(clicks ? { clicks } : {}) };
}

function send(from: AppState, ...tokens: Token[]) {
  return after(
    from,
    tokens.map((token) => ({ type: 'tokenArrived', token })),
  );
}

function wanting(from: AppState, change: Partial<TerminalRecord>): AppState {
  return updateApp(from, { type: 'terminalChanged', record: terminal(id, change) }).state;
}

describe('the wheel', () => {
  test.each<[string, AppState]>([
    ['from the lists', lists],
    ['over the pane that has the keys', typing],
    ['over another pane than the one with the keys', press(room(), '1').state],
    ['in copy mode', press(room(), 'j', 'j', 'j', 'j', 'pageup').state],
    ['over a program that wants the mouse but lacks the keys', wanting(lists, { mouse: true })],
    ['over a full-screen program that lacks the keys', wanting(lists, { fullScreen: true })],
  ])('scrolls a pane by three lines %s', (_, from) => {
    expect(send(from, mouse('wheel-up', 110, 5), mouse('wheel-down', 110, 5))).toEqual({
      state: from,
      effects: [
        { type: 'scroll', id, by: -3 },
        { type: 'scroll', id, by: 3 },
      ],
    });
  });

  test.each([{ mouse: true }, { fullScreen: true }])(
    'goes to the worker that has the keys if it is %j',
    (has) => {
      expect(send(wanting(typing, has), mouse('wheel-up', 80, 4)).effects).toMatchObject([
        { type: 'mouse', id, mouse: { action: 'wheel-up', x: 3, y: 2 } },
      ]);
    },
  );

  test('leaves panes alone while a dialog is open', () => {
    expect(send(press(lists, '?').state, mouse('wheel-up', 110, 5)).effects).toEqual([]);
  });
});

describe('dragging', () => {
  test.each<[string, AppState]>([
    ['from the lists', lists],
    ['in the pane that has the keys', typing],
    ['where the program wants the mouse but lacks the keys', wanting(lists, { mouse: true })],
  ])('selects and copies %s, and the focus stays', (_, from) => {
    const { state, effects } = send(
      from,
      mouse('press', 80, 4),
      mouse('move', 80, 4),
      mouse('move', 82, 4),
      mouse('move', 90, 6),
      mouse('release', 90, 6),
    );
    expect(effects).toEqual([
      { type: 'select', id, from: { x: 3, y: 2 }, to: { x: 5, y: 2 }, shape: 'characters' },
      { type: 'select', id, to: { x: 13, y: 4 }, shape: 'characters' },
      { type: 'copy', id },
    ]);
    expect(state.focus).toEqual(from.focus);
    const told = updateApp(state, { type: 'copied', result: success({ lines: 3, path: null }) }).state;
    expect(told.notice?.text).toBe('Copied 3 lines.');
  });

  test('in the pane that has the keys goes to a program that wants the mouse', () => {
    const { effects } = send(wanting(typing, { mouse: true }), mouse('press', 80, 4), mouse('move', 82, 4));
    expect(effects).toMatchObject([{ type: 'mouse' }, { type: 'mouse' }]);
  });

  test.each<[string, number, number, object]>([
    ['above', 0, -2, { x: 3, y: 0 }],
    ['below', 20, 4, { x: 3, y: 14 }],
  ])('%s the pane keeps scrolling and selecting while the mouse is held still', (_, y, by, to) => {
    const out = send(lists, mouse('press', 80, 4), mouse('move', 80, y)).state;
    const held = updateApp(out, { type: 'dragHeld' });
    expect(held.effects).toEqual([
      { type: 'scroll', id, by },
      { type: 'select', id, to, shape: 'characters' },
    ]);
    const inside = send(held.state, mouse('move', 80, 8)).state;
    expect(updateApp(inside, { type: 'dragHeld' })).toEqual({ state: inside, effects: [] });
    const done = send(held.state, mouse('release', 80, y)).state;
    expect(updateApp(done, { type: 'dragHeld' })).toEqual({ state: done, effects: [] });
  });

  test('a first step out of the pane selects from where the button went down', () => {
    expect(send(lists, mouse('press', 80, 4), mouse('move', 80, 0)).effects).toEqual([
      { type: 'select', id, from: { x: 3, y: 2 }, to: { x: 3, y: 0 }, shape: 'characters' },
      { type: 'scroll', id, by: -2 },
    ]);
  });

  test.each([
    [2, 'words'],
    [3, 'lines'],
  ] as const)('%i clicks select %s', (clicks, shape) => {
    const { effects } = send(typing, mouse('press', 80, 4, clicks), mouse('release', 80, 4));
    expect(effects).toEqual([
      { type: 'select', id, from: { x: 3, y: 2 }, to: { x: 3, y: 2 }, shape },
      { type: 'copy', id },
    ]);
  });

  test.each<[string, Token]>([
    ['key', key('x')],
    ['paste', paste('text')],
    ['press', mouse('press', 5, 5)],
  ])('a copied selection is marked until the next %s', (_, next) => {
    const copied = send(typing, mouse('press', 80, 4, 2), mouse('release', 80, 4), mouse('wheel-up', 80, 4));
    expect(copied.state.drag).toMatchObject({ phase: 'copied' });
    const { state, effects } = send(copied.state, next);
    expect(effects[0]).toEqual({ type: 'select', id, to: null });
    expect(state.drag).toBeNull();
  });

  test('ends when its worker goes or the release of the button was missed', () => {
    const held = send(lists, mouse('press', 80, 4), mouse('move', 82, 4)).state;
    expect(updateApp(held, { type: 'terminalForgotten', id }).state.drag).toBeNull();
    expect(send(held, { ...mouse('move', 85, 4), button: 'none' }).state.drag).toBeNull();
    const single = press(held, '-', '-').state;
    expect(send(single, mouse('release', 82, 4)).state.drag).toBeNull();
  });
});

describe('in copy mode', () => {
  const back = press(room(), 'j', 'j', 'j', 'pageup').state;

  test('a click moves the cursor, and one in another pane leaves', () => {
    const at = back.focus.at === 'copy-mode' ? back.focus.id : '';
    expect(at).toBe(id);
    const set = send(back, mouse('press', 80, 4), mouse('release', 80, 4));
    expect(set.state.focus).toMatchObject({ at: 'copy-mode', id, cursor: { x: 3, y: 2 } });
    expect(set.effects).toEqual([]);
    const left = send(back, mouse('press', 40, 5), mouse('release', 40, 5));
    expect(left.state.focus).toEqual({ at: 'pane', id: 'backend/user-auth' });
    expect(left.effects.at(-1)).toEqual({ type: 'scroll', id, to: 'bottom' });
  });

  test('a selection by mouse replaces one by keys', () => {
    const { state, effects } = send(press(back, 'v').state, mouse('press', 80, 4));
    expect(effects).toEqual([{ type: 'select', id, to: null }]);
    expect(state.focus).toMatchObject({ selecting: null });
  });
});
