import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { parseBoard } from '../../../src/features/board/document/board.ts';
import type { BoardChange } from '../../../src/features/board/document/boardChange.ts';
import { changeCards } from '../../../src/features/board/document/keptValues.ts';

const formA = readFileSync(join(import.meta.dirname, '../../documents/fixtures/board-form-a.md'), 'utf8');

/** Applies changes one after the other, and keeps the outcomes, as the board's service does. */
function changes(text: string, kept: Map<string, Readonly<Record<string, string>>>, ...all: BoardChange[]) {
  let board = parseBoard(text);
  const outcomes = all.map((change) => {
    const done = changeCards(board, [change], null, kept);
    if (!done.ok) throw new Error(done.problem.message);
    board = done.value.board;
    const [outcome] = done.value.outcomes;
    if (!outcome?.ok) return outcome?.problem.code;
    if (outcome.value.staleKey !== null) kept.delete(outcome.value.staleKey);
    kept.set(outcome.value.key, outcome.value.left);
    return outcome.value.left;
  });
  return { text: board.file.text, outcomes };
}

const cardIn = (text: string, task: string) => ({
  line: text.split('\n').findIndex((line) => line.includes(`| ${task} |`)) + 1,
  task,
});
const move = (text: string, task: string, column: 'To Do' | 'In Progress'): BoardChange => ({
  ...{ kind: 'change', card: cardIn(text, task), column },
});

it('a card without an id keeps values without a column by its text, or by an id that it gets later', () => {
  const kept = new Map();
  const away = changes(formA, kept, move(formA, 'Login', 'In Progress'));
  expect(away.outcomes).toEqual([{ priority: 'High' }]);
  const card = cardIn(away.text, 'Login');
  const edited = changes(away.text, kept, {
    kind: 'change',
    card,
    fields: { priority: 'Low', task: 'Sign in' },
  });
  expect([...kept]).toEqual([[': Sign in', { priority: 'Low' }]]);
  const named = edited.text
    .replace('| Task | Assignee | Branch | Started', '| ID | Task | Assignee | Branch | Started')
    .replace(/(Started \| Blockers \|\n\|)/, '$1----|')
    .replace('| Search |', '| A-1 | Search |')
    .replace('| Sign in |', '| A-2 | Sign in |');
  const back: BoardChange = { kind: 'change', card: { id: 'A-2' }, column: 'To Do' };
  expect(changes(named, new Map(kept), back).text).toContain('| Sign in | Ann | - | Low |');
  const home = changes(edited.text, kept, move(edited.text, 'Sign in', 'To Do')).text;
  expect(home).toContain('| Sign in | Ann | - | Low |');
  expect([...kept]).toEqual([[': Sign in', {}]]);
});

it('of several that say the same none is changed where something would be lost, and others are', () => {
  const twice = formA.replace('| Login | Ann', '| Login | Ben | - | Low |\n| Login | Ann');
  const kept = new Map();
  const board = parseBoard(twice);
  const { card: _, ...rest } = move(twice, 'Login', 'In Progress') as BoardChange & { kind: 'change' };
  const first = { ...rest, card: cardIn(twice, 'Login') };
  const both = changeCards(
    board,
    [first, { kind: 'add', column: 'To Do', fields: { task: 'New' } }],
    null,
    kept,
  );
  expect(both).toMatchObject({ value: { outcomes: [{ problem: { code: 'no_id' } }, { ok: true }] } });
  const refused = changes(twice, kept, first);
  expect(refused).toEqual({ text: twice, outcomes: ['no_id'] });
  const inPlace: BoardChange = { kind: 'change', card: first.card, fields: { priority: 'High' } };
  expect(changes(twice, kept, inPlace).text).toContain('| Login | Ben | - | High |');
});
