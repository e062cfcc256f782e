import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { parseBoard, sectionOf } from '../../../src/features/board/document/board.ts';
import { type BoardChange, changeBoard } from '../../../src/features/board/document/boardChange.ts';

const fixture = (name: string) =>
  readFileSync(join(import.meta.dirname, '../../documents/fixtures', name), 'utf8');

function change(text: string, ...changes: BoardChange[]) {
  const done = changeBoard(parseBoard(text), changes, null);
  if (!done.ok) throw new Error(done.problem.message);
  const { board, outcomes } = done.value;
  return { text: board.file.text, outcomes };
}

describe('a heading', () => {
  it.each([
    'Done (This Sprint)',
    '✅ DONE (this sprint) ✅',
    'Done [12]',
    'Done - Sprint 12',
    'Done — this week',
    '**Done:** since Monday',
    'Done this sprint',
    'done in sprint 12 (7)',
    'Completed {#done}',
  ])('%j is the column Done', (heading) => {
    expect(sectionOf(heading)).toBe('Done');
  });

  it.each(['Definition of Done', 'Done criteria', 'Goals (Done)', 'Sprint 12 - Done'])(
    '%j is none',
    (text) => {
      expect(sectionOf(text)).toBeUndefined();
    },
  );

  it('of unpushed changes has no cards, with any remark after its name', () => {
    expect(sectionOf('Change Log (Pending Push)')).toBeNull();
    expect(sectionOf('To-Do (next)')).toBe('To Do');
  });

  it('with a remark keeps the cards below it, takes new ones, and the past gets none', () => {
    const text = fixture('board-form-a.md');
    const board = parseBoard(text);
    expect(board.cards.map(({ column }) => column)).toEqual([
      ...['To Do', 'To Do', 'In Progress', 'Review', 'Done'],
    ]);
    expect(board.flaws).toEqual([]);
    const past = text.replace(
      '## Done (This',
      '## Done (Last Sprint)\n\n| Task | PR |\n|--|--|\n\n## Done (This',
    );
    const card = { line: 17, task: 'Search' };
    for (const before of [past, past.replaceAll('\n', '\r\n'), `\ufeff${past}`]) {
      const after = change(before, { kind: 'change', card, column: 'Done' }).text;
      expect(after.match(/## Done/g)).toHaveLength(2);
      expect(after).toMatch(
        /\| Ann \| feature\/ci \| 2026-11-12 \|\r?\n\| Search \| Ben \| feature\/search \| +\|\r?\n/,
      );
    }
  });
});

describe('a worker that takes a card', () => {
  const take = (line: number, task: string, id = 'app/login'): BoardChange => ({
    ...{ kind: 'change', card: { line, task }, column: 'In Progress', assignee: id },
    fields: { worker: id, branch: 'feature/login', started: '2026-11-23' },
  });
  const leave = (card: { id: string } | { line: number; task: string }): BoardChange => ({
    ...{ kind: 'change', card, column: 'To Do', assignee: 'app/login' },
    fields: { worker: null, branch: null, started: null },
  });
  const lineOf = (text: string, task: string) =>
    text.split('\n').findIndex((line) => line.includes(`| ${task} |`)) + 1;

  it.each([
    ['Ann', 'Ann (app/login)', 'Ann'],
    ['**Ann**', '**Ann** (app/login)', '**Ann**'],
    ['[Ann](https://a.example/b)', '[Ann](https://a.example/b) (app/login)', '[Ann](https://a.example/b)'],
    ['Ann / Ben', 'Ann / Ben (app/login)', 'Ann / Ben'],
    ['Ann/Ben', 'Ann/Ben (app/login)', 'Ann/Ben'],
    ['Ann (app/older)', 'Ann (app/login)', 'Ann'],
    ['Ann (at home)', 'Ann (at home) (app/login)', 'Ann (at home)'],
    ['app/older', 'app/login', '-'],
    ['login', 'app/login', '-'],
    ['-', 'app/login', '-'],
  ])('is written beside the person %s where one column is for both', (before, taken, left) => {
    const text = fixture('board-form-a.md').replace('| Ann | - | High', `| ${before} | - | High`);
    const after = change(text, take(10, 'Login')).text;
    expect(after).toContain(`| Login | ${taken} | feature/login | 2026-11-23 | None |`);
    const back = change(after, leave({ line: lineOf(after, 'Login'), task: 'Login' })).text;
    expect(back).toContain(`| Login | ${left} | - | - |`);
    const cards = parseBoard(after).cards.filter(({ task }) => task === 'Login');
    expect(cards).toHaveLength(1);
  });

  it('is written into Worker where there is one, and the person is kept for the next column of people', () => {
    const before = fixture('board-form-b.md');
    const card = { id: 'SHOP-4' } as const;
    const { text, outcomes } = change(before, { ...take(0, ''), card } as BoardChange);
    expect(text).toContain('| SHOP-4 | Login | app  | feature/login | app/login | 2026-11-23 |');
    expect(outcomes).toMatchObject([
      { value: { left: { Assignee: 'Ann', Estimate: '3 d', priority: 'P1' } } },
    ]);
    const kept = { others: { Assignee: 'Ann', Estimate: '3 d' }, priority: 'P1' };
    const back = { ...leave(card), others: kept.others } as BoardChange & { kind: 'change' };
    const after = change(text, { ...back, fields: { ...back.fields, priority: kept.priority } }).text;
    expect(after.split('\n').sort()).toEqual(before.split('\n').sort());
  });

  it('is written beside a person who could not be kept elsewhere, and does not change a column of people', () => {
    const worker =
      '## To Do\n\n| Task | Owner |\n|--|--|\n| Login | Ann |\n\n## In Progress\n\n| Task | Worker |\n|--|--|\n';
    expect(change(worker, take(5, 'Login')).text).toContain('| Login | Ann (app/login) |');
    const both = worker.replace('| Task | Worker |\n|--|--|', '| Task | Worker | Assigned to |\n|--|--|--|');
    const taken = change(both, take(5, 'Login')).text;
    expect(taken).toContain('| Login | app/login | Ann |');
    const back = change(taken, leave({ line: lineOf(taken, 'Login'), task: 'Login' })).text;
    expect(back).toContain('| Login | Ann |');
  });

  it('answers Ready as the board does, and gives its pull request', () => {
    const text = fixture('board-form-a.md');
    const review: BoardChange = {
      ...{ kind: 'change', card: { line: 17, task: 'Search' }, column: 'Review' },
      fields: { ready: 'Yes', pr: 'https://git.example/app/pull/7' },
    };
    for (const [words, answer] of [
      ['Yes', 'Yes'],
      ['❌', '✅'],
      ['no', 'yes'],
    ] as const)
      expect(change(text.replace('#12 | Yes', `#12 | ${words}`), review).text).toContain(
        `| Search | Ben | feature/search | https://git.example/app/pull/7 | ${answer} |`,
      );
  });
});
