import { expect, test } from 'vitest';
import { parseChanges, parseLines } from '../../src/features/radar/service/changes.ts';

test('Changed files are read, odd names included', () => {
  const line = (status: string) => `:100644 100644 ${'a'.repeat(40)} ${'b'.repeat(40)} ${status}`;
  expect([...parseChanges(`${line('A')}\0new\nname\0${line('D')}\0:gone\0${line('T')}\0link\0`)]).toEqual([
    ['new\nname', 'added'],
    [':gone', 'deleted'],
    ['link', 'changed'],
  ]);
});

test.each([
  ['@@ -3 +3 @@', [{ from: 3, to: 3 }]],
  ['@@ -3,4 +3,0 @@ function', [{ from: 3, to: 6 }]],
  ['@@ -3,0 +4,2 @@', [{ from: 4, to: 3 }]],
  ['@@ -0,0 +1 @@', [{ from: 1, to: 0 }]],
])('The header %j means lines of the old version', (header, expected) => {
  expect(parseLines(`diff --git a/x y b/x y\n${header}\n`).ranges.get('x y')).toEqual(expected);
});

test('Lines of a file do not pass for headers', () => {
  const output = 'diff --git a/x b/x\n@@ -1 +1 @@\n-@@ -9 +9 @@\n+diff --git a/y b/y\n+@@ -7 +7 @@\n';
  expect([...parseLines(output).ranges]).toEqual([['x', [{ from: 1, to: 1 }]]]);
});

test('A new file has no old lines', () => {
  expect(parseLines('diff --git a/x b/x\nnew file mode 100644\n@@ -0,0 +1,3 @@\n').ranges.get('x')).toEqual(
    [],
  );
});

test('A renamed file is found under both names', () => {
  const { ranges, renamed } = parseLines(
    'diff --git a/old b/newer\nsimilarity index 90%\nrename from old\nrename to newer\n@@ -2 +2 @@\n',
  );
  expect([...ranges.keys()].sort()).toEqual(['newer', 'old']);
  expect(ranges.get('newer')).toEqual([{ from: 2, to: 2 }]);
  expect([...renamed]).toEqual([['newer', 'old']]);
});

test('Quoted names are read', () => {
  const name = '"a/new\\nline\\"\\\\\\001"';
  const output = `diff --git ${name} ${name.replace('a/', 'b/')}\n@@ -1 +1 @@\n`;
  expect([...parseLines(output).ranges.keys()]).toEqual(['new\nline"\\\x01']);
});

test('A file that becomes a link keeps the lines it had', () => {
  const output =
    'diff --git a/x b/x\ndeleted file mode 100644\n@@ -1,3 +0,0 @@\ndiff --git a/x b/x\nnew file mode 120000\n@@ -0,0 +1 @@\n';
  expect(parseLines(output).ranges.get('x')).toEqual([{ from: 1, to: 3 }]);
});
