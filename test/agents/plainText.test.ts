import { expect, test } from 'vitest';
import { plainLine } from '../../src/agents/plainText.ts';

test.each([
  ['a\nb\t\tc', 10, 'a b c'],
  ['  padded  ', 10, 'padded'],
  ['\x1b[31mred\x1b[0m', 20, '[31mred [0m'],
  ['12345678901', 10, '123456789…'],
  ['😀😀😀', 2, '😀…'],
  ['a\u2028b\u0085c', 10, 'a b c'],
  ['\ud800broken', 10, 'broken'],
])('%j in %d characters is %j', (text, limit, line) => {
  expect(plainLine(text, limit)).toBe(line);
});
