import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { expect, onTestFinished, test } from 'vitest';
import { IdleMemory } from '../../src/lib/processes.ts';

const megabyte = 1024 * 1024;

/** A process with so much in use, and garbage that a collection takes away. */
function start() {
  const process = { used: 70, garbage: 0, busy: 0, collections: 0 };
  const memory = new IdleMemory({
    resident: () => (process.used + process.garbage) * megabyte,
    busy: () => process.busy,
    collect() {
      process.collections++;
      process.garbage = 0;
    },
  });
  return { process, memory };
}

test('what a flood has left is collected once the process is idle', () => {
  const { process, memory } = start();
  Object.assign(process, { garbage: 150, busy: 0.9 });
  for (let look = 0; look < 10; look++) memory.check();
  expect(process.collections).toBe(0);
  process.busy = 0.01;
  memory.check();
  expect(process).toMatchObject({ collections: 1, garbage: 0 });
});

test('memory in use is collected in vain only once, and growth is counted from what is left', () => {
  const { process, memory } = start();
  process.used = 170;
  for (let look = 0; look < 10; look++) memory.check();
  expect(process.collections).toBe(1);
  process.garbage = 10;
  for (let look = 0; look < 10; look++) memory.check();
  expect(process.collections).toBe(1);
  Object.assign(process, { used: 70, garbage: 0 });
  memory.check();
  process.garbage = 20;
  memory.check();
  expect(process).toMatchObject({ collections: 2, garbage: 0 });
});

/** Throws away 40 MB that outlived their youth, and ends once they are collected. */
const flood = `
  import { releaseWhenIdle } from './src/lib/processes.ts';
  releaseWhenIdle(20);
  const collected = new FinalizationRegistry(() => process.exit(0));
  const flood = () => collected.register(Array.from({ length: 50 }, () => new Array(100_000).fill(1.5)), null);
  flood();
  process.stdin.resume();
`;

test('an idle process really collects what a flood has left', async () => {
  const child = spawn(process.execPath, ['--input-type=module', '--eval', flood], {
    stdio: ['pipe', 'inherit', 'inherit'],
  });
  onTestFinished(() => void child.kill());
  expect(await once(child, 'close')).toEqual([0, null]);
});
