import { describe, expect, it } from 'vitest';
import type { Column } from '../../../src/core/board.ts';
import { type BoardDialog, boardLayout, selectedCard } from '../../../src/features/board/boardLayout.ts';
import type { MouseToken } from '../../../src/terminal/input.ts';
import { updateApp } from '../../../src/tui/update.ts';
import type { AppState } from '../../../src/ui/state.ts';
import { busyFacts, click, dialogOf, press, room, type } from '../../tui/fixtures.ts';
import { boardedFacts, boardRoom, card } from './boardFixtures.ts';

const size = { cols: 120, rows: 36 };

function board(state: AppState): BoardDialog {
  const dialog = dialogOf(state);
  if (dialog?.kind !== 'board') throw new Error('The board is not open.');
  return dialog;
}

const selected = (state: AppState) => selectedCard(state, board(state))?.id;

function answered(
  state: AppState,
  method: 'changeCard' | 'addCard',
  id: string | null,
  column: Column = 'To Do',
): AppState {
  const result = { ok: true, value: { id, left: {} } } as const;
  const params = { card: { id: 'x' }, column, fields: { task: 'Say it' } } as never;
  return updateApp(state, { type: 'answered', method, params, tag: state.nextTag - 1, result }).state;
}

describe('the board', () => {
  it('opens where work is going on', () => {
    expect(selected(boardRoom(size))).toBe('ORC-4');
  });

  it('is created by its first card where there is none, only after a confirmation', () => {
    const asked = press(room(busyFacts(), size), 'b').state;
    expect(dialogOf(asked)).toMatchObject({ kind: 'begin-board' });
    expect(dialogOf(press(asked, 'n').state)).toBeNull();
    const yes = press(asked, 'y');
    expect(yes.effects).toEqual([]);
    expect(dialogOf(press(yes.state, 'escape').state)).toBeNull();
    const written = press(type(yes.state, 'Say it').state, 'enter');
    expect(written.effects).toMatchObject([
      { method: 'addCard', params: { column: 'To Do', fields: { task: 'Say it' } } },
    ]);
    const { state } = updateApp(written.state, { type: 'factsArrived', facts: boardedFacts() });
    expect(dialogOf(answered(state, 'addCard', 'ORC-1'))).toMatchObject({ kind: 'board', card: 'ORC-1' });
  });

  it('says that it is turned off where it is', () => {
    const { state } = press(room(busyFacts({ boardOff: true }), size), 'b');
    expect([dialogOf(state), state.notice?.text]).toEqual([
      null,
      'The board is turned off: "board" in .orch/config.json.',
    ]);
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
      {
        method: 'changeCard',
        params: {
          card: { id: 'ORC-4' },
          seen: { column: 'In Progress', task: 'Sign tokens with the new key' },
          column: 'Review',
        },
      },
    ]);
    expect(press(state, '>').effects).toEqual([]);
    const after = answered(state, 'changeCard', 'ORC-4', 'Review');
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
      {
        params: {
          ...{ card: { id: 'ORC-4' }, seen: { task: 'Sign tokens with the new key' } },
          fields: { task: 'Sign tokens with the new key!' },
        },
      },
    ]);
    expect(board(press(typed, 'escape').state)).toMatchObject({ pending: null });
    const unchanged = press(boardRoom(size), 'e', 'enter');
    expect([board(unchanged.state).card, unchanged.effects]).toEqual([null, []]);
  });

  it("proposes a worker with the card's text", () => {
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

  it('stays with a card whose move is refused, and says why', () => {
    const { state } = press(boardRoom(size), '>');
    const problem = { code: 'card_changed', message: 'ORC-4 was changed meanwhile.' };
    const after = updateApp(state, {
      ...{ type: 'answered', method: 'changeCard', params: {} as never, tag: state.nextTag - 1 },
      result: { ok: false, problem },
    }).state;
    expect(board(after)).toMatchObject({ column: 'In Progress', card: 'ORC-4', pending: null, problem });
  });

  it('counts the cards of long columns that only the file has', () => {
    const facts = boardedFacts();
    if (!facts.board) throw new Error('There is no board.');
    const counts = { ...facts.board.counts, 'To Do': 250, Done: 1000 };
    const state = press(room({ ...facts, board: { ...facts.board, counts } }, size), 'b').state;
    const [todo, , , done] = boardLayout(state, board(state), size.cols - 4).columns;
    expect([todo?.below, done?.above]).toEqual([247, 994]);
  });
});

describe('the mouse on the board', () => {
  const at = (state: AppState, action: MouseToken['action'], x: number, y: number) =>
    updateApp(state, { type: 'tokenArrived', token: { ...click(x, y), action } as MouseToken });
  const clicked = (state: AppState, x: number, y: number) =>
    at(at(state, 'press', x, y).state, 'release', x, y).state;
  /** Presses the button on the first cell and moves over the others. */
  const dragged = (state: AppState, [x, y]: Cell, ...others: readonly Cell[]) =>
    others.reduce(
      (dragging, [toX, toY]) => at(dragging, 'move', toX, toY).state,
      at(state, 'press', x, y).state,
    );
  type Cell = readonly [x: number, y: number];
  /** Cells of a size of 120 columns. */
  const orc4: Cell = [35, 6];
  const inReview: Cell = [65, 20];

  it('looks at a card with a click, and goes to its worker with one more', () => {
    expect(selected(clicked(boardRoom(size), 5, 10))).toBe('ORC-8');
    const elsewhere = clicked(boardRoom(size), 5, 10);
    const looking = clicked(elsewhere, ...orc4);
    expect(selected(looking)).toBe('ORC-4');
    expect(clicked(looking, ...orc4).focus.at).toBe('list');
  });

  it('moves a card into the column over which it is let go', () => {
    const dragging = dragged(boardRoom(size), orc4, [50, 8], inReview);
    expect(board(dragging).drag).toMatchObject({ card: { id: 'ORC-4' }, isMoving: true, over: 'Review' });
    const { state, effects } = at(dragging, 'release', ...inReview);
    expect(effects).toMatchObject([
      {
        method: 'changeCard',
        params: { card: { id: 'ORC-4' }, seen: { column: 'In Progress' }, column: 'Review' },
      },
    ]);
    expect(board(state)).toMatchObject({ drag: null, column: 'In Progress' });
    expect(board(answered(state, 'changeCard', 'ORC-4', 'Review'))).toMatchObject({
      column: 'Review',
      card: 'ORC-4',
    });
  });

  it.each<[string, Cell]>([
    ['its own column', [40, 20]],
    ['the gap between columns', [31, 8]],
    ['the details below', [65, 31]],
    ['the header', [65, 0]],
  ])('drops nothing over %s', (_, cell) => {
    const { state, effects } = at(dragged(boardRoom(size), orc4, inReview, cell), 'release', ...cell);
    expect(effects).toEqual([]);
    expect(board(state)).toMatchObject({ drag: null, card: 'ORC-4' });
  });

  it('drops nothing after esc, whatever the mouse does then', () => {
    const escaped = press(dragged(boardRoom(size), orc4, inReview), 'escape').state;
    expect(board(escaped)).toMatchObject({ drag: null, card: 'ORC-4' });
    expect(at(at(escaped, 'move', 66, 21).state, 'release', 66, 21).effects).toEqual([]);
  });

  it('takes no other keys while it holds a card', () => {
    const dragging = dragged(boardRoom(size), orc4, inReview);
    expect(press(dragging, 'q', '>', 'n', 'enter')).toMatchObject({
      state: { focus: dragging.focus },
      effects: [],
    });
  });

  it('holds nothing any more where the button came up unseen', () => {
    const dragging = dragged(boardRoom(size), orc4, inReview);
    const token = { ...click(70, 20), action: 'move', button: 'none' } as MouseToken;
    expect(board(updateApp(dragging, { type: 'tokenArrived', token }).state).drag).toBeNull();
  });

  it('leaves damaged rows where they are, and says why', () => {
    const dragging = dragged(boardRoom(size), [35, 10], inReview);
    expect(board(dragging).drag).toBeNull();
    expect(dragging.notice?.text).toContain('6 cells');
  });

  it('asks about the card that was picked up, whatever the file says by now', () => {
    const dragging = dragged(boardRoom(size), orc4, inReview);
    const moved = boardedFacts([card('ORC-4', 'Done', 'Signed')]);
    const after = updateApp(dragging, { type: 'factsArrived', facts: moved }).state;
    expect(at(after, 'release', ...inReview).effects).toMatchObject([
      { params: { seen: { column: 'In Progress', task: 'Sign tokens with the new key' } } },
    ]);
  });

  it('goes with its wheel through the cards of the column below it', () => {
    const wheel = (state: AppState, x: number) => at(state, 'wheel-down', x, 10).state;
    expect(selected(wheel(boardRoom(size), 5))).toBe('ORC-9');
    expect(selected(wheel(wheel(boardRoom(size), 95), 95))).toBe('ORC-31');
  });

  it('reaches a column without room by its name: a click goes there, a card can be dropped on it', () => {
    const narrow = boardRoom({ cols: 60, rows: 24 });
    expect(boardLayout(narrow, board(narrow), 56).after).toEqual(['Done']);
    expect(board(clicked(narrow, 56, 3))).toMatchObject({ column: 'Done' });
    const { effects } = at(dragged(narrow, [25, 6], [56, 3]), 'release', 56, 3);
    expect(effects).toMatchObject([{ params: { card: { id: 'ORC-4' }, column: 'Done' } }]);
  });
});
