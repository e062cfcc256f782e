import { expect, test } from 'vitest';
import { linesOf } from '../../src/git/finish/finish.ts';
import { refusal } from '../../src/git/run.ts';
import { nameSome } from '../../src/git/worktrees/inspect.ts';

test('server messages passed on by git cannot deceive', () => {
  const stderr = 'remote: \u202eko lla\x1b[2J\u200b\nremote: \u2066no\ttabs\x9b\n';
  expect(refusal({ exitCode: 1, stdout: '', stderr, timedOut: false }).message).toBe(
    'remote: <U+202E>ko lla [2J<U+200B>\nremote: <U+2066>no  tabs',
  );
});

test('subjects of commits cannot deceive, and keep their emoji', () => {
  expect(linesOf('  1a2b fix \u202egnp.exe\x1b[2J\u{e0041}\n3c4d 👩\u200d💻 ❤\ufe0f\n')).toEqual([
    '1a2b fix <U+202E>gnp.exe [2J<U+E0041>',
    '3c4d 👩\u200d💻 ❤\ufe0f',
  ]);
});

test('names of files show hidden characters', () => {
  expect(nameSome(['a b.ts', '❤\ufe0f.md', 'safe\u202egnp.exe', 'a\nb', 'a\u200b\u2028'])).toBe(
    'a b.ts, ❤\ufe0f.md, "safe\\u202egnp.exe", "a\\nb", "a\\u200b\\u2028"',
  );
});
