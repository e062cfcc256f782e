import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { createServer, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { duplexPair } from 'node:stream';
import { expect, onTestFinished, test } from 'vitest';
import { encodeFrame, FrameKind, Link } from '../../src/ipc/link.ts';
import { type Result, success } from '../../src/lib/result.ts';

interface Api {
  add(params: { a: number; b: number }): Result<number>;
  boom(params: Record<string, never>): Result<null>;
  never(params: Record<string, never>): Result<null>;
}

function pair(report?: (error: unknown) => void) {
  const [left, right] = duplexPair();
  const near = new Link(left);
  const far = new Link(right, report);
  far.serve<Api>({
    add: async ({ a, b }) => success(a + b),
    boom: () => {
      throw new Error('boom');
    },
    never: () => new Promise(() => {}),
  });
  near.start();
  far.start();
  return { near, far, left, right, call: near.caller<Api>() };
}

test('requests are answered, many at a time', async () => {
  const { near, call } = pair();
  const sums = await Promise.all([1, 2, 3].map((a) => call('add', { a, b: 1 })));
  expect(sums).toEqual([2, 3, 4].map((value) => ({ ok: true, value })));
  near.close();
});

test('what a handler throws is reported there and a failure here', async () => {
  const reported: unknown[] = [];
  const { near, call } = pair((error) => reported.push(error));
  expect(await call('boom', {})).toMatchObject({
    ok: false,
    problem: { code: 'peer_failed', message: expect.stringContaining('boom') },
  });
  expect(reported).toEqual([expect.objectContaining({ message: 'boom' })]);
  expect(await call('add', { a: 1, b: 1 })).toEqual({ ok: true, value: 2 });
  near.close();
});

test('closing a link that is closed leaves nothing behind that would keep the process', async () => {
  const { near } = pair();
  near.close();
  await near.closed;
  const before = process.getActiveResourcesInfo().filter((kind) => kind === 'Timeout').length;
  near.close();
  expect(process.getActiveResourcesInfo().filter((kind) => kind === 'Timeout')).toHaveLength(before);
});

test('a lost link is a failure, for requests under way and for later ones', async () => {
  const { near, right, call } = pair();
  const waiting = call('never', {});
  right.destroy();
  near.close();
  const lost = { ok: false, problem: { code: 'disconnected' } };
  expect(await waiting).toMatchObject(lost);
  await near.closed;
  expect(await call('add', { a: 1, b: 1 })).toMatchObject(lost);
  expect(near.isOpen).toBe(false);
  near.notify<{ x: null }>('x', null);
  near.sendFrame(FrameKind.seen, Buffer.alloc(4));
});

test('frames and notices travel beside requests, in order', async () => {
  const { near, far, call } = pair();
  const heard: string[] = [];
  far.onFrame(FrameKind.input, (payload) => heard.push(payload.toString()));
  far.onNotice<{ said: { n: number } }, 'said'>('said', ({ n }) => heard.push(String(n)));
  for (const text of ['a', 'b', 'c']) near.sendFrame(FrameKind.input, Buffer.from(text));
  near.notify<{ said: { n: number } }>('said', { n: 1 });
  near.notify<{ said: { n: number } }>('said', { n: 2 });
  await call('add', { a: 1, b: 1 });
  expect(heard).toEqual(['a', 'b', 'c', '1', '2']);
  near.close();
});

test('a kind that nobody knows yet is passed over', async () => {
  const { near, left, call } = pair();
  left.write(encodeFrame(99 as FrameKind, Buffer.from('from the future')));
  expect(await call('add', { a: 2, b: 2 })).toEqual({ ok: true, value: 4 });
  near.close();
});

test.each([
  ['text that is no JSON', '{'],
  ['JSON that is no message', '"hi"'],
  ['null', 'null'],
])('%s ends the link', async (_, text) => {
  const { far, left } = pair();
  left.write(encodeFrame(FrameKind.message, Buffer.from(text)));
  await far.closed;
  expect(far.isOpen).toBe(false);
});

test('a peer that takes nothing any more does not keep a link from closing', async () => {
  const { near } = pair();
  // Far more than the pair buffers, and nobody reads it.
  const stuck = new Link(duplexPair()[0]);
  stuck.sendFrame(FrameKind.screen, Buffer.alloc(1_000_000));
  expect(stuck.backlog).toBeGreaterThan(900_000);
  stuck.close();
  await stuck.closed;
  near.close();
});

test('what was written right before leaving is read by a peer that writes first', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'o-'));
  onTestFinished(() => rm(folder, { recursive: true }));
  const server = createServer();
  server.listen(join(folder, 's'));
  await once(server, 'listening');
  const child = spawn(process.execPath, [join(import.meta.dirname, 'leavingClient.ts'), join(folder, 's')]);
  const [socket] = (await once(server, 'connection')) as [Socket];
  const link = new Link(socket);
  const typed: string[] = [];
  link.onFrame(FrameKind.input, (payload) => typed.push(payload.toString()));
  // Nothing is read before the client has left, or waits for us; then this side writes before it reads.
  socket.pause();
  link.sendFrame(FrameKind.screen, Buffer.alloc(1));
  await once(child.stdout, 'data');
  link.sendFrame(FrameKind.screen, Buffer.alloc(1));
  link.start();
  setImmediate(() => socket.resume());
  await link.closed;
  expect(typed).toEqual(['y']);
  server.close();
});
