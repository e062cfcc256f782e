import { describe, expect, test } from 'vitest';
import { createTerminal, Emulator, leastScrollback } from '../../src/terminal/emulator.ts';
import { createScreen, initialModes } from '../../src/terminal/screen.ts';
import { hostileBytes, Random } from './hostile.ts';

function emulator(cols = 20, rows = 4, scrollback = 100): Emulator {
  return new Emulator({ cols, rows, scrollback });
}

function screenAfter(bytes: string) {
  const screen = createScreen(0, 0);
  const terminal = emulator();
  terminal.write(bytes);
  terminal.readScreen(screen);
  return screen;
}

describe('what a program prints', () => {
  test.each([
    ['text', 'hello\r\nworld', 'hello\nworld'],
    ['blanks at the end', 'a  \r\n\r\n  ', 'a'],
    ['clusters', 'e\u0301 👩\u200d👩\u200d👧 日', 'e\u0301 👩\u200d👩\u200d👧 日'],
    ['what must not be printed', 'a\u202eb\u0085\u200bc', /^ab *\n*[ c]*$/],
    ['a chunk that ends within a character', Buffer.from('日').subarray(0, 2), ''],
  ])('%s is on the screen once written', (_, bytes, text) => {
    const terminal = emulator();
    terminal.write(bytes);
    expect(terminal.text()).toMatch(text instanceof RegExp ? text : new RegExp(`^${text}$`));
  });

  test('is understood when it comes byte by byte', () => {
    const terminal = emulator();
    for (const byte of Buffer.from('\x1b[31m日本\x1b[0m ok')) terminal.write(Uint8Array.of(byte));
    expect(terminal.text({ ansi: true })).toBe('\x1b[0;31m日本\x1b[0m ok');
  });

  test('returns the carriage at a bare newline when asked to', () => {
    const terminal = new Emulator({ cols: 20, rows: 3, scrollback: 0, convertEol: true });
    terminal.write('a\nb');
    expect(terminal.text()).toBe('a\nb');
  });

  test('as text with styles has SGR sequences only', () => {
    const random = new Random(11);
    const terminal = emulator(60, 20);
    for (let round = 0; round < 100; round++) {
      terminal.write(hostileBytes(random, 20));
      const text = terminal.text({ ansi: true, scrollback: 50 }).replaceAll(/\x1b\[[\d;:]*m/g, '');
      expect(text).not.toMatch(/[^\n\P{Cc}]|[\u2028-\u202e\u2066-\u2069]/u);
    }
  });
});

describe('cursor and modes', () => {
  test.each([
    ['where it is', 'ab\r\nc', { x: 1, y: 1 }],
    ['within the screen behind the last column', 'x'.repeat(20), { x: 19, y: 0 }],
    ['hidden', '\x1b[?25l', { visible: false }],
    ['shown by a soft reset', '\x1b[?25l\x1b[!p', { visible: true }],
    ['a blinking bar', '\x1b[5 q', { shape: 'bar', blink: true }],
    ['a steady underline', '\x1b[4 q', { shape: 'underline', blink: false }],
    [
      'of its first shape after a reset',
      '\x1b[5 q\x1b[?25l\x1bc',
      { shape: 'block', blink: false, visible: true },
    ],
  ])('the cursor is %s', (_, bytes, cursor) => {
    expect(screenAfter(bytes).cursor).toMatchObject(cursor);
  });

  test.each([
    ['\x1b[?1h', { applicationCursor: true }],
    ['\x1b[?66h', { applicationKeypad: true }],
    ['\x1b[?2004h', { bracketedPaste: true }],
    ['\x1b[?1004h', { focusEvents: true }],
    ['\x1b[?1000;1006h', { mouse: 'vt200', mouseEncoding: 'sgr' }],
    ['\x1b[?1003h\x1b[?1016h', { mouse: 'any', mouseEncoding: 'sgr-pixels' }],
    ['\x1b[?1002h\x1b[?1006h\x1b[?1006l', { mouse: 'drag', mouseEncoding: 'default' }],
    ['\x1b[?1049h', { alternateScreen: true }],
    ['\x1b[?1;1000;1004;1006;2004h\x1b[?1049h\x1bc', {}],
  ])('%j sets modes', (bytes, modes) => {
    expect(screenAfter(bytes).modes).toEqual({ ...initialModes, ...modes });
  });
});

test('answers, titles and bells are told after the write', () => {
  const terminal = emulator();
  const told: string[] = [];
  terminal.onReply = (bytes) => told.push(`reply ${bytes}`);
  terminal.onTitle = (title) => told.push(`title ${title}`);
  terminal.onBell = () => told.push(`bell after ${terminal.text()}`);
  terminal.write('\x1b[6n\x07\x1b]0;one\x07\x1b]2;two\x07\x07ab\x1b[6n');
  expect(told).toEqual(['reply \x1b[1;1R\x1b[1;3R', 'title two', 'bell after ab']);
  terminal.write(`\x1b]0;${'x'.repeat(5000)}\x07`);
  expect(told.at(-1)).toHaveLength('title '.length + 1024);
});

describe('a synchronized frame', () => {
  function held() {
    let now = 0;
    const terminal = new Emulator({ cols: 20, rows: 4, scrollback: 0, now: () => now });
    const screen = createScreen(20, 4);
    terminal.write('old');
    terminal.readScreen(screen);
    terminal.write('\x1b[?2026h\rnew');
    const readAt = (time: number) => {
      now = time;
      return terminal.readScreen(screen)
        ? String.fromCodePoint((screen.grid.data[0] ?? 0) & 0x1fffff)
        : 'held';
    };
    return { terminal, readAt };
  }

  test('is not shown before it is complete', () => {
    const { terminal, readAt } = held();
    expect(readAt(1000)).toBe('held');
    terminal.write('\x1b[?2026l');
    expect(readAt(1001)).toBe('n');
  });

  test('is shown after 150 ms although it never ends', () => {
    const { readAt } = held();
    expect([1000, 1149, 1150, 1151, 1301].map(readAt)).toEqual(['held', 'held', 'n', 'held', 'n']);
  });

  test('does not hold back another size', () => {
    const { terminal, readAt } = held();
    terminal.resize(30, 4);
    expect(readAt(1000)).toBe('n');
  });
});

describe('the scrollback', () => {
  function scrolled() {
    const terminal = emulator(20, 4, 200);
    for (let line = 0; line < 150; line++) terminal.write(`line ${line}\r\n`);
    return terminal;
  }

  test('can be read in parts', () => {
    const terminal = scrolled();
    expect(terminal.lineCount).toBe(151);
    const { rows, cols } = terminal.readLines(149, 99);
    expect([rows, cols]).toEqual([2, 20]);
    expect(terminal.readLines(-5, 1).rows).toBe(1);
    expect(terminal.readLines(999, 5).rows).toBe(0);
  });

  test('comes before the screen in the text', () => {
    expect(scrolled().text({ scrollback: 2 })).toBe('line 145\nline 146\nline 147\nline 148\nline 149');
  });

  test('gives its lines back', () => {
    const terminal = scrolled();
    terminal.setScrollback(0);
    expect(terminal.lineCount).toBe(leastScrollback + 4);
  });
});

describe('hostile bytes', () => {
  test.each([
    ['erasing up to the last cell of a fresh screen', '\x1b[999;999H\x1b[1J'],
    ['the same for unprotected cells', '\x1b[999;999H\x1b[?1J'],
    ['the same on the alternate screen', '\x1b[?1049h\x1b[999;999H\x1b[1J\x1b[?1049l'],
    ['repeating a character two thousand million times', 'a\x1b[2147483647b'],
    ['inserting as many lines', '\x1b[2147483647L'],
    ['deleting as many lines', '\x1b[2147483647M'],
    ['scrolling up as often', '\x1b[2147483647S'],
    ['scrolling down as often', '\x1b[2147483647T'],
    ['tabbing as often', '\x1b[2147483647I\x1b[2147483647Z'],
    ['a sequence without end', `\x1b[${'9'.repeat(100_000)}\x18`],
    ['a million combining marks', `e${'\u0301'.repeat(1_000_000)}`],
    ['a title of a million characters', `\x1b]0;${'x'.repeat(1_000_000)}\x07`],
  ])('%s neither throws nor stalls', (_, bytes) => {
    const terminal = emulator(40, 10);
    terminal.write(bytes);
    terminal.write('\x1b[H\x1b[2Jstill here');
    expect(terminal.text()).toBe('still here');
  });

  test('by the thousand leave a terminal that understands what follows', () => {
    const random = new Random(3);
    for (let round = 0; round < 150; round++) {
      const terminal = emulator(random.between(2, 80), random.between(1, 30), random.below(100));
      const screen = createScreen(0, 0);
      for (let part = 0; part < 8; part++) {
        terminal.write(hostileBytes(random, random.between(1, 50)));
        if (random.chance(40)) terminal.resize(random.between(-1, 90), random.between(-1, 40));
        if (random.chance(20)) terminal.setScrollback(random.below(200));
        terminal.readScreen(screen);
      }
      terminal.write('\x18\x1b\\\x1bc\x1b[Hok');
      expect(terminal.text(), `round ${round}`).toBe('ok');
      terminal.dispose();
    }
  });

  test('that break the emulator cost no text and no later output', () => {
    let isBroken = true;
    const terminal = new Emulator({
      cols: 20,
      rows: 4,
      scrollback: 100,
      create: (options) => {
        const inner = createTerminal(options);
        inner.parser.registerCsiHandler({ final: 'J' }, () => {
          if (isBroken) throw new Error('a fault of the emulator');
          return false;
        });
        return inner;
      },
    });
    terminal.write('\x1b[32mone\x1b[0m\r\ntwo');
    terminal.write('\x1b[J and what follows it');
    isBroken = false;
    terminal.write('three');
    expect(terminal.text({ ansi: true })).toBe('\x1b[0;32mone\x1b[0m\ntwo\nthree');
  });
});

test('progress is what the program said last, until it takes it back or resets the terminal', () => {
  const emulator = new Emulator({ cols: 20, rows: 4, scrollback: 64 });
  const after = (bytes: string) => {
    emulator.write(bytes);
    return emulator.progress;
  };
  expect(after('')).toBeNull();
  const half = after('\x1b]9;4;1;50\x07');
  expect(half).toEqual({ state: 'value', value: 50 });
  expect(after('\x1b]9;4;1;50\x1b\\')).toBe(half);
  expect(after('\x1b]9;Build finished\x07')).toBe(half);
  expect(after('\x1b]9;4;2\x07')).toEqual({ state: 'error', value: 50 });
  expect(after('\x1b]9;4;0\x07')).toBeNull();
  after('\x1b]9;4;3\x07');
  expect(after('\x1bc')).toBeNull();
  emulator.dispose();
});
