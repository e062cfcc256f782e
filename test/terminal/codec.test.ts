import { describe, expect, test } from 'vitest';
import { encodeScreen, ScreenCopy, ScreenEncoder } from '../../src/terminal/codec.ts';
import { Emulator } from '../../src/terminal/emulator.ts';
import {
  cellIndex,
  cellText,
  cellWords,
  createGrid,
  createScreen,
  cursorShapes,
  type Grid,
  gridToText,
  mouseEncodings,
  mouseModes,
  type Screen,
  widthOf,
  wordLink,
} from '../../src/terminal/screen.ts';
import { hostileBytes, Random } from './hostile.ts';
import { sameCells } from './sameCells.ts';

function screenAfter(bytes: string | Buffer, cols = 20, rows = 4): Screen {
  const terminal = new Emulator({ cols, rows, scrollback: 0 });
  terminal.write(bytes);
  const screen = createScreen(0, 0);
  terminal.readScreen(screen);
  return screen;
}

/** What is sent, which must be something. */
function update(encoder: ScreenEncoder, screen: Screen, changed: readonly number[] = []): Buffer {
  return encoder.encode(screen, changed) ?? expect.unreachable('nothing was sent');
}

describe('a watcher', () => {
  test('gets the whole screen first and then only what changed', () => {
    const encoder = new ScreenEncoder();
    const copy = new ScreenCopy();
    const screen = screenAfter(`one\r\n\x1b[31m${'two '.repeat(4)}\x1b[0m\r\n日本e\u0301`);
    const whole = update(encoder, screen);
    copy.apply(whole);
    expect(copy.screen).toEqual(screen);
    expect(encoder.encode(screen, [])).toBeNull();

    screen.grid.data[0] = 0x400000 | 0x58;
    const changes = update(encoder, screen, [0]);
    expect(changes.length).toBeLessThan(whole.length);
    expect(gridToText(copy.apply(changes).grid)).toMatch(/^Xne\n/);
  });

  test('gets a blank screen of a new size', () => {
    const encoder = new ScreenEncoder();
    const copy = new ScreenCopy();
    copy.apply(update(encoder, screenAfter('text')));
    copy.apply(update(encoder, screenAfter('', 7, 3)));
    expect([copy.screen.grid.cols, copy.screen.grid.rows, gridToText(copy.screen.grid)]).toEqual([7, 3, '']);
  });

  test('that begins anew forgets what it had', () => {
    const copy = new ScreenCopy();
    copy.apply(encodeScreen(screenAfter('old text\r\nof two lines')));
    const encoder = new ScreenEncoder();
    const screen = screenAfter('new');
    copy.apply(update(encoder, screen));
    expect(gridToText(copy.screen.grid)).toBe('new');
    encoder.restart();
    screen.grid.data[0] = 0x400000 | 0x4e;
    copy.apply(update(encoder, screen, [0]));
    expect(gridToText(copy.screen.grid)).toBe('New');
  });

  test('gets every cursor and every mode', () => {
    const screen = createScreen(3, 2);
    const encoder = new ScreenEncoder();
    const copy = new ScreenCopy();
    const random = new Random(1);
    const flag = () => random.chance(50);
    for (let round = 0; round < 300; round++) {
      screen.cursor = {
        x: random.below(3),
        y: random.below(2),
        visible: flag(),
        blink: flag(),
        shape: random.pick(cursorShapes),
      };
      screen.modes = {
        applicationCursor: flag(),
        applicationKeypad: flag(),
        bracketedPaste: flag(),
        focusEvents: flag(),
        alternateScreen: flag(),
        mouse: random.pick(mouseModes),
        mouseEncoding: random.pick(mouseEncodings),
        keyboard: random.below(32),
      };
      const sent = encoder.encode(screen, []);
      if (sent) copy.apply(sent);
      expect(copy.screen).toEqual(screen);
    }
  });

  test('has the same screen after any output and resizing', () => {
    const random = new Random(2);
    for (let run = 0; run < 20; run++) {
      const terminal = new Emulator({ cols: 40, rows: 12, scrollback: 50 });
      const screen = createScreen(0, 0);
      const encoder = new ScreenEncoder();
      const copy = new ScreenCopy();
      for (let round = 0; round < 40; round++) {
        terminal.write(hostileBytes(random, random.between(0, 12)));
        if (random.chance(8)) terminal.resize(random.between(2, 120), random.between(1, 40));
        const changed: number[] = [];
        terminal.fillScreen(screen, changed);
        const sent = encoder.encode(screen, changed);
        if (sent) copy.apply(sent);
        expect(sameCells(copy.screen.grid, screen.grid), `run ${run}, round ${round}`).toBe(true);
        expect([copy.screen.cursor, copy.screen.modes]).toEqual([screen.cursor, screen.modes]);
      }
      terminal.dispose();
    }
  });
});

test('what hostile clusters and links without end leave behind is bounded on both sides', () => {
  const terminal = new Emulator({ cols: 40, rows: 10, scrollback: 50 });
  const screen = createScreen(0, 0);
  const encoder = new ScreenEncoder();
  const copy = new ScreenCopy();
  for (let n = 0; n < 20_000; n++) {
    const mark = String.fromCodePoint(
      0x300 + (n % 100),
      0x300 + (Math.floor(n / 100) % 100),
      0x301 + (n % 7),
    );
    terminal.write(`e${mark}\x1b]8;;https://example.org/${n}\x07${n % 10}\x1b]8;;\x07`);
    if (n % 50 > 0) continue;
    const changed: number[] = [];
    terminal.fillScreen(screen, changed);
    copy.apply(encoder.encode(screen, changed) ?? expect.unreachable('nothing was sent'));
  }
  for (const { clusters, links } of [screen.grid, copy.screen.grid])
    expect([clusters.size <= 1024, links.size <= 255]).toEqual([true, true]);
  expect(gridToText(copy.screen.grid)).toBe(gridToText(screen.grid));
  terminal.dispose();
});

describe('malformed bytes', () => {
  const random = new Random(4);
  const sample = encodeScreen(screenAfter(hostileBytes(random, 60)));

  test('that end anywhere too early are refused', () => {
    for (let length = 0; length < sample.length; length++)
      expectRangeErrorOrScreen(sample.subarray(0, length));
    expect(() => new ScreenCopy().apply(sample.subarray(0, sample.length - 1))).toThrow(RangeError);
  });

  test('never do anything but throw a RangeError', () => {
    for (let round = 0; round < 20_000; round++) {
      const bytes = Buffer.from(sample);
      for (let flips = random.between(1, 4); flips > 0; flips--)
        bytes[random.between(random.chance(80) ? 5 : 0, bytes.length - 1)] = random.below(256);
      expectRangeErrorOrScreen(bytes);
    }
  });

  /** A header: kind, columns, rows and the cursor's column; the rest is zero. */
  const header = (kind: number, cols: number, rows: number, x = 0) => {
    const bytes = Buffer.alloc(20);
    bytes[0] = kind;
    for (const [at, value] of [cols, rows, x].entries()) bytes.writeUInt16BE(value, 1 + 2 * at);
    return [...bytes];
  };

  test('do not include what a header alone says', () => {
    expect(() => new ScreenCopy().apply(Uint8Array.from(header(1, 20, 4, 19)))).not.toThrow();
  });

  test.each([
    ['an enormous screen', header(1, 65_535, 65_535)],
    ['changes of an unknown screen', header(0, 20, 4)],
    ['a cursor outside', header(1, 20, 4, 20)],
    ['a row outside', [...header(1, 1, 1), 0, 1, 0, 1, 0, 65]],
    ['an empty run', [...header(1, 1, 1), 0, 0, 0, 0, 0]],
    ['half a wide character', [...header(1, 1, 1), 0, 0, 0, 1, 0, 2, 0xe6, 0x97, 0xa5]],
    ['an unknown kind of cell', [...header(1, 1, 1), 0, 0, 0, 1, 0, 0x1b]],
  ])('with %s are refused', (_, bytes) => {
    expect(() => new ScreenCopy().apply(Uint8Array.from(bytes))).toThrow(RangeError);
  });

  function expectRangeErrorOrScreen(bytes: Uint8Array): void {
    const copy = new ScreenCopy();
    try {
      copy.apply(bytes);
    } catch (error) {
      if (!(error instanceof RangeError)) throw error;
      return;
    }
    expectSound(copy.screen.grid);
  }

  /** Every wide character with its half and every half with its wide character. */
  function expectSound(grid: Grid): void {
    const widths = Array.from({ length: grid.cols * grid.rows }, (_, cell) =>
      widthOf(grid.data[cell * cellWords] ?? 0),
    );
    for (let y = 0; y < grid.rows; y++) {
      const row = widths.slice(y * grid.cols, (y + 1) * grid.cols).join('');
      if (!/^(?:1|20)*$/.test(row)) expect.unreachable(`row ${y} has widths ${row}`);
    }
    expect(gridToText(grid)).not.toMatch(/[^\n\P{Cc}]/u);
  }
});

test('a link is sent once in an update, however many rows it is in', () => {
  const link = '\x1b]8;;https://example.org/somewhere\x07';
  const bytes = encodeScreen(screenAfter(`${link}one\r\ntwo\r\n\x1b]8;;\x07three${link}four`));
  expect(bytes.toString('latin1').split('https://example.org/somewhere')).toHaveLength(2);
  const { grid } = new ScreenCopy().apply(bytes);
  const linked = [0, 1, 2].map((y) =>
    Array.from({ length: grid.cols }, (_, x) => x).filter((x) =>
      wordLink(grid, grid.data[cellIndex(grid, x, y)] ?? 0),
    ),
  );
  expect(linked).toEqual([
    [0, 1, 2],
    [0, 1, 2],
    [5, 6, 7, 8],
  ]);
});

test('what must not be a link is none in the copy', () => {
  const bytes = encodeScreen(screenAfter('\x1b]8;;https://example.org\x07x'));
  const evil = Buffer.from(
    bytes.toString('latin1').replace('https://example.org', 'javas://example.org'),
    'latin1',
  );
  const { grid } = new ScreenCopy().apply(evil);
  expect([cellText(grid, 0, 0), wordLink(grid, grid.data[0] ?? 0)]).toEqual(['x', '']);
});

test('a blank grid is sent as nothing but its size', () => {
  const screen = { ...createScreen(0, 0), grid: createGrid(200, 50) };
  expect(encodeScreen(screen)).toHaveLength(20);
});
