import { readFile, rm, writeFile } from 'node:fs/promises';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { Shop } from './shop.ts';

let shop: Shop;
beforeEach(async () => {
  shop = await Shop.open();
});
afterEach(() => shop.close());

const id = 'backend/auth';

async function configure(change: Record<string, unknown>): Promise<void> {
  await shop.configure(change);
}

it('brings a finished worker back, which can be finished again', async () => {
  await shop.start('backend', 'auth', 'write a.txt: A\ncommit: Add a\nsay: Done.');
  const before = await shop.git('backend', 'rev-parse', 'develop');
  const { backup } = await shop.json<{ backup: string }>('worker', 'finish', id, '--yes');
  expect(await shop.json<{ ref: string }[]>('backups', 'backend')).toMatchObject([
    { ref: backup, kind: 'branch' },
  ]);
  expect(await shop.json('worker', 'undo', id, '--yes')).toEqual({
    id,
    branch: 'feature/auth',
    uncommitted: false,
    takenBackFrom: 'develop',
    mergeStays: null,
  });
  expect(await shop.git('backend', 'rev-parse', 'develop')).toBe(before);
  expect(await shop.json('worker', 'show', id)).toMatchObject({
    id,
    state: 'exited',
    branch: 'feature/auth',
  });
  await shop.json('worker', 'finish', id, '--yes');
  expect(await shop.git('backend', 'show', 'develop:a.txt')).toBe('A');
});

it('keeps uncommitted work at the end of a turn, shows it and puts it back', async () => {
  await shop.start('backend', 'auth', 'write a.txt: A\nsay: Done.');
  type Snapshot = { n: number; ref: string; subject: string };
  await shop.until('a snapshot is kept', async () => {
    const kept = await shop.json<Snapshot[]>('worker', 'snapshots', id);
    return kept.length > 0;
  });
  expect(await shop.json('worker', 'snapshots', 'diff', id)).toMatchObject({
    n: 1,
    diff: expect.stringContaining('+A'),
  });
  const file = shop.path('.worktrees/backend-auth/a.txt');
  await rm(file);
  const restored = await shop.json<{ restored: string[] }>(
    'worker',
    'snapshots',
    'restore',
    id,
    '1',
    '--yes',
  );
  expect(restored.restored).toEqual(['a.txt']);
  expect((await readFile(file, 'utf8')).trim()).toBe('A');
  await expect(shop.json('worker', 'snapshots', 'diff', id, '9')).rejects.toThrow('no_snapshot');
});

it('brings develop into a worktree and has the worker told of conflicts', async () => {
  await shop.start('backend', 'auth', 'write a.txt: ours\ncommit: Add a\nsay: Done.');
  await shop.git('backend', 'switch', '--quiet', 'develop');
  await writeFile(shop.path('backend/a.txt'), 'theirs\n');
  await shop.git('backend', 'add', 'a.txt');
  await shop.git('backend', 'commit', '--quiet', '-m', 'Theirs');
  await expect(shop.json('worker', 'finish', id, '--yes')).rejects.toThrow(`worker update ${id}`);
  const brought = await shop.json('worker', 'update', id, '--tell');
  expect(brought).toMatchObject({ base: 'develop', commit: null, conflicts: ['a.txt'], told: true });
  await shop.until('the worker was told', async () =>
    (await shop.run(['worker', 'screen', id, '--scrollback', '200'])).stdout.includes('conflicts in: a.txt'),
  );
  expect(await readFile(shop.path('.worktrees/backend-auth/a.txt'), 'utf8')).toContain('<<<<<<<');
  expect(await shop.git('backend', 'status', '--porcelain')).toBe('');
});

it('runs checks before a finish, in the worktree, and jobs in main checkouts', async () => {
  const node = (code: string) => [process.execPath, '-e', code];
  const jobs = {
    verify: node("process.exit(require('node:fs').existsSync('ready.txt') ? 0 : 3)"),
    where: node("console.log(process.cwd()); process.exitCode = process.cwd().endsWith('web') ? 5 : 0"),
  };
  await configure({ jobs });
  await shop.start('backend', 'auth', 'write a.txt: A\ncommit: Add a\nsay: Done.');
  await expect(shop.json('worker', 'finish', id, '--yes')).rejects.toThrow('checks_failed');
  await shop.untilState(id, 'idle');
  await shop.json('worker', 'finish', id, '--yes', '--no-verify');
  const where = await shop.run(['run', 'where', '--json']);
  expect(where.code).toBe(1);
  expect(JSON.parse(where.stdout)).toMatchObject([
    { repo: 'backend', exitCode: 0, lastLines: [shop.path('backend')] },
    { repo: 'web', exitCode: 5 },
  ]);
  expect((await shop.run(['run', 'where', 'backend'])).stdout).toContain(shop.path('backend'));
  expect((await shop.run(['run', 'none'])).stderr).toContain('Known: verify, where.');
});
