import { spawn } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { helpFor, plainStart, whyOf } from '../../src/lib/result.ts';

test.each([
  ['EMFILE', 'too many open files'],
  ['ENFILE', 'too many open files on the whole machine'],
  ['ENOSPC', 'no space is left on the disk'],
  ['EDQUOT', 'your quota on that disk is used up'],
  ['EROFS', 'the disk can only be read'],
  ['ENOMEM', 'not enough memory'],
  ['ENAMETOOLONG', 'the name or path is too long'],
])('%s has plain words, and what helps', (code, why) => {
  const error = Object.assign(new Error(`${code}: words of the system, open 'x'`), { code });
  expect([whyOf(error), whyOf(new Error(`spawn git ${code}`))]).toEqual([
    `${why} (${code})`,
    `${why} (${code})`,
  ]);
  expect(helpFor(error)).toMatch(/\w\.$/);
  expect(plainStart(`Error: spawn git ${code}`)).toContain(why);
});

test.each(['forkpty(3) failed.', 'posix_spawnp failed.'])('%s has plain words', (words) => {
  expect(whyOf(new Error(words))).toMatch(/^the system has no terminal or process left for it/);
  expect(helpFor(new Error(words))).toMatch(/ulimit/);
});

test('what the table does not have stays as the system says it', async () => {
  expect(whyOf(new Error('unlike anything'))).toBe('unlike anything');
  expect(helpFor('text')).toBeUndefined();
  expect(plainStart('fatal: not a repository')).toBe('fatal: not a repository');
  const missing = await new Promise((resolve) => spawn('/no/such').once('error', resolve));
  expect(whyOf(missing)).toBe('spawn /no/such ENOENT');
});

test('a name that is too long is called so by whoever met it', () => {
  try {
    writeFileSync(`/tmp/${'x'.repeat(300)}`, '');
  } catch (error) {
    expect(whyOf(error)).toBe('the name or path is too long (ENAMETOOLONG)');
  }
  expect.assertions(1);
});
