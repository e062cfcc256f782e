import { describe, expect, test } from 'vitest';
import {
  blit,
  cellIndex,
  cellText,
  clearGrid,
  codeWord,
  completeWide,
  createGrid,
  type Grid,
  gridToText,
  isPlain,
  linkBits,
  rowText,
  textWord,
  wordLink,
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

  test('brings clusters and links along, by numbers of the grid they come to', () => {
    const from = createGrid(4, 1);
    const to = createGrid(4, 1);
    to.data[cellIndex(to, 3, 0)] = textWord(to, 'o\u0308', 1) | linkBits(to, 'https://other.org');
    for (const [x, text] of ['e\u0301', 'a\u0300', 'e\u0301'].entries())
      from.data[cellIndex(from, x, 0)] =
        textWord(from, text, 1) | linkBits(from, `https://example.org/${text.length}`);
    blit(from, { x: 0, y: 0, width: 3, height: 1 }, to, 0, 0);
    expect(rowText(to, 0)).toBe('e\u0301a\u0300e\u0301o\u0308');
    expect([0, 1, 2, 3].map((x) => wordLink(to, to.data[cellIndex(to, x, 0)] ?? 0))).toEqual([
      'https://example.org/2',
      'https://example.org/2',
      'https://example.org/2',
      'https://other.org',
    ]);
    expect(to.data[cellIndex(to, 0, 0)]).toBe(to.data[cellIndex(to, 2, 0)]);
    expect(to.data[cellIndex(to, 0, 0)]).not.toBe(to.data[cellIndex(to, 1, 0)]);
  });

  test('within one grid keeps its clusters', () => {
    const grid = createGrid(3, 1);
    grid.data[0] = textWord(grid, 'e\u0301', 1);
    blit(grid, { x: 0, y: 0, width: 2, height: 1 }, grid, 1, 0);
    expect(rowText(grid, 0)).toBe('e\u0301e\u0301');
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
    grid.data[0] = textWord(grid, text, 1);
    expect(cellText(grid, 0, 0)).toBe(shown);
  });

  test('the same cluster is the same word everywhere in a grid, and forgotten once all is blank', () => {
    const grid = createGrid(3, 1);
    for (const [x, text] of ['e\u0301', 'e\u0300', 'e\u0301'].entries())
      grid.data[cellIndex(grid, x, 0)] = textWord(grid, text, 1);
    const [first, second, third] = [0, 1, 2].map((x) => grid.data[cellIndex(grid, x, 0)]);
    expect([first === third, first === second]).toEqual([true, false]);
    expect(isPlain(grid)).toBe(false);
    clearGrid(grid);
    expect(isPlain(grid)).toBe(true);
  });
});
