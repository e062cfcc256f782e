import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { describe, expect, test } from 'vitest';
import { Emulator } from '../../src/terminal/emulator.ts';
import { cellIndex, cellText, createScreen, wordLink } from '../../src/terminal/screen.ts';

const url = 'https://example.org/a';

function open(uri: string, params = ''): string {
  return `\x1b]8;${params};${uri}\x1b\\`;
}
const close = open('');

function emulator(cols = 20, rows = 4): Emulator {
  return new Emulator({ cols, rows, scrollback: 64 });
}

/** Text of the screen's cells that belong to links, with where they lead, from the top left corner. */
function linksOf(shown: Emulator): readonly (readonly [text: string, uri: string])[] {
  const screen = createScreen(0, 0);
  shown.readScreen(screen);
  const { grid } = screen;
  const links: [string, string][] = [];
  for (let y = 0; y < grid.rows; y++)
    for (let x = 0; x < grid.cols; x++) {
      const uri = wordLink(grid, grid.data[cellIndex(grid, x, y)] ?? 0);
      const last = links.at(-1);
      if (uri !== '' && last?.[1] === uri) last[0] += cellText(grid, x, y);
      else if (uri !== '') links.push([cellText(grid, x, y), uri]);
    }
  return links;
}

function linksAfter(...bytes: string[]): ReturnType<typeof linksOf> {
  const shown = emulator();
  for (const part of bytes) shown.write(part);
  const links = linksOf(shown);
  shown.dispose();
  return links;
}

describe('the text of a link', () => {
  test.each([
    ['ends where it is closed', [`a${open(url)}bc${close}d`], [['bc', url]]],
    ['may be ended by a bell', [`\x1b]8;;${url}\x07bc\x1b]8;;\x07d`], [['bc', url]]],
    ['may arrive in pieces', ['\x1b]8;;https://exam', `ple.org/a\x1b`, `\\bc${close}`], [['bc', url]]],
    ['has parameters before it', [`${open(url, 'id=7:x=y')}b${close}`], [['b', url]]],
    ['leads to an address with semicolons', [`${open(`${url};b;c`)}b${close}`], [['b', `${url};b;c`]]],
    ['keeps its style', [`${open(url)}\x1b[1;4mb\x1b[0mc${close}`], [['bc', url]]],
    ['goes on in the next row', [`${open(url)}${'x'.repeat(21)}${close}`], [['x'.repeat(21), url]]],
    ['may be wide', [`${open(url)}日👩\u200d👧${close}x`], [['日👩\u200d👧', url]]],
    [
      'may follow another at once',
      [`${open(url)}a${open(`${url}b`)}b`],
      [
        ['a', url],
        ['b', `${url}b`],
      ],
    ],
    ['is gone where other text is printed over it', [`${open(url)}abc${close}\rx`], [['bc', url]]],
    ['is gone where it is erased', [`${open(url)}abc\x1b[2D\x1b[K`], [['a', url]]],
    ['moves with its line', [`${open(url)}abc${close}\x1b[H\x1b[L`], [['abc', url]]],
    ['moves with its cells', [`${open(url)}abc${close}\r\x1b[2@\x1b[3P`], [['bc', url]]],
    ['is not on the other screen', [`${open(url)}abc${close}\x1b[?1049h`], []],
    ['ends at a reset', [`${open(url)}a\x1bcb`], []],
  ])('%s', (_, bytes, links) => {
    expect(linksAfter(...bytes)).toEqual(links);
  });

  test.each([
    'javascript:alert(1)',
    'x-any-program:run',
    'https:',
    'https://example.org/ü',
    'https://example.org/\x7f',
    `https://example.org/${'a'.repeat(2100)}`,
    'example.org',
  ])('is plain where a click could do harm: %j', (uri) => {
    expect(linksAfter(`${open(url)}a${open(uri)}b`)).toEqual([['a', url]]);
  });

  test.each(['http://a', 'HTTPS://a', 'mailto:a@b', 'file:///a', 'ftp://a'])('may lead to %s', (uri) => {
    expect(linksAfter(`${open(uri)}b`)).toEqual([['b', uri]]);
  });
});

test('a screen that is resized keeps its links', () => {
  const shown = emulator();
  shown.write(`${open(url)}${'x'.repeat(30)}${close}`);
  shown.resize(40, 4);
  expect(linksOf(shown)).toEqual([['x'.repeat(30), url]]);
  shown.dispose();
});

test('of links without end the latest are kept, and no memory is', () => {
  const shown = emulator(80, 24);
  const flood = (count: number) => {
    for (let n = 0; n < count; n++) {
      const uri = `https://example.org/${n}/`.padEnd(2000, 'x');
      shown.write(`\x1b[H${open(uri)}x${close}\x1b[${1 + (n % 24)};${1 + (n % 80)}H${open(uri)}y`);
    }
  };
  flood(1000);
  const before = memory();
  flood(20_000);
  // Forty megabytes of addresses went through.
  expect(memory() - before).toBeLessThan(8_000_000);
  shown.write(`\x1b[2J\x1b[H${open(url)}after`);
  const screen = createScreen(0, 0);
  let looks = 0;
  do shown.readScreen(screen);
  while (wordLink(screen.grid, screen.grid.data[0] ?? 0) !== url && ++looks < 2000);
  expect(wordLink(screen.grid, screen.grid.data[0] ?? 0)).toBe(url);
  shown.dispose();
});

/** Bytes in use once everything that can be collected is. */
function memory(): number {
  setFlagsFromString('--expose-gc');
  runInNewContext('gc')();
  return process.memoryUsage().heapUsed;
}

test('a screen full of different links is read as fast as any, and all that has no number is plain', () => {
  const shown = emulator(100, 50);
  for (let n = 0; n < 5000; n++) shown.write(`${open(`${url}${n}`)}${n % 10}`);
  const screen = createScreen(0, 0);
  const started = performance.now();
  for (let look = 0; look < 20; look++) shown.readScreen(screen);
  expect((performance.now() - started) / 20).toBeLessThan(50);
  expect(linksOf(shown).length).toBeLessThanOrEqual(255);
  expect(cellText(screen.grid, 50, 20)).toMatch(/\d/);
  shown.dispose();
});
