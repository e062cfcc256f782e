import { expect, test } from 'vitest';
import { parseMerges } from '../../src/features/radar/service/compare.ts';

const tree = 'a'.repeat(40);
const oid = 'b'.repeat(40);
const other = 'c'.repeat(40);

/** One record as git writes it. */
function record(entries: readonly string[], messages: readonly (readonly string[])[]): string {
  const said = messages.flatMap(([type = '', text = '', ...paths]) => [
    `${paths.length}`,
    ...paths,
    type,
    `${text}\n`,
  ]);
  return `${['0', tree, ...entries, '', ...said, ''].join('\0')}\0`;
}

const content = ['CONFLICT (contents)', 'CONFLICT (content): Merge conflict in x', 'x'];

test('Clean and conflicting merges are read one after the other', () => {
  const clean = `1\0${tree}\0\0${['1', 'x', 'Auto-merging', 'Auto-merging x\n'].join('\0')}\0\0`;
  const conflict = record([`100644 ${oid} 1\tx`], [['Auto-merging', 'Auto-merging x', 'x'], content]);
  expect(parseMerges(`1\0${other}\0\0\0${clean}${conflict}1\0${tree}\0\0\0`)).toEqual([
    { tree: other, conflicts: [] },
    { tree, conflicts: [] },
    { tree, conflicts: [{ path: 'x', kind: 'content' }] },
    { tree, conflicts: [] },
  ]);
  expect(parseMerges('')).toEqual([]);
});

test.each([
  [[content], [{ path: 'x', kind: 'content' }]],
  [
    [['CONFLICT (contents)', 'CONFLICT (add/add): Merge conflict in x', 'x']],
    [{ path: 'x', kind: 'add/add' }],
  ],
  [
    [['CONFLICT (binary)', 'warning: Cannot merge binary files: x (1 vs. 2)', 'x'], content],
    [{ path: 'x', kind: 'binary' }],
  ],
  [
    [['CONFLICT (modify/delete)', 'CONFLICT (modify/delete): x deleted', 'x']],
    [{ path: 'x', kind: 'modify/delete' }],
  ],
  [[['CONFLICT (rename/rename)', 'CONFLICT', 'old', 'one', 'two']], [{ path: 'old', kind: 'rename/rename' }]],
  [[['CONFLICT (rename/delete)', 'CONFLICT', 'new', 'old']], [{ path: 'new', kind: 'rename/delete' }]],
  [[['CONFLICT (distinct modes)', 'CONFLICT', 'x']], [{ path: 'x', kind: 'mode' }]],
  [[['CONFLICT (submodule with possible resolution)', 'Failed', 'x']], [{ path: 'x', kind: 'submodule' }]],
  [[['CONFLICT (directory rename suggested)', 'CONFLICT', 'x']], [{ path: 'x', kind: 'directory rename' }]],
  [[['CONFLICT (of a later git)', 'CONFLICT', 'x']], [{ path: 'x', kind: 'other' }]],
  [
    [
      ['CONFLICT (file/directory)', 'CONFLICT', `x~${oid}`, 'x'],
      ['CONFLICT (modify/delete)', 'CONFLICT', `x~${oid}`],
    ],
    [{ path: 'x', kind: 'file/directory' }],
  ],
])('The messages %j tell the kind', (messages, expected) => {
  expect(parseMerges(record([`100644 ${oid} 1\tx`], messages))[0]?.conflicts).toEqual(expected);
});

test('The same content with two modes is a conflict of modes', () => {
  const added = ['CONFLICT (contents)', 'CONFLICT (add/add): Merge conflict in x', 'x'];
  const entries = [`100644 ${oid} 2\tx`, `100755 ${oid} 3\tx`];
  expect(parseMerges(record(entries, [added]))[0]?.conflicts).toEqual([{ path: 'x', kind: 'mode' }]);
  const differing = [`100644 ${oid} 2\tx`, `100755 ${other} 3\tx`];
  expect(parseMerges(record(differing, [added]))[0]?.conflicts).toEqual([{ path: 'x', kind: 'add/add' }]);
});

test('A conflict without words is one all the same', () => {
  expect(parseMerges(record([`100644 ${oid} 1\todd\nname`], []))[0]?.conflicts).toEqual([
    { path: 'odd\nname', kind: 'other' },
  ]);
});
