import { expect, test } from 'vitest';
import { RawOutput } from '../../src/client/attach.ts';

/** Creates a terminal that takes a piece on demand. */
function open() {
  const written: string[] = [];
  const taken: number[] = [];
  const outlet = { isReady: true, write: (bytes: Uint8Array) => written.push(Buffer.from(bytes).toString()) };
  const output = new RawOutput(outlet);
  const push = (text: string) => output.push(Buffer.from(text), () => taken.push(text.length));
  return { outlet, output, push, written, taken };
}

test('one piece is written at a time, and each is reported once written', () => {
  const { output, push, written, taken } = open();
  for (const text of ['one', 'three']) push(text);
  expect([written, taken]).toEqual([['one'], []]);
  output.ready();
  expect([written, taken]).toEqual([['one', 'three'], [3]]);
  output.ready();
  expect(taken).toEqual([3, 5]);
});

test('a terminal that another program has gets nothing', () => {
  const { outlet, output, push, written } = open();
  outlet.isReady = false;
  push('one');
  output.ready();
  expect(written).toEqual([]);
});

test('dropped pieces count as taken', () => {
  const { output, push, written, taken } = open();
  for (const text of ['a', 'bb', 'ccc']) push(text);
  output.drop();
  output.ready();
  expect([written, taken]).toEqual([['a'], [1, 2, 3]]);
});

test.each([
  [['a\x1b[?2004lb'], 'a\x1b[?2004l\x1b[?2004hb'],
  [['\x1b[?1004;2004;1l!'], '\x1b[?1004;2004;1l\x1b[?2004h!'],
  [['x\x1b', '[?20', '04', 'ly'], 'x\x1b[?2004l\x1b[?2004hy'],
  [['\x1b[?2004h 2004l \x1b[?12004l'], '\x1b[?2004h 2004l \x1b[?12004l'],
])('pastes stay bracketed however a program turns that off: %j', (pieces, all) => {
  const { output, push, written } = open();
  for (const piece of pieces) {
    push(piece);
    output.ready();
  }
  expect(written.join('')).toBe(all);
});
