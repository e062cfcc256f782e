import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { withSyncNote } from '../../../src/documents/syncNotes.ts';
import { parseBoard, withIds } from '../../../src/features/board/document/board.ts';
import { type BoardChange, changeBoard } from '../../../src/features/board/document/boardChange.ts';
import type { Result } from '../../../src/lib/result.ts';

const fixture = (name: string) =>
  readFileSync(join(import.meta.dirname, '../../documents/fixtures', name), 'utf8');

function value<T>(result: Result<T>): T {
  if (!result.ok) throw new Error(result.problem.message);
  return result.value;
}

function change(text: string, ...changes: BoardChange[]) {
  const { board, outcomes } = value(changeBoard(parseBoard(text), changes, 'SHOP'));
  return { text: board.file.text, board, outcomes };
}

/** Returns the removed and the added lines. */
function difference(before: string, after: string): string[] {
  const [old, now] = [before.split('\n'), after.split('\n')];
  return [
    ...old.filter((line) => !now.includes(line)).map((line) => `-${line}`),
    ...now.filter((line) => !old.includes(line)).map((line) => `+${line}`),
  ];
}

describe('a changed field', () => {
  it('changes one cell, and the pipes stay aligned', () => {
    const before = fixture('ids.md');
    const { text } = change(before, {
      kind: 'change',
      card: { id: 'SHOP-2' },
      fields: { progress: '100%', worker: 'sam' },
    });
    expect(difference(before, text)).toEqual([
      '-| SHOP-2  | User auth                | backend | feature/user-auth | backend/user-auth |      60% |',
      '+| SHOP-2  | User auth                | backend | feature/user-auth | sam               |     100% |',
    ]);
  });

  it("keeps the marks and the padding around it, and is cleared with the file's placeholder", () => {
    const before = fixture('assignee.md');
    const card = { line: 13, task: 'Escape `a|b` in queries' };
    const { text } = change(before, {
      kind: 'change',
      card,
      fields: { branch: 'feature/x', worker: null, task: 'Two | pipes\nand a line' },
    });
    expect(difference(before, text).slice(1)).toEqual([
      '+| Two \\| pipes<br>and a line | - | `feature/x` | 🟡 Medium |',
    ]);
  });

  it('is handed back when the table has no column for it', () => {
    const { text, outcomes } = change(fixture('ids.md'), {
      kind: 'change',
      card: { id: 'SHOP-4' },
      fields: { blockers: 'SHOP-2' },
    });
    expect(text).toBe(fixture('ids.md'));
    expect(outcomes).toEqual([{ ok: true, value: { id: 'SHOP-4', left: { blockers: 'SHOP-2' } } }]);
  });
});

describe('a moved card', () => {
  it('removes one line and inserts one; values without a column are returned', () => {
    const before = fixture('ids.md');
    const { text, board, outcomes } = change(before, {
      kind: 'change',
      card: { id: 'SHOP-2' },
      column: 'Done',
      fields: { completed: '2026-11-22' },
    });
    expect(difference(before, text)).toEqual([
      '-| SHOP-2  | User auth                | backend | feature/user-auth | backend/user-auth |      60% |',
      '+| SHOP-2  | User auth                | backend | 2026-11-22 |',
    ]);
    expect(outcomes).toMatchObject([
      { value: { left: { branch: 'feature/user-auth', worker: 'backend/user-auth', progress: '60%' } } },
    ]);
    expect(board.cards.at(-1)).toMatchObject({ id: 'SHOP-2', column: 'Done', completed: '2026-11-22' });
  });

  it('goes into an archive that is made for it, out of the board', () => {
    const { text, board } = change(fixture('ids.md'), {
      kind: 'change',
      card: { id: 'SHOP-1' },
      column: 'Archive',
    });
    expect(board.cards.map(({ id }) => id)).not.toContain('SHOP-1');
    expect(text).toMatch(/\n## Archive\n\n\| ID +\|.*\n\|.*\n\| SHOP-1 \| Set up CI \|.*\n\n## Change log\n/);
  });
});

describe('a new card', () => {
  it('looks like the row above it and takes the next id', () => {
    const before = fixture('ids.md');
    const { text } = change(before, {
      kind: 'add',
      column: 'To Do',
      fields: { task: 'Mails', priority: 'P2', repo: 'web' },
    });
    expect(difference(before, text)).toEqual([
      '+| SHOP-6  | Mails                    | P2       | web     | —        |',
    ]);
  });

  it('is placed below the header of an empty table', () => {
    const before = fixture('assignee.md');
    const { text } = change(before, {
      kind: 'add',
      column: 'Review',
      fields: { task: 'Mails', worker: 'sam' },
    });
    expect(text).toContain(
      '|------|----------|--------|----|\n| Mails | sam      |        |    |\n\n## ✅ Done',
    );
  });

  it('makes the table and the section that it lacks, in the style of the others', () => {
    const before =
      '# B\r\n\r\n### 📋 To Do\r\n\r\n| Title | Owner |\r\n| --- | --- |\r\n| one | sam |\r\n\r\n### Done\r\n\r\nNothing.';
    const { text } = change(
      before,
      { kind: 'add', column: 'Review', fields: { task: 'two' } },
      { kind: 'add', column: 'Done', fields: { task: 'three', completed: '2026-11-22' } },
    );
    expect(text.split('\r\n').slice(6)).toEqual([
      '| one | sam |',
      '',
      '### Review',
      '',
      '| Title | Owner | Branch | PR  |',
      '| ----- | ----- | ------ | --- |',
      '| two   |       |        |     |',
      '',
      '### Done',
      '',
      'Nothing.',
      '',
      '| Title | Owner | Completed |',
      '| ----- | ----- | --------- |',
      '| three |       | 2026-11-22 |',
    ]);
  });

  it('makes a board out of an empty file', () => {
    const { text, board } = change(
      '',
      { kind: 'add', column: 'Done', fields: { task: 'b' } },
      { kind: 'add', column: 'To Do', fields: { task: 'a' } },
    );
    expect(board.cards.map(({ id, task, column }) => [id, task, column])).toEqual([
      ['SHOP-2', 'a', 'To Do'],
      ['SHOP-1', 'b', 'Done'],
    ]);
    expect(text).toMatch(/^## To Do\n\n\| ID[\s\S]*\n\n## Done\n\n[\s\S]*[^\n]\n$/);
  });
});

describe('refused', () => {
  const head = '## To Do\n\n| ID | Task |\n|---|---|\n';
  it.each<[string, string, BoardChange, string]>([
    [
      'a damaged row',
      '| A-1 | one | x |\n',
      { kind: 'change', card: { id: 'A-1' }, fields: { task: 'x' } },
      'damaged_row',
    ],
    [
      'one of two with the same id',
      '| A-1 | one |\n| A-1 | two |\n',
      { kind: 'change', card: { id: 'A-1' }, fields: { task: 'x' } },
      'damaged_row',
    ],
    [
      'a card that is gone',
      '| A-1 | one |\n',
      { kind: 'change', card: { line: 5, task: 'two' }, fields: { task: 'x' } },
      'unknown_card',
    ],
    [
      'a card that stands elsewhere than it was seen',
      '| A-1 | one |\n',
      { kind: 'change', card: { id: 'A-1' }, seen: { column: 'Review', task: 'one' }, column: 'Done' },
      'card_changed',
    ],
    [
      'a card that says something else than was seen',
      '| A-1 | one |\n',
      {
        kind: 'change',
        card: { id: 'A-1' },
        seen: { column: 'To Do', task: 'two' },
        fields: { task: 'three' },
      },
      'card_changed',
    ],
    [
      'a taken id',
      '| A-1 | one |\n',
      { kind: 'add', column: 'To Do', fields: { id: 'A-1', task: 'x' } },
      'duplicate_id',
    ],
    [
      'a card without a text',
      '| A-1 | one |\n',
      { kind: 'add', column: 'To Do', fields: { task: '  ' } },
      'empty_task',
    ],
  ])('is %s, while others are changed', (_, rows, refused, code) => {
    const { text, outcomes } = change(head + rows, refused, {
      kind: 'add',
      column: 'To Do',
      fields: { id: 'B-1', task: 'sound' },
    });
    expect(outcomes).toMatchObject([{ ok: false, problem: { code } }, { ok: true }]);
    expect(text).toBe(`${head}${rows}| B-1 | sound |\n`);
  });

  it('is any change of a file that git could not merge', () => {
    const board = parseBoard(`${head}<<<<<<< HEAD\n| A-1 | one |\n=======\n| A-1 | two |\n>>>>>>> other\n`);
    expect(changeBoard(board, [])).toMatchObject({
      ok: false,
      problem: { code: 'conflict_markers', message: expect.stringContaining('Line 5') },
    });
  });

  it('is a change that code without an end would hide', () => {
    const board = parseBoard(`${head}| A-1 | one |\n\n\`\`\`\ncode`);
    expect(changeBoard(board, [{ kind: 'change', card: { id: 'A-1' }, column: 'Review' }])).toMatchObject({
      problem: { code: 'unsafe_change' },
    });
  });
});

describe('ids', () => {
  it('are given only to cards without one, and never twice', () => {
    const before =
      '## To Do\n\n| ID | Task |\n|--|--|\n| - | one |\n| A-7 | two |\n|  | three |\n\nA-11 was dropped.\n';
    const text = value(withIds(parseBoard(before), 'A')).file.text;
    expect(text).toBe(before.replace('| - ', '| A-12 ').replace('|  | three', '| A-13 | three'));
  });

  it('come in a column of their own where there is none, and stay out of a damaged table', () => {
    const { cards, flaws } = value(withIds(parseBoard(fixture('assignee.md')), 'ORC'));
    expect(cards.map(({ id }) => id)).toEqual(['ORC-1', 'ORC-2', 'ORC-3', 'ORC-4', 'ORC-5']);
    expect(flaws).toEqual([]);
    const damaged = parseBoard('## To Do\n\n| Task | Worker |\n|--|--|\n| a | b | c |\n');
    expect(withIds(damaged, 'ORC')).toMatchObject({
      ok: false,
      problem: { code: 'damaged_row', message: expect.stringContaining('line 5') },
    });
  });
});

it('the header is brought up to date in its own style', () => {
  const write = (name: string) => {
    const before = fixture(name);
    const after = withSyncNote(parseBoard(before), '2026-11-22 20:00');
    return difference(before, after).filter((line) => line.startsWith('+'));
  };
  expect(write('assignee.md')).toEqual(['+> **Last synced:** 2026-11-22 20:00', '+> **Pending changes:** 0']);
  expect(write('ids.md')).toEqual(['+Last synced: 2026-11-22 20:00']);
  const both = withSyncNote(parseBoard('Last synced: never | Pending changes: 3\n'), 'now');
  expect(both).toBe('Last synced: now | Pending changes: 0\n');
  expect(withSyncNote(parseBoard('# Board\n'), 'now')).toBe('# Board\n');
});

describe('written text', () => {
  const hostile = 'a\u202eb\u2066c\x1b[2J\x9bd';

  it('keeps the order of all other lines, and all other text', () => {
    const kept = 'שלום\u200f 👩\u200d💻 soft\u00adware می\u200cخواهم';
    const before = fixture('ids.md');
    for (const [task, written] of [
      [hostile, 'abc [2J d'],
      [kept, kept],
    ] as const)
      expect(change(before, { kind: 'change', card: { id: 'SHOP-2' }, fields: { task } }).text).toContain(
        `| SHOP-2  | ${written} `,
      );
  });
});
