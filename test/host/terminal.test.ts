import { expect, test } from 'vitest';
import { processStart } from '../../src/protocol/processes.ts';
import { Emulator } from '../../src/terminal/emulator.ts';
import { Sandbox, untilGone } from '../protocol/sandbox.ts';
import { Room, terminal, value } from './room.ts';

test('a child prints, is typed to, and its exit is told', async () => {
  await using sandbox = new Sandbox();
  const room = await Room.join(sandbox);
  await room.open(
    'a/b',
    'process.stdin.once("data", (d) => { console.log("got " + d); process.exit(7); }); console.log("ready")',
  );
  const view = await room.watch('a/b');
  await view.until('ready');
  room.type('a/b', 'hello\r');
  const record = await room.exited('a/b');
  expect(record.exit).toMatchObject({ code: 7, signal: 0 });
  await view.until('got hello');
  expect(value(await room.call('text', { id: 'a/b' })).text).toContain('got hello');
  value(await room.call('forget', { id: 'a/b' }));
  expect(value(await room.call('list', {}))).toEqual([]);
  await room.leave();
});

test('the child’s environment is the one given and nothing of ours', async () => {
  await using sandbox = new Sandbox();
  const room = await Room.join(sandbox);
  const print = 'console.log(JSON.stringify(process.env).replaceAll(",", "\\n"))';
  const { pid } = await room.open('e', print, { env: { MINE: '1' }, cwd: sandbox.home });
  expect(pid).toBeGreaterThan(0);
  await room.exited('e');
  const { text } = value(await room.call('text', { id: 'e' }));
  const names = [...text.matchAll(/"(\w+)":"/g)].map((match) => match[1]).sort();
  expect(names).toEqual(['COLORTERM', 'MINE', 'ORCH_HOOK_URL', 'ORCH_TOKEN', 'PATH', 'PWD', 'TERM']);
  expect(text).toMatch(/"ORCH_HOOK_URL":"http:\/\/127\.0\.0\.1:\d+\/hook"/);
  await room.leave();
});

test.each([
  ['a program that is not there', ['no-such-program'], '/'],
  ['a file that cannot be run', ['/proc/version'], '/'],
  ['a folder that is not there', ['true'], '/no/such/folder'],
  ['no program at all', [], '/'],
])('%s is a plain refusal before anything is started', async (_, command, cwd) => {
  await using sandbox = new Sandbox();
  const room = await Room.join(sandbox);
  expect(await room.call('open', terminal('x', command, { cwd }))).toMatchObject({
    ok: false,
    problem: { code: 'spawn_failed' },
  });
  expect(value(await room.call('list', {}))).toEqual([]);
  await room.leave();
});

test('nothing of two megabytes printed before an exit is lost', async () => {
  await using sandbox = new Sandbox();
  const room = await Room.join(sandbox);
  // Lines of 64 bytes; the last ones show whether all came, and in order.
  const script =
    'let s="";for(let i=0;i<32768;i++)s+=String(i).padStart(6,"0")+"-".repeat(56)+"\\r\\n";require("fs").writeFileSync(1,s)';
  for (let run = 0; run < 20; run++) {
    const id = `r${run}`;
    await room.open(id, script);
    await room.exited(id);
    const { text } = value(await room.call('text', { id, scrollback: 5000 }));
    const numbers = text.split('\n').map((line) => Number.parseInt(line, 10));
    expect(numbers.at(-1)).toBe(32767);
    expect(numbers).toEqual(numbers.map((_, index) => 32768 - numbers.length + index));
    value(await room.call('forget', { id }));
  }
  await room.leave();
});

test('the screen on the link is the emulator’s, colours and all', async () => {
  await using sandbox = new Sandbox();
  const room = await Room.join(sandbox);
  const bytes =
    '\x1b[1;31mred\x1b[0m \x1b[48;5;25mblue\x1b[0m 漢字 👩‍🚀\r\n\x1b[4:3munder\x1b[0m\x1b[5;10Hthere\x1b[?25l\x1b[?2004h';
  await room.open('s', `process.stdout.write(${JSON.stringify(bytes)}); setInterval(()=>{}, 1e6)`);
  const view = await room.watch('s');
  await view.until('there');
  const emulator = new Emulator({ cols: 80, rows: 24, scrollback: 100 });
  emulator.write(bytes);
  const own = { ...view.copy.screen, grid: view.copy.screen.grid };
  const { createScreen } = await import('../../src/domain/screen.ts');
  const expected = createScreen(80, 24);
  emulator.readScreen(expected);
  expect(own.grid.data).toEqual(expected.grid.data);
  expect(own.cursor).toEqual(expected.cursor);
  expect(own.modes).toEqual(expected.modes);
  emulator.dispose();
  await room.leave();
});

test('the title is told without what could do harm', async () => {
  await using sandbox = new Sandbox();
  const room = await Room.join(sandbox);
  const title = `a\u202eb${'x'.repeat(500)}`;
  await room.open('t', `process.stdout.write("\\x1b]0;${title}\\x07\\x07"); setInterval(()=>{}, 1e6)`);
  const record = await room.until('t', (record) => record.title !== '');
  expect(record.title).toBe(`ab${'x'.repeat(198)}`);
  await room.leave();
});

test('output makes a terminal flow, and silence ends that', async () => {
  await using sandbox = new Sandbox();
  const room = await Room.join(sandbox);
  await room.open('f', 'console.log(1); setInterval(()=>{}, 1e6)');
  await room.until('f', (record) => record.flowing);
  await room.until('f', (record) => !record.flowing);
  await room.leave();
});

test('queries of a program are answered, and only as far as it reads the answers', async () => {
  await using sandbox = new Sandbox();
  const room = await Room.join(sandbox);
  const ask =
    'process.stdin.setRawMode(true).on("data", (d) => console.log(JSON.stringify(String(d)))); process.stdout.write("\\x1b[6n")';
  await room.open('q', ask);
  const view = await room.watch('q');
  await view.until('"\\u001b[1;1R"');
  await room.leave();
});

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

test('a stopped child with five megabytes waiting disturbs nobody', async () => {
  await using sandbox = new Sandbox();
  const room = await Room.join(sandbox);
  const count =
    'let n=0;process.stdin.setRawMode(true).on("data",(d)=>{n+=d.length;if(n>=5e6)console.log("all "+n)});console.log("raw")';
  const { pid } = await room.open('stopped', count);
  await (await room.watch('stopped')).until('raw');
  process.kill(pid, 'SIGSTOP');
  for (let sent = 0; sent < 5; sent++) room.type('stopped', Buffer.alloc(1_000_000, 'x'));
  await room.open(
    'other',
    'process.stdin.setRawMode(true).on("data",(d)=>process.stdout.write(d));console.log("go")',
  );
  const other = await room.watch('other');
  await other.until('go');
  for (const word of ['one', 'two', 'three']) {
    room.type('other', word);
    await other.until(word);
  }
  process.kill(pid, 'SIGCONT');
  await (await room.watch('stopped')).until('all 5000000');
  await room.leave();
});

test('a child that is full refuses more than sixteen megabytes, and end still works', async () => {
  await using sandbox = new Sandbox();
  const room = await Room.join(sandbox);
  const { pid } = await room.open(
    'full',
    'process.stdin.setRawMode(true);console.log("raw");setInterval(()=>{},1e6)',
  );
  await (await room.watch('full')).until('raw');
  process.kill(pid, 'SIGSTOP');
  for (let sent = 0; sent < 40; sent++) room.type('full', Buffer.alloc(1_000_000, 'x'));
  const { memory } = value(await room.call('status', {}));
  expect(memory).toBeLessThan(400e6);
  expect(value(await room.call('end', { id: 'full' })).exit).not.toBeNull();
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

test('the smallest of all rooms is the size, and the last one stays', async () => {
  await using sandbox = new Sandbox();
  const room = await Room.join(sandbox);
  const client = await Room.join(sandbox, { role: 'client' });
  const script =
    'const s=()=>console.log(process.stdout.columns+"x"+process.stdout.rows+";");process.stdout.on("resize",s);s();setInterval(()=>{},1e6)';
  await room.open('z', script);
  const wide = await room.watch('z', { cols: 120, rows: 40 });
  await wide.until('120x40;');
  const small = await client.watch('z', { cols: 100, rows: 50 });
  await small.until('100x40;');
  await wide.until('100x40;');
  expect(small.copy.screen.grid).toMatchObject({ cols: 100, rows: 40 });
  await client.leave();
  await wide.until(() => wide.copy.screen.grid.cols === 120);
  await room.leave();
  const again = await Room.join(sandbox);
  expect(value(await again.call('list', {}))).toMatchObject([{ cols: 120, rows: 40 }]);
  await again.leave();
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

test('text is pasted as one piece where the child asked for that, and submitted', async () => {
  await using sandbox = new Sandbox();
  const room = await Room.join(sandbox);
  const show = 'process.stdin.setRawMode(true).on("data",(d)=>console.log(JSON.stringify(String(d))));';
  await room.open('plain', `${show}console.log("ready")`);
  await room.open('bracketed', `${show}console.log("\x1b[?2004hready")`);
  const views = await Promise.all(['plain', 'bracketed'].map((id) => room.watch(id)));
  await Promise.all(views.map((view) => view.until('ready')));
  const text = 'one\n\ttwo\x1b[201~\x03';
  for (const id of ['plain', 'bracketed']) value(await room.call('paste', { id, text, submit: true }));
  await views[0]?.until('"one\\r\\ttwo[201~\\r"');
  await views[1]?.until('"\\u001b[200~one\\r\\ttwo[201~\\u001b[201~\\r"');
  await room.leave();
});
