import { describe, expect, test } from 'vitest';
import { encodeScreen, ScreenCopy } from '../../src/terminal/codec.ts';
import { Emulator } from '../../src/terminal/emulator.ts';
import { Compositor } from '../../src/terminal/renderer.ts';
import {
  Background,
  ColorKind,
  type Cursor,
  cellIndex,
  createGrid,
  createScreen,
  Foreground,
  type Modes,
  rowText,
  type Screen,
} from '../../src/terminal/screen.ts';

/** What a client has of a program's screen, and the frame it paints from that. */
function through(bytes: string, cols = 24, rows = 6): { screen: Screen; frame: string } {
  const emulator = new Emulator({ cols, rows, scrollback: 64 });
  emulator.write(bytes);
  const screen = createScreen(0, 0);
  emulator.readScreen(screen);
  emulator.dispose();
  const copy = new ScreenCopy();
  const update = encodeScreen(screen, null);
  if (update) copy.apply(update);
  const { grid, cursor } = copy.screen;
  const pane = { id: 'pane', kind: 'pane', x: 0, y: 0, width: cols, height: rows, grid } as const;
  return { screen: copy.screen, frame: new Compositor().frame(createGrid(cols, rows), [pane], cursor) };
}

function style({ grid }: Screen, x = 0, y = 0): readonly number[] {
  const at = cellIndex(grid, x, y);
  return [...grid.data.subarray(at + 1, at + 4)];
}

function text({ grid }: Screen): string {
  return Array.from({ length: grid.rows }, (_, y) => rowText(grid, y))
    .join('\n')
    .trimEnd();
}

const { ansi, palette, rgb } = ColorKind;
const underline = (kind: number) => kind << 26;

describe('a style', () => {
  test.each<[name: string, sgr: string, words: number[], painted: string]>([
    ['bold', '1', [Foreground.bold, 0, 0], '0;1'],
    ['dim', '2', [0, Background.dim, 0], '0;2'],
    ['italic', '3', [0, Background.italic, 0], '0;3'],
    ['blinking', '5', [Foreground.blink, 0, 0], '0;5'],
    ['inverse', '7', [Foreground.inverse, 0, 0], '0;7'],
    ['invisible', '8', [Foreground.invisible, 0, 0], '0;8'],
    ['struck through', '9', [Foreground.strikethrough, 0, 0], '0;9'],
    ['overlined', '53', [0, Background.overline, 0], '0;53'],
    ['neither bold nor dim after 22', '1;2;22;3', [0, Background.italic, 0], '0;3'],
    ['underlined', '4', [0, 0, underline(1)], '0;4'],
    ['doubly underlined by 21', '21', [0, 0, underline(2)], '0;4:2'],
    ['doubly underlined', '4:2', [0, 0, underline(2)], '0;4:2'],
    ['with a curly line', '4:3', [0, 0, underline(3)], '0;4:3'],
    ['with a dotted line', '4:4', [0, 0, underline(4)], '0;4:4'],
    ['with a dashed line', '4:5', [0, 0, underline(5)], '0;4:5'],
    ['without a line after 4:0', '4:3;3;4:0', [0, Background.italic, 0], '0;3'],
    ['without a line after 24', '4;3;24', [0, Background.italic, 0], '0;3'],
    [
      'with a line in true colour',
      '4:3;58:2::1:2:3',
      [0, 0, underline(3) | rgb | 0x010203],
      '0;4:3;58:2::1:2:3',
    ],
    [
      'with a line in true colour, by semicolons',
      '4;58;2;1;2;3',
      [0, 0, underline(1) | rgb | 0x010203],
      '0;4;58:2::1:2:3',
    ],
    ['with a line of the palette', '4;58:5:9', [0, 0, underline(1) | palette | 9], '0;4;58:5:9'],
    [
      'with a line of the palette, by semicolons',
      '4;58;5;9',
      [0, 0, underline(1) | palette | 9],
      '0;4;58:5:9',
    ],
    ['with a line in the text\u2019s colour after 59', '4;58;5;9;59', [0, 0, underline(1)], '0;4'],
    ['of the 16 colours', '31;42', [ansi | 1, ansi | 2, 0], '0;31;42'],
    ['of the bright 16 colours', '91;102', [ansi | 9, ansi | 10, 0], '0;91;102'],
    ['of 256 colours', '38;5;200;48;5;17', [palette | 200, palette | 17, 0], '0;38;5;200;48;5;17'],
    ['of 256 colours, by colons', '38:5:200', [palette | 200, 0, 0], '0;38;5;200'],
    [
      'of true colours',
      '38;2;1;2;3;48;2;4;5;6',
      [rgb | 0x010203, rgb | 0x040506, 0],
      '0;38;2;1;2;3;48;2;4;5;6',
    ],
    ['of true colours, by colons', '38:2::1:2:3', [rgb | 0x010203, 0, 0], '0;38;2;1;2;3'],
    ['of the terminal\u2019s colours after 39 and 49', '31;42;1;39;49', [Foreground.bold, 0, 0], '0;1'],
  ])('%s', (_, sgr, words, painted) => {
    const { screen, frame } = through(`\x1b[${sgr}mx`);
    expect(style(screen).map((word) => word >>> 0)).toEqual(words.map((word) => word >>> 0));
    expect(frame).toContain(`\x1b[${painted}m\x1b[1;1Hx`);
  });
});

describe('text', () => {
  test.each<[name: string, bytes: string, shown: string]>([
    ['wide', '日本x', '日本x'],
    ['with marks', 'e\u0301a\u0308\u0323', 'e\u0301a\u0308\u0323'],
    ['of joined emoji', '👩\u200d👩\u200d👧x', '👩\u200d👩\u200d👧x'],
    ['of emoji by a variation selector', '❤\ufe0fx', '❤\ufe0fx'],
    ['of keycaps', '1\ufe0f\u20e3x', '1\ufe0f\u20e3x'],
    ['of flags', '🇩🇪🇫🇷x', '🇩🇪🇫🇷x'],
    ['of emoji with a skin', '👍🏽x', '👍🏽x'],
    ['that is repeated', 'ab\x1b[3bc', 'abbbbc'],
    ['that is repeated and wide', '日\x1b[2bc', '日日日c'],
    ['at tab stops', 'a\tb\tc', 'a       b       c'],
    ['at a tab stop of its own', '\x1b[3g\x1b[5G\x1bH\ra\tb', 'a   b'],
    ['from a tab back', '\x1b[20Gx\x1b[2Zy', '        y          x'],
    ['of line drawing', '\x1b(0lqk\x1b(Blqk', '┌─┐lqk'],
    ['of line drawing by shifts', '\x1b)0\x0elqk\x0flqk', '┌─┐lqk'],
    ['that wraps', 'x'.repeat(26), `${'x'.repeat(24)}\nxx`],
    ['that does not', `\x1b[?7l${'x'.repeat(25)}y`, `${'x'.repeat(23)}y`],
    ['on the alternate screen', 'main\x1b[?1049halternate', '    alternate'],
    ['on the main screen afterwards', 'main\x1b[?1049halternate\x1b[?1049l!', 'main!'],
    ['at the origin of a region', '\x1b[3;5r\x1b[?6h\x1b[1;2Hx', '\n\n x'],
    ['that scrolls in a region', 'a\r\nb\r\nc\r\nd\x1b[2;3r\x1b[3;1H\n', 'a\nc\n\nd'],
    ['that scrolls back in a region', 'a\r\nb\r\nc\r\nd\x1b[2;3r\x1b[2;1H\x1bM', 'a\n\nb\nd'],
    ['with lines inserted and deleted', 'a\r\nb\r\nc\x1b[2;1H\x1b[L\x1b[3;1H\x1b[M', 'a\n\nc'],
    ['with characters inserted, deleted and erased', 'abcdef\r\x1b[2@\x1b[5G\x1b[P\x1b[X', '  ab ef'],
    ['in insert mode', 'bc\r\x1b[4ha\x1b[4l', 'abc'],
    ['of a test pattern', '\x1b#8', Array(6).fill('E'.repeat(24)).join('\n')],
    ['after a saved place', 'ab\x1b7\x1b[3;3Hx\x1b8c', 'abc\n\n  x'],
  ])('%s', (_, bytes, shown) => {
    expect(text(through(bytes).screen)).toBe(shown);
  });

  test('erased in a colour keeps the colour behind it', () => {
    const { screen, frame } = through('\x1b[44mab\x1b[K');
    expect(style(screen, 20)).toEqual([0, ansi | 4, 0]);
    expect(frame).toContain(`\x1b[0;44m\x1b[1;1Hab${' '.repeat(22)}`);
  });
});

describe('the cursor', () => {
  test.each<[name: string, bytes: string, cursor: Partial<Cursor>, painted: string]>([
    [
      'is a block that rests',
      '',
      { x: 0, y: 0, visible: true, shape: 'block', blink: false },
      '\x1b[1;1H\x1b[2 q\x1b[?25h',
    ],
    ['is behind the text', 'ab', { x: 2, y: 0 }, '\x1b[1;3H'],
    ['stays in the last column', 'x'.repeat(24), { x: 23, y: 0 }, '\x1b[1;24H'],
    ['blinks as a block', '\x1b[1 q', { shape: 'block', blink: true }, '\x1b[1 q'],
    ['blinks as a line below', '\x1b[3 q', { shape: 'underline', blink: true }, '\x1b[3 q'],
    ['is a line below', '\x1b[4 q', { shape: 'underline', blink: false }, '\x1b[4 q'],
    ['blinks as a bar', '\x1b[5 q', { shape: 'bar', blink: true }, '\x1b[5 q'],
    ['is a bar', '\x1b[6 q', { shape: 'bar', blink: false }, '\x1b[6 q'],
    ['blinks by its mode', '\x1b[?12h', { blink: true }, '\x1b[1 q'],
    ['is as before after a reset', '\x1b[5 q\x1bc', { shape: 'block', blink: false }, '\x1b[2 q'],
  ])('%s', (_, bytes, cursor, painted) => {
    const { screen, frame } = through(bytes);
    expect(screen.cursor).toMatchObject(cursor);
    expect(frame).toContain(painted);
  });

  test('is hidden where the program hides it', () => {
    const { screen, frame } = through('a\x1b[?25l');
    expect(screen.cursor.visible).toBe(false);
    expect(frame).not.toContain('\x1b[?25h');
    expect(through('a\x1b[?25l\x1b[!p').screen.cursor.visible).toBe(true);
  });
});

test.each<[name: string, bytes: string, modes: Partial<Modes>]>([
  ['application cursor keys', '\x1b[?1h', { applicationCursor: true }],
  ['the application keypad', '\x1b=', { applicationKeypad: true }],
  ['the application keypad by its mode', '\x1b[?66h', { applicationKeypad: true }],
  ['bracketed pastes', '\x1b[?2004h', { bracketedPaste: true }],
  ['focus events', '\x1b[?1004h', { focusEvents: true }],
  ['presses', '\x1b[?9h', { mouse: 'x10' }],
  ['presses and releases', '\x1b[?1000h', { mouse: 'vt200' }],
  ['drags', '\x1b[?1002h\x1b[?1006h', { mouse: 'drag', mouseEncoding: 'sgr' }],
  ['all moves', '\x1b[?1003;1006h', { mouse: 'any', mouseEncoding: 'sgr' }],
  ['no mouse any more', '\x1b[?1003h\x1b[?1003l', { mouse: 'none' }],
  ['keyboard flags', '\x1b[>5u', { keyboard: 5 }],
  ['the alternate screen', '\x1b[?1049h', { alternateScreen: true }],
])('a program that asked for %s is known to have', (_, bytes, modes) => {
  expect(through(bytes).screen.modes).toMatchObject(modes);
});

test('a frame that is not complete is not shown, but for a program that never completes it', () => {
  let now = 0;
  const emulator = new Emulator({ cols: 9, rows: 2, scrollback: 64, now: () => now });
  const screen = createScreen(0, 0);
  emulator.write('old');
  emulator.readScreen(screen);
  emulator.write('\x1b[?2026h\x1b[2J\x1b[Hne');
  expect([emulator.readScreen(screen), text(screen)]).toEqual([false, 'old']);
  emulator.write('w\x1b[?2026l');
  expect([emulator.readScreen(screen), text(screen)]).toEqual([true, 'new']);
  emulator.write('\x1b[?2026h\x1b[Hslow');
  expect(emulator.readScreen(screen)).toBe(false);
  now += 200;
  expect([emulator.readScreen(screen), text(screen)]).toEqual([true, 'slow']);
  emulator.dispose();
});
