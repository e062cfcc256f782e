import { expect, test } from 'vitest';
import { bracketed, PasteReader, typedBytes } from '../../src/host/typeLine.ts';
import { pasteFlags } from '../../src/ipc/link.ts';

const { first, last, asItIs } = pasteFlags;
const textOf = (pieces: readonly Buffer[] | null = null) => pieces && Buffer.concat(pieces).toString();

test.each([
  ['plain text', 'a b', false, 'a b'],
  ['lines', 'a\nb\r\nc\rd', false, 'a\rb\rc\rd'],
  ['a paste', 'a\tb', true, '\x1b[200~a\tb\x1b[201~'],
  ['a paste that tries to end itself', 'a\x1b[201~\x03\x9b201~', true, '\x1b[200~a[201~201~\x1b[201~'],
])('%s is typed as a terminal would', (_, text, isBracketed, bytes) => {
  expect(bracketed([Buffer.from(typedBytes(text))], isBracketed).toString()).toBe(bytes);
});

test('pieces become one paste at the last of them, an Enter cut in two being one', () => {
  const reader = new PasteReader();
  expect(reader.add('a', first, 'one\r')).toBeNull();
  expect(reader.add('a', 0, '\ntwo\x03')).toBeNull();
  const paste = reader.add('a', last, '\nthree');
  expect([paste?.id, textOf(paste?.pieces)]).toEqual(['a', 'one\rtwo\rthree']);
  expect(textOf(reader.add('b', first | last, '\nnext')?.pieces)).toBe('\rnext');
});

test('what a terminal has cleaned already goes on as it is', () => {
  const paste = new PasteReader().add('a', first | last | asItIs, 'a\n\x11b\r\n');
  expect(textOf(paste?.pieces)).toBe('a\n\x11b\r\n');
});

test('the beginning of a paste whose end went elsewhere is in no other paste', () => {
  const reader = new PasteReader();
  reader.add('a', first, 'secret of a');
  expect(textOf(reader.add('b', first | last, 'for b')?.pieces)).toBe('for b');
  expect(textOf(reader.add('a', first | last, 'again')?.pieces)).toBe('again');
  reader.add('a', first, 'broken off');
  expect(textOf(reader.add('a', first | last, 'whole')?.pieces)).toBe('whole');
});

test('a paste longer than sixteen megabytes is none, and the next one is whole', () => {
  const reader = new PasteReader();
  const megabyte = 'x'.repeat(1024 * 1024);
  for (let n = 0; n < 17; n++) reader.add('a', n === 0 ? first : 0, megabyte);
  expect(reader.add('a', last, 'end')).toEqual({ id: 'a', pieces: null });
  expect(textOf(reader.add('a', first | last, 'short')?.pieces)).toBe('short');
});
