import xterm from '@xterm/headless';
import { describe, expect, test } from 'vitest';
import { Emulator } from '../../src/terminal/emulator.ts';
import { Compositor, type Layer, paneCursor } from '../../src/terminal/renderer.ts';
import { type Cursor, cellText, type Grid, gridToText, initialCursor } from '../../src/terminal/screen.ts';
import { allCapabilities } from '../../src/terminal/tty.ts';
import { writeNow } from '../../src/terminal/xterm.ts';

function gridOf(text: string, cols = 12, rows = 4): Grid {
  const terminal = new Emulator({ cols, rows, scrollback: 0 });
  terminal.write(text);
  return terminal.readLines(0, rows);
}

const chrome = gridOf('............\r\n............\r\n............\r\n............');

/** A terminal that is painted on, with the default Unicode table of old. */
function painted() {
  const terminal = new xterm.Terminal({ cols: 12, rows: 4, allowProposedApi: true, logLevel: 'off' });
  writeNow(terminal, '\x1b[?7l');
  return {
    take: (bytes: string) => writeNow(terminal, bytes),
    text: () =>
      Array.from({ length: 4 }, (_, y) => terminal.buffer.active.getLine(y)?.translateToString()).join('\n'),
    cell: (x: number, y: number) => terminal.buffer.active.getLine(y)?.getCell(x)?.getChars(),
    cursor: () => [terminal.buffer.active.cursorX, terminal.buffer.active.cursorY],
  };
}

function shownText(layers: readonly Layer[], under = chrome): string {
  const terminal = painted();
  terminal.take(new Compositor().frame(under, layers, null));
  return terminal.text();
}

const pane = (x: number, y: number, width: number, height: number, grid?: Grid): Layer => ({
  id: 'pane',
  kind: 'pane',
  x,
  y,
  width,
  height,
  ...(grid && { grid }),
});
const overlay = (x: number, y: number, width: number, height: number): Layer => ({
  id: 'overlay',
  kind: 'overlay',
  x,
  y,
  width,
  height,
});

describe('layers', () => {
  const letters = gridOf('abc\r\ndef', 3, 2);
  test.each<[string, Layer[], string]>([
    ['no layers: the chrome', [], '............\n............\n............\n............'],
    [
      'a pane in its place',
      [pane(2, 1, 3, 2, letters)],
      '............\n..abc.......\n..def.......\n............',
    ],
    [
      'a pane larger than its place',
      [pane(2, 1, 2, 1, letters)],
      '............\n..ab........\n............\n............',
    ],
    [
      'a pane smaller than its place',
      [pane(2, 1, 5, 3, letters)],
      '............\n..abc  .....\n..def  .....\n..     .....',
    ],
    [
      'a pane partly outside',
      [pane(-1, -1, 3, 2, letters), pane(10, 3, 3, 2, letters)],
      'ef..........\n............\n............\n..........ab',
    ],
    [
      'a pane that has nothing to show yet',
      [pane(2, 1, 3, 2)],
      '............\n............\n............\n............',
    ],
    [
      'an overlay on a pane',
      [pane(2, 1, 3, 2, letters), overlay(3, 0, 1, 2)],
      '............\n..a.c.......\n..def.......\n............',
    ],
    [
      'a pane on an overlay',
      [overlay(0, 0, 12, 4), pane(2, 1, 3, 2, letters)],
      '............\n..abc.......\n..def.......\n............',
    ],
    [
      'wide characters cut by both edges',
      [pane(1, 0, 3, 1, gridOf('日本', 4, 1)), overlay(2, 0, 1, 1)],
      '. . ........\n............\n............\n............',
    ],
  ])('%s', (_, layers, text) => {
    expect(shownText(layers)).toBe(text);
  });
});

describe('a frame', () => {
  test('is nothing when nothing changed', () => {
    const compositor = new Compositor();
    expect(compositor.frame(chrome, [], initialCursor)).not.toBe('');
    expect(compositor.frame(chrome, [], initialCursor)).toBe('');
  });

  test('has only the cells that changed, in one synchronized update', () => {
    const compositor = new Compositor();
    compositor.frame(chrome, [], null);
    const frame = compositor.frame(chrome, [pane(2, 1, 1, 1, gridOf('x', 2, 1))], null);
    expect(frame).toBe('\x1b[?2026h\x1b[2;3Hx\x1b[?2026l');
  });

  test('sets styles once for a run and leaves none behind', () => {
    const compositor = new Compositor();
    compositor.frame(chrome, [], null);
    const frame = compositor.frame(chrome, [pane(0, 0, 3, 1, gridOf('\x1b[31mred', 3, 1))], null);
    expect(frame).toBe('\x1b[?2026h\x1b[0;31m\x1b[1;1Hred\x1b[0m\x1b[?2026l');
  });

  test('after invalidation paints everything', () => {
    const compositor = new Compositor();
    compositor.frame(chrome, [], null);
    compositor.invalidate();
    const terminal = painted();
    terminal.take('rubbish\x1b[41mand colours');
    terminal.take(compositor.frame(chrome, [], null));
    expect(terminal.text()).toBe(gridToText(chrome));
  });

  test('of another size paints everything', () => {
    const compositor = new Compositor();
    compositor.frame(gridOf('before', 5, 2), [], null);
    expect(compositor.frame(chrome, [], null)).toContain('\x1b[2J');
  });

  test('has colours as the terminal can show them', () => {
    const compositor = new Compositor({ colors: '16', underlineStyles: false, osc: true });
    const frame = compositor.frame(gridOf('\x1b[4:3;58:5:1;38;2;250;0;0mx'), [], null);
    expect(frame).toContain('\x1b[0;4;91m');
  });
});

describe('a link', () => {
  const text = (n: number, shown: string) => `\x1b]8;;https://example.org/${n}\x07${shown}\x1b]8;;\x07`;
  const esc = '\x1b';
  const opened = (frame: string) =>
    [...frame.matchAll(new RegExp(`${esc}\\]8;([^;]*);([^${esc}]*)${esc}\\\\`, 'g'))].map(([, id, uri]) => [
      id,
      uri,
    ]);

  test('is opened before its text and closed behind it, in every row by the same id', () => {
    const frame = new Compositor().frame(gridOf(`${text(1, 'abcdefgh')}i`, 4, 3), [], null);
    const [first, ...rest] = opened(frame);
    expect(first).toEqual([expect.stringMatching(/^id=\d+$/), 'https://example.org/1']);
    expect(rest).toEqual([['', '']]);
    expect(frame).toMatch(/abcd.*efgh\x1b\]8;;\x1b\\.*i/);
  });

  test('is closed at the end of a frame, and opened again for what changes of it', () => {
    const compositor = new Compositor();
    const [before] = opened(compositor.frame(gridOf(text(1, 'abcd')), [], null));
    const frame = compositor.frame(gridOf(text(1, 'abXd')), [], null);
    expect(opened(frame)).toEqual([before, ['', '']]);
  });

  test('is painted again when it leads elsewhere', () => {
    const compositor = new Compositor();
    compositor.frame(gridOf(text(1, 'ab')), [], null);
    const frame = compositor.frame(gridOf(text(1, 'a') + text(2, 'b')), [], null);
    expect(opened(frame).map(([, uri]) => uri)).toEqual(['https://example.org/2', '']);
  });

  test('is plain text to a terminal that knows no OSC', () => {
    const compositor = new Compositor({ ...allCapabilities, osc: false });
    const frame = compositor.frame(gridOf(text(1, 'ab')), [], null);
    expect(frame).toContain('ab');
    expect(frame).not.toContain('\x1b]');
  });
});

describe('the cursor', () => {
  const at = (x: number, y: number): Cursor => ({ ...initialCursor, x, y });

  test.each<[string, (Cursor | null)[], string]>([
    ['moves without painting', [at(0, 0), at(5, 1)], '\x1b[?2026h\x1b[2;6H\x1b[?2026l'],
    ['stays', [at(5, 1), at(5, 1)], ''],
    ['goes', [at(5, 1), null], '\x1b[?2026h\x1b[?25l\x1b[?2026l'],
    ['is gone', [null, null], ''],
    ['comes', [null, at(5, 1)], '\x1b[?2026h\x1b[2;6H\x1b[2 q\x1b[?25h\x1b[?2026l'],
    ['is hidden', [null, { ...at(5, 1), visible: false }], ''],
    ['is outside', [null, at(12, 1)], ''],
    [
      'changes its shape',
      [at(5, 1), { ...at(5, 1), shape: 'bar', blink: true }],
      '\x1b[?2026h\x1b[2;6H\x1b[5 q\x1b[?2026l',
    ],
  ])('%s', (_, [before = null, after = null], bytes) => {
    const compositor = new Compositor();
    compositor.frame(chrome, [], before);
    expect(compositor.frame(chrome, [], after)).toBe(bytes);
  });

  test('is hidden while cells are painted and then in its place', () => {
    const compositor = new Compositor();
    const terminal = painted();
    terminal.take(compositor.frame(chrome, [], at(0, 0)));
    const frame = compositor.frame(chrome, [pane(1, 1, 1, 1, gridOf('x', 2, 1))], at(3, 2));
    terminal.take(frame);
    expect(frame).toBe('\x1b[?2026h\x1b[?25l\x1b[2;2Hx\x1b[3;4H\x1b[?25h\x1b[?2026l');
    expect(terminal.cursor()).toEqual([3, 2]);
  });

  test.each<[string, Layer[], Cursor, [number, number] | null]>([
    ['is where its pane is', [pane(2, 1, 5, 3)], at(1, 1), [3, 2]],
    ['is not outside of its pane', [pane(2, 1, 5, 3)], at(5, 1), null],
    ['is not below what covers it', [pane(2, 1, 5, 3), overlay(3, 2, 1, 1)], at(1, 1), null],
    ['is above what lies below', [overlay(0, 0, 12, 4), pane(2, 1, 5, 3)], at(1, 1), [3, 2]],
    ['needs its pane', [overlay(0, 0, 12, 4)], at(1, 1), null],
    ['stays hidden', [pane(2, 1, 5, 3)], { ...at(1, 1), visible: false }, null],
  ])('of a pane %s', (_, layers, cursor, place) => {
    const shown = paneCursor(layers, 'pane', cursor);
    expect(shown && [shown.x, shown.y]).toEqual(place);
  });
});

describe('characters of disputed width', () => {
  test.each([
    ['an emoji', 'a😀|'],
    ['a family', 'a👩\u200d👩\u200d👧|'],
    ['a symbol that may be an emoji', 'a⏺|'],
    ['a keycap', '1\ufe0f\u20e3|'],
    ['private use', 'a\ue0b0|'],
    ['half a flag', '🇩|'],
    ['a skin tone beside an emoji', '😀\x1b[1;3H🏽|'],
  ])('%s moves nothing on a terminal that measures it otherwise', (_, text) => {
    const grid = gridOf(`${text}\x1b[2;1Hunder`);
    const mark = Array.from({ length: 12 }, (_, x) => cellText(grid, x, 0)).indexOf('|');
    const terminal = painted();
    terminal.take(new Compositor().frame(grid, [], null));
    expect(terminal.cell(mark, 0)).toBe('|');
    expect(terminal.text()).toMatch(/\|\s*\nunder\s*$/);
  });

  test('are fenced in by cursor positions and painted upon blanks', () => {
    const compositor = new Compositor();
    compositor.frame(gridOf(''), [], null);
    expect(compositor.frame(gridOf('a😀b'), [], null)).toBe(
      '\x1b[?2026h\x1b[1;1Ha\x1b[1;2H  \x1b[1;2H😀\x1b[1;4Hb\x1b[?2026l',
    );
  });

  test('that are clusters leave but their first character in the last column', () => {
    const frame = new Compositor().frame(gridOf('\x1b[1;12He\u0301'), [], null);
    expect(frame).not.toContain('e\u0301');
    expect(frame).toContain('\x1b[1;12He');
  });
});
