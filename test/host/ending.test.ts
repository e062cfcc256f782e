import { expect, test } from 'vitest';
import { processStart } from '../../src/lib/processes.ts';
import { need } from '../support/need.ts';
import { Sandbox } from '../support/sandbox.ts';
import { untilGone } from '../support/until.ts';
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
  const host = need(sandbox.pidOf('host'));
  process.kill(host, 'SIGKILL');
  await room.link.closed;
  await Promise.all([host, ...pids].map((pid) => untilGone(pid)));
  const next = await Room.join(sandbox);
  expect(value(await next.call('list', {}))).toEqual([]);
  await next.leave();
});

const manners = { interrupt: '\x1b', idleMs: 2000, quit: '/exit', quitMs: 2000, termMs: 1000 };

/** Prints a word for everything it is told; `onExit` is what it does when it is told to quit. */
const polite = (onExit: string) => `
  process.stdin.setRawMode(true);
  const spinner = setInterval(() => process.stdout.write("."), 50);
  const told = [];
  process.stdin.on("data", (data) => {
    for (const key of String(data).split(/(?<=\\x1b)|(?=\\r)/)) {
      if (key === "\\x1b") { clearInterval(spinner); console.log("interrupted"); }
      else if (key === "\\r") { console.log("told " + told.join("")); if (told.join("") === "/exit") { ${onExit} } }
      else told.push(key);
    }
  });
  process.on("SIGTERM", () => { console.log("signalled"); process.exit(4); });
  console.log("up");`;

async function openPolite(room: Room, onExit: string) {
  await room.open('p', polite(onExit), { ending: manners });
  const view = await room.watch('p');
  await view.until('up');
  return view;
}

test('a child with manners is interrupted, then told to quit, and is sent no signal', async () => {
  await using sandbox = new Sandbox();
  const room = await Room.join(sandbox);
  const view = await openPolite(room, 'process.exit(7)');
  const steps: string[] = [];
  const unseen = room.until('p', ({ ending, exit }) => {
    if (ending && steps.at(-1) !== ending) steps.push(ending);
    return exit !== null;
  });
  const record = value(await room.call('end', { id: 'p' }));
  await unseen;
  expect(record.exit).toMatchObject({ code: 7, signal: 0 });
  expect(steps).toEqual(['interrupting', 'quitting']);
  expect(view.text).toContain('interrupted');
  expect(view.text).toContain('told /exit');
  await room.leave();
});

test('a child that does not quit when told to is sent SIGTERM', async () => {
  await using sandbox = new Sandbox();
  const room = await Room.join(sandbox);
  const view = await openPolite(room, '');
  const record = value(await room.call('end', { id: 'p' }));
  expect(record.exit).toMatchObject({ code: 4 });
  expect(view.text).toMatch(/interrupted.*told \/exit.*signalled/s);
  await room.leave();
});

test('what a child left behind as it quit ends with it, and so does what lost its parent long before', async () => {
  await using sandbox = new Sandbox();
  const room = await Room.join(sandbox);
  const forever = "console.log('pid ' + process.pid);setInterval(()=>{},1e6)";
  const twice = `require("child_process").spawn(process.execPath, ["-e", ${JSON.stringify(forever)}], { detached: true, stdio: ["ignore", "inherit", "ignore"] });process.exit()`;
  const script = `
    const { spawn } = require("child_process");
    const start = (script) => spawn(process.execPath, ["-e", script], { detached: true, stdio: ["ignore", "inherit", "ignore"] });
    start(${JSON.stringify(forever)});
    start(${JSON.stringify(twice)}).on("exit", () => console.log("orphaned"));
    ${polite('process.exit(0)')}`;
  await room.open('o', script, { ending: manners });
  const view = await room.watch('o');
  await view.until((text) => text.match(/pid \d+/g)?.length === 2 && text.includes('orphaned'));
  const pids = [...view.text.matchAll(/pid (\d+)/g)].map(([, pid]) => Number(pid));
  expect(pids.map(processStart)).not.toContain(null);
  value(await room.call('end', { id: 'o' }));
  expect(pids.map(processStart)).toEqual([null, null]);
  await room.leave();
});
