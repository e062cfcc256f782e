import { Box, renderToString, Text } from 'ink';
import { createElement } from 'react';
import stringWidth from 'string-width';
import { expect, test } from 'vitest';
import { Emulator } from '../../src/terminal/emulator.ts';
import {
  Background,
  ColorKind,
  cellText,
  cellWords,
  createGrid,
  createScreen,
  Foreground,
  gridToText,
} from '../../src/terminal/screen.ts';
import { readFrame } from '../../src/ui/chrome.ts';

function read(frame: string, cols = 20, rows = 1) {
  const grid = createGrid(cols, rows);
  readFrame(frame, grid);
  return grid;
}

test('lines become rows, clipped to the grid and filled with blanks', () => {
  expect(gridToText(read('one\ntwo and more\nthree', 5, 2))).toBe('one\ntwo a');
  const grid = read('long line', 12, 2);
  readFrame('x', grid);
  expect(gridToText(grid)).toBe('x');
});

test('a wide character that the edge would cut is left out', () => {
  expect(gridToText(read('abc漢', 4))).toBe('abc');
  expect(gridToText(read('ab漢', 4))).toBe('ab漢');
});

test('styles are the same as a terminal’s for the same sequences', () => {
  const frame =
    '\x1b[1mbold\x1b[22m\x1b[2mdim\x1b[22m \x1b[36mcyan\x1b[39m\x1b[91mred\x1b[0m\x1b[7m>\x1b[27m\x1b[4m_\x1b[24m\x1b[44mb\x1b[49mx';
  const grid = read(frame, 30);
  const emulator = new Emulator({ cols: 30, rows: 1, scrollback: 0 });
  const screen = createScreen(30, 1);
  emulator.write(frame);
  emulator.readScreen(screen);
  emulator.dispose();
  expect([...grid.data]).toEqual([...screen.grid.data]);
});

test('a style ends with its line', () => {
  const grid = read('\x1b[1;2;36mone\ntwo', 3, 2);
  expect([...grid.data.subarray(1, 3)]).toEqual([Foreground.bold | ColorKind.ansi | 6, Background.dim]);
  expect([...grid.data.subarray(3 * cellWords + 1, 4 * cellWords)]).toEqual([0, 0, 0]);
});

// Terminals, and Unicode tables of different years, disagree on the widths of these.
const disputed = [
  '☰',
  '⚊x',
  '1️',
  'a️',
  'x🏽',
  'ᄀᄀ각',
  'हिन्दी',
  'ﷺ',
  '🫩',
  '\u{1faf8}',
  '👩‍👩‍👧',
  '🇩🇪🇫',
  'e\u0301',
  'ｶﾞ',
];

test.each(disputed)('the border behind %j is where the layout put it', (text) => {
  const box = createElement(Box, { width: 20, borderStyle: 'round' }, createElement(Text, null, text));
  const grid = read(renderToString(box, { columns: 20 }), 20, 3);
  expect(cellText(grid, 0, 1)).toBe('│');
  expect(cellText(grid, 19, 1)).toBe('│');
});

const segmenter = new Intl.Segmenter();

test('every character has the width of the layout engine', () => {
  for (let code = 0x20; code < 0x3000; code++) {
    const text = String.fromCodePoint(code);
    // Control characters are left out, and some characters join the bar.
    if (/\p{Cc}|\p{Default_Ignorable_Code_Point}/u.test(text)) continue;
    if ([...segmenter.segment(`|${text}|`)].length < 3) continue;
    const grid = read(`|${text}|`, 8);
    expect([code.toString(16), cellText(grid, 1 + Math.max(1, stringWidth(text)), 0)]).toEqual([
      code.toString(16),
      '|',
    ]);
  }
});
