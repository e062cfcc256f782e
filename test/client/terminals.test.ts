import { expect, test } from 'vitest';
import { Terminals } from '../../src/client/terminals.ts';
import { holdApprovalKey } from '../../src/ipc/heldKey.ts';
import { gridToText } from '../../src/terminal/screen.ts';
import { Room, value } from '../host/room.ts';
import { need } from '../support/need.ts';
import { Sandbox } from '../support/sandbox.ts';
import { until } from '../support/until.ts';

const echo = 'process.stdin.setRawMode(true).on("data",(d)=>process.stdout.write(d));console.log("go")';

/** Connects a client to the host of a sandbox and records its events. */
function look(sandbox: Sandbox) {
  holdApprovalKey(sandbox.approvalKey);
  const heard = { terminals: new Set<string>(), forgotten: [] as string[] };
  const terminals = new Terminals(sandbox.root, {
    onTerminal: ({ id }) => heard.terminals.add(id),
    onForgotten: (id) => heard.forgotten.push(id),
    onScreen: (_, seen) => seen(),
  });
  const text = (id: string) => {
    const screen = terminals.screenOf(id);
    return screen ? gridToText(screen.grid) : '';
  };
  return { terminals, heard, text };
}

test('without a host there are no screens, and opening again finds a new one', async () => {
  await using sandbox = new Sandbox();
  const { terminals, heard } = look(sandbox);
  await terminals.open();
  terminals.type('x', 'nobody hears this');
  expect(terminals.has('x')).toBe(false);
  const room = await Room.join(sandbox);
  await room.open('x', echo);
  await Promise.all([terminals.open(), terminals.open()]);
  await until(() => terminals.has('x'), 'the terminal');
  expect([...heard.terminals]).toEqual(['x']);
  terminals.close();
  await room.leave();
});

test('visible screens come in the size available for them; typed and pasted text arrives', async () => {
  await using sandbox = new Sandbox();
  const room = await Room.join(sandbox);
  await room.open('x', echo);
  const { terminals, text } = look(sandbox);
  // Shown before the terminal exists: sent as soon as it does.
  terminals.show([{ id: 'x', cols: 40, rows: 10 }]);
  await terminals.open();
  await until(() => text('x').includes('go'), 'the screen');
  terminals.type('x', 'typed ');
  terminals.paste({ id: 'x', text: 'pas', last: false });
  terminals.paste({ id: 'x', text: 'ted', last: true });
  await until(() => text('x').includes('typed pasted'), 'the echo');
  expect((await room.until('x', ({ cols }) => cols === 40)).rows).toBe(10);
  terminals.show([{ id: 'x', cols: 60, rows: 12 }]);
  await room.until('x', ({ cols, rows }) => cols === 60 && rows === 12);
  terminals.show([]);
  expect(terminals.screenOf('x')).toBeNull();
  terminals.show([{ id: 'x', cols: 60, rows: 12 }]);
  await until(() => text('x').includes('typed pasted'), 'the screen again');
  terminals.close();
  await room.leave();
});

test('a forgotten terminal is reported, and its successor replaces it', async () => {
  await using sandbox = new Sandbox();
  const room = await Room.join(sandbox);
  await room.open('x', 'console.log("first")');
  const { terminals, heard, text } = look(sandbox);
  await terminals.open();
  terminals.show([{ id: 'x', cols: 40, rows: 10 }]);
  await until(() => text('x').includes('first'), 'the first screen');
  await room.exited('x');
  value(await room.call('forget', { id: 'x' }));
  await until(() => heard.forgotten.length === 1, 'the end of it');
  expect(text('x')).toBe('');
  await room.open('x', 'console.log("second"); setInterval(() => {}, 1000)');
  await until(() => text('x').includes('second'), 'the second screen');
  terminals.close();
  await room.leave();
});

test('the screens of a killed host are gone; a client closed while connecting stays closed', async () => {
  await using sandbox = new Sandbox();
  const room = await Room.join(sandbox);
  await room.open('x', echo);
  const closed = look(sandbox);
  const opening = closed.terminals.open();
  closed.terminals.close();
  await opening;
  const { terminals, heard } = look(sandbox);
  await terminals.open();
  process.kill(need(sandbox.pidOf('host')), 'SIGKILL');
  await until(() => heard.forgotten.includes('x'), 'the loss');
  expect(terminals.has('x')).toBe(false);
  expect([...closed.heard.terminals]).toEqual([]);
  terminals.close();
});
