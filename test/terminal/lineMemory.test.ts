import { createRequire } from 'node:module';
import type { Terminal } from '@xterm/headless';
import { expect, test } from 'vitest';
import { createTerminal, Emulator, type EmulatorOptions } from '../../src/terminal/emulator.ts';
import { measureByGraphemes, type TerminalOptions } from '../../src/terminal/xterm.ts';
import { Random } from './hostile.ts';
import { sameCells } from './sameCells.ts';

type Words = Uint32Array<ArrayBuffer>;
interface Lines {
  readonly length: number;
  get(index: number): { readonly _data: Words };
}
interface Inside {
  readonly _core: {
    readonly buffers: { readonly normal: { readonly lines: Lines }; readonly alt: { readonly lines: Lines } };
  };
}

/** Another copy of the library, of which nothing is changed. */
function untouchedClass(): typeof Terminal {
  const require = createRequire(import.meta.url);
  const path = require.resolve('@xterm/headless');
  const kept = require.cache[path];
  delete require.cache[path];
  const { Terminal: untouched } = require(path);
  if (kept) require.cache[path] = kept;
  return untouched;
}

function untouched(options: TerminalOptions): Terminal {
  const terminal = new (untouchedClass())({ ...options, allowProposedApi: true, logLevel: 'off' });
  measureByGraphemes(terminal);
  return terminal;
}

/** An emulator, and what its lines take: the blocks they are in, and their own bytes. */
function opened(options: EmulatorOptions) {
  let made: Terminal | undefined;
  const emulator = new Emulator({
    ...options,
    create: (all) => {
      made = createTerminal(all);
      return made;
    },
  });
  const looked = () => {
    const { normal, alt } = (made as unknown as Inside)._core.buffers;
    const pieces = [normal, alt].flatMap(({ lines }) =>
      Array.from({ length: lines.length }, (_, index) => lines.get(index)._data),
    );
    const blocks = [...new Set(pieces.map(({ buffer }) => buffer))].map(({ byteLength }) => byteLength);
    return {
      held: blocks.reduce((sum, bytes) => sum + bytes, 0),
      inUse: pieces.reduce((sum, { byteLength }) => sum + byteLength, 0),
    };
  };
  return { emulator, looked };
}

const pieces = [
  'short\r\n',
  'a line that is wrapped in every width that is tried, and then some more of it for the widest one of all\r\n',
  '日本語漢字かなカナ한국어 wide ones that do not end where the line does 日本語漢字かな\r\n',
  '👩\u200d👩\u200d👧 e\u0301 🇩🇪 \x1b[4:3;58:5:7mcurly\x1b[0m \x1b[1;38;2;1;2;3;48;5;9mcolours\x1b[0m',
  '\x1b[3;9r\x1b[5;1H\x1b[2L\x1b[3Minside\n\n\n\x1b[r\x1b[99;1H',
  '\x1b[2;5H\x1b[3@\x1b[2P\x1b[4X\x1bM\x1bD',
  '\x1b[44m\x1b[K\x1b[2;2H\x1b[J\x1b[0m',
  '\x1b[?1049hother\x1b[5;5Hscreen',
  '\x1b[?1049l',
  '\x1b[3J',
  '\x1bc',
  '\r\n'.repeat(30),
];

test('lines in blocks say what lines of their own say, whatever is printed and resized', () => {
  for (let seed = 0; seed < 12; seed++) {
    const random = new Random(seed);
    const options = { cols: 20, rows: 6, scrollback: 100 };
    const both = [new Emulator(options), new Emulator({ ...options, create: untouched })] as const;
    for (let step = 0; step < 150; step++) {
      const act = anything(random);
      for (const one of both) act(one);
      if (step % 10 > 0) continue;
      const [ours, theirs] = both.map((one) => one.readLines(0, one.lineCount));
      expect(both[0].lineCount, `${seed}, ${step}`).toBe(both[1].lineCount);
      expect(ours && theirs && sameCells(ours, theirs), `${seed}, ${step}`).toBe(true);
    }
  }
});

function anything(random: Random): (emulator: Emulator) => void {
  const kind = random.below(100);
  if (kind < 20) {
    const [cols, rows] = [random.between(2, 90), random.between(1, 30)];
    return (emulator) => emulator.resize(cols, rows);
  }
  if (kind < 24) {
    const lines = random.pick([64, 100, 300]);
    return (emulator) => emulator.setScrollback(lines);
  }
  const bytes = random
    .pick(pieces.slice(0, random.chance(20) ? pieces.length : 7))
    .repeat(random.between(1, 4));
  return (emulator) => emulator.write(bytes);
}

const mebibyte = 1024 * 1024;

test.each<[string, string]>([
  ['prints', `${'x'.repeat(130)}\r\n`.repeat(1500)],
  [
    'scrolls a part of its screen, of which one line in fifty is kept',
    `\x1b[3;10r\x1b[10H${'\n'.repeat(50)}\x1b[r\x1b[4H\x1b[2M\x1b[99H\n`.repeat(300),
  ],
  ['resets its terminal', `${'x'.repeat(130)}\r\n\x1bc`],
])('a resized terminal holds little more than its lines while a program %s', (_, bytes) => {
  const { emulator, looked } = opened({ cols: 80, rows: 24, scrollback: 2000 });
  emulator.write(`${'y'.repeat(130)}\r\n`.repeat(2000));
  for (const cols of [200, 80, 79, 150, 20, 200, 30]) {
    emulator.resize(cols, Math.max(20, cols / 4));
    for (let nth = 0; nth < 4; nth++) {
      emulator.write(bytes);
      const { held, inUse } = looked();
      expect(held).toBeLessThanOrEqual(2 * inUse + 1.5 * mebibyte);
    }
  }
});
