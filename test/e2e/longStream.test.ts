import { readFileSync } from 'node:fs';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { Shop } from './shop.ts';

/** Prints so many megabytes of lines at every key, and says when it is done. */
const printer = `
let count = 0;
const sizes = [10, 20, 90];
const line = (n) => n + ' \\x1b[32mINFO\\x1b[0m  src/server/request.ts:42  served, ' + 'cache hit '.repeat(6) + '\\r\\n';
const block = Array.from({ length: 2000 }, (_, n) => line(n)).join('');
const { writeSync } = require('node:fs');
process.stdin.setRawMode(true).on('data', () => {
  for (let left = (sizes[count++] ?? 0) * 1e6; left > 0; left -= block.length) writeSync(1, block);
  writeSync(1, '\\x1b[2J\\x1b[Hprinted ' + count);
});
writeSync(1, 'ready');
`;

let shop: Shop;
beforeEach(async () => {
  const agents = { printer: { command: [process.execPath, '-e', printer, '{brief}'] } };
  shop = await Shop.open({ repos: { backend: {} }, agents, defaultAgent: 'printer' });
});
afterEach(() => shop.close());

function residentMegabytes(pid: number): number {
  return (Number(/^VmRSS:\s+(\d+)/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1]) * 1024) / 1e6;
}

// Only Linux tells in a file what a process holds.
it.runIf(process.platform === 'linux')(
  'keeps host and control room from growing over a stream of 120 MB',
  async () => {
    await shop.json('worker', 'start', 'backend', 'stream', '--brief', 'x', '--yes');
    const room = shop.room();
    await room.until('ready');
    room.press('1');
    await room.until('leaves');
    const host = await shop.pidOf('host');
    const printed = async (count: number) => {
      room.press('x');
      await room.until(`printed ${count}`, { timeout: 60_000 });
      return [residentMegabytes(host), residentMegabytes(room.pid)];
    };
    await printed(1);
    const [hostBefore = 0, roomBefore = 0] = await printed(2);
    const [hostAfter = 0, roomAfter = 0] = await printed(3);
    expect(hostAfter - hostBefore).toBeLessThan(15);
    expect(roomAfter - roomBefore).toBeLessThan(15);
  },
  120_000,
);
