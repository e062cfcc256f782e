import { describe, expect, it } from 'vitest';
import { selectedCard } from '../../src/app/board.ts';
import type { BoardDialog } from '../../src/app/dialog.ts';
import { type AppState, dialogOf } from '../../src/app/state.ts';
import { updateApp } from '../../src/app/update.ts';
import { boardedFacts, boardRoom, card } from './boardFixtures.ts';
import { busyFacts, click, press, room, type } from './fixtures.ts';

const size = { cols: 120, rows: 36 };

function board(state: AppState): BoardDialog {
  const dialog = dialogOf(state);
  if (dialog?.kind !== 'board') throw new Error('The board is not open.');
  return dialog;
}

const selected = (state: AppState) => selectedCard(state, board(state))?.id;

function answered(state: AppState, method: 'changeCard' | 'addCard', id: string | null): AppState {
  const result = { ok: true, value: { id, left: {} } } as const;
  const params = { card: { id: 'x' }, column: 'To Do', fields: { task: 'Say it' } } as never;
  return updateApp(state, { type: 'answered', method, params, tag: state.nextTag - 1, result }).state;
}

describe('the board', () => {
  it('opens where work is going on, and only where there is one', () => {
    expect(selected(boardRoom(size))).toBe('ORC-4');
    const without = press(room(busyFacts(), size), 'b').state;
    expect(dialogOf(without)).toBeNull();
    expect(without.notice?.text).toContain('no board');
  });

  it('is gone through with arrows and letters, and stops at its edges', () => {
    const walk = (...keys: string[]) => selected(press(boardRoom(size), ...keys).state);
    expect(walk('h')).toBe('ORC-7');
    expect(walk('h', 'h', 'down', 'down', 'down')).toBe('ORC-9');
    expect(walk('right')).toBe('ORC-3');
    expect(walk('l', 'l', 'l', 'G')).toBe('ORC-33');
    expect(walk('l', 'l', 'G', 'g')).toBe('ORC-20');
  });

  it('moves a card and goes with it', () => {
    const { state, effects } = press(boardRoom(size), '>');
    expect(effects).toMatchObject([
      { type: 'request', method: 'changeCard', params: { card: { id: 'ORC-4' }, column: 'Review' } },
    ]);
    expect(press(state, '>').effects).toEqual([]);
    const after = answered(state, 'changeCard', 'ORC-4');
    expect(board(after)).toMatchObject({ column: 'Review', card: 'ORC-4', pending: null });
    expect(press(boardRoom(size), 'h', 'H').state.notice?.text).toContain('no column');
  });

  it('leaves damaged rows alone and says why', () => {
    const { state, effects } = press(boardRoom(size), 'j', 'L');
    expect(effects).toEqual([]);
    expect(state.notice?.text).toContain('6 cells');
  });

  it('takes the text of a new card, and of one that is edited', () => {
    const typed = type(press(boardRoom(size), 'a').state, 'Say it').state;
    const { state, effects } = press(typed, 'enter');
    expect(effects).toMatchObject([
      { method: 'addCard', params: { column: 'In Progress', fields: { task: 'Say it' } } },
    ]);
    expect(board(answered(state, 'addCard', 'ORC-40'))).toMatchObject({ card: 'ORC-40', pending: null });
    const edited = press(type(press(boardRoom(size), 'e').state, '!').state, 'enter');
    expect(edited.effects).toMatchObject([
      { params: { card: { id: 'ORC-4' }, fields: { task: 'Sign tokens with the new key!' } } },
    ]);
    expect(board(press(typed, 'escape').state)).toMatchObject({ pending: null });
  });

  it('proposes a worker with what the card says', () => {
    const form = dialogOf(press(boardRoom(size), 'h', 'n').state);
    expect(form).toMatchObject({
      kind: 'form',
      repo: 'backend',
      task: { text: 'limit-how-often-a-client-may-ask' },
      brief: { text: 'Limit how often a client may ask' },
    });
  });

  it('leads from a card to its worker', () => {
    const { state } = press(boardRoom(size), 'enter');
    expect(state.focus.at).toBe('list');
    expect(state.cursors.fleet).toEqual({ kind: 'worker', id: 'backend/user-auth' });
    expect(press(boardRoom(size), 'l', 'enter').state.notice?.text).toContain('No worker');
  });

  it('follows edits of the file, and closes when it is gone', () => {
    const state = press(boardRoom(size), 'h', 'j').state;
    expect(selected(state)).toBe('ORC-8');
    const moved = boardedFacts([card('ORC-1', 'To Do', 'One'), card('ORC-8', 'To Do', 'Two')]);
    expect(selected(updateApp(state, { type: 'factsArrived', facts: moved }).state)).toBe('ORC-8');
    const { state: closed } = updateApp(state, { type: 'factsArrived', facts: busyFacts() });
    expect(dialogOf(closed)).toBeNull();
  });

  it('takes clicks: a card is looked at, and opened by one more', () => {
    const at = (state: AppState, x: number, y: number) =>
      updateApp(state, { type: 'tokenArrived', token: click(x, y) }).state;
    const second = at(boardRoom(size), 5, 9);
    expect(selected(second)).toBe('ORC-8');
    const worker = at(at(boardRoom(size), 35, 6), 35, 6);
    expect(worker.focus.at).toBe('list');
  });
});
