import { expect, test } from 'vitest';
import { cut, demoCellWidth, printable, wrap } from '../../src/demo/text.ts';

test.each([
  ['abc', 3],
  ['日本', 4],
  ['é', 1],
  ['🚀x', 3],
  ['', 0],
])('%s takes %d cells', (text, cells) => {
  expect(demoCellWidth(text)).toBe(cells);
});

test.each([
  ['one two three', 7, ['one two', 'three']],
  ['one two', 7, ['one two']],
  ['a-very-long-word', 6, ['a-very', '-long-', 'word']],
  ['日本語', 4, ['日本', '語']],
  ['a\n\nb', 5, ['a', '', 'b']],
  ['  indented text', 10, ['  indented', 'text']],
  ['', 5, ['']],
])('%j wraps to %d cells', (text, width, lines) => {
  expect(wrap(text, width)).toEqual(lines);
});

test.each([
  ['short', 5, 'short'],
  ['longer', 5, 'long…'],
  ['日本語', 4, '日…'],
  ['x', 0, ''],
])('%s is cut to %d cells', (text, width, short) => {
  expect(cut(text, width)).toBe(short);
});

test('what a terminal would obey is taken out', () => {
  expect(printable('\x1b[31mred\x1b[0m\x1b]0;title\x07\r\n\tend\x1b\x00')).toBe('red\n  end');
  expect(printable('\u202eko\u2066\u200b 👩\u200d💻')).toBe('ko 👩\u200d💻');
});
