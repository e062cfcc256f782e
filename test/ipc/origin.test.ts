import { execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { expect, test } from 'vitest';
import { fileLocksMark, isWorker, originOf } from '../../src/ipc/origin.ts';

const pidsOf = (pid: number) => originOf(pid).all.map((one) => one.pid);

test('a process has the origin of whoever started it, also from a session of its own', async () => {
  const script =
    'require("child_process").spawn("sleep", ["1000"], { detached: true }).on("spawn", function () { console.log(this.pid) })';
  const parent = spawn(process.execPath, ['-e', script], { detached: true });
  const [line] = (await once(parent.stdout, 'data')) as [Buffer];
  const child = Number(line.toString());
  try {
    expect(pidsOf(child).slice(0, 3)).toEqual([child, parent.pid, process.pid]);
    expect(pidsOf(process.pid)).not.toContain(child);
  } finally {
    process.kill(child, 'SIGKILL');
    parent.kill('SIGKILL');
  }
});

test.each([[0], [-1], [Number.NaN], [2 ** 30]])('%d leads nowhere', (pid) => {
  expect(originOf(pid)).toEqual({ caller: null, all: [] });
});

/**
 * Opens a terminal and leaves in it a process that no parent leads from, as a service manager starts one that was asked to;
 * the other end stays with the program that asked, which takes a worker's mark if it is given one.
 */
const asksAnother = `
import os, resource, sys, time
master, slave = os.openpty()
told, tell = os.pipe()
if os.fork() == 0:
    os.setsid()
    import fcntl, termios
    if os.fork() == 0:
        os.close(master)
        os.setsid()
        fcntl.ioctl(slave, termios.TIOCSCTTY, 0)
        os.write(tell, b"%d" % os.getpid())
        time.sleep(1000)
    os._exit(0)
os.wait()
if len(sys.argv) > 1: resource.setrlimit(10, (int(sys.argv[1]), int(sys.argv[1])))
print(os.read(told, 20).decode(), flush=True)
time.sleep(1000)
`;

import { need } from '../support/need.ts';

const hasPython = (() => {
  try {
    execFileSync('python3', ['-c', 'import resource']);
    return process.platform === 'linux';
  } catch {
    // Not on this machine.
    return false;
  }
})();

test.runIf(hasPython).each([
  ['of a worker, which had another service start it', [String(fileLocksMark)], true],
  ['of anybody else', [], false],
])('a process in a terminal %s', async (_, mark, expected) => {
  const asking = spawn('python3', ['-c', asksAnother, ...mark]);
  const [line] = (await once(asking.stdout, 'data')) as [Buffer];
  const pid = Number(line.toString());
  try {
    const origin = originOf(pid);
    expect(need(origin.caller).terminal).not.toBe('');
    expect([isWorker(origin), origin.all.some((one) => one.pid === asking.pid)]).toEqual([
      expected,
      expected,
    ]);
  } finally {
    process.kill(pid, 'SIGKILL');
    asking.kill('SIGKILL');
  }
});
