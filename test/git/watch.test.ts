import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { type GitChange, GitWatch } from '../../src/git/status/watch.ts';
import { createPlace, write } from './place.ts';

async function scene() {
  const place = await createPlace();
  const repo = await place.repo();
  const worker = await place.worker(repo);
  const told: GitChange[] = [];
  let onTold = () => {};
  const watch = new GitWatch(
    repo,
    (change) => {
      told.push(change);
      onTold();
    },
    (error) => {
      throw error;
    },
  );
  onTestFinished(() => watch.close());
  await watch.open();
  /** Does something and waits until it has been told. */
  const seen = async (act: () => Promise<unknown>, worktree?: string) => {
    const isTold = () => told.some((change) => !worktree || change.worktrees.includes(worktree));
    const { promise, resolve } = Promise.withResolvers<void>();
    told.length = 0;
    onTold = () => isTold() && resolve();
    await act();
    onTold();
    await promise;
  };
  return { place, repo, worker, watch, told, seen };
}

test('commits, staging, branches and stashes in the main checkout are told', async () => {
  const { place, repo, seen } = await scene();
  await seen(() => place.commit(repo.path, { 'a.txt': '1' }));
  await write(repo.path, { 'b.txt': '2' });
  await seen(() => place.sh(repo.path, 'add', 'b.txt'));
  await seen(() => place.sh(repo.path, 'switch', '-q', 'develop'));
  await seen(() => place.sh(repo.path, 'stash', 'push', '-q', '--include-untracked'));
  await seen(() => place.sh(repo.path, 'pack-refs', '--all'));
});

test('a worktree is told by its path, also one that came later', async () => {
  const { place, repo, worker, seen } = await scene();
  await seen(() => place.commit(worker.worktree, { 'a.txt': '1' }), worker.worktree);
  const path = join(place.root, 'later');
  await seen(() => place.sh(repo.path, 'worktree', 'add', '-q', '-b', 'new/deep/branch', path));
  await seen(() => place.commit(path, { 'b.txt': '1' }), path);
  await seen(() => place.sh(repo.path, 'branch', '-f', 'new/deep/other', 'main'));
  await seen(() => place.sh(repo.path, 'branch', '-f', 'new/deep/other', 'new/deep/branch'));
});

test('looking is no change, nor are files that are not git’s', async () => {
  const { place, repo, told, seen } = await scene();
  await place.git.run(repo.path, ['status', '--porcelain=v2']);
  await write(repo.path, { 'new.txt': 'x' });
  await seen(() => place.sh(repo.path, 'tag', 'unwatched').then(() => place.sh(repo.path, 'branch', 'told')));
  expect(told).toHaveLength(1);
});

test('a closed watch tells nothing, and a missing folder is none', async () => {
  const { place, repo, watch, told } = await scene();
  watch.close();
  await place.commit(repo.path, { 'a.txt': '1' });
  expect(told).toEqual([]);
  await rm(repo.path, { recursive: true });
  const gone = new GitWatch(
    repo,
    () => {},
    () => expect.unreachable(),
  );
  await gone.open();
  gone.close();
});
