import type { Terminal } from '@xterm/headless';
import { expect, test } from 'vitest';
import { createTerminal } from '../../src/terminal/emulator.ts';
import { createGrid, type Grid } from '../../src/terminal/screen.ts';
import { printAsciiFast, readLines, writeNow } from '../../src/terminal/xterm.ts';
import { hostileBytes, Random } from './hostile.ts';

function pair(cols: number, rows: number): readonly [fast: Terminal, plain: Terminal] {
  const create = () => createTerminal({ cols, rows, scrollback: 64, convertEol: false });
  const fast = create();
  printAsciiFast(fast);
  return [fast, create()];
}

/** All lines that are kept, and the cursor. */
function shown(terminal: Terminal): readonly [Grid, number, number] {
  const { active } = terminal.buffer;
  const grid = createGrid(terminal.cols, active.length);
  readLines(terminal, 0, grid);
  return [grid, active.cursorX, active.cursorY];
}

function expectSame([fast, plain]: readonly [Terminal, Terminal], what: string): void {
  const [ours, theirs] = [shown(fast), shown(plain)];
  expect(ours.slice(1), what).toEqual(theirs.slice(1));
  expect(ours[0].bytes.equals(theirs[0].bytes), what).toBe(true);
}

test.each([
  ['text that wraps', 'abcdefghijklmnop\r\nqr'],
  ['text that may not wrap', '\x1b[?7labcdefghijklm\x1b[?7hno'],
  ['text in insert mode', 'abc\r\x1b[4hxy\x1b[4lz'],
  ['line drawing', '\x1b(0lqqk\x1b(Babc'],
  ['text over the right half of a wide character', '日本\x1b[1;2Hab'],
  ['text over the left half of a wide character', '日本\x1b[1;1Ha'],
  ['text that ends in a wide character', '日本日\x1b[1;1Habc'],
  ['marks after ASCII', 'e\u0301x\u0301yz'],
  ['ASCII that joins what is before it', '\u0600ab\u0600 c'],
  ['ASCII between emoji', '👩\u200da👧b1\ufe0f\u20e3c'],
  ['underlined text', '\x1b[4:3;58:5:7mabc\x1b[0mdef'],
  ['a repeated letter', 'ab\x1b[3bc\u0301\x1b[2b'],
])('%s looks the same printed fast', (what, bytes) => {
  const both = pair(8, 3);
  for (const terminal of both) writeNow(terminal, bytes);
  expectSame(both, what);
});

test('whatever is printed looks the same printed fast, cut anywhere', () => {
  const random = new Random(11);
  for (let round = 0; round < 80; round++) {
    const both = pair(random.between(2, 60), random.between(1, 20));
    for (let part = 0; part < 6; part++) {
      const bytes = hostileBytes(random, 40);
      const cut = random.below(bytes.length);
      for (const terminal of both) {
        writeNow(terminal, bytes.subarray(0, cut));
        writeNow(terminal, bytes.subarray(cut));
      }
      expectSame(both, `round ${round}, part ${part}`);
    }
    for (const terminal of both) terminal.dispose();
  }
});
