import { expect, test } from 'vitest';
import { nearestSlug, parseSlug } from '../../src/core/ids.ts';

test.each([
  ['my task', 'my-task'],
  ['../up', 'up'],
  ['a..b', 'a.b'],
  ['feature/login', 'feature-login'],
  ['-x', 'x'],
  ['ünï', 'uni'],
  ['a.lock', 'a'],
  ['x\u001b[2J\u202ey', 'x-2J-y'],
  ['x'.repeat(300), 'x'.repeat(60)],
])('%j is refused, and %j offered', (typed, offered) => {
  expect(parseSlug(typed, 'task')).toMatchObject({
    problem: { code: 'bad_name', hint: `Use something like ${offered}.` },
  });
  expect(parseSlug(offered, 'task')).toEqual({ ok: true, value: offered });
});

test.each([[''], ['日本'], ['--'], ['head'], ['..']])('of %j no name is left to offer', (typed) => {
  expect(nearestSlug(typed)).toBeNull();
  expect(parseSlug(typed, 'task')).toMatchObject({ problem: { hint: 'Use something like fix-migration.' } });
});

test('a refusal shows hidden characters of a name', () => {
  expect(parseSlug('x\u001b[2J\u202ey\u200b', 'task')).toMatchObject({
    problem: { message: expect.stringContaining('"x\\u001b[2J\\u202ey\\u200b" cannot be a task name') },
  });
});
