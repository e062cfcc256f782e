import { boardFacts, type Card, type Column } from '../../../src/core/board.ts';
import type { Facts } from '../../../src/core/facts.ts';
import type { MouseToken } from '../../../src/terminal/input.ts';
import { updateApp } from '../../../src/tui/update.ts';
import type { AppState, ScreenSize } from '../../../src/ui/state.ts';
import { busyFacts, click, press, room } from '../../tui/fixtures.ts';

export function card(id: string | null, column: Column, task: string, change: Partial<Card> = {}): Card {
  const nothing = { repo: null, branch: null, worker: null, priority: null, pr: null, started: null };
  const rest = { ready: null, completed: null, blockers: null, progress: null, problem: null };
  return { id, task, column, line: 10, ...nothing, ...rest, ...change };
}

const cards: readonly Card[] = [
  card('ORC-7', 'To Do', 'Limit how often a client may ask', { repo: 'backend', priority: 'High' }),
  card('ORC-8', 'To Do', 'Say on the start page what the shop sells, in two languages', { repo: 'web' }),
  card('ORC-9', 'To Do', 'Tidy the footer', { repo: 'web', priority: 'Low', line: 12 }),
  card('ORC-4', 'In Progress', 'Sign tokens with the new key', {
    repo: 'backend',
    worker: 'backend/user-auth',
    branch: 'feature/user-auth',
    priority: 'High',
    started: '2026-11-20',
    progress: '60%',
    blockers: 'waits for the key of the payment service',
  }),
  card(null, 'In Progress', 'Look at 日本語 names', { line: 31, problem: '6 cells, the header has 5' }),
  card('ORC-3', 'Review', 'Draw the dashboard', { repo: 'admin', worker: 'Ann', pr: '#12' }),
  ...Array.from({ length: 14 }, (_, n) =>
    card(`ORC-${20 + n}`, 'Done', `Something that was done, number ${n + 1}`, { completed: '2026-11-18' }),
  ),
];

const flaws = [{ line: 31, code: 'damaged_row', message: 'Line 31: 6 cells, the header has 5.' }];

/** The busy room with a board. */
export function boardedFacts(all: readonly Card[] = cards): Facts {
  return busyFacts({ board: boardFacts('/code/shop/SPRINT_BOARD.md', all, all === cards ? flaws : []) });
}

export function boardRoom(size: ScreenSize, all?: readonly Card[]): AppState {
  return press(room(boardedFacts(all), size), 'b').state;
}

/** A card dragged over another column. */
export function boardDrag(size: ScreenSize, from: Cell, to: Cell): AppState {
  const token = { ...click(...from), action: 'press' } as const;
  const pressed = updateApp(boardRoom(size), { type: 'tokenArrived', token }).state;
  const move = { ...token, action: 'move', x: to[0], y: to[1] } as const;
  return updateApp(pressed, { type: 'tokenArrived', token: move as MouseToken }).state;
}

type Cell = readonly [x: number, y: number];
