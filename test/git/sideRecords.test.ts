import { expect, test } from 'vitest';
import { parseSide } from '../../src/features/radar/service/changes.ts';

const head = 'diff --git a/a.txt b/a.txt\nindex 1..2 100644\n--- a/a.txt\n+++ b/a.txt\n';

test.each([
  ['a changed line', '@@ -1,5 +1,5 @@\n one\n two\n-three\n+THREE\n four\n five\n', { from: 3, to: 3 }],
  ['lines put in', '@@ -1,4 +1,5 @@\n one\n two\n+new\n three\n four\n', { from: 3, to: 2 }],
  ['lines put in front of all', '@@ -0,0 +1 @@\n+new\n', { from: 1, to: 0 }],
  ['lines taken out', '@@ -2,3 +2 @@ function\n two\n-three\n-four\n', { from: 3, to: 4 }],
  [
    'two changes near each other',
    '@@ -1,4 +1,4 @@\n-one\n+ONE\n two\n three\n-four\n+FOUR\n',
    { from: 1, to: 4 },
  ],
  ['a line that looks like a header', '@@ -1 +1 @@\n--- a/b\n+++ b/b\n', { from: 1, to: 1 }],
])('reads %s', (_, patch, range) => {
  const side = parseSide(head + patch, 'a.txt');
  expect(side).toMatchObject({ path: 'a.txt', change: 'changed', isCut: false, hunks: [{ range }] });
});

test.each([
  ['nothing', '', 'none', 'a.txt'],
  ['a new file', `diff --git a/a.txt b/a.txt\nnew file mode 100644\n@@ -0,0 +1 @@\n+x\n`, 'added', 'a.txt'],
  [
    'a deleted file',
    `diff --git a/a.txt b/a.txt\ndeleted file mode 100644\n@@ -1 +0,0 @@\n-x\n`,
    'deleted',
    null,
  ],
  [
    'a file that became a link',
    `diff --git a/a.txt b/a.txt\ndeleted file mode 100644\n@@ -1 +0,0 @@\n-x\ndiff --git a/a.txt b/a.txt\nnew file mode 120000\n@@ -0,0 +1 @@\n+y\n\\ No newline at end of file\n`,
    'changed',
    'a.txt',
  ],
  [
    'a binary file',
    'diff --git a/a.txt b/a.txt\nBinary files a/a.txt and b/a.txt differ\n',
    'binary',
    'a.txt',
  ],
])('knows %s', (_, patch, change, path) => {
  expect(parseSide(patch, 'a.txt')).toMatchObject({ change, path });
});

test('omits very long parts, and says so', () => {
  const many = `${head}@@ -0,0 +1,1500 @@\n${'+x\n'.repeat(1500)}`;
  const cut = parseSide(many, 'a.txt');
  expect([cut.isCut, cut.hunks[0]?.lines.length]).toEqual([true, 1000]);
  const long = parseSide(`${head}@@ -0,0 +1 @@\n+${'x'.repeat(2000)}\n`, 'a.txt');
  expect([long.isCut, long.hunks[0]?.lines[0]?.text.length]).toEqual([true, 500]);
});
