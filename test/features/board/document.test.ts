import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { percentOf } from '../../../src/core/board.ts';
import { editLines } from '../../../src/documents/markdown.ts';
import { parseBoard } from '../../../src/features/board/document/board.ts';

const fixture = (name: string) =>
  readFileSync(join(import.meta.dirname, '../../documents/fixtures', name), 'utf8');
const head = '## To Do\n\n| ID | Task | Worker |\n|---|---|---|\n';

describe('a board', () => {
  it('with assignees is read by the names of its columns, and not in code, comments and quotes', () => {
    const { cards, flaws } = parseBoard(fixture('assignee.md'));
    expect(flaws).toEqual([]);
    expect(cards.map(({ column, task, worker, branch }) => [column, task, worker, branch])).toEqual([
      ['To Do', 'Add rate limits', null, null],
      ['To Do', 'Escape `a|b` in queries', 'sam', 'feature/escape-pipes'],
      ['To Do', 'Two lines\nof text', null, null],
      ['In Progress', 'User auth', 'worker-1', 'feature/user-auth'],
      ['Done', 'Set up CI', 'sam', null],
    ]);
  });

  it('with ids is read in aligned tables, links and all', () => {
    const { cards, flaws } = parseBoard(fixture('ids.md'));
    expect(flaws).toEqual([]);
    expect(cards.map(({ id, column, repo }) => [id, column, repo])).toEqual([
      ['SHOP-4', 'To Do', 'admin'],
      ['SHOP-5', 'To Do', 'admin'],
      ['SHOP-2', 'In Progress', 'backend'],
      ['SHOP-3', 'Review', 'web'],
      ['SHOP-1', 'Done', 'backend'],
    ]);
    expect(cards[3]?.pr).toBe('https://git.example/shop/web/pull/12');
    expect(percentOf(cards[2]?.progress ?? null)).toBe(60);
    expect(cards[4]).toMatchObject({ completed: '2026-11-12', line: 29, problem: null });
  });

  it.each(['## To Do', '## 📋 To Do (3)', '### TODO', '## **To-do** [2]', 'To do\n-----'])(
    'knows the heading %j',
    (heading) => {
      const { cards } = parseBoard(`${head.replace('## To Do', heading)}| A-1 | one | - |\n`);
      expect(cards).toMatchObject([{ id: 'A-1', column: 'To Do', worker: null }]);
    },
  );

  it('has columns below the headings of repositories, too', () => {
    const one = (repo: string) =>
      `## ${repo}\n\n### Doing\n\n| Task | Owner |\n|--|--|\n| of ${repo} | - |\n\n`;
    expect(
      parseBoard(one('web') + one('admin')).cards.map(({ task, column }) => `${task}: ${column}`),
    ).toEqual(['of web: In Progress', 'of admin: In Progress']);
  });
});

describe('a damaged part is flagged with its line and not changed', () => {
  it.each([
    ['| A-1 | one |\n', 5, 'damaged_row', '2 cells, the header has 3'],
    ['| A-1 | one | x | y |\n', 5, 'damaged_row', '4 cells, the header has 3'],
    ['| A-1 | one | x |\n| A-1 | two | x |\n', 5, 'damaged_row', 'A-1 is also on line 6'],
    ['| A-1 | one | x |\n\n| A-2 | two | x |\n', 7, 'stray_row', 'belongs to no table'],
    [
      '\n## Someday\n\n| ID | Task |\n|--|--|\n| A-9 | nine |\n',
      8,
      'unknown_section',
      'no heading of the board',
    ],
    ['\n## Review\n\n| ID | Note |\n|--|--|\n| A-9 | nine |\n', 8, 'no_task_column', 'no column Task'],
    ['<<<<<<< HEAD\n| A-1 | one | x |\n', 5, 'conflict_markers', 'two versions'],
  ])('%j', (rows, line, code, message) => {
    const { flaws } = parseBoard(head + rows);
    const [flaw] = flaws;
    expect(flaw).toMatchObject({ line, code });
    expect(flaw?.message).toContain(message);
  });

  it('and sound rows beside it are read', () => {
    const { cards } = parseBoard(`${head}| A-1 | one |\n| A-2 | a\\|b | x |\n`);
    expect(cards.map(({ id, problem }) => [id, problem === null])).toEqual([
      ['A-1', false],
      ['A-2', true],
    ]);
  });
});

it('an unedited file stays as it is, with any line ends', () => {
  for (const name of ['assignee.md', 'ids.md', 'invoices-hours.md', 'invoices-ids.md'])
    for (const end of ['\n', '\r\n', '\r'])
      for (const text of [
        fixture(name),
        `\ufeff${fixture(name)}`,
        fixture(name).trimEnd(),
        `${fixture(name)}\n\n`,
      ]) {
        const written = text.replaceAll('\n', end);
        expect(editLines(parseBoard(written).file.lines, [])).toBe(written);
      }
});
