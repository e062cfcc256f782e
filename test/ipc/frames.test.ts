import { expect, test } from 'vitest';
import { encodeFrame, FrameKind, FrameReader } from '../../src/ipc/link.ts';

function read(chunks: readonly Buffer[]): readonly [number, string][] {
  const frames: [number, string][] = [];
  const reader = new FrameReader();
  for (const chunk of chunks)
    reader.push(chunk, (kind, payload) => frames.push([kind, payload.toString('latin1')]));
  return frames;
}

const stream = Buffer.concat([
  encodeFrame(FrameKind.message, Buffer.from('{"a":1}')),
  encodeFrame(FrameKind.screen),
  encodeFrame(FrameKind.input, Buffer.from([0, 1]), Buffer.from('x'), Buffer.from('\x00\xff', 'latin1')),
  encodeFrame(FrameKind.seen, Buffer.alloc(4)),
]);
const whole = read([stream]);

test('frames come out as they went in', () => {
  expect(whole).toEqual([
    [0, '{"a":1}'],
    [1, ''],
    [3, '\x00\x01x\x00\xff'],
    [2, '\x00\x00\x00\x00'],
  ]);
});

test('it does not matter how the bytes arrive', () => {
  for (let size = 1; size < stream.length; size++) {
    const chunks: Buffer[] = [];
    for (let at = 0; at < stream.length; at += size) chunks.push(stream.subarray(at, at + size));
    expect(read(chunks)).toEqual(whole);
  }
});

test('a large frame in small chunks is read without copying it each time', () => {
  const payload = Buffer.alloc(4 * 1024 * 1024, 'x');
  const frame = encodeFrame(FrameKind.screen, payload);
  const chunks: Buffer[] = [];
  for (let at = 0; at < frame.length; at += 1024) chunks.push(frame.subarray(at, at + 1024));
  const started = performance.now();
  expect(read(chunks)[0]?.[1].length).toBe(payload.length);
  expect(performance.now() - started).toBeLessThan(2000);
});

test.each([
  ['nothing', [0, 0, 0, 0, 0]],
  ['more than sixteen megabytes', [1, 0, 0, 1, 0]],
  ['four gigabytes', [255, 255, 255, 255, 0]],
])('a frame of %s is a fault of the peer', (_, bytes) => {
  expect(() => read([Buffer.from(bytes)])).toThrow(RangeError);
});

test('what has begun of a frame keeps no memory of the large one before it', () => {
  const reader = new FrameReader();
  const large = encodeFrame(FrameKind.screen, Buffer.alloc(4 * 1024 * 1024));
  const small = encodeFrame(FrameKind.input, Buffer.from('abc'));
  const frames: string[] = [];
  const push = (chunk: Buffer) => reader.push(chunk, (_, { length }) => frames.push(String(length)));
  // In one chunk, in the middle of the head, and with the large one in pieces.
  for (const cut of [1, 5, 6]) {
    push(large.subarray(0, 70_000));
    push(Buffer.concat([large.subarray(70_000), small.subarray(0, cut)]));
    expect(reader.heldBytes).toBe(cut);
    push(small.subarray(cut));
    expect(reader.heldBytes).toBe(0);
  }
  expect(frames).toEqual(
    Array(3)
      .fill([String(4 * 1024 * 1024), '3'])
      .flat(),
  );
});
