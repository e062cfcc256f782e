import { type ChildProcess, spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { afterEach, beforeEach, expect, it } from 'vitest';
import type { LeftProcess } from '../../src/core/leftProcess.ts';
import { markedCommand } from '../../src/ipc/origin.ts';
import { processStart } from '../../src/lib/processes.ts';
import { readAll, Shop } from './shop.ts';

/** Neither it nor what it has put into a session of its own ends with its terminal. */
const deaf = {
  command: ['sh', '-c', 'trap "" HUP; setsid sleep 86401 & exec sleep 86402'],
  speaks: 'none',
};

let shop: Shop;
const strangers: ChildProcess[] = [];
beforeEach(async () => {
  shop = await Shop.open({ agents: { deaf } });
});
afterEach(async () => {
  for (const stranger of strangers.splice(0)) stranger.kill('SIGKILL');
  await shop.close();
});

/** A process of the person's that carries variables of a worker. */
function stranger(command: readonly string[], env: Record<string, string>): number {
  const [file = '', ...args] = command;
  const child = spawn(file, args, { env: { ...shop.place.env(), ...env }, stdio: 'ignore' });
  strangers.push(child);
  return child.pid ?? 0;
}

interface Listed {
  readonly state: string;
  readonly run: number;
  readonly left?: readonly LeftProcess[];
}

async function killHost(): Promise<readonly LeftProcess[]> {
  process.kill(await shop.pidOf('host'), 'SIGKILL');
  let left: readonly LeftProcess[] = [];
  await shop.until('both are found', async () => {
    left = (await shop.json<Listed[]>('worker', 'list'))[0]?.left ?? [];
    return left.length === 2;
  });
  return left;
}

const running = (pids: readonly number[]) => pids.filter((pid) => processStart(pid) !== null);

it.runIf(process.platform === 'linux')(
  'what a killed host leaves is reported, and ended by the yes to a resume',
  async () => {
    await shop.json(...['worker', 'start', 'backend', 'auth', '--brief', 'x', '--agent', 'deaf'], '--yes');
    const names = { ORCH_WORKER: 'backend/auth' };
    const copied = stranger(['sleep', '86403'], { ...names, ORCH_WORKSPACE: shop.place.workspace });
    const elsewhere = stranger(markedCommand(['sleep', '86404']), { ...names, ORCH_WORKSPACE: '/elsewhere' });
    const room = shop.room({ cols: 160, rows: 50 });
    await room.until('auth');

    const left = await killHost();
    const pids = left.map(({ pid }) => pid);
    expect(left.map(({ command }) => command).sort()).toEqual(['sleep 86401', 'sleep 86402']);
    await room.until('still run');
    const { stdout } = await shop.run(['doctor']);
    expect(stdout).toMatch(/left processes +processes of backend\/auth run without a host: \d+ \(sleep 8640/);

    room.press('r');
    await room.until('Resume backend/auth?');
    await room.until('Ends 2 processes left over from its last run');
    expect(running(pids)).toEqual(pids);
    await readAll(room);
    room.press('y');
    await shop.until('they have ended', async () => running(pids).length === 0);
    await shop.until('it runs again', async () => {
      const [worker] = await shop.json<Listed[]>('worker', 'list');
      return worker?.run === 2 && worker.state !== 'lost' && worker.left === undefined;
    });

    const again = (await killHost()).map(({ pid }) => pid);
    const resumed = await shop.run(['worker', 'resume', 'backend/auth', '--yes']);
    expect(resumed.stdout + resumed.stderr).toContain('Ends 2 processes left over from its last run');
    expect(running(again)).toEqual([]);

    const worktree = shop.path('.worktrees', 'backend-auth');
    await shop.place.git(worktree, 'commit', '--allow-empty', '-m', 'work');
    room.press('f');
    await room.until('Merges feature/auth into');
    const third = (await killHost()).map(({ pid }) => pid);
    await readAll(room);
    room.press('y');
    await room.until('Look at the preview again');
    expect(running(third)).toEqual(third);
    room.press('ctrl-r');
    await room.until('Ends 2 processes left over from its last run');
    room.press('escape');
    const clean = await shop.run(['worker', 'clean', 'backend/auth', '--confirm', 'auth', '--dry-run']);
    expect(clean.stdout).toContain('! Ends 2 processes left over from its last run');
    expect(running(third)).toEqual(third);
    const finished = await shop.run(['worker', 'finish', 'backend/auth', '--yes']);
    expect(finished.stdout).toContain('Merged backend/auth');
    expect(running(third)).toEqual([]);
    expect(existsSync(worktree)).toBe(false);

    await shop.json(...['worker', 'start', 'backend', 'auth', '--brief', 'x', '--agent', 'deaf'], '--yes');
    const last = (await killHost()).map(({ pid }) => pid);
    await room.until('still run');
    room.press('up');
    await room.until(/› *\? auth/);
    room.press('x');
    await room.until('Remove backend/auth without merging?');
    await room.until('Ends 2 processes left over from its last run');
    await readAll(room);
    room.press('y');
    await room.until('backend/auth was removed');
    expect(running(last)).toEqual([]);
    expect(running([copied, elsewhere])).toEqual([copied, elsewhere]);
  },
);
