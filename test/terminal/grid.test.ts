import { describe, expect, test } from 'vitest';
import {
  blit,
  cellIndex,
  cellText,
  codeWord,
  completeWide,
  createGrid,
  erase,
  type Grid,
  gridToText,
  resizedGrid,
  rowsEqual,
  rowText,
  textWord,
} from '../../src/terminal/screen.ts';

/** A grid of one row per line; CJK characters take two columns. */
function gridOf(...lines: string[]): Grid {
  const width = (line: string) => [...line].reduce((sum, char) => sum + (char > '\u3000' ? 2 : 1), 0);
  const grid = createGrid(Math.max(...lines.map(width)), lines.length);
  for (const [y, line] of lines.entries()) {
    let at = cellIndex(grid, 0, y);
    for (const char of line) {
      const isWide = char > '\u3000';
      grid.data[at] = codeWord(char.codePointAt(0) ?? 0, isWide ? 2 : 1);
      if (isWide) completeWide(grid.data, at);
      at += isWide ? 8 : 4;
    }
  }
  return grid;
}

describe('a grid', () => {
  test('begins blank and tells its text without trailing blanks', () => {
    expect(gridToText(createGrid(3, 2))).toBe('');
    expect(gridToText(gridOf('', ' a', 'b  ', ''))).toBe('\n a\nb');
  });

  test('compares rows by all that shows', () => {
    const a = gridOf('same', 'same');
    expect(rowsEqual(a, 0, a, 1)).toBe(true);
    a.data[cellIndex(a, 2, 1) + 1] = 0x1000001;
    expect(rowsEqual(a, 0, a, 1)).toBe(false);
    expect(rowsEqual(a, 0, gridOf('same '), 0)).toBe(false);
  });

  test.each([
    ['keeps what fits', 3, 1, 'abc'],
    ['adds blanks', 6, 3, 'abcd\n日本'],
    ['cuts no character in half', 3, 2, 'abc\n日'],
    ['may become nothing', 0, 0, ''],
  ])('of another size %s', (_, cols, rows, text) => {
    expect(gridToText(resizedGrid(gridOf('abcd', '日本'), cols, rows))).toBe(text);
  });
});

describe('copying a part', () => {
  test.each([
    ['into the middle', { x: 1, y: 0, width: 2, height: 1 }, 1, 0, '.bc.'],
    ['beyond the right edge', { x: 0, y: 0, width: 4, height: 1 }, 2, 0, '..ab'],
    ['from before the left edge', { x: 0, y: 0, width: 4, height: 1 }, -2, 0, 'cd..'],
    ['from outside of its source', { x: -1, y: -1, width: 3, height: 2 }, 0, -1, '.ab.'],
    ['that is empty', { x: 0, y: 0, width: 0, height: 1 }, 0, 0, '....'],
    ['below the last row', { x: 0, y: 0, width: 4, height: 1 }, 0, 1, '....'],
  ])('%s', (_, part, x, y, text) => {
    const to = gridOf('....');
    blit(gridOf('abcd'), part, to, x, y);
    expect(rowText(to, 0)).toBe(text);
  });

  test.each([
    ['cutting wide characters under it', 'ab', { x: 0, y: 0, width: 2, height: 1 }, '日本語', 1, ' ab 語'],
    ['cutting its own first one', '日本', { x: 1, y: 0, width: 3, height: 1 }, '......', 1, '. 本..'],
    ['cutting its own last one', '日本', { x: 0, y: 0, width: 3, height: 1 }, '......', 1, '.日 ..'],
    ['whose halves meet other halves', '日本', { x: 1, y: 0, width: 3, height: 1 }, '語語語', 1, '  本語'],
  ])('%s leaves no half character', (_, from, part, to, x, text) => {
    const grid = gridOf(to);
    blit(gridOf(from), part, grid, x, 0);
    expect(rowText(grid, 0)).toBe(text);
  });

  test('erasing leaves no half character either', () => {
    const grid = gridOf('日本語');
    erase(grid, { x: 1, y: -1, width: 2, height: 9 });
    expect(rowText(grid, 0)).toBe('    語');
  });
});

describe('the text of a cell', () => {
  test.each([
    ['a control character', '\x1b', ' '],
    ['a C1 control', '\u009b', ' '],
    ['a lone combining mark', '\u0301', ' '],
    ['a direction override', '\u202e', ' '],
    ['half a surrogate pair', '\ud800', ' '],
    ['nothing', '', ' '],
    ['a letter', 'ä', 'ä'],
    ['an accent upon a letter', 'e\u0301', 'e\u0301'],
    ['a family', '👩\u200d👩\u200d👧', '👩\u200d👩\u200d👧'],
    [
      'the flag of Scotland',
      '🏴\u{e0067}\u{e0062}\u{e0073}\u{e0063}\u{e0074}\u{e007f}',
      '🏴\u{e0067}\u{e0062}\u{e0073}\u{e0063}\u{e0074}\u{e007f}',
    ],
    ['a direction override in a cluster', 'a\u202eb\x1b\u0301', 'ab\u0301'],
    ['a tower of marks', `z${'\u0300'.repeat(99)}`, `z${'\u0300'.repeat(15)}`],
  ])('%s is safe to print', (_, text, shown) => {
    const grid = createGrid(1, 1);
    grid.data[0] = textWord(text, 1);
    expect(cellText(grid, 0, 0)).toBe(shown);
  });

  test('the same cluster is the same word in every grid', () => {
    const [a, b] = [createGrid(1, 1), createGrid(1, 1)];
    a.data[0] = textWord('e\u0301', 1);
    b.data[0] = textWord('e\u0301', 1);
    expect(rowsEqual(a, 0, b, 0)).toBe(true);
    b.data[0] = textWord('e\u0300', 1);
    expect(rowsEqual(a, 0, b, 0)).toBe(false);
  });
});
