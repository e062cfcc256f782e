import { readFile, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import type { Repo } from '../../src/core/repo.ts';
import { removeWorker } from '../../src/git/finish/clean.ts';
import { findFinish, finishBranch } from '../../src/git/finish/finish.ts';
import { undoFinish } from '../../src/git/finish/undo.ts';
import type { WorkerPlace } from '../../src/git/worktrees/inspect.ts';
import {
  createPlace,
  expectProblem,
  expectValue,
  type Place,
  pictureOf,
  write,
} from '../support/gitPlace.ts';

async function finished(place: Place, repo: Repo, worker: WorkerPlace) {
  const tip = await place.commit(worker.worktree, { 'src/app.ts': 'a\nB\nc\n', 'added.txt': 'new' });
  const { backup, merge, into } = expectValue(await finishBranch(place.git, repo, worker, { tip }));
  return { tip, ended: { worker, backup, merge: { into, commit: merge } } };
}

test('An undone finish brings branch and worktree back and takes the merge from develop', async () => {
  const place = await createPlace();
  const repo = await place.repo();
  const worker = await place.worker(repo);
  const base = await place.sh(repo.path, 'rev-parse', 'develop');
  const { tip, ended } = await finished(place, repo, worker);
  const done = expectValue(await undoFinish(place.git, repo, ended));
  expect(done).toEqual({
    id: 'backend/fix',
    branch: 'feature/fix',
    uncommitted: false,
    takenBackFrom: 'develop',
    mergeStays: null,
  });
  expect(await place.sh(repo.path, 'rev-parse', 'develop', 'feature/fix')).toBe(`${base}\n${tip}`);
  expect(await place.sh(repo.path, 'config', 'gitflow.branch.feature/fix.base')).toBe('develop');
  expect(expectValue(await findFinish(place.git, repo, worker))).toMatchObject({ tip, blockers: [] });
  expectValue(await finishBranch(place.git, repo, worker, { tip }));
});

test('A checkout of develop follows the undo, and keeps its own uncommitted files', async () => {
  const place = await createPlace();
  const repo = await place.repo();
  const worker = await place.worker(repo);
  await place.sh(repo.path, 'switch', '--quiet', 'develop');
  const before = await pictureOf(repo);
  const { ended } = await finished(place, repo, worker);
  await write(repo.path, { 'README.md': 'mine\n', 'own.txt': 'untracked' });
  expectValue(await undoFinish(place.git, repo, ended));
  expect(await place.sh(repo.path, 'status', '--porcelain')).toBe('M README.md\n?? own.txt');
  expect((await pictureOf(repo))['src/app.ts']).toBe(before['src/app.ts']);
  await expect(readFile(join(repo.path, 'added.txt'))).rejects.toThrow();
});

test.each<[string, (place: Place, repo: Repo) => Promise<unknown>]>([
  ['an overlapping change', (_place, repo) => write(repo.path, { 'src/app.ts': 'mine\n' })],
  [
    'something staged',
    async (place, repo) => {
      await write(repo.path, { 'README.md': 'mine\n' });
      await place.sh(repo.path, 'add', 'README.md');
    },
  ],
  [
    'a merge under way',
    async (place, repo) => {
      await place.sh(repo.path, 'branch', 'other', 'develop~1');
      await place.sh(repo.path, 'merge', '--no-commit', '--no-ff', 'main').catch(() => {});
      await write(repo.path, { '.git/MERGE_HEAD': `${await place.sh(repo.path, 'rev-parse', 'main')}\n` });
    },
  ],
])('Undo is refused, with nothing changed, where develop is checked out with %s', async (_what, disturb) => {
  const place = await createPlace();
  const repo = await place.repo();
  const worker = await place.worker(repo);
  await place.sh(repo.path, 'switch', '--quiet', 'develop');
  const { ended } = await finished(place, repo, worker);
  await disturb(place, repo);
  const before = await pictureOf(repo);
  const refs = await place.sh(repo.path, 'for-each-ref');
  const problem = expectProblem(await undoFinish(place.git, repo, ended));
  expect(problem).toMatchObject({ code: 'target_blocked', hint: expect.stringContaining('--keep-merge') });
  expect(await pictureOf(repo)).toEqual(before);
  expect(await place.sh(repo.path, 'for-each-ref')).toBe(refs);
  const done = expectValue(await undoFinish(place.git, repo, ended, { keepMerge: true }));
  expect(done.mergeStays?.revert).toBe(`git switch develop && git revert -m 1 ${ended.merge.commit}`);
  expect(await pictureOf(repo)).toEqual(before);
});

test.each<[string, string, (place: Place, repo: Repo) => Promise<unknown>]>([
  [
    'it was pushed',
    'origin/develop has it already.',
    async (place, repo) => {
      await place.sh(place.root, 'init', '--quiet', '--bare', 'origin.git');
      await place.sh(repo.path, 'remote', 'add', 'origin', join(place.root, 'origin.git'));
      await place.sh(repo.path, 'push', '--quiet', 'origin', 'develop');
    },
  ],
  [
    'develop went on',
    'develop has gone on since.',
    async (place, repo) => {
      await place.sh(repo.path, 'switch', '--quiet', 'develop');
      await place.commit(repo.path, { 'more.txt': 'x' });
    },
  ],
])('The merge stays, and its revert is named, where %s', async (_what, why, go) => {
  const place = await createPlace();
  const repo = await place.repo();
  const worker = await place.worker(repo);
  const { tip, ended } = await finished(place, repo, worker);
  await go(place, repo);
  const develop = await place.sh(repo.path, 'rev-parse', 'develop');
  const done = expectValue(await undoFinish(place.git, repo, ended));
  expect(done).toMatchObject({ takenBackFrom: null, mergeStays: { why } });
  expect(await place.sh(repo.path, 'rev-parse', 'develop', 'feature/fix')).toBe(`${develop}\n${tip}`);
});

test('An undone clean brings uncommitted, deleted and untracked work back as it was', async () => {
  const place = await createPlace();
  const repo = await place.repo();
  const worker = await place.worker(repo);
  const tip = await place.commit(worker.worktree, { 'kept.txt': 'x' });
  await write(worker.worktree, { 'src/app.ts': 'changed\n', 'dir/new file.txt': 'untracked' });
  await rm(join(worker.worktree, 'README.md'));
  const before = await place.sh(worker.worktree, 'status', '--porcelain', '--untracked-files=all');
  const { backup } = expectValue(await removeWorker(place.git, repo, worker, { tip, confirm: 'fix' }));
  const done = expectValue(await undoFinish(place.git, repo, { worker, backup, merge: null }));
  expect(done).toMatchObject({ uncommitted: true, takenBackFrom: null, mergeStays: null });
  expect(await place.sh(worker.worktree, 'status', '--porcelain', '--untracked-files=all')).toBe(before);
  expect(await readFile(join(worker.worktree, 'dir/new file.txt'), 'utf8')).toBe('untracked');
  expect(await place.sh(repo.path, 'rev-parse', 'feature/fix')).toBe(tip);
});

test('Undo does not take a branch or a folder that is there again', async () => {
  const place = await createPlace();
  const repo = await place.repo();
  const worker = await place.worker(repo);
  const { ended } = await finished(place, repo, worker);
  await place.sh(repo.path, 'branch', 'feature/fix', 'main');
  expect(expectProblem(await undoFinish(place.git, repo, ended)).code).toBe('branch_exists');
  await place.sh(repo.path, 'branch', '-D', 'feature/fix');
  await write(worker.worktree, { 'mine.txt': 'x' });
  expect(expectProblem(await undoFinish(place.git, repo, ended)).code).toBe('path_taken');
  expect(
    expectProblem(await undoFinish(place.git, repo, { ...ended, backup: 'refs/orch/backup/fix/gone' })).code,
  ).toBe('backup_gone');
});
