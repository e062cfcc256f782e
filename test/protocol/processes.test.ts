import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { expect, test } from 'vitest';
import { ancestryOf } from '../../src/protocol/processes.ts';

test('a process has the ancestry of whoever started it, also from a session of its own', async () => {
  const script =
    'require("child_process").spawn("sleep", ["1000"], { detached: true }).on("spawn", function () { console.log(this.pid) })';
  const parent = spawn(process.execPath, ['-e', script], { detached: true });
  const [line] = (await once(parent.stdout, 'data')) as [Buffer];
  const child = Number(line.toString());
  try {
    const ancestry = ancestryOf(child);
    expect([...ancestry].slice(0, 3)).toEqual([child, parent.pid, process.pid]);
    expect(ancestryOf(process.pid).has(child)).toBe(false);
  } finally {
    process.kill(child, 'SIGKILL');
    parent.kill('SIGKILL');
  }
});

test.each([[0], [-1], [Number.NaN], [2 ** 30]])('%d leads nowhere', (pid) => {
  expect([...ancestryOf(pid)].filter((found) => found !== pid)).toEqual([]);
});
