import type { Terminal } from '@xterm/headless';
import { describe, expect, test } from 'vitest';
import { privateAccess, privatePartsFit, publicAccess, writeNow } from '../../src/terminal/access.ts';
import { ColorKind, linkMask, longestCluster } from '../../src/terminal/cell.ts';
import { createTerminal } from '../../src/terminal/createTerminal.ts';
import { createGrid, type Grid, gridToText } from '../../src/terminal/screen.ts';
import { hostileBytes, Random } from './hostile.ts';

function terminal(cols: number, rows: number): Terminal {
  return createTerminal({ cols, rows, scrollback: 64, convertEol: false }, privateAccess);
}

function read(from: Terminal, by = privateAccess): Grid {
  const grid = createGrid(from.cols, from.rows);
  by.readLines(from, from.buffer.active.baseY, grid);
  return grid;
}

/** Takes out of cells what the public interface does not tell: kinds of underlines, and links, which it underlines. */
function withoutExtras({ data: ours }: Grid, { data: theirs }: Grid): void {
  for (let at = 0; at < ours.length; at += 4) {
    const isLinked = ((ours[at] ?? 0) & linkMask) !== 0;
    ours[at] = (ours[at] ?? 0) & ~linkMask;
    ours[at + 3] = ours[at + 3] || isLinked ? 1 << 26 : 0;
    if (isLinked) theirs[at + 3] = 1 << 26;
  }
}

function styleAfter(bytes: string): readonly number[] {
  const shown = terminal(4, 1);
  writeNow(shown, `${bytes}x`);
  return [...read(shown).data.subarray(1, 4)];
}

describe('the private parts of @xterm/headless', () => {
  test('are still those the reader knows', () => {
    expect(privatePartsFit(privateAccess)).toBe(true);
  });

  test.each([
    ['cannot be read', { ...privateAccess, readLines: () => undefined }],
    ['throw', { ...privateAccess, readLines: () => expect.unreachable() }],
    ['take no changed parameters', { ...privateAccess, amend: () => {} }],
    ['set no links', { ...privateAccess, setLink: () => {} }],
    ['print something else', { ...privateAccess, hasten: (shown: Terminal) => writeNow(shown, 'x') }],
  ])('are left alone when they %s', (_, access) => {
    expect(privatePartsFit(access)).toBe(false);
  });

  test('show what the public interface shows, whatever was printed', () => {
    const random = new Random(7);
    for (let round = 0; round < 60; round++) {
      const shown = terminal(random.between(2, 80), random.between(1, 30));
      for (let part = 0; part < 5; part++) {
        writeNow(shown, hostileBytes(random, 40));
        if (random.chance(30)) shown.resize(random.between(2, 80), random.between(1, 30));
        const [ours, theirs] = [read(shown), read(shown, publicAccess)];
        withoutExtras(ours, theirs);
        expect(ours.bytes.equals(theirs.bytes), `round ${round}`).toBe(true);
      }
      shown.dispose();
    }
  });
});

describe('a style', () => {
  test.each([
    [
      'has no leftovers of an earlier colour',
      '\x1b[38;2;1;2;3;48;2;4;5;6m\x1b[31;42m',
      [ColorKind.ansi | 1, ColorKind.ansi | 2, 0],
    ],
    ['of the terminal itself is zero', '\x1b[38;2;1;2;3;48;5;9m\x1b[39;49m', [0, 0, 0]],
    [
      'tells bright colours from the palette',
      '\x1b[91;48;5;9m',
      [ColorKind.ansi | 9, ColorKind.palette | 9, 0],
    ],
    ['keeps the underline', '\x1b[4m', [0, 0, 1 << 26]],
    ['keeps its shape and colour', '\x1b[4:3;58:2::1:2:3m', [0, 0, (3 << 26) | ColorKind.rgb | 0x010203]],
    ['forgets its colour', '\x1b[4:3;58:5:7m\x1b[59m', [0, 0, 3 << 26]],
    ['has no underline colour without an underline', '\x1b[58:5:7m', [0, 0, 0]],
    ['of a link is plain', '\x1b]8;;https://example.org\x07', [0, 0, 0]],
  ])('%s', (_, bytes, words) => {
    expect(styleAfter(bytes)).toEqual(words);
  });
});

describe('a wide character', () => {
  test.each([
    ['is followed by its half', '日x', '日x'],
    ['cut by what is printed over its left half', '日x\x1b[1;1Ha', 'a x'],
    ['cut by what is printed over its right half', '日x\x1b[1;2Ha', ' ax'],
    ['at the edge goes to the next line', 'abc日', 'abc\n日'],
  ])('%s', (_, bytes, text) => {
    const shown = terminal(4, 2);
    writeNow(shown, bytes);
    expect(gridToText(read(shown))).toBe(text);
  });
});

test('a cell takes in no more than a cluster may have', () => {
  const shown = terminal(40, 2);
  writeNow(shown, `e${'\u0301'.repeat(1000)}`);
  const lengths = Array.from(
    { length: 40 },
    (_, x) => shown.buffer.active.getLine(0)?.getCell(x)?.getChars().length,
  );
  expect(Math.max(...lengths.map((length) => length ?? 0))).toBe(longestCluster);
});
