import { access } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import type { Repo } from '../../src/core/repo.ts';
import { removeWorker } from '../../src/git/finish/clean.ts';
import { findFinish, finishBranch } from '../../src/git/finish/finish.ts';
import type { WorkerPlace } from '../../src/git/worktrees/inspect.ts';
import { createPlace, expectProblem, expectValue, type Place, refsOf, write } from '../support/gitPlace.ts';

/** A repository with a submodule that the worker has initialised. */
async function withSubmodule(): Promise<{ place: Place; repo: Repo; worker: WorkerPlace; tip: string }> {
  const place = await createPlace();
  const library = await place.repo('library');
  const repo = await place.repo();
  await place.sh(repo.path, 'switch', '-q', 'develop');
  const local = ['-c', 'protocol.file.allow=always'];
  await place.sh(repo.path, ...local, 'submodule', '--quiet', 'add', library.path, 'lib');
  await place.sh(repo.path, 'commit', '-q', '-m', 'Add lib');
  const worker = await place.worker(repo);
  await place.sh(worker.worktree, ...local, 'submodule', '--quiet', 'update', '--init');
  await place.sh(join(worker.worktree, 'lib'), 'config', 'user.name', 'Ada');
  await place.sh(join(worker.worktree, 'lib'), 'config', 'user.email', 'ada@example.com');
  const tip = await place.commit(worker.worktree, { 'a.txt': 'a' });
  return { place, repo, worker, tip };
}

test('A worktree with untouched submodules is removed', async () => {
  const { place, repo, worker, tip } = await withSubmodule();
  expectValue(await finishBranch(place.git, repo, worker, { tip }));
  await expect(access(worker.worktree)).rejects.toThrow();
  expect(await place.sh(repo.path, 'fsck', '--strict')).toBe('');
});

test('Changes in a submodule keep the worktree: no snapshot could hold them', async () => {
  const { place, repo, worker, tip } = await withSubmodule();
  await write(join(worker.worktree, 'lib'), { 'README.md': 'changed' });
  expect(expectValue(await findFinish(place.git, repo, worker)).uncommitted).toEqual(['lib']);
  expect(expectProblem(await finishBranch(place.git, repo, worker, { tip })).message).toContain('lib');
  expect(expectProblem(await removeWorker(place.git, repo, worker, { tip, confirm: 'fix' })).code).toBe(
    'submodule_work',
  );
  await access(join(worker.worktree, 'lib', 'README.md'));
});

test('Unpushed commits in a submodule keep the worktree, before anything is merged', async () => {
  const { place, repo, worker } = await withSubmodule();
  await place.sh(join(worker.worktree, 'lib'), 'switch', '-q', '-c', 'mine');
  await place.commit(join(worker.worktree, 'lib'), { 'new.txt': 'new' });
  const tip = await place.commit(worker.worktree, {});
  const before = await refsOf(place, repo);
  const problem = expectProblem(await finishBranch(place.git, repo, worker, { tip }));
  expect(problem).toMatchObject({ code: 'submodule_work', message: expect.stringContaining('lost: lib.') });
  expect(await refsOf(place, repo)).toBe(before);
});
