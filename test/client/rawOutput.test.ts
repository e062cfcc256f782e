import { expect, test } from 'vitest';
import { RawOutput } from '../../src/client/attach.ts';

/** A terminal that takes a piece whenever it is told to. */
function open() {
  const written: string[] = [];
  const taken: number[] = [];
  const outlet = { isReady: true, write: (bytes: Uint8Array) => written.push(Buffer.from(bytes).toString()) };
  const output = new RawOutput(outlet);
  const push = (text: string) => output.push(Buffer.from(text), () => taken.push(text.length));
  return { outlet, output, push, written, taken };
}

test('one piece goes out at a time, and each is told of once it is out', () => {
  const { output, push, written, taken } = open();
  for (const text of ['one', 'three']) push(text);
  expect([written, taken]).toEqual([['one'], []]);
  output.ready();
  expect([written, taken]).toEqual([['one', 'three'], [3]]);
  output.ready();
  expect(taken).toEqual([3, 5]);
});

test('a terminal that is not ours gets nothing', () => {
  const { outlet, output, push, written } = open();
  outlet.isReady = false;
  push('one');
  output.ready();
  expect(written).toEqual([]);
});

test('what is dropped counts as taken', () => {
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
])('pastes stay marked however a program says that it wants no marks: %j', (pieces, all) => {
  const { output, push, written } = open();
  for (const piece of pieces) {
    push(piece);
    output.ready();
  }
  expect(written.join('')).toBe(all);
});
