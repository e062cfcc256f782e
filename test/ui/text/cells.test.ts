import { expect, test } from 'vitest';
import { cellWidth, clustersOf, cutText, wrapRanges, wrapText } from '../../../src/ui/text.ts';

test.each([
  ['plain', 10, 'plain'],
  ['plain', 5, 'plain'],
  ['plain', 4, 'pla…'],
  ['plain', 1, '…'],
  ['plain', 0, ''],
  ['日本語', 6, '日本語'],
  ['日本語', 5, '日本…'],
  ['日本語', 4, '日…'],
  ['👩‍👩‍👧 family', 4, '👩‍👩‍👧 …'],
])('%j cut to %i cells is %j', (text, width, expected) => {
  expect(cutText(text, width)).toBe(expected);
});

test.each([
  ['one two three', 7, ['one two', 'three']],
  ['one two three', 8, ['one two', 'three']],
  ['abcdefgh', 3, ['abc', 'def', 'gh']],
  ['a\n\nb', 5, ['a', '', 'b']],
  ['', 5, ['']],
  ['日本語の文', 4, ['日本', '語の', '文']],
  ['word abcdefghij', 6, ['word', 'abcdef', 'ghij']],
])('%j wraps at %i cells', (text, width, expected) => {
  expect(wrapText(text, width)).toEqual(expected);
});

test('wrapped rows cover the whole text in order, and none is too wide', () => {
  const text =
    'The quick 棕色狐狸 jumps over\nthe lazy dog, twice; supercalifragilisticexpialidocious 👩‍👩‍👧👩‍👩‍👧 end.';
  for (let width = 2; width < 40; width += 1) {
    const rows = wrapRanges(text, width);
    let at = 0;
    for (const { start, end } of rows) {
      expect([0, 1]).toContain(start - at);
      expect(cellWidth(text.slice(start, end).trimEnd())).toBeLessThanOrEqual(width);
      at = end;
    }
    expect(at).toBe(text.length);
  }
});

test('a family, a flag and a letter with a mark are one character each', () => {
  expect(clustersOf('👩‍👩‍👧🇩🇪e\u0301')).toEqual(['👩‍👩‍👧', '🇩🇪', 'e\u0301']);
});
