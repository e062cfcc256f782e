import { describe, expect, it, test } from 'vitest';
import {
  countHidden,
  hasControl,
  markHidden,
  oneLine,
  paragraphs,
  plainLine,
  plainLines,
  replaceControls,
  speltControls,
  storedText,
  visible,
  withoutControls,
  withoutHidden,
  withoutSequences,
} from '../../src/lib/sanitize.ts';
import { randomFrom } from '../support/random.ts';

/** What must never be shown, by class. */
const forbidden: Readonly<Record<string, readonly string[]>> = {
  'C0, DEL and C1 controls': ['\0', '\x07', '\b', '\x1b', '\x1f', '\x7f', '\x80', '\x9b', '\x9f'],
  'embeddings and overrides': ['\u202a', '\u202b', '\u202c', '\u202d', '\u202e'],
  isolates: ['\u2066', '\u2067', '\u2068', '\u2069'],
  'direction marks': ['\u200e', '\u200f', '\u061c'],
  'characters without width': ['\u200b', '\u2060', '\u2061', '\u2064', '\ufeff', '\u00ad', '\u034f'],
  fillers: ['\u3164', '\u115f', '\uffa0', '\u180e'],
  tags: ['\u{e0001}', '\u{e0041}', '\u{e007f}', '\u{e0100}'],
  'lone surrogates': ['\ud800', '\udfff'],
  'noncharacters and objects': ['\ufffe', '\uffff', '\ufdd0', '\ufff9', '\ufffc'],
};
const each = Object.entries(forbidden).flatMap(([name, all]) =>
  all.map((one) => [name, one.codePointAt(0)?.toString(16), one] as const),
);

/** Written here again, not taken from what is tested. */
const seen = new RegExp(
  '[\\0-\\x09\\x0b-\\x1f\\x7f-\\x9f\\u00ad\\u034f\\u061c\\u180e\\u200b\\u200e\\u200f\\u2028-\\u202e\\u2060-\\u206f' +
    '\\ufeff\\ufff9-\\ufffc\\u{e0000}-\\u{e0fff}\\p{Cs}]',
  'u',
);

const shownBy: Readonly<Record<string, (text: string) => string>> = {
  plainLine,
  plainLines: (text) => plainLines(text),
  oneLine: (text) => oneLine(text),
  'oneLine of 30': (text) => oneLine(text, 30),
  paragraphs: (text) => paragraphs(text),
  'paragraphs of 30': (text) => paragraphs(text, 30),
  visible: (text) => visible(text),
  'withoutHidden and controls': (text) => plainLine(withoutHidden(text)),
  'speltControls in paragraphs': (text) => paragraphs(speltControls(text)),
  markHidden: (text) => markHidden(text, '?'),
};

const worst = ['\u0301', ' ', '\u200d', '\n', '\u202e', '❤\ufe0f', '\x1b]', '\x1b[1', '\x1b  ', '\x1bP;'];

/** Each in a run of 100,000: time that grew with the square of that would be minutes. */
function expectFast(shown: (text: string) => string): void {
  const text = worst.map((part) => part.repeat(100_000 / part.length)).join('');
  const began = process.threadCpuUsage();
  shown(text);
  const { user, system } = process.threadCpuUsage(began);
  expect((user + system) / 1000).toBeLessThan(4000);
}

test.each(Object.entries({ storedText, withoutControls, withoutHidden, withoutSequences, countHidden }))(
  '%s takes little time for a megabyte',
  (_, run) => expectFast((text) => String(run(text))),
);

describe.each(Object.entries(shownBy))('%s', (_, shown) => {
  it.each(each)('lets none of the %s through: U+%s', (_name, _code, character) => {
    const found = shown(`a${character}b👧${character}店`);
    expect(found).not.toMatch(seen);
    expect(found).toContain('a');
    expect(found).toContain('店');
  });

  it('takes little time for a megabyte of whatever is worst', () => expectFast(shown));
});

/** Without the selectors that ideographs need. */
const cut = (text: string) => text.replace(/(?<=\p{Ideographic})[\u{e0100}-\u{e01ef}]/gu, '');

const pieces = [
  ...each.map(([, , one]) => one),
  ...[
    '\n',
    '\r',
    '\r\n',
    '\t',
    '\u2028',
    '\u2029',
    '\x85',
    ' ',
    '  ',
    '\u3000',
    '\u00a0',
    '…',
    'a',
    'é',
    '店',
    'م',
    '1',
  ],
  ...[
    '\u200c',
    '\u200d',
    '\ufe0e',
    '\ufe0f',
    '\u20e3',
    '\u0301',
    '\u0335',
    '👧',
    '👍',
    '🏽',
    '❤',
    '🇦',
    '\x1b[31m',
    '\x1b]0;x\x07',
  ],
];

function randomTexts(count: number): string[] {
  const next = randomFrom(7);
  return Array.from({ length: count }, () =>
    Array.from({ length: Math.floor(next() * 30) }, () =>
      next() < 0.9
        ? (pieces[Math.floor(next() * pieces.length)] ?? '')
        : String.fromCodePoint(Math.floor(next() * 0x110000)),
    ).join(''),
  );
}

describe('of random texts', () => {
  const texts = randomTexts(4000);
  const changing = { ...shownBy, storedText, withoutControls, withoutSequences } as typeof shownBy;

  it.each(Object.entries(shownBy))('%s shows nothing forbidden', (_, shown) => {
    expect(texts.filter((text) => seen.test(cut(shown(text))))).toEqual([]);
  });

  it.each(Object.entries(changing).filter(([name]) => !['visible', 'markHidden'].includes(name)))(
    '%s done twice is done once',
    (_, shown) => {
      expect(texts.filter((text) => shown(shown(text)) !== shown(text))).toEqual([]);
    },
  );

  it('one line is one line, and as long as it may be', () => {
    for (const shown of [plainLine, (text: string) => oneLine(text, 20)])
      expect(texts.filter((text) => /\n/.test(shown(text)))).toEqual([]);
    expect(texts.filter((text) => [...oneLine(text, 20)].length > 20)).toEqual([]);
    expect(texts.filter((text) => [...paragraphs(text, 20)].length > 20)).toEqual([]);
  });

  it('what is made visible reads back the same', () => {
    expect(texts.filter((text) => JSON.parse(visible(text)) !== text)).toEqual([]);
    expect(JSON.parse(visible({ texts }, 2))).toEqual({ texts });
  });

  it('what is counted is nothing where nothing is taken out', () => {
    const clean = texts.filter((text) => countHidden(text) === 0);
    expect(clean.length).toBeGreaterThan(100);
    for (const text of clean) expect(cut(text).replace(/\s|\u0085/gu, '')).not.toMatch(seen);
  });
});

const family = '👩\u200d👩\u200d👧 ❤\ufe0f 1\ufe0f⃣ 👍🏽 🇦🇹 🏳\ufe0f\u200d🌈';

test.each<[string, (text: string) => string]>([
  ['plainLine', plainLine],
  ['plainLines', (text) => plainLines(text)],
  ['oneLine', (text) => oneLine(text)],
  ['paragraphs', (text) => paragraphs(text)],
  ['storedText', (text) => storedText(text)],
  ['withoutControls', withoutControls],
])('%s keeps emoji whole, and scripts that join', (_, shown) => {
  for (const text of [family, 'می\u200cخواهم', 'e\u0301 日本語']) expect(shown(text)).toBe(text);
});

test('text keeps its line breaks, and what could deceive is spelt', () => {
  expect(plainLines('a\r\nb\rc\td\u0000e\u200bf\u202eg')).toBe('a\nb\nc  d e<U+200B>f<U+202E>g');
});

test.each([
  ['a\u200bb\u00adc\u2066d', 'a<U+200B>b<U+00AD>c<U+2066>d'],
  [
    'a\u061cb\u180e\u200e\u200f\u2060\u206f\ufeff\ufffa',
    'a<U+061C>b<U+180E><U+200E><U+200F><U+2060><U+206F><U+FEFF><U+FFFA>',
  ],
  ['tags \u{e0041}\u{e0042} and \u{e0100}selectors', 'tags <U+E0041><U+E0042> and <U+E0100>selectors'],
  [
    '🏴\u{e0067}\u{e0062}\u{e0073}\u{e0063}\u{e0074}\u{e007f} 葛\u{e0100}',
    '🏴\u{e0067}\u{e0062}\u{e0073}\u{e0063}\u{e0074}\u{e007f} 葛\u{e0100}',
  ],
  [
    '🏴\u{e0072}\u{e006d}\u{e007f} 葛\u{e0100}\u{e0101}',
    '🏴<U+E0072><U+E006D><U+E007F> 葛\u{e0100}<U+E0101>',
  ],
  ['\u3164filler\u115f', '<U+3164>filler<U+115F>'],
  ['a\ufe0f 1\ufe0f', 'a<U+FE0F> 1<U+FE0F>'],
  ['❤\ufe0f 1\ufe0f⃣ 👩\u200d👩\u200d👧 👍🏽', '❤\ufe0f 1\ufe0f⃣ 👩\u200d👩\u200d👧 👍🏽'],
  ['user\u200d-auth', 'user<U+200D>-auth'],
  ['می\u200cخواهم', 'می\u200cخواهم'],
  ['\u0301e\u0301', 'e\u0301'],
  [`z${'\u0335'.repeat(50)}`, `z${'\u0335'.repeat(4)}`],
  ['\ud800lone', '<U+D800>lone'],
  ['日本語 ⚑ ✎ … →', '日本語 ⚑ ✎ … →'],
])('%j is shown as %j', (text, shown) => {
  expect(plainLine(text)).toBe(shown);
});

test.each([
  ['user\u200d-auth\ufe0f', 'user<U+200D>-auth<U+FE0F>'],
  ['a\u200d\u200d\u200cb', 'a<U+200D><U+200D><U+200C>b'],
  ['店\u200d\u200d\u200d店', '店\u200d<U+200D><U+200D>店'],
  ['\u0301\u200d\u0301e\u0301', 'e\u0301'],
  [`z${'\u0335'.repeat(50)}`, `z${'\u0335'.repeat(4)}`],
  [`z\u0335\u0335\u0335\ufe0f\u20e3`, `z\u0335\u0335\u0335<U+FE0F>`],
])('of joiners, variations and marks in %j, %j is left', (text, shown) => {
  expect(plainLine(text)).toBe(shown);
});

test.each([
  ['a line, each control a blank', plainLine('  a\r\nb\u2028c\x1b[1m'), '  a  b c [1m'],
  ['lines', plainLines('a\r\nb\rc\u2028\td\x07e\u0085f'), 'a\nb\nc\n  d e f'],
  ['lines with other marks', plainLines('a\tb\x07c', { tab: '\t', control: '' }), 'a\tbc'],
  ['as little as possible', oneLine('  a \n\t b\ufeffc\u00a0\u200b d\x07'), 'a b<U+FEFF>c <U+200B> d'],
  ['a line that is cut', oneLine('😀😀😀', 2), '😀…'],
  ['a line whose end was not looked at', oneLine(`a${' '.repeat(1000)}b`, 10), 'a…'],
  ['paragraphs', paragraphs('\n a\tb \n\n\n\nc\u202e\n\n'), 'a    b\n\nc<U+202E>'],
  [
    'what is visible',
    visible('a\u202e\u200d\u00a0\n\x7f\u{e0041} b'),
    '"a\\u202e\\u200d\\u00a0\\n\\u007f\\udb40\\udc41 b"',
  ],
  ['several lines of it', visible({ a: '\u2066' }, 2), '{\n  "a": "\\u2066"\n}'],
  ['nothing, where there is none', visible(undefined), ''],
  ['a line that is cut before what would be spelt in part', oneLine('abc\u202edef', 9), 'abc…'],
  ['marks', replaceControls('a\x1b\u202e\n', (one) => `<${one.codePointAt(0)}>`), 'a<27>\u202e<10>'],
  ['controls that are spelt', speltControls('a\x1b\u202e\r\n\t\x9b'), 'a<U+001B>\u202e\n\t<U+009B>'],
  ['nothing hidden', withoutHidden('a\u202eb\u200dc 👩\u200d👧\n\x07'), 'abc 👩\u200d👧\n\x07'],
  ['marks in names, but none in emoji', markHidden(`a\n\u202e${family}`, '?'), `a??${family}`],
  ['what can be typed', withoutControls('a\r\nb\rc\t\x1b[201~\u202e'), 'a\nb\nc\t[201~\u202e'],
  [
    'what is stored',
    storedText('\u202ea\u2066b\u200ec\u00ad\u200bd\te\r\n\x07f'),
    'ab\u200ec\u00ad\u200bd\te\nf',
  ],
  ['what is stored with blanks', storedText('a\x07b', ' '), 'a b'],
  [
    'text without sequences',
    withoutSequences('\x1b[31mr\x1b[0m\x1b]0;t\x07\x1bPq\x1b\\\x1b(B\x9b1mx\x1b7\x1b'),
    'rx',
  ],
  ['no sequence made of another', withoutSequences('\x1b\x1b[31m[31m\x9b\x9b1m1m'), '[31m1m'],
  ['what follows a sequence without end', withoutSequences('\x1b]0;rm x\nls'), '0;rm x\nls'],
])('there is %s', (_, shown, expected) => {
  expect(shown).toBe(expected);
});

test.each([
  ['a\n\tb\r\n', 0],
  [family, 0],
  ['a\u202eb\x1b[2J\u{e0041}', 3],
  ['a\u200db\ufe0f', 2],
  ['файл\u200d', 1],
  [`\u0301z${'\u0335'.repeat(6)}`, 3],
])('%j hides %d characters', (text, count) => {
  expect(countHidden(text)).toBe(count);
});

test.each([
  ['a\nb\t\tc', 10, 'a b c'],
  ['  padded  ', 10, 'padded'],
  ['\x1b[31mred\x1b[0m', 20, '[31mred [0m'],
  ['12345678901', 10, '123456789…'],
  ['a\u2028b\u0085c', 10, 'a b c'],
  ['\ud800broken', 14, '<U+D800>broken'],
])('%j in %d characters is %j', (text, limit, line) => {
  expect(oneLine(text, limit)).toBe(line);
});

test('what controls is told apart from what hides', () => {
  expect(['a', 'a\u200d', 'a\n', 'a\u202e', '\x9b'].map(hasControl)).toEqual([
    false,
    false,
    true,
    false,
    true,
  ]);
});
