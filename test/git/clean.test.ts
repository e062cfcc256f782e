import { access, rename, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { findRemoval, removeWorker } from '../../src/git/finish/clean.ts';
import { createPlace, expectProblem, expectValue, pictureOf, refsOf, write } from '../support/gitPlace.ts';

const at = new Date('2026-03-01T10:15:00.123Z');
const stamp = '20260301T101500.123Z';

async function expectGone(path: string): Promise<void> {
  await expect(access(path)).rejects.toThrow();
}

test('A worker that did nothing goes without a question', async () => {
  const place = await createPlace();
  const repo = await place.repo();
  const worker = await place.worker(repo);
  const before = await pictureOf(repo);
  const preview = expectValue(await findRemoval(place.git, repo, worker));
  expect(preview).toEqual({
    id: 'backend/fix',
    branch: 'feature/fix',
    tip: worker.base.commit,
    unmerged: [],
    uncommitted: [],
    ignored: [],
    wantsTypedName: false,
  });
  const done = expectValue(await removeWorker(place.git, repo, worker, { tip: preview.tip, at }));
  expect(done).toEqual({ id: 'backend/fix', backup: `refs/orch/backup/fix/${stamp}` });
  await expectGone(worker.worktree);
  expect(await refsOf(place, repo)).not.toContain('feature');
  expect(await place.sh(repo.path, 'config', '--list')).not.toContain('feature/fix');
  expect(await pictureOf(repo)).toEqual(before);
});

test('Unmerged commits and uncommitted work want the name of the task, and are kept', async () => {
  const place = await createPlace();
  const repo = await place.repo();
  const worker = await place.worker(repo);
  await write(repo.path, { '.git/info/exclude': '.env\n' });
  const tip = await place.commit(worker.worktree, { 'a.txt': 'a' }, 'Add a');
  await write(worker.worktree, {
    'a.txt': 'changed',
    'new.txt': 'new',
    '.env': 'KEY=1',
    'staged.txt': 'staged',
  });
  await place.sh(worker.worktree, 'add', 'staged.txt');
  await rm(join(worker.worktree, 'README.md'));
  const preview = expectValue(await findRemoval(place.git, repo, worker));
  expect(preview).toMatchObject({
    unmerged: [expect.stringMatching(/^\w+ Add a$/)],
    uncommitted: ['README.md', 'a.txt', 'staged.txt', 'new.txt'],
    ignored: ['.env'],
    wantsTypedName: true,
  });

  const before = await refsOf(place, repo);
  for (const confirm of [undefined, 'other']) {
    const problem = expectProblem(
      await removeWorker(place.git, repo, worker, { tip, ...(confirm && { confirm }) }),
    );
    expect(problem.message).toBe(
      '1 unmerged commit, uncommitted work (README.md, a.txt, staged.txt, new.txt), ignored files (.env) would go.',
    );
  }
  expect(await refsOf(place, repo)).toBe(before);

  const { backup } = expectValue(await removeWorker(place.git, repo, worker, { tip, confirm: 'fix', at }));
  expect(backup).toBe(`refs/orch/wip/fix/${stamp}`);
  await expectGone(worker.worktree);
  expect(await place.sh(repo.path, 'rev-parse', `${backup}^`)).toBe(tip);
  expect(await place.sh(repo.path, 'rev-parse', `refs/orch/backup/fix/${stamp}`)).toBe(tip);
  expect(await place.sh(repo.path, 'ls-tree', '-r', '--name-only', backup)).toBe(
    'a.txt\nnew.txt\nsrc/app.ts\nstaged.txt',
  );
  expect(await place.sh(repo.path, 'show', `${backup}:a.txt`)).toBe('changed');
  expect(await place.sh(repo.path, 'fsck', '--strict')).toBe('');
});

test('Commits that were made since the preview are refused', async () => {
  const place = await createPlace();
  const repo = await place.repo();
  const worker = await place.worker(repo);
  const { tip } = expectValue(await findRemoval(place.git, repo, worker));
  await place.commit(worker.worktree, { 'a.txt': 'a' });
  expect(expectProblem(await removeWorker(place.git, repo, worker, { tip, confirm: 'fix' })).code).toBe(
    'tip_moved',
  );
});

test('Merged work is not unmerged, however it was merged', async () => {
  const place = await createPlace();
  const repo = await place.repo();
  await place.sh(repo.path, 'switch', '-q', 'develop');
  const merged = await place.worker(repo, 'merged');
  await place.commit(merged.worktree, { 'm.txt': 'm' });
  const picked = await place.worker(repo, 'picked');
  await place.commit(picked.worktree, { 'p.txt': 'p' });
  const pushed = await place.worker(repo, 'pushed');
  await place.commit(pushed.worktree, { 'q.txt': 'q' });
  const half = await place.worker(repo, 'half');
  const first = await place.commit(half.worktree, { 'h1.txt': '1' }, 'Half one');
  await place.commit(half.worktree, { 'h2.txt': '2' }, 'Half two');

  await place.sh(repo.path, 'merge', '-q', '--no-ff', '-m', 'Merge', merged.branch);
  await place.sh(repo.path, 'cherry-pick', picked.branch, first);
  await place.sh(repo.path, 'update-ref', 'refs/remotes/origin/pushed', pushed.branch);
  for (const worker of [merged, picked, pushed])
    expect(expectValue(await findRemoval(place.git, repo, worker)).unmerged).toEqual([]);
  expect(expectValue(await findRemoval(place.git, repo, half)).unmerged).toEqual([
    expect.stringContaining('Half two'),
  ]);
});

test('A worktree folder deleted by hand leaves only the branch to remove', async () => {
  const place = await createPlace();
  const repo = await place.repo();
  const worker = await place.worker(repo);
  const tip = await place.commit(worker.worktree, { 'a.txt': 'a' });
  await rm(worker.worktree, { recursive: true });
  expect(expectValue(await findRemoval(place.git, repo, worker)).unmerged).toHaveLength(1);
  const { backup } = expectValue(await removeWorker(place.git, repo, worker, { tip, confirm: 'fix' }));
  expect(await place.sh(repo.path, 'rev-parse', backup)).toBe(tip);
  expect(await place.sh(repo.path, 'worktree', 'list', '--porcelain')).not.toContain('fix');
});

test('A worktree whose disk is not there is left alone', async () => {
  const place = await createPlace();
  const repo = await place.repo();
  const worker = await place.worker(repo);
  const { tip } = expectValue(await findRemoval(place.git, repo, worker));
  await rename(join(place.root, '.worktrees'), join(place.root, 'unplugged'));
  expect(expectProblem(await removeWorker(place.git, repo, worker, { tip })).code).toBe('folder_missing');
  expect(await place.sh(repo.path, 'worktree', 'list', '--porcelain')).toContain('fix');
});

test('A worker of which nothing is left can still be cleaned', async () => {
  const place = await createPlace();
  const repo = await place.repo();
  const worker = await place.worker(repo);
  await place.sh(repo.path, 'worktree', 'remove', worker.worktree);
  await place.sh(repo.path, 'branch', '-q', '-D', worker.branch);
  const { tip } = expectValue(await findRemoval(place.git, repo, worker));
  expectValue(await removeWorker(place.git, repo, worker, { tip }));
});

test('Commits made without a branch, amid a rebase, are counted and kept', async () => {
  const place = await createPlace();
  const repo = await place.repo();
  const worker = await place.worker(repo);
  const tip = await place.commit(worker.worktree, { 'a.txt': 'a' }, 'On the branch');
  await place.sh(worker.worktree, 'switch', '-q', '--detach', 'develop');
  const head = await place.commit(worker.worktree, { 'b.txt': 'b' }, 'Beside it');
  await write(worker.worktree, { 'c.txt': 'c' });
  const preview = expectValue(await findRemoval(place.git, repo, worker));
  expect(preview.unmerged).toHaveLength(2);
  const { backup } = expectValue(await removeWorker(place.git, repo, worker, { tip, confirm: 'fix' }));
  expect(await place.sh(repo.path, 'rev-parse', `${backup}^1`, `${backup}^2`)).toBe(`${head}\n${tip}`);
});

test('A branch renamed in the worktree is not deleted', async () => {
  const place = await createPlace();
  const repo = await place.repo();
  const worker = await place.worker(repo);
  const head = await place.commit(worker.worktree, { 'a.txt': 'a' });
  await place.sh(worker.worktree, 'branch', '-m', 'renamed');
  const preview = expectValue(await findRemoval(place.git, repo, worker));
  expect(preview).toMatchObject({ tip: head, unmerged: [], wantsTypedName: false });
  expectValue(await removeWorker(place.git, repo, worker, { tip: head }));
  expect(await place.sh(repo.path, 'rev-parse', 'renamed')).toBe(head);
});

test('A repository inside the worktree cannot be backed up, so it stays', async () => {
  const place = await createPlace();
  const repo = await place.repo();
  const worker = await place.worker(repo);
  await place.sh(worker.worktree, 'init', '-q', 'inner');
  await write(worker.worktree, { 'inner/x.txt': 'x' });
  const problem = expectProblem(await findRemoval(place.git, repo, worker));
  expect(problem).toMatchObject({ code: 'nested_repository', message: expect.stringContaining('inner/') });
});

test('A folder that is no worktree of ours stays', async () => {
  const place = await createPlace();
  const repo = await place.repo();
  const worker = await place.worker(repo);
  await rm(join(worker.worktree, '.git'));
  expect(expectProblem(await findRemoval(place.git, repo, worker)).code).toBe('not_a_worktree');
  await access(worker.worktree);
});
