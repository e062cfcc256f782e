import { expect, test } from 'vitest';
import { readTitle } from '../../../src/agents/claude/screen.ts';

test.each([
  ['⠂ backend/fix', 'working'],
  ['⠐ backend/fix', 'working'],
  // Since 2.1.332.
  ['◐ backend/fix', 'working'],
  ['◑ backend/fix', 'working'],
  ['◐', null],
  ['◒ backend/fix', null],
  ['✳ backend/fix', 'resting'],
  ['✳', 'resting'],
  ['⠂fix', null],
  ['⠀ blank braille', null],
  ['', null],
  ['vim', null],
])('"%s" says %s', (title, says) => {
  expect(readTitle(title)).toBe(says);
});
