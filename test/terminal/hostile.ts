import { randomFrom } from '../support/random.ts';
/** A generator that gives the same numbers for the same seed. */
export class Random {
  readonly #next: () => number;

  constructor(seed: number) {
    this.#next = randomFrom(seed);
  }

  /** An integer from 0 to below `limit`. */
  below(limit: number): number {
    return Math.floor(this.#next() * limit);
  }

  /** From `least` to `most`, both possible. */
  between(least: number, most: number): number {
    return least + this.below(most - least + 1);
  }

  chance(percent: number): boolean {
    return this.below(100) < percent;
  }

  pick<T>(items: readonly T[]): T {
    return items[this.below(items.length)] as T;
  }
}

const glyphs = [
  ...'abc XYZ 012 .,-_=│─╭╮╰╯▁▂█░·•→✓❯',
  ...'日本語漢字かなカナ한국어ｆｕｌｌ。',
  ...'⏺⎿✻☎❤⚠⌚🎉🚀🏻😀🇩🇪🇫\u{1f9d1}\ue0b0\uf8ff',
  ...'กำञक्षिநிเ\u1100\u1161\u11a8\u0600\u0d4e',
  ...'\u0301\u0308\u200d\ufe0f\u20e3\u200b\u202e\u2066\u00ad\u3164\u0085\u2028\u{e0067}\u{10ffff}',
  'e\u0301',
  '❤\ufe0f',
  '1\ufe0f\u20e3',
  '👩\u200d👩\u200d👧',
  '👍🏽',
  '🇩🇪',
  '🏳\ufe0f\u200d🌈',
  'क्षि',
  '각',
  `z${'\u0300'.repeat(40)}`,
];

const numbers = ['', '0', '1', '2', '3', '5', '8', '25', '38', '999', '99999', '2147483647', '4294967296'];
const privateModes = [
  1, 3, 5, 6, 7, 12, 25, 45, 47, 66, 1000, 1002, 1004, 1006, 1016, 1047, 1048, 1049, 2004,
];

/** Bytes that a careless or evil program could print: everything a terminal understands, and what it does not. */
export function hostileBytes(random: Random, pieces: number): Buffer {
  return Buffer.concat(Array.from({ length: pieces }, () => piece(random)));
}

function piece(random: Random): Buffer {
  const kind = random.below(100);
  if (kind < 40) return Buffer.from(text(random));
  if (kind < 58) return Buffer.from(style(random));
  if (kind < 70) return Buffer.from(`\x1b[${random.between(1, 70)};${random.between(1, 130)}H`);
  if (kind < 86) return Buffer.from(control(random));
  if (kind < 94) return Buffer.from(other(random));
  return Buffer.from(Array.from({ length: random.between(1, 12) }, () => random.below(256)));
}

function text(random: Random): string {
  return Array.from({ length: random.between(1, 30) }, () => random.pick(glyphs)).join('');
}

function style(random: Random): string {
  const byte = () => random.below(256);
  const one = (): string =>
    random.pick([
      () => String(random.below(10)),
      () => String(random.between(20, 29)),
      () => String(random.between(30, 49)),
      () => String(random.between(90, 107)),
      () => `${random.pick([38, 48])};5;${byte()}`,
      () => `${random.pick([38, 48])};2;${byte()};${byte()};${byte()}`,
      () => `4:${random.below(7)}`,
      () => random.pick([`58:5:${byte()}`, `58:2::${byte()}:${byte()}:${byte()}`, '59', '53', '55']),
    ])();
  return `\x1b[${Array.from({ length: random.between(1, 4) }, one).join(';')}m`;
}

function control(random: Random): string {
  const prefix = random.pick(['', '', '', '', '?', '>', '=']);
  const between = random.pick(['', '', '', '', ' ', "'", '!', '"', '$']);
  const final = String.fromCharCode(random.between(0x40, 0x7e));
  const params = Array.from({ length: random.below(4) }, () => random.pick(numbers)).join(';');
  return `\x1b[${prefix}${params}${between}${final}`;
}

function other(random: Random): string {
  return random.pick([
    () => `\x1b[?${random.pick(privateModes)}${random.pick(['h', 'l'])}`,
    () => `\x1b[${random.between(1, 10)};${random.between(5, 60)}r`,
    () =>
      `\x1b]${random.pick([0, 2, 4, 8, 10, 52, 133])};${text(random)}${random.pick(['\x07', '\x1b\\', ''])}`,
    () => link(random),
    () => link(random),
    () => `\x1bP${random.pick(['$q', '+q', ''])}${text(random)}${random.pick(['\x1b\\', '\x18', ''])}`,
    () => `\x1b${random.pick([...'78=>DEHMNOVWXZ^_cno|}~', '#8', '(0', '(B', ')0', '%G'])}`,
    () =>
      random.pick(['\n', '\r\n', '\b', '\t', '\v', '\x0e', '\x0f', '\x07', '\x18', '\x1b', '\x7f', '\x9b1J']),
    () => '\n'.repeat(random.below(20)),
    () => '\x1b[999;999H\x1b[1J',
    () => '\x1b[4h',
    () => '\x1b[4l',
  ])();
}

/** Few enough for every one of them to have a number. */
const links = [
  '',
  '',
  'https://example.org/',
  'HTTP://example.org/a;b',
  'mailto:ada@example.org',
  'evil:run',
  'file:',
];

function link(random: Random): string {
  return `\x1b]8;${random.pick(['', 'id=1', 'a=b:id=;'])};${random.pick(links)}${random.pick(['\x07', '\x1b\\'])}`;
}
