import { chmod, readFile, rm, stat, symlink } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test, vi } from 'vitest';
import { expireBackups, listBackups } from '../../src/git/refs.ts';
import {
  diffOfSnapshot,
  keepSnapshot,
  listSnapshots,
  restoreFrom,
} from '../../src/git/snapshots/snapshots.ts';
import { createPlace, expectProblem, expectValue, pictureOf, write } from '../support/gitPlace.ts';

const at = (minutes: number) => new Date(Date.UTC(2026, 2, 1, 10, minutes));

async function scene() {
  const place = await createPlace('with späce');
  const repo = await place.repo();
  const worker = await place.worker(repo);
  const keep = async (minutes: number) =>
    expectValue(await keepSnapshot(place.git, repo, worker, 'Turn ended', at(minutes)));
  return { place, repo, worker, keep };
}

test('Snapshots keep what is not committed, only when something changed, and touch neither index nor files', async () => {
  const { place, repo, worker, keep } = await scene();
  expect(await keep(0)).toBeNull();
  await write(worker.worktree, { 'src/app.ts': 'changed\n', 'new\nline.txt': 'untracked' });
  await place.sh(worker.worktree, 'add', 'src/app.ts');
  const index = join(repo.path, '.git/worktrees/backend-fix/index');
  const before = [
    await readFile(index),
    (await stat(index)).mtimeMs,
    await pictureOf({ ...repo, path: worker.worktree }),
  ];
  const ref = await keep(1);
  expect(ref).toBe('refs/orch/wip/fix/20260301T100100.000Z');
  expect(await keep(2)).toBeNull();
  const after = [
    await readFile(index),
    (await stat(index)).mtimeMs,
    await pictureOf({ ...repo, path: worker.worktree }),
  ];
  expect(after).toEqual(before);
  const [snapshot] = expectValue(await listSnapshots(place.git, repo, 'fix'));
  if (!snapshot) return expect.fail('none');
  expect(snapshot).toMatchObject({ ref, at: at(1).toISOString(), subject: 'Turn ended' });
  const diff = expectValue(await diffOfSnapshot(place.git, repo, snapshot));
  expect(diff).toContain('+changed');
  expect(diff).toContain('+untracked');
  await place.commit(worker.worktree, {}, 'Committed');
  expect(await keep(3)).toBeNull();
});

test('A change within the second of git’s last look is kept, also one that leaves the size as it was', async () => {
  const { place, repo, worker, keep } = await scene();
  const dir = worker.worktree;
  const file = join(dir, 'same.txt');
  const secondOf = async (path: string) => Math.floor((await stat(path)).mtimeMs / 1000);
  let seconds: number[];
  // If a new second began in between, git can tell by the time.
  do {
    await write(dir, { 'same.txt': 'old' });
    await place.sh(dir, 'add', '--all');
    seconds = [await secondOf(file), await secondOf(join(repo.path, '.git/worktrees/backend-fix/index'))];
    await write(dir, { 'same.txt': 'new' });
    seconds.push(await secondOf(file));
  } while (new Set(seconds).size > 1);
  await vi.waitUntil(() => Date.now() / 1000 > (seconds[0] ?? 0) + 1);
  expect(await place.sh(repo.path, 'show', `${await keep(1)}:same.txt`)).toBe('new');
});

test('A restore puts files back as uncommitted changes, after a snapshot of what was there', async () => {
  const { place, repo, worker, keep } = await scene();
  const dir = worker.worktree;
  await write(dir, { 'src/app.ts': 'first\n', 'tool.sh': '#!/bin/sh\n', ':odd *name': 'odd' });
  await chmod(join(dir, 'tool.sh'), 0o755);
  await symlink('src/app.ts', join(dir, 'link'));
  const first = await keep(1);
  await write(dir, { 'src/app.ts': 'second\n', 'later.txt': 'later' });
  for (const name of ['tool.sh', ':odd *name', 'link', 'README.md']) await rm(join(dir, name));
  await place.sh(dir, 'add', 'later.txt');
  const staged = await place.sh(dir, 'diff', '--cached', '--name-status');
  const options = { exact: false, at: at(2) };
  const restored = expectValue(await restoreFrom(place.git, repo, worker, first ?? '', options));
  expect(restored.before).toBe('refs/orch/wip/fix/20260301T100200.000Z');
  expect(restored.deleted).toEqual([]);
  expect(await readFile(join(dir, 'src/app.ts'), 'utf8')).toBe('first\n');
  expect(await readFile(join(dir, 'link'), 'utf8')).toBe('first\n');
  expect(await readFile(join(dir, ':odd *name'), 'utf8')).toBe('odd');
  expect((await stat(join(dir, 'tool.sh'))).mode & 0o111).not.toBe(0);
  expect(await readFile(join(dir, 'README.md'), 'utf8')).toBe('one\ntwo\nthree\n');
  expect(await readFile(join(dir, 'later.txt'), 'utf8')).toBe('later');
  expect(await place.sh(dir, 'diff', '--cached', '--name-status')).toBe(staged);
  // And back again, this time exactly.
  const back = await restoreFrom(place.git, repo, worker, restored.before ?? '', {
    exact: true,
    at: at(3),
  });
  expect([...expectValue(back).deleted].sort()).toEqual([':odd *name', 'README.md', 'link', 'tool.sh']);
  expect(await readFile(join(dir, 'src/app.ts'), 'utf8')).toBe('second\n');
});

test('A restore writes over no file of which there is no copy', async () => {
  const { place, repo, worker, keep } = await scene();
  await write(worker.worktree, { 'settings.env': 'old' });
  const ref = await keep(1);
  await write(worker.worktree, { '.gitignore': '*.env\n', 'settings.env': 'new and ignored' });
  const problem = expectProblem(
    await restoreFrom(place.git, repo, worker, ref ?? '', { exact: true, at: at(2) }),
  );
  expect(problem).toMatchObject({ code: 'in_the_way', message: expect.stringContaining('settings.env') });
  expect(await readFile(join(worker.worktree, 'settings.env'), 'utf8')).toBe('new and ignored');
});

test('Snapshots are taken amid a merge with conflicts and beside a foreign index.lock', async () => {
  const { place, repo, worker, keep } = await scene();
  await place.sh(repo.path, 'switch', '--quiet', 'develop');
  await place.commit(repo.path, { 'src/app.ts': 'theirs\n' });
  await place.commit(worker.worktree, { 'src/app.ts': 'ours\n' });
  await place.sh(worker.worktree, 'merge', 'develop').catch(() => {});
  await write(repo.path, { '.git/worktrees/backend-fix/index.lock': '' });
  const ref = await keep(1);
  expect(await place.sh(repo.path, 'show', `${ref}:src/app.ts`)).toContain('<<<<<<<');
  const problem = expectProblem(
    await restoreFrom(place.git, repo, worker, ref ?? '', { exact: false, at: at(2) }),
  );
  expect(problem.code).toBe('operation_under_way');
});

test('Backups go after thirty days and not a moment sooner', async () => {
  const { place, repo, worker, keep } = await scene();
  await write(worker.worktree, { 'draft.txt': 'x' });
  const ref = await keep(0);
  const day = 24 * 3_600_000;
  const due = at(0).getTime() + 30 * day;
  expect(expectValue(await expireBackups(place.git, repo, new Date(due)))).toEqual([]);
  expect(expectValue(await expireBackups(place.git, repo, new Date(due + 1))).map((one) => one.ref)).toEqual([
    ref,
  ]);
  expect(expectValue(await listBackups(place.git, repo))).toEqual([]);
});
