import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';
import { processStart } from '../../src/lib/processes.ts';
import { Sandbox } from '../support/sandbox.ts';
import { Room, value } from './room.ts';

const _idle = 'setInterval(()=>{},1e6)';
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
  // Before that the terminal itself would echo.
  await view.until('go');
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
