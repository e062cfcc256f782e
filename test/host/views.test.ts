import { expect, test } from 'vitest';
import type { ScrollRequest, SearchRequest, SelectRequest } from '../../src/ipc/hostApi.ts';
import { gridToText } from '../../src/terminal/screen.ts';
import { Sandbox } from '../support/sandbox.ts';
import { Room, terminal, value } from './room.ts';
import { markedText } from './viewing.ts';

/** Prints so many numbered lines, then runs what it is typed as a script. */
function counting(lines: number): string {
  return `process.stdin.setRawMode(true).on("data",(d)=>eval(String(d)));
    const count=(from,to)=>{let s="";for(let n=from;n<to;n++)s+="line "+n+"\\r\\n";process.stdout.write(s)};count(0,${lines});console.log("ready")`;
}

const channel = 1;

test('a view stays put under a flood while another link follows, until its own link types', async () => {
  await using sandbox = new Sandbox();
  const room = await Room.join(sandbox);
  const other = await Room.join(sandbox, { role: 'client' });
  await room.open('x', counting(300));
  const view = await room.watch('x', { cols: 40, rows: 10 });
  const followed = await other.watch('x', { cols: 40, rows: 10 });
  await view.until('ready');
  await followed.until('ready');
  await room.until('x', ({ rows }) => rows === 10);

  const { back, history } = value(await room.call('scroll', { channel, by: -100 }));
  expect(back).toBe(100);
  await view.until((text) => text.startsWith('line 192\n'));
  const { text } = view;
  other.type('x', 'count(300,2300)');
  await followed.until('line 2299');
  await view.until(() => view.copy.screen.scroll.history === history + 2000);
  expect(view.text).toBe(text);
  expect(view.copy.screen.scroll.back).toBe(back + 2000);
  expect(view.copy.screen.cursor.visible).toBe(false);
  expect(followed.copy.screen.scroll.back).toBe(0);

  room.type('x', 'count(2300,2301)');
  await view.until('line 2300');
  expect(view.copy.screen.scroll.back).toBe(0);
  expect(view.copy.screen.cursor.visible).toBe(true);
  await other.leave();
  await room.leave();
});

test('a paste makes a view follow again', async () => {
  await using sandbox = new Sandbox();
  const room = await Room.join(sandbox);
  await room.open('x', counting(100));
  const view = await room.watch('x');
  await view.until('ready');
  value(await room.call('scroll', { channel, to: 'top' }));
  await view.until((text) => text.startsWith('line 0\n'));
  value(await room.call('paste', { id: 'x', text: 'count(7,8)', submit: false }));
  await view.until('line 7');
  expect(view.copy.screen.scroll.back).toBe(0);
  await room.leave();
});

test('a view searches, selects and copies, also once its terminal has ended', async () => {
  await using sandbox = new Sandbox();
  const room = await Room.join(sandbox);
  await room.open('x', 'for(let n=0;n<500;n++)console.log("line "+n+" 日本語");');
  await room.exited('x');
  const view = await room.watch('x', { cols: 30, rows: 9 });
  await room.until('x', ({ rows }) => rows === 9);
  const found = value(await room.call('search', { channel, text: 'e 123 日本', direction: 'back' }));
  expect(found).toMatchObject({ found: true, matches: 1, nth: 1, at: { x: 3, y: 4 } });
  await view.until('line 123');
  expect(markedText(view.copy.screen.grid).split('\n')[4]).toBe('lin<e 123 日本>語');
  value(
    await room.call('select', { channel, from: { x: 5, y: 3 }, to: { x: 1, y: 4 }, shape: 'characters' }),
  );
  value(await room.call('scroll', { channel, by: 2 }));
  expect(value(await room.call('copy', { channel }))).toEqual({ text: '122 日本語\nli', lines: 2 });
  value(await room.call('select', { channel, to: { x: 7, y: 2 }, shape: 'lines' }));
  expect(value(await room.call('copy', { channel })).text).toBe('line 122 日本語\nline 123 日本語');
  value(await room.call('select', { channel, to: null }));
  expect(value(await room.call('copy', { channel }))).toEqual({ text: '', lines: 0 });
  value(await room.call('search', { channel, text: '', direction: 'back' }));
  await view.until(() => !/[<[]/.test(markedText(view.copy.screen.grid)));
  value(await room.call('forget', { id: 'x' }));
  expect(await room.call('scroll', { channel, by: 1 })).toMatchObject({ ok: true });
  await room.leave();
});

test('a copy of more than two million characters is cut at its beginning', async () => {
  await using sandbox = new Sandbox();
  const room = await Room.join(sandbox);
  const script = 'for(let n=0;n<12000;n++)console.log(String(n).padEnd(199,"x"))';
  const command = [process.execPath, '-e', script];
  const scrollback = { visible: 20_000, hidden: 20_000 };
  value(await room.call('open', { ...terminal('x', command, { cols: 200, rows: 50 }), scrollback }));
  await room.exited('x');
  await room.watch('x');
  value(await room.call('scroll', { channel, to: 'top' }));
  value(await room.call('select', { channel, from: { x: 0, y: 0 }, to: { x: 0, y: 0 }, shape: 'lines' }));
  value(await room.call('scroll', { channel, to: 'bottom' }));
  value(await room.call('select', { channel, to: { x: 0, y: 48 }, shape: 'lines' }));
  const { text, lines } = value(await room.call('copy', { channel }));
  expect(text.length).toBe(2_000_000 - 1);
  expect(text).toMatch(/^2000x+\n/);
  expect(lines).toBe(10_000);
  await room.leave();
});

test('a record tells whether the program wants the mouse, and whether it has the full screen', async () => {
  await using sandbox = new Sandbox();
  const room = await Room.join(sandbox);
  await room.open('x', counting(100));
  const view = await room.watch('x');
  await view.until('ready');
  expect(room.records.get('x')).toMatchObject({ mouse: false, fullScreen: false });
  value(await room.call('scroll', { channel, by: -5 }));
  room.type('x', 'process.stdout.write("\\x1b[?1049h\\x1b[?1002h\\x1b[Hfull")');
  await room.until('x', ({ mouse, fullScreen }) => mouse && fullScreen);
  await view.until('full');
  expect(view.copy.screen.scroll).toEqual({ back: 0, history: 0 });
  expect(value(await room.call('scroll', { channel, by: -5 }))).toEqual({ back: 0, history: 0 });
  room.type('x', 'process.stdout.write("\\x1b[?1049l\\x1b[?1002l")');
  await room.until('x', ({ mouse, fullScreen }) => !mouse && !fullScreen);
  room.type('x', 'process.stdout.write("\\x1b[?1000h");process.exit()');
  expect(await room.exited('x')).toMatchObject({ mouse: false });
  await room.leave();
});

test('requests that make no sense are refused, and those beyond the edges are clipped', async () => {
  await using sandbox = new Sandbox();
  const room = await Room.join(sandbox);
  await room.open('x', counting(100));
  await (await room.watch('x')).until('ready');
  const cell = { x: 0, y: 0 };
  const scrolls = [
    ...[Number.NaN, 1e99, 0.5, '3', null, {}].map((by) => ({ channel, by })),
    { channel, to: 'left' },
    { channel },
    { channel: 7, by: 1 },
    { channel: 'constructor', by: 1 },
  ] as ScrollRequest[];
  const searches = [
    { channel, text: 5, direction: 'back' },
    { channel, text: 'x'.repeat(1001), direction: 'back' },
    { channel, text: 'x', direction: 'up' },
    { channel: 7, text: 'x', direction: 'back' },
  ] as SearchRequest[];
  const selects = [
    ...[-1, Number.NaN, 1e99, 0.5, '3', null].map((x) => ({ channel, to: { x, y: 0 }, shape: 'lines' })),
    { channel, from: { x: 0, y: -1 }, to: cell, shape: 'lines' },
    { channel, from: null, to: cell, shape: 'lines' },
    { channel, to: cell, shape: 'blocks' },
    { channel, shape: 'lines' },
    { channel: 7, to: null },
  ] as SelectRequest[];
  const refused = { ok: false, problem: { code: 'bad_request' } };
  for (const one of scrolls)
    expect(await room.call('scroll', one), JSON.stringify(one)).toMatchObject(refused);
  for (const one of searches) expect(await room.call('search', one)).toMatchObject(refused);
  for (const one of selects)
    expect(await room.call('select', one), JSON.stringify(one)).toMatchObject(refused);
  expect(await room.call('copy', { channel: 7 })).toMatchObject(refused);
  const farthest = Number.MAX_SAFE_INTEGER;
  const top = value(await room.call('scroll', { channel, by: -farthest }));
  expect(top.back).toBe(top.history);
  expect(value(await room.call('scroll', { channel, by: farthest })).back).toBe(0);
  value(await room.call('select', { channel, from: cell, to: { x: farthest, y: farthest }, shape: 'words' }));
  expect(value(await room.call('copy', { channel })).text).toMatch(/^line 78\n(line \d+\n)+ready\n$/);
  for (const scrollback of [{ visible: -1, hidden: 1 }, { visible: 1, hidden: 1e9 }, 7, 'many'])
    expect(
      await room.call('open', { ...terminal('y', ['true']), scrollback: scrollback as never }),
    ).toMatchObject(refused);
  await room.leave();
});

test('fewer lines are kept once nobody has looked for a while, as many as allowed while somebody does', async () => {
  await using sandbox = new Sandbox();
  const room = await Room.join(sandbox, { env: { ORCH_HIDDEN_MS: '300' } });
  const command = [process.execPath, '-e', counting(3000)];
  value(await room.call('open', { ...terminal('x', command), scrollback: { visible: 2000, hidden: 100 } }));
  const view = await room.watch('x');
  await view.until('ready');
  expect(view.copy.screen.scroll.history).toBe(2000);
  value(await room.call('unwatch', { channel }));
  const kept = async () =>
    value(await room.call('text', { id: 'x', scrollback: 9999 })).text.split('\n').length;
  expect(await kept()).toBeGreaterThan(2000);
  while ((await kept()) > 200);
  const again = await room.watch('x');
  await again.until('ready');
  expect(again.copy.screen.scroll.history).toBe(100);
  room.type('x', 'count(0,500);console.log("done")');
  await again.until('done');
  expect(again.copy.screen.scroll.history).toBeGreaterThan(500);
  expect(gridToText(again.copy.screen.grid)).toContain('line 499');
  await room.leave();
});
