import { expect, test } from 'vitest';
import { Emulator } from '../../src/terminal/emulator.ts';
import { createScreen, type Screen } from '../../src/terminal/screen.ts';

const size = { cols: 20, rows: 6, scrollback: 100 };

function seen(emulator: Emulator): { text: Buffer; cursor: Screen['cursor']; modes: Screen['modes'] } {
  const screen = createScreen(0, 0);
  if (!emulator.readScreen(screen)) throw new Error('held');
  return { text: Buffer.from(screen.grid.bytes), cursor: screen.cursor, modes: screen.modes };
}

/** A terminal that somebody else has used, taken over in the middle of a program's output. */
function copyOf(original: Emulator): Emulator {
  const copy = new Emulator(size);
  copy.write(
    'of another\x1b[2;4r\x1b(0\x0e\x1b[3g\x1b[31m\x1b[?6h\x1b[?2004h\x1b[?1003h\x1b[?1006h\x1b[4h\x1b[?1h\x1b]0;half',
  );
  const whole = original.wholeScreen();
  if (whole === null) throw new Error('not now');
  copy.write(whole);
  return copy;
}

/** What programs leave set, and what then only comes out right where all of that has been taken over. */
test.each([
  [
    'text and its styles',
    'plain \x1b[1;31mred\x1b[0;4:3;58;5;3mcurly\x1b[44m\x1b[K\r\n日本 e\u0301👩\u200d👧',
    'more',
  ],
  [
    'characters that would join if they were printed together',
    '👍\x1b[1;3H🏽 🇩\x1b[1;7H🇪 \u0d4e\x1b[1;11H\u0d15',
    'x',
  ],
  ['the style of what comes', '\x1b[3;7;38;2;1;2;3;48;5;9m', 'styled'],
  ['a place behind the last column', '\x1b[33m12345678901234567890', '\x1b[0mwrapped'],
  ['a link', 'a\x1b]8;;https://example.org/\x07bc\x1b[4mde', 'fg\x1b]8;;\x07h'],
  ['no wrapping', '\x1b[?7l', 'a line that is longer than the screen'],
  ['a scroll region', 'top\x1b[6;1Hbottom\x1b[2;4r\x1b[4;1H', 'one\ntwo\nthree\nfour'],
  ['origin mode', '\x1b[2;4r\x1b[?6h\x1b[2;3H', 'inside\x1b[1;1Hfirst'],
  ['insert mode', 'abc\x1b[4h\x1b[1;2H', 'XY'],
  ['a saved cursor', '\x1b[3;5H\x1b[1;32m\x1b7\x1b[0m\x1b[1;1H', 'here\x1b8there'],
  ['tab stops', '\x1b[3g\x1b[6G\x1bH\x1b[12G\x1bH\r', '\ta\tb'],
  ['line drawing', '\x1b(0', 'lqqk'],
  ['a shifted character set', '\x1b)0\x0e', 'lqqk\x0flqqk'],
  ['modes of input', '\x1b[?1h\x1b=\x1b[?2004h\x1b[?1004h\x1b[?1002h\x1b[?1006h\x1b[>5u', ''],
  ['a cursor', '\x1b[5 q\x1b[?25l\x1b[2;2H', ''],
  ['the alternate screen', 'below\x1b[?1049habove', ' it'],
  ['lines above the screen', 'one\r\n'.repeat(30), 'two\r\n'],
])('a terminal takes over %s', (_, before, after) => {
  const original = new Emulator(size);
  original.write(before);
  const copy = copyOf(original);
  // The copy does not follow to another screen; everything else has to be the same.
  const alternateScreen = false;
  const withoutScreen = (one: ReturnType<typeof seen>) => ({
    ...one,
    modes: { ...one.modes, alternateScreen },
  });
  expect(withoutScreen(seen(copy))).toEqual(withoutScreen(seen(original)));
  for (const one of [original, copy]) one.write(after);
  expect(withoutScreen(seen(copy))).toEqual(withoutScreen(seen(original)));
  for (const one of [original, copy]) one.dispose();
});

test.each([
  ['a sequence', '\x1b[1;3', '1mred'],
  ['a string', '\x1b]0;tit', 'le\x07'],
  ['a character', Buffer.from('日').subarray(0, 2), Buffer.from('日').subarray(2)],
  ['a synchronized frame', '\x1b[?2026hhalf', '\x1b[?2026l'],
])('in the middle of %s it cannot be taken over', (_, start, end) => {
  const emulator = new Emulator(size);
  emulator.write(start);
  expect(emulator.wholeScreen()).toBeNull();
  emulator.write(end);
  expect(emulator.wholeScreen()).toContain('\x1b[2J');
  emulator.dispose();
});

test.each([
  ['\x1b[?1049h', 1],
  ['\x1b[?47h\x1b[?47l', 2],
  ['\x1bc', 1],
  ['\x1b[?1h\x1b[2J\x1b[!p', 0],
])('%j breaks what was streamed %d times', (bytes, breaks) => {
  const emulator = new Emulator(size);
  emulator.write(bytes);
  expect(emulator.breaks).toBe(breaks);
  emulator.dispose();
});
