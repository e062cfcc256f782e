import { expect, test } from 'vitest';
import { processStart } from '../../src/protocol/processes.ts';
import { Sandbox, untilGone } from '../protocol/sandbox.ts';
import { Room, value } from './room.ts';

test('ending a child ends its grandchildren in sessions of their own', async () => {
  await using sandbox = new Sandbox();
  const room = await Room.join(sandbox);
  const script = `
    const { spawn } = require("child_process");
    const stubborn = "process.on('SIGTERM',()=>{});process.on('SIGHUP',()=>{});setInterval(()=>{},1e6);console.log('up')";
    const child = spawn(process.execPath, ["-e", stubborn], { detached: true, stdio: ["ignore", "pipe", "ignore"] });
    child.stdout.once("data", () => console.log("grandchild " + child.pid + "."));
    setInterval(() => {}, 1e6);`;
  const { pid } = await room.open('g', script);
  const view = await room.watch('g');
  await view.until((text) => /grandchild \d+\./.test(text));
  const grandchild = Number(/grandchild (\d+)\./.exec(view.text)?.[1]);
  expect(processStart(grandchild)).not.toBeNull();
  const record = value(await room.call('end', { id: 'g' }));
  expect(record.exit).not.toBeNull();
  expect([processStart(pid), processStart(grandchild)]).toEqual([null, null]);
  await room.leave();
});

test('a grandchild that holds the terminal open does not hide the child’s exit', async () => {
  await using sandbox = new Sandbox();
  const room = await Room.join(sandbox);
  const holder = "process.on('SIGHUP',()=>{});setInterval(()=>{},1e6)";
  const script = `
    const options = { stdio: "inherit", detached: true };
    const child = require("child_process").spawn(process.execPath, ["-e", ${JSON.stringify(holder)}], options);
    console.log("last words of the parent of " + child.pid + "."); process.exit(3);`;
  await room.open('h', script);
  expect((await room.exited('h')).exit).toMatchObject({ code: 3 });
  const { text } = value(await room.call('text', { id: 'h' }));
  const pid = Number(/last words of the parent of (\d+)\./.exec(text)?.[1]);
  process.kill(pid, 'SIGKILL');
  await untilGone(pid);
  await room.leave();
});

test('children are ended before the host ends, and leave no process behind', async () => {
  await using sandbox = new Sandbox();
  const room = await Room.join(sandbox);
  const pids = await Promise.all(
    ['1', '2', '3'].map(async (id) => (await room.open(id, 'setInterval(()=>{},1e6)')).pid),
  );
  const host = value(await room.call('status', {}));
  expect(host).toMatchObject({ terminals: 3, running: 3 });
  expect(await room.call('stop', {})).toMatchObject({ ok: false, problem: { code: 'terminals_running' } });
  value(await room.call('stop', { endAll: true }));
  await room.link.closed;
  await untilGone(host.pid);
  expect(pids.map(processStart)).toEqual([null, null, null]);
});

test('a host that is killed takes its children along, and the next one starts clean', async () => {
  await using sandbox = new Sandbox();
  const room = await Room.join(sandbox);
  const open = async (id: string) => (await room.open(id, 'console.log("up");setInterval(()=>{},1e6)')).pid;
  const pids = await Promise.all(['1', '2', '3'].map(open));
  for (const id of ['1', '2', '3']) await (await room.watch(id)).until('up');
  const host = sandbox.pidOf('host') ?? 0;
  process.kill(host, 'SIGKILL');
  await room.link.closed;
  await Promise.all([host, ...pids].map((pid) => untilGone(pid)));
  const next = await Room.join(sandbox);
  expect(value(await next.call('list', {}))).toEqual([]);
  await next.leave();
});
