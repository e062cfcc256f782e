import { expect, test } from 'vitest';
import { parseFailedSetup } from '../../../src/agents/launch.ts';

test.each([
  [
    { command: ['npm', 'ci'], exitCode: 1 },
    { command: ['npm', 'ci'], exitCode: 1 },
  ],
  [
    { command: ['npm'], exitCode: null },
    { command: ['npm'], exitCode: null },
  ],
  [
    { command: ['a\x1b[31mb\nc'], exitCode: 1 },
    { command: ['a [31mb c'], exitCode: 1 },
  ],
  [{ command: ['npm', 1], exitCode: 1 }, null],
  [{ command: 'npm ci', exitCode: 1 }, null],
  [{ command: ['npm'], exitCode: 1.5 }, null],
  [{ command: ['npm'], exitCode: '1' }, null],
  [{ command: ['npm'] }, null],
  [null, null],
  ['npm', null],
])('%j is read as %j', (body, expected) => {
  expect(parseFailedSetup(body)).toEqual(expected);
});
