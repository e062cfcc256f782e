import { expect, test } from 'vitest';
import { parseStatus, parseWorktrees } from '../../src/git/porcelain.ts';

test('Every kind of status line is read, odd names included', () => {
  const oid = 'a'.repeat(40);
  const output = [
    `# branch.oid ${oid}`,
    '# branch.head feature/x y',
    '# branch.upstream origin/x',
    '# branch.ab +2 -3',
    `1 .M N... 100644 100644 100644 ${oid} ${oid} with space`,
    `2 R. N... 100644 100644 100644 ${oid} ${oid} R100 new\nname`,
    '? old name that looks like a record',
    `u UU N... 100644 100644 100644 100644 ${oid} ${oid} ${oid} both`,
    '? untracked/',
    '! ignored',
    '',
  ].join('\0');
  expect(parseStatus(output)).toEqual({
    stashes: 0,
    head: oid,
    branch: 'feature/x y',
    ahead: 2,
    behind: 3,
    entries: [
      { path: 'with space', kind: 'changed' },
      { path: 'new\nname', kind: 'changed' },
      { path: 'both', kind: 'unmerged' },
      { path: 'untracked/', kind: 'untracked' },
    ],
  });
});

test.each([
  ['# branch.oid (initial)\0# branch.head main\0', { head: null, branch: 'main', ahead: null }],
  ['# branch.oid abc\0# branch.head (detached)\0', { head: 'abc', branch: null, behind: null }],
  ['', { head: null, branch: null, entries: [] }],
])('The header %j gives %j', (output, expected) => {
  expect(parseStatus(output)).toMatchObject(expected);
});

test('Worktrees are read with all that git says of them', () => {
  const zero = '0'.repeat(40);
  const output = [
    'worktree /a b\nc\0HEAD 123\0branch refs/heads/feature/x\0locked why not\0prunable gone\0\0',
    `worktree /d\0HEAD ${zero}\0branch refs/heads/main\0\0`,
    'worktree /e\0HEAD 456\0detached\0locked\0\0',
    'worktree /f\0bare\0\0',
  ].join('');
  expect(parseWorktrees(output)).toEqual([
    { path: '/a b\nc', head: '123', branch: 'feature/x', locked: 'why not', prunable: 'gone' },
    { path: '/d', head: null, branch: 'main', locked: null, prunable: null },
    { path: '/e', head: '456', branch: null, locked: '', prunable: null },
    { path: '/f', head: null, branch: null, locked: null, prunable: null, isBare: true },
  ]);
});
