import { createHash } from 'node:crypto';
import { afterEach, beforeEach, it } from 'vitest';
import type { TestTerminal } from './harness/terminal.ts';
import { Shop } from './shop.ts';

/** Hashes what it reads up to a bell and says what it came to; slowly, where asked to. */
const hasher = (pauseMs: number) => `
const { createHash } = require('node:crypto');
let hash = createHash('sha256'), count = 0;
process.stdin.setRawMode(true).on('data', (bytes) => {
  const end = bytes.indexOf(7);
  const part = end < 0 ? bytes : bytes.subarray(0, end);
  hash.update(part); count += part.length;
  if (end >= 0) {
    console.log('read ' + count + ' ' + hash.digest('hex').slice(0, 16) + '.');
    hash = createHash('sha256'); count = 0;
  } else if (${pauseMs} > 0) { process.stdin.pause(); setTimeout(() => process.stdin.resume(), ${pauseMs}); }
});
console.log('pid ' + process.pid + '.');
`;

const echo = `
let n = 0;
process.stdin.setRawMode(true).on('data', (bytes) => console.log('heard ' + bytes + ' ' + ++n));
console.log('listening');
`;

const node = (script: string) => ({ command: [process.execPath, '-e', script] });
const paste = Array.from({ length: 70_000 }, (_, n) =>
  `line ${n} of a long paste with ünï 漢字, `.padEnd(70, 'x'),
).join('\t');

let shop: Shop;
beforeEach(async () => {
  shop = await Shop.open({ agents: { hasher: node(hasher(0)), slow: node(hasher(2)), echo: node(echo) } });
});
afterEach(() => shop.close());

/** A control room with a worker that reads, and one beside it that answers. */
async function open(agent: string): Promise<{ room: TestTerminal; pid: number }> {
  for (const [task, preset] of [
    ['reads', agent],
    ['talks', 'echo'],
  ] as const)
    await shop.json('worker', 'start', 'backend', task, '--agent', preset, '--yes');
  const room = shop.room({ cols: 160, rows: 40 });
  const screen = await room.until(/pid \d+\./);
  await room.until('listening');
  await room.until(/reads .*(idle|working)/);
  return { room, pid: Number(/pid (\d+)\./.exec(screen)?.[1]) };
}

async function typeInto(room: TestTerminal, pane: string): Promise<void> {
  room.press(pane);
  await room.until('ctrl-q leaves');
}

async function leave(room: TestTerminal): Promise<void> {
  room.press('ctrl-q');
  await room.until('? help');
}

const told = `read ${Buffer.byteLength(paste)} ${createHash('sha256').update(paste).digest('hex').slice(0, 16)}.`;

it.each(['hasher', 'slow'])(
  'five megabytes reach a worker (%s) whole and in order, and hold up nobody',
  async (agent) => {
    const { room } = await open(agent);
    await typeInto(room, '1');
    room.paste(paste);
    room.type('\x07');
    await leave(room);
    await typeInto(room, '2');
    for (let n = 1; n <= 3; n++) {
      room.press('k');
      await room.until(`heard k ${n}`);
    }
    await room.until(told, { timeout: 60_000 });
  },
  90_000,
);

it('a stopped worker gets its paste once it goes on; what is too much is refused in words', async () => {
  const { room, pid } = await open('hasher');
  process.kill(pid, 'SIGSTOP');
  await typeInto(room, '1');
  room.paste(paste);
  room.type('\x07');
  await leave(room);
  await typeInto(room, '2');
  room.press('k');
  await room.until('heard k 1');
  await leave(room);
  await typeInto(room, '1');
  for (let n = 0; n < 3; n++) room.paste(paste);
  await room.until('does not read what is typed');
  process.kill(pid, 'SIGCONT');
  await room.until(told, { timeout: 60_000 });
}, 90_000);
