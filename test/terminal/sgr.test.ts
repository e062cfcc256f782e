import xterm from '@xterm/headless';
import { describe, expect, test } from 'vitest';
import { Emulator } from '../../src/terminal/emulator.ts';
import { sgr } from '../../src/terminal/renderer.ts';
import { ColorKind, createGrid } from '../../src/terminal/screen.ts';
import { allCapabilities, type ColorDepth, reducedColor } from '../../src/terminal/tty.ts';
import { readLines, writeNow } from '../../src/terminal/xterm.ts';
import { Random } from './hostile.ts';

function wordsAfter(bytes: string): number[] {
  const terminal = new xterm.Terminal({ cols: 2, rows: 1, allowProposedApi: true, logLevel: 'off' });
  writeNow(terminal, `${bytes}x`);
  const grid = createGrid(2, 1);
  readLines(terminal, 0, grid);
  terminal.dispose();
  return [...grid.data.subarray(1, 4)];
}

test('a terminal takes every style for what it is', () => {
  const random = new Random(5);
  const anyColor = () =>
    random.pick([
      0,
      ColorKind.ansi | random.below(16),
      ColorKind.palette | random.below(256),
      ColorKind.rgb | random.below(0xfffffe),
    ]);
  for (let round = 0; round < 500; round++) {
    const attributes = random.below(0x100);
    const fg =
      anyColor() | ((attributes & 3) << 26) | (((attributes >> 2) & 3) << 29) | (random.below(2) << 31);
    const bg = anyColor() | (((attributes >> 4) & 3) << 26) | (((attributes >> 6) & 1) << 30);
    const style = random.below(6);
    const ext = style === 0 ? 0 : (style << 26) | anyColor();
    const before = sgr(random.below(0x7fffffff) & 0x6c000000, 0, 3 << 26, allCapabilities);
    const taken = wordsAfter(before + sgr(fg, bg, ext, allCapabilities));
    const expected = [fg >>> 0, bg >>> 0, ext >>> 0];
    // Underlines have no colours of the 16 kind: they come back as the palette's.
    if ((ext & ColorKind.rgb) === ColorKind.ansi) expected[2] = (ext ^ ColorKind.rgb) >>> 0;
    expect(taken, `round ${round}`).toEqual(expected);
  }
});

test.each([
  [
    'without underline styles',
    (3 << 26) | ColorKind.rgb,
    { colors: 'rgb', underlineStyles: false, osc: true } as const,
    '\x1b[0;4m',
  ],
  [
    'without colours',
    (3 << 26) | ColorKind.rgb,
    { colors: 'none', underlineStyles: true, osc: true } as const,
    '\x1b[0;4:3m',
  ],
])('a terminal %s gets what it can show', (_, ext, capabilities, bytes) => {
  expect(sgr(capabilities.colors === 'none' ? ColorKind.ansi | 1 : 0, 0, ext, capabilities)).toBe(bytes);
});

describe('a colour', () => {
  const { ansi, palette, rgb } = ColorKind;
  test.each<[string, number, ColorDepth, number]>([
    ['stays as it is', rgb | 0x123456, 'rgb', rgb | 0x123456],
    ['of the terminal itself stays', 0, '16', 0],
    ['of the sixteen stays', ansi | 12, '16', ansi | 12],
    ['becomes nothing', rgb | 0x123456, 'none', 0],
    ['becomes one of the cube', rgb | 0xff0001, '256', palette | 196],
    ['becomes a grey', rgb | 0x808081, '256', palette | 244],
    ['of the palette stays', palette | 99, '256', palette | 99],
    ['of the palette that is one of the sixteen', palette | 3, '16', ansi | 3],
    ['of the cube becomes one of the sixteen', palette | 196, '16', ansi | 9],
    ['that is a grey becomes one of the sixteen', palette | 244, '16', ansi | 8],
    ['becomes one of the sixteen', rgb | 0x00c000, '16', ansi | 2],
  ])('%s', (_, color, depth, reduced) => {
    expect(reducedColor(color, depth)).toBe(reduced);
  });
});

test('text with styles looks the same when printed again', () => {
  const first = new Emulator({ cols: 30, rows: 5, scrollback: 0 });
  first.write('\x1b[1;31mred\x1b[0m plain \x1b[44m  \x1b[0m\r\n\r\n\x1b[4:3;58:2::1:2:3m日本\x1b[0m.');
  const second = new Emulator({ cols: 30, rows: 5, scrollback: 0 });
  second.write(first.text({ ansi: true }).replaceAll('\n', '\r\n'));
  expect(second.readLines(0, 5).bytes.equals(first.readLines(0, 5).bytes)).toBe(true);
});
