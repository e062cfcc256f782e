import { expect, test } from 'vitest';
import { FrameKind } from '../../src/ipc/link.ts';
import { Sandbox } from '../support/sandbox.ts';
import { until } from '../support/until.ts';
import { Room, value } from './room.ts';

/** Prints numbered lines without end, and what it is typed. */
const flood =
  'let n=0;const w=()=>{let s="";for(let i=0;i<500;i++)s+="line "+n+++"\\r\\n";process.stdout.write(s,w)};process.stdin.setRawMode(true);w()';
const size = { cols: 80, rows: 24 };

/** Asks for a terminal's own bytes, and keeps them; `takes` says whether they are told to be on the terminal. */
async function stream(room: Room, id: string, channel: number) {
  const heard = { bytes: 0, wholes: 0, takes: true };
  const take = (bytes: number) => {
    const frame = Buffer.alloc(8);
    frame.writeUInt32BE(channel, 0);
    frame.writeUInt32BE(bytes, 4);
    room.link.sendFrame(FrameKind.taken, frame);
  };
  room.link.onFrame(FrameKind.raw, (payload) => {
    heard.bytes += payload.length - 4;
    if (payload.includes('\x1b[2J')) heard.wholes += 1;
    if (heard.takes) take(payload.length - 4);
  });
  value(await room.call('watch', { id, channel, ...size, raw: true }));
  return { heard, take };
}

test('a link that stops taking bytes gets no more than a little, and holds up neither child nor others', async () => {
  await using sandbox = new Sandbox();
  const room = await Room.join(sandbox);
  await room.open('flood', flood);
  const { heard, take } = await stream(room, 'flood', 900);
  await until(() => heard.bytes > 1_000_000, 'a megabyte');
  heard.takes = false;
  const before = heard.bytes;
  const other = await Room.join(sandbox);
  const view = await other.watch('flood', size);
  const frames = view.frames;
  await view.until(() => view.frames > frames + 60);
  expect(heard.bytes - before).toBeLessThan(300_000);
  const { wholes } = heard;
  heard.takes = true;
  take(heard.bytes - before);
  await until(() => heard.wholes > wholes && heard.bytes > before + 1_000_000, 'the stream to go on');
  for (const one of [other, room]) await one.leave();
});

test('where another link has less room there are no bytes', async () => {
  await using sandbox = new Sandbox();
  const room = await Room.join(sandbox);
  await room.open('x', 'setInterval(() => console.log("tick"), 5)');
  const small = await room.watch('x', { cols: 60, rows: 20 });
  await room.until('x', ({ cols }) => cols === 60);
  const { heard } = await stream(room, 'x', 901);
  const { frames } = small;
  await small.until(() => small.frames > frames + 5);
  expect(heard.bytes).toBe(0);
  await room.leave();
});
