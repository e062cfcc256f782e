import { expect, test } from 'vitest';
import { Emulator } from '../../src/terminal/emulator.ts';
import { need } from '../support/need.ts';
import { Sandbox } from '../support/sandbox.ts';
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

test('its record tells when a key was pressed last, which focus is not', async () => {
  await using sandbox = new Sandbox();
  const room = await Room.join(sandbox);
  await room.open('a/b', 'process.stdin.setRawMode(true).on("data", (d) => console.log("got " + d.length))');
  const view = await room.watch('a/b');
  const record = async () => need(value(await room.call('list', {})).find(({ id }) => id === 'a/b'));
  room.type('a/b', '\x1b[I');
  await view.until('got 3');
  expect((await record()).typedAt).toBeUndefined();
  room.type('a/b', 'y');
  await view.until('got 1');
  const { typedAt = '', startedAt } = await record();
  expect(typedAt > startedAt).toBe(true);
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

test('what cannot be started is a plain refusal before anything is started', async () => {
  await using sandbox = new Sandbox();
  const room = await Room.join(sandbox);
  const unable: readonly [string[], string][] = [
    [['no-such-program'], '/'],
    [['/proc/version'], '/'],
    [['true'], '/no/such/folder'],
    [[], '/'],
  ];
  for (const [command, cwd] of unable)
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
  const { createScreen } = await import('../../src/terminal/screen.ts');
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
