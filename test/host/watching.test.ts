import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { connect } from 'node:net';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';
import { connectDaemon } from '../../src/protocol/connect.ts';
import { readHolder } from '../../src/protocol/guard.ts';
import { processStart } from '../../src/protocol/processes.ts';
import { Sandbox, until, untilGone } from '../protocol/sandbox.ts';
import { Room, terminal, value } from './room.ts';

const idle = 'setInterval(()=>{},1e6)';
const echo = 'process.stdin.setRawMode(true).on("data",(d)=>process.stdout.write(d));console.log("go")';
/** Prints for ever, as fast as it is read. */
const flood =
  'const b=Buffer.from(Array.from({length:500},(_,i)=>"\\x1b[3"+i%8+"m"+"flood ".repeat(12)+i).join("\\r\\n"));const w=()=>process.stdout.write(b,w);w()';

function startWatcher(sandbox: Sandbox, ...ids: string[]) {
  const script = fileURLToPath(new URL('watcher.ts', import.meta.url));
  return spawn(process.execPath, [script, sandbox.root, ...ids], {
    env: sandbox.env,
    stdio: ['ignore', 'pipe', 'inherit'],
  });
}

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

test('killing a client, even in the middle of a flood, does nothing to the workers', async () => {
  await using sandbox = new Sandbox();
  const room = await Room.join(sandbox);
  const { pid } = await room.open('f', flood);
  const client = startWatcher(sandbox, 'f');
  await once(client.stdout, 'data');
  client.kill('SIGKILL');
  await once(client, 'exit');
  const view = await room.watch('f');
  const { frames } = view;
  await view.until(() => view.frames > frames + 5);
  expect(processStart(pid)).not.toBeNull();
  await room.leave();
});

test('a terminal lives on without anybody, and shows the same screen to whoever comes next', async () => {
  await using sandbox = new Sandbox();
  const first = await Room.join(sandbox);
  const { pid } = await first.open('x', echo);
  const view = await first.watch('x');
  first.type('x', 'remember me');
  await view.until('remember me');
  const { text } = view;
  await first.leave();
  const second = await Room.join(sandbox);
  const again = await second.watch('x');
  await again.until('remember me');
  expect(again.text).toBe(text);
  expect(value(await second.call('list', {}))).toMatchObject([{ id: 'x', pid, exit: null }]);
  await second.leave();
});

test('a watcher that does not acknowledge gets one frame, and then the newest', async () => {
  await using sandbox = new Sandbox();
  const room = await Room.join(sandbox);
  await room.open(
    'x',
    'let n=0;process.stdin.setRawMode(true).on("data",()=>process.stdout.write("\\rcount "+ ++n));console.log("go")',
  );
  const slow = await room.watch('x');
  await slow.until('go');
  const other = await room.watch('x');
  await other.until('go');
  slow.acknowledges = false;
  room.type('x', 'k');
  await slow.until('count 1');
  const { frames } = slow;
  for (let count = 2; count <= 20; count++) {
    room.type('x', 'k');
    await other.until(`count ${count}`);
  }
  expect(slow.frames).toBe(frames);
  slow.acknowledges = true;
  slow.acknowledge();
  await slow.until('count 20');
  expect(slow.frames).toBe(frames + 1);
  await room.leave();
});

test('a client that has stopped reading costs the host no memory and the others no time', async () => {
  await using sandbox = new Sandbox();
  const room = await Room.join(sandbox);
  const ids = ['f1', 'f2', 'f3'];
  // Titles as well: news about terminals must not pile up either.
  for (const id of ids) await room.open(id, flood.replace('"flood "', '"\\x1b]0;"+i+"\\x07flood "'));
  await room.open('echo', echo);
  const view = await room.watch('echo');
  await view.until('go');
  const slow = startWatcher(sandbox, ...ids);
  await once(slow.stdout, 'data');
  slow.kill('SIGSTOP');

  const before = value(await room.call('status', {})).memory;
  const flooding = await room.watch('f1');
  for (let count = 0; count < 30; count++) {
    room.type('echo', `\r\n${count}!`);
    await view.until(`${count}!`);
    await flooding.until(() => flooding.frames >= count * 2);
  }
  expect(value(await room.call('status', {})).memory - before).toBeLessThan(60e6);
  slow.kill('SIGCONT');
  for (let frames = 0; frames < 20; frames++) await once(slow.stdout, 'data');
  slow.kill('SIGKILL');
  await once(slow, 'exit');
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
  const socket = connect(readHolder(sandbox.root, 'host')?.socket ?? '');
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

test('sixteen flooding terminals leave a key its echo', async () => {
  await using sandbox = new Sandbox();
  const room = await Room.join(sandbox);
  await room.open('echo', echo);
  const view = await room.watch('echo');
  await view.until('go');
  for (let n = 0; n < 16; n++) await room.open(`f${n}`, flood);
  for (let count = 0; count < 10; count++) {
    room.type('echo', `\r\n${count}!`);
    await view.until(`${count}!`);
  }
  value(await room.call('stop', { endAll: true }));
  await room.link.closed;
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

test('a bell rings at every link', async () => {
  await using sandbox = new Sandbox();
  const room = await Room.join(sandbox);
  const client = await Room.join(sandbox, { role: 'client' });
  const rung = new Promise((resolve) =>
    client.link.onNotice<{ bell: { id: string } }, 'bell'>('bell', ({ id }) => resolve(id)),
  );
  await room.open('x', 'process.stdout.write("\\x07")');
  expect(await rung).toBe('x');
  await client.leave();
  await room.leave();
});

test('the host’s lock and socket go with it', async () => {
  await using sandbox = new Sandbox();
  const room = await Room.join(sandbox, { lingerMs: 20 });
  const holder = readHolder(sandbox.root, 'host');
  await room.leave();
  await until(() => readHolder(sandbox.root, 'host') === null, 'the lock to go');
  await untilGone(holder?.pid ?? 0);
  expect([holder?.socket ?? '', (holder?.socket ?? '').replace(/sock$/, 'key')].map(existsSync)).toEqual([
    false,
    false,
  ]);
});
