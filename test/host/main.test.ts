import { existsSync } from 'node:fs';
import { connect } from 'node:net';
import { expect, test } from 'vitest';
import { connectDaemon } from '../../src/ipc/connect.ts';
import { readDaemonHolder } from '../../src/ipc/guard.ts';
import { Sandbox } from '../support/sandbox.ts';
import { until, untilGone } from '../support/until.ts';
import { Room, terminal, value } from './room.ts';

const idle = 'setInterval(()=>{},1e6)';
const echo = 'process.stdin.setRawMode(true).on("data",(d)=>process.stdout.write(d));console.log("go")';

test('a client may look, type and ask, and may not open, end or forget', async () => {
  await using sandbox = new Sandbox();
  const room = await Room.join(sandbox);
  const client = await Room.join(sandbox, { role: 'client' });
  const refused = { ok: false, problem: { code: 'not_allowed' } };
  expect(await client.call('open', terminal('x', ['true']))).toMatchObject(refused);
  await room.open('x', echo);
  expect(await client.call('end', { id: 'x' })).toMatchObject(refused);
  expect(await client.call('forget', { id: 'x' })).toMatchObject(refused);
  const view = await client.watch('x');
  await view.until('go');
  client.type('x', 'typed');
  await view.until('typed');
  expect(value(await client.call('list', {}))).toHaveLength(1);
  await client.leave();
  await room.leave();
});

test('the controller’s role needs the host’s key', async () => {
  await using sandbox = new Sandbox();
  const room = await Room.join(sandbox);
  const base = { root: sandbox.root, program: 'host', version: '1.0.0', role: 'controller' } as const;
  for (const key of [undefined, () => ({ ok: true, value: 'guess' }) as const])
    expect(await connectDaemon({ ...base, ...(key ? { key } : {}) })).toMatchObject({
      ok: false,
      problem: { code: 'not_allowed' },
    });
  await room.leave();
});

test('frames of nonsense end the link that sent them and nothing else', async () => {
  await using sandbox = new Sandbox();
  const room = await Room.join(sandbox);
  await room.open('x', idle);
  for (const bytes of [
    [0, 0, 0, 2, 2, 1],
    [0, 0, 0, 2, 3, 9],
    [0, 0, 0, 4, 3, 255, 255, 0],
  ]) {
    const client = await Room.join(sandbox, { role: 'client' });
    // Straight onto the socket of a link that has said hello.
    client.link.sendFrame(bytes[4] as 2 | 3, Buffer.from(bytes.slice(5)));
    await Promise.race([client.link.closed, client.call('list', {})]);
    await client.leave();
  }
  const socket = connect(readDaemonHolder(sandbox.root, 'host')?.socket ?? '');
  const closed = new Promise((resolve) => socket.once('close', resolve));
  socket.on('error', () => {}).write(Buffer.alloc(64, 255));
  await closed;
  expect(value(await room.call('list', {}))).toHaveLength(1);
  await room.leave();
});

test('requests for what is not there are answered, not fatal', async () => {
  await using sandbox = new Sandbox();
  const room = await Room.join(sandbox);
  const missing = { ok: false, problem: { code: 'no_terminal' } };
  expect(await room.call('watch', { id: 'no', channel: 1 })).toMatchObject(missing);
  expect(await room.call('text', { id: 'no' })).toMatchObject(missing);
  expect(await room.call('end', { id: 'no' })).toMatchObject(missing);
  expect(await room.call('forget', { id: 'no' })).toMatchObject(missing);
  expect(await room.call('paste', { id: 'no', text: '', submit: true })).toMatchObject(missing);
  expect(await room.call('fit', { channel: 7, cols: 80, rows: 24 })).toMatchObject({ ok: false });
  await room.open('x', idle);
  const watched = await room.watch('x');
  expect(watched.frames).toBeGreaterThanOrEqual(0);
  expect(await room.call('watch', { id: 'x', channel: 1 })).toMatchObject({
    ok: false,
    problem: { code: 'bad_request' },
  });
  expect(await room.call('forget', { id: 'x' })).toMatchObject({
    ok: false,
    problem: { code: 'terminal_running' },
  });
  expect(await room.call('open', terminal('x', ['true']))).toMatchObject({
    ok: false,
    problem: { code: 'already_open' },
  });
  for (const size of [{ cols: 0 }, { rows: 1e6 }, { cols: 2.5 }])
    expect(await room.call('open', terminal('y', ['true'], size))).toMatchObject({
      ok: false,
      problem: { code: 'bad_request' },
    });
  await room.leave();
});

test('the host stays while there is a terminal and ends a while after the last was forgotten', async () => {
  await using sandbox = new Sandbox();
  const room = await Room.join(sandbox, { lingerMs: 100 });
  await room.open('x', 'console.log("done")');
  await room.exited('x');
  await room.leave();
  // Longer than it would linger, told by a clock of its own: a second host’s life.
  await using other = new Sandbox();
  const brief = await Room.join(other, { lingerMs: 300 });
  const { pid: otherPid } = value(await brief.call('status', {}));
  await brief.leave();
  await untilGone(otherPid);
  const again = await Room.join(sandbox, { start: false });
  const { pid } = value(await again.call('status', {}));
  expect(value(await again.call('text', { id: 'x' })).text).toBe('done');
  value(await again.call('forget', { id: 'x' }));
  await again.leave();
  await untilGone(pid);
});

test('the host’s lock and socket go with it', async () => {
  await using sandbox = new Sandbox();
  const room = await Room.join(sandbox, { lingerMs: 500 });
  const holder = readDaemonHolder(sandbox.root, 'host');
  await room.leave();
  await until(() => readDaemonHolder(sandbox.root, 'host') === null, 'the lock to go');
  await untilGone(holder?.pid ?? 0);
  expect([holder?.socket ?? '', (holder?.socket ?? '').replace(/sock$/, 'key')].map(existsSync)).toEqual([
    false,
    false,
  ]);
});
