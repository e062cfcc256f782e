import stringWidth from 'string-width';
import { expect, it } from 'vitest';
import { Emulator } from '../../src/terminal/emulator.ts';
import { createScreen, gridToText } from '../../src/terminal/screen.ts';

const hidden = [
  ...[0x61c, 0x180e, 0x200b, 0x200c, 0x200d, 0x200e, 0x200f, 0x202a, 0x202b, 0x202c, 0x202d, 0x202e, 0x2060],
  ...[0x2061, 0x2064, 0x2066, 0x2067, 0x2068, 0x2069, 0x206a, 0x206f, 0xfe00, 0xfe0e, 0xfeff, 0xfff9],
  ...[0xfffa, 0xfffb, 0x1d173, 0xe0001, 0xe0020, 0xe0041, 0xe007f, 0xe0100],
];

function shown(text: string, cols = 40, rows = 4): string {
  const emulator = new Emulator({ cols, rows, scrollback: 64, convertEol: true });
  emulator.write(text);
  const screen = createScreen(cols, rows);
  emulator.fillScreen(screen);
  return gridToText(screen.grid);
}

it('gives characters without width no cell, wherever they are, and writes none of them', () => {
  for (const code of hidden) {
    const one = String.fromCodePoint(code);
    const name = `U+${code.toString(16)}`;
    const lines = ['│ab│', `│a${one}b│`, `│${one}ab│`, `${one}│ab${one}│`, `│a\x1b[31m${one}b\x1b[m│`];
    const rows = shown(`\x1b[2J\x1b[H${lines.join('\n')}`, 10, 5).split('\n');
    for (const row of rows) {
      expect(stringWidth(row.trimEnd()), name).toBe(4);
      expect([...row.trimEnd()].filter((part) => part !== one).join(''), name).toBe('│ab│');
    }
    const isControl = ![0x200c, 0x200d].includes(code) && !/\p{M}/u.test(one) && code < 0xe0020;
    if (isControl) expect(rows.join('').includes(one), name).toBe(false);
  }
});

it('keeps what joins inside a cluster, and its width', () => {
  for (const cluster of [
    '👩‍💻',
    '❤️',
    '1️⃣',
    '🏴\u{e0067}\u{e0062}\u{e0065}\u{e006e}\u{e0067}\u{e007f}',
    'क्‍ष',
  ]) {
    const [row = ''] = shown(`│${cluster}│`).split('\n');
    expect(row.trimEnd()).toBe(`│${cluster}│`);
  }
});

it('keeps borders in line whatever stands between them', () => {
  let seed = 5;
  const below = (n: number) => {
    seed = (Math.imul(seed, 1_103_515_245) + 12_345) & 0x7fff_ffff;
    return Math.floor((seed / 0x8000_0000) * n);
  };
  const parts = ['a', 'é', '漢', '👩‍💻', ' ', '-', 'ü'];
  for (let round = 0; round < 200; round++) {
    const rows = Array.from({ length: 4 }, () => {
      let text = '';
      for (let n = below(12); n > 0; n--)
        text += below(2)
          ? String.fromCodePoint(hidden[below(hidden.length)] ?? 0)
          : parts[below(parts.length)];
      return `│${text}${' '.repeat(Math.max(0, 30 - stringWidth(text)))}│`;
    });
    for (const row of shown(rows.join('\n')).split('\n')) {
      const plain = row.trimEnd();
      expect(plain.at(-1), JSON.stringify(rows)).toBe('│');
      expect(stringWidth(plain), JSON.stringify(rows)).toBe(32);
    }
  }
});

it('keeps a title of its own for each pane, put away and taken out again', () => {
  const titles: string[] = [];
  const emulator = new Emulator({ cols: 20, rows: 2, scrollback: 64 });
  emulator.onTitle = (title) => titles.push(title);
  const write = (text: string) => emulator.write(text);
  write('\x1b]2;one\x07');
  write('\x1b[22;0t\x1b]2;two\x07');
  write('\x1b[22;2t\x1b]2;three\x07');
  write('\x1b[22;1t');
  write('\x1b[23;1t');
  write('\x1b[23;2t');
  write('\x1b[23t');
  write('\x1b[23;0t');
  expect(titles).toEqual(['one', 'two', 'three', 'two', 'one']);
  for (let n = 0; n < 1000; n++) write(`\x1b]2;${n}\x07\x1b[22t`);
  titles.length = 0;
  for (let n = 0; n < 1000; n++) write('\x1b[23t');
  expect(titles.length).toBeLessThanOrEqual(10);
});
