import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import type { Terminal } from '@xterm/headless';
import { describe, expect, test } from 'vitest';
import { createTerminal } from '../../src/terminal/emulator.ts';
import {
  ColorKind,
  cellIndex,
  createGrid,
  type Grid,
  gridToText,
  linkMask,
  longestCluster,
  wordLink,
} from '../../src/terminal/screen.ts';
import { amend, readLines, setLink, writeNow } from '../../src/terminal/xterm.ts';
import { hostileBytes, Random } from './hostile.ts';
import { readPublicly } from './publicReader.ts';

function terminal(cols: number, rows: number): Terminal {
  return createTerminal({ cols, rows, scrollback: 64, convertEol: false });
}

function read(from: Terminal, by = readLines): Grid {
  const grid = createGrid(from.cols, from.rows);
  by(from, from.buffer.active.baseY, grid);
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
  test('are those of the one version that is installed', () => {
    const pinned = JSON.parse(readFileSync(join(import.meta.dirname, '../../package.json'), 'utf8'));
    const own = JSON.parse(
      readFileSync(createRequire(import.meta.url).resolve('@xterm/headless/package.json'), 'utf8'),
    );
    expect(pinned.dependencies?.['@xterm/headless'] ?? pinned.devDependencies['@xterm/headless']).toBe(
      '6.0.0',
    );
    expect(own.version).toBe('6.0.0');
  });

  test('take changed parameters', () => {
    const shown = terminal(12, 1);
    amend(shown, { final: 'b' }, (count) => Math.min(count, 2));
    writeNow(shown, 'x\x1b[9b');
    expect(gridToText(read(shown))).toBe('xxx');
  });

  test('set links, and take them back', () => {
    const uri = 'https://example.org/';
    const shown = terminal(12, 1);
    setLink(shown, { uri });
    writeNow(shown, 'a');
    setLink(shown, null);
    writeNow(shown, 'b');
    const grid = read(shown);
    expect([0, 1].map((x) => wordLink(grid, grid.data[cellIndex(grid, x, 0)] ?? 0))).toEqual([uri, '']);
  });

  test('show what the public interface shows, whatever was printed', () => {
    const random = new Random(7);
    for (let round = 0; round < 60; round++) {
      const shown = terminal(random.between(2, 80), random.between(1, 30));
      for (let part = 0; part < 5; part++) {
        writeNow(shown, hostileBytes(random, 40));
        if (random.chance(30)) shown.resize(random.between(2, 80), random.between(1, 30));
        const [ours, theirs] = [read(shown), read(shown, readPublicly)];
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
