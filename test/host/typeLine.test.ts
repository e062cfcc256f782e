import { describe, expect, test } from 'vitest';
import { Sandbox } from '../support/sandbox.ts';
import { Room, value } from './room.ts';

const codeOf = (result: { ok: boolean; problem?: { code: string } }) => result.problem?.code ?? 'ok';

const menu =
  '  Run it?\\r\\n\\r\\n› 1. Yes\\r\\n  2. No\\r\\n\\r\\n  Press enter to confirm or esc to cancel\\r\\n';

/**
 * A program that says what it got, each chunk in brackets, and when: `shows` is run at its start and again with every
 * chunk, and may draw a menu.
 */
const program = (shows: string) => `
  const menu = "${menu}", box = "› \\r\\n\\r\\n  ? for shortcuts\\r\\n";
  const draw = (text) => process.stdout.write(text);
  let last = 0, got = "";
  const shows = (got, chunk) => { ${shows} };
  process.stdin.setRawMode(true).on("data", (data) => {
    const chunk = String(data), now = Date.now();
    got += chunk;
    draw("<" + JSON.stringify(chunk) + (last ? " after " + (now - last) : "") + ">\\r\\n");
    last = now;
    shows(got, chunk);
  });
  process.on("SIGTERM", () => { draw("signalled"); process.exit(4); });
  shows("", "");`;

async function open(room: Room, shows: string, until: string) {
  await room.open('t', program(shows), {
    ending: { interrupt: '\x1b', idleMs: 1000, quit: '\x15/quit', quitMs: 500, termMs: 1000 },
  });
  const view = await room.watch('t', { cols: 100, rows: 30 });
  await view.until(until);
  return view;
}

const got = (text: string) => [...text.matchAll(/<"(.*?)"(?: after \d+)?>/g)].map(([, chunk]) => chunk);
const send = (room: Room, text: string, submit = true) => room.call('paste', { id: 't', text, submit });

describe('a line', () => {
  test('is not typed at a question, and neither is an Enter alone', async () => {
    await using sandbox = new Sandbox();
    const room = await Room.join(sandbox);
    const view = await open(room, 'if (got === "") draw(menu)', 'Press enter');
    expect(codeOf(await send(room, 'No, do not do that'))).toBe('asks');
    expect(codeOf(await send(room, ''))).toBe('asks');
    expect(codeOf(await send(room, 'y', false))).toBe('asks');
    room.type('t', 'x');
    await view.until('<"x"');
    expect(got(view.text)).toEqual(['x']);
    await room.leave();
  });

  test('is not entered where a question comes up behind it', async () => {
    await using sandbox = new Sandbox();
    const room = await Room.join(sandbox);
    const view = await open(room, 'draw(got === "" ? box : menu)', 'shortcuts');
    expect(codeOf(await send(room, 'do it'))).toBe('asks_meanwhile');
    room.type('t', 'x');
    await view.until('<"x"');
    expect(got(view.text)).toEqual(['do it', 'x']);
    await room.leave();
  });

  test('is not entered where the question is printed in the moment before', async () => {
    await using sandbox = new Sandbox();
    const room = await Room.join(sandbox);
    const shows =
      'if (got === "") draw(box); else { const end = Date.now() + 130; while (Date.now() < end); draw(menu) }';
    const view = await open(room, shows, 'shortcuts');
    expect(codeOf(await send(room, 'do it'))).toBe('asks_meanwhile');
    expect(got(view.text)).toEqual(['do it']);
    await room.leave();
  });

  test('is entered after a pause, though it looks like a menu itself', async () => {
    await using sandbox = new Sandbox();
    const room = await Room.join(sandbox);
    const shows =
      'draw(got === "" ? "\\x1b[?2004h" + box : "\\r\\n› 1. do this\\r\\n  2. do that\\r\\n\\r\\n  gpt-5\\r\\n")';
    const view = await open(room, shows, 'shortcuts');
    value(await send(room, '1. do this\n2. do that'));
    await view.until('<"\\r"');
    const [, pause] = /<"\\r" after (\d+)>/.exec(view.text) ?? [];
    expect(Number(pause)).toBeGreaterThanOrEqual(140);
    await room.leave();
  });

  test('of several goes no further than to a question that one of them brings up', async () => {
    await using sandbox = new Sandbox();
    const room = await Room.join(sandbox);
    const view = await open(room, 'draw(chunk === "\\r" ? menu : box)', 'shortcuts');
    expect(codeOf(await send(room, 'one\ntwo\nthree'))).toBe('asks_meanwhile');
    expect(got(view.text)).toEqual(['one', '\\r']);
    await room.leave();
  });

  test('is not typed while the prompt is gone', async () => {
    await using sandbox = new Sandbox();
    const room = await Room.join(sandbox);
    const shows = 'draw(got === "" ? "\\x1b[?2004h" + box : "\\x1b[?2004lgone\\r\\n")';
    const view = await open(room, shows, 'shortcuts');
    room.type('t', 'x');
    await view.until('gone');
    expect(codeOf(await send(room, 'do it'))).toBe('not_at_prompt');
    expect(got(view.text)).toEqual(['x']);
    await room.leave();
  });

  test('and another one at the same time are typed one after the other', async () => {
    await using sandbox = new Sandbox();
    const room = await Room.join(sandbox);
    const view = await open(room, 'draw(box)', 'shortcuts');
    expect((await Promise.all([send(room, 'one'), send(room, 'two')])).map(codeOf)).toEqual(['ok', 'ok']);
    await view.until((text) => got(text).length === 4);
    expect(got(view.text)).toEqual(['one', '\\r', 'two', '\\r']);
    await room.leave();
  });
});

describe('a child that is ended', () => {
  test('at a question is told nothing, and sent a signal', async () => {
    await using sandbox = new Sandbox();
    const room = await Room.join(sandbox);
    const view = await open(room, 'draw(menu)', 'Press enter');
    expect(value(await room.call('end', { id: 't' })).exit).toMatchObject({ code: 4 });
    expect(got(view.text)).toEqual([]);
    await room.leave();
  });

  test('that asks once it was interrupted is not told to quit', async () => {
    await using sandbox = new Sandbox();
    const room = await Room.join(sandbox);
    const view = await open(room, 'draw(got === "" ? box : menu)', 'shortcuts');
    expect(value(await room.call('end', { id: 't' })).exit).toMatchObject({ code: 4 });
    expect(got(view.text)).toEqual(['\\u001b']);
    await room.leave();
  });

  test('that asks behind the word to quit gets no Enter', async () => {
    await using sandbox = new Sandbox();
    const room = await Room.join(sandbox);
    const view = await open(room, 'draw(chunk.includes("quit") ? menu : box)', 'shortcuts');
    expect(value(await room.call('end', { id: 't' })).exit).toMatchObject({ code: 4 });
    expect(got(view.text)).toEqual(['\\u001b', '\\u0015/quit']);
    await room.leave();
  });

  test('gets its Enter a moment after the word to quit', async () => {
    await using sandbox = new Sandbox();
    const room = await Room.join(sandbox);
    const view = await open(room, 'if (chunk === "\\r") process.exit(0); draw(box)', 'shortcuts');
    expect(value(await room.call('end', { id: 't' })).exit).toMatchObject({ code: 0 });
    const [, pause] = /<"\\r" after (\d+)>/.exec(view.text) ?? [];
    expect(Number(pause)).toBeGreaterThanOrEqual(140);
    await room.leave();
  });
});

test.each([
  ['nothing of it', 'console.log("up")', 'not_shown'],
  ['only that it works', 'console.log("up");setInterval(()=>process.stdout.write("."),50)', 'not_shown'],
  ['nothing at all', 'process.title="up"', 'not_at_prompt'],
])('a line is not entered where a child shows %s', async (_, script, code) => {
  await using sandbox = new Sandbox();
  const room = await Room.join(sandbox);
  await room.open('silent', `process.stdin.setRawMode(true).resume();setInterval(()=>{},1e6);${script}`);
  const view = await room.watch('silent');
  if (code === 'not_shown') await view.until('up');
  expect(codeOf(await room.call('paste', { id: 'silent', text: 'do it', submit: true }))).toBe(code);
  await room.leave();
});
