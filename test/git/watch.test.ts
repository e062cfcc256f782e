import { mkdir, rm, symlink, writeFile } from 'node:fs/promises';
import { basename, join, relative } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { findGitDirectory, readHead } from '../../src/git/directories.ts';
import { finishBranch } from '../../src/git/finish/finish.ts';
import { listWorktrees } from '../../src/git/porcelain.ts';
import { type GitChange, GitWatch } from '../../src/git/status/watch.ts';
import { createPlace, expectProblem, expectValue, write } from '../support/gitPlace.ts';

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
  /** Runs a change and waits until it is reported. */
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

test('commits, staging, branches and stashes in the main checkout are reported', async () => {
  const { place, repo, seen } = await scene();
  await seen(() => place.commit(repo.path, { 'a.txt': '1' }));
  await write(repo.path, { 'b.txt': '2' });
  await seen(() => place.sh(repo.path, 'add', 'b.txt'));
  await seen(() => place.sh(repo.path, 'switch', '-q', 'develop'));
  await seen(() => place.sh(repo.path, 'stash', 'push', '-q', '--include-untracked'));
  await seen(() => place.sh(repo.path, 'pack-refs', '--all'));
});

test('a worktree is reported by its path, also one created later', async () => {
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

test('a closed watch reports nothing, and a missing folder is not watched', async () => {
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

test('a worktree whose files name each other by relative paths is the same everywhere', async () => {
  const { place, repo, worker, seen } = await scene();
  const admin = join(repo.path, '.git/worktrees', basename(worker.worktree));
  // Git before 2.48 cannot make them: https://git-scm.com/docs/git-worktree#_configuration
  await writeFile(join(admin, 'gitdir'), `../../../../.worktrees/${basename(worker.worktree)}/.git\n`);
  await writeFile(join(worker.worktree, '.git'), `gitdir: ${relative(worker.worktree, admin)}\n`);
  await seen(() => place.commit(worker.worktree, { 'a.txt': 'a' }), worker.worktree);
  const tip = await place.sh(worker.worktree, 'rev-parse', 'HEAD');
  expect(readHead(worker.worktree)).toEqual({ branch: worker.branch, commit: tip });
  expect(findGitDirectory(worker.worktree)).toBe(admin);
  expect(expectValue(await listWorktrees(place.git, repo.path))[1]).toMatchObject({
    path: worker.worktree,
    prunable: null,
  });
  // Through a link the file's own folder counts, not the one that the link lies in.
  await mkdir(join(place.root, 'far/off'), { recursive: true });
  await symlink(worker.worktree, join(place.root, 'far/off/link'));
  expect(findGitDirectory(join(place.root, 'far/off/link'))).toBe(admin);
  expectValue(await finishBranch(place.git, repo, worker, { tip }));
});

test('a git too old for relative paths is reported', async () => {
  const place = await createPlace();
  const repo = await place.repo();
  await place.sh(repo.path, 'config', 'core.repositoryFormatVersion', '1');
  await place.sh(repo.path, 'config', 'extensions.relativeWorktrees', 'true');
  const listed = await listWorktrees(place.git, repo.path);
  const isOld = !listed.ok;
  const [, major, minor] = /(\d+)\.(\d+)/.exec(await place.sh(place.root, '--version')) ?? [];
  expect(isOld).toBe(Number(major) === 2 && Number(minor) < 48);
  if (isOld) expect(expectProblem(listed).hint).toContain('2.48');
});
