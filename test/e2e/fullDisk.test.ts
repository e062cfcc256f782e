import { existsSync, readFileSync } from 'node:fs';
import { readFile, writeFile } from 'node:fs/promises';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { isRoot, noSmallDisk, SmallDisk } from '../lib/smallDisk.ts';
import { Shop } from './shop.ts';

let shop: Shop;
let disk: SmallDisk;

beforeEach(async () => {
  shop = await Shop.open();
  const config = await readFile(shop.path('.orch/config.json'));
  disk = SmallDisk.over(shop.path('.orch'), 256);
  await writeFile(shop.path('.orch/config.json'), config);
});

afterEach(async () => {
  disk.free();
  const pids = ['controller', 'host'].map(pidIn).filter((pid) => pid !== 0);
  for (const pid of pids) process.kill(pid, 'SIGTERM');
  await shop.until('the daemons have ended', async () => pids.every((pid) => !existsSync(`/proc/${pid}`)));
  disk[Symbol.dispose]();
  await shop.close();
});

/** Who holds a lock; 0 for nobody that runs. */
function pidIn(program: string): number {
  const file = shop.path(`.orch/${program}.lock`);
  const pid = existsSync(file) ? Number(/"pid":(\d+)/.exec(readFileSync(file, 'utf8'))?.[1]) : 0;
  return existsSync(`/proc/${pid}`) ? pid : 0;
}

async function refusal(...args: string[]): Promise<unknown> {
  const { stdout } = await shop.run([...args, '--json']);
  return JSON.parse(stdout).error;
}

async function notices(): Promise<string[]> {
  const { notices: told } = await shop.json<{ notices: { code: string }[] }>('status');
  return told.map(({ code }) => code);
}

async function states(): Promise<Record<string, string>> {
  const workers = await shop.json<{ id: string; state: string }[]>('worker', 'list');
  return Object.fromEntries(workers.map(({ id, state }) => [id, state]));
}

async function killController(): Promise<void> {
  const pid = await shop.pidOf('controller');
  process.kill(pid, 'SIGKILL');
  await shop.until('the controller is gone', async () => !existsSync(`/proc/${pid}`));
}

const full = { code: 'log_not_written', message: expect.stringContaining('ENOSPC') };

describe.skipIf(noSmallDisk !== null || !isRoot)('a full disk (mounts one, which needs root)', () => {
  it('refuses what cannot be recorded, shows what is, and goes on when there is room', {
    timeout: 180_000,
  }, async () => {
    await shop.start('backend', 'auth', 'write a.txt: A\ncommit: Add a');
    disk.fill();
    // The first one may still fit into the last page; from then on none does.
    await shop.until('nothing fits', async () => (await refusal('remember', 'note', 'x')) !== undefined);
    const log = readFileSync(shop.path('.orch/log.jsonl'), 'utf8');
    expect(log.endsWith('}\n')).toBe(true);
    expect(await refusal('worker', 'start', 'backend', 'other', '--yes')).toMatchObject(full);
    expect(existsSync(shop.path('.worktrees/backend-other'))).toBe(false);
    expect(await refusal('worker', 'finish', 'backend/auth', '--yes')).toMatchObject(full);
    expect(await notices()).toContain('log_not_written');
    expect(await states()).toEqual({ 'backend/auth': 'idle' });

    for (const _ of ['once', 'and again']) {
      await killController();
      expect(await states()).toEqual({ 'backend/auth': 'idle' });
      expect(await notices()).toContain('log_not_written');
      expect(await refusal('worker', 'start', 'backend', 'other', '--yes')).toMatchObject(full);
    }
    expect(readFileSync(shop.path('.orch/log.jsonl'), 'utf8').startsWith(log)).toBe(true);

    // Its end may still fit into the last page, or be written later: it counts, and is never lost.
    await shop.run(['worker', 'stop', 'backend/auth']);
    expect(await states()).toEqual({ 'backend/auth': 'exited' });
    disk.free();
    await shop.until('the notice is gone', async () => !(await notices()).includes('log_not_written'));
    await killController();
    expect(await states()).toEqual({ 'backend/auth': 'exited' });
    await shop.start('backend', 'other', 'say: hello');
  });
});
