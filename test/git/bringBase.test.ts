import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { findFinish } from '../../src/git/finish/finish.ts';
import { listSnapshots } from '../../src/git/snapshots/snapshots.ts';
import { mergeBase, resolveText } from '../../src/git/worktrees/branch.ts';
import { createPlace, expectProblem, expectValue, pictureOf, write } from '../support/gitPlace.ts';

async function scene() {
  const place = await createPlace();
  const repo = await place.repo();
  const worker = await place.worker(repo);
  await place.sh(repo.path, 'switch', '--quiet', 'develop');
  return { place, repo, worker };
}

test('Develop is merged into the branch in its own worktree', async () => {
  const { place, repo, worker } = await scene();
  const ours = await place.commit(worker.worktree, { 'ours.txt': 'x' });
  const theirs = await place.commit(repo.path, { 'theirs.txt': 'y' });
  const before = await pictureOf(repo);
  const brought = expectValue(await mergeBase(place.git, repo, worker));
  expect(brought).toMatchObject({ base: 'develop', conflicts: [] });
  expect(await place.sh(worker.worktree, 'log', '-1', '--format=%P %s')).toBe(
    `${ours} ${theirs} Merge branch 'develop' into feature/fix`,
  );
  expect(await pictureOf(repo)).toEqual(before);
  expect(expectValue(await mergeBase(place.git, repo, worker)).commit).toBe(brought.commit);
});

test('Conflicts stay in the worktree, and once they are resolved there the branch can be finished', async () => {
  const { place, repo, worker } = await scene();
  await place.commit(worker.worktree, { 'src/app.ts': 'ours\n' });
  await place.commit(repo.path, { 'src/app.ts': 'theirs\n' });
  const before = await pictureOf(repo);
  const brought = expectValue(await mergeBase(place.git, repo, worker));
  expect(brought).toMatchObject({ commit: null, conflicts: ['src/app.ts'] });
  expect(resolveText(brought)).toContain('conflicts in: src/app.ts');
  expect(await readFile(join(worker.worktree, 'src/app.ts'), 'utf8')).toContain('<<<<<<<');
  expect(await pictureOf(repo)).toEqual(before);
  expect(expectProblem(await mergeBase(place.git, repo, worker)).code).toBe('operation_under_way');
  await place.commit(worker.worktree, { 'src/app.ts': 'both\n' }, 'Resolve');
  expect(expectValue(await findFinish(place.git, repo, worker)).blockers).toEqual([]);
});

test('Uncommitted work is kept in a snapshot; where it overlaps git refuses and all stays as it was', async () => {
  const { place, repo, worker } = await scene();
  await place.commit(repo.path, { 'src/app.ts': 'theirs\n', 'more.txt': 'x' });
  await write(worker.worktree, { 'src/app.ts': 'not committed\n' });
  const problem = expectProblem(await mergeBase(place.git, repo, worker));
  expect(problem).toMatchObject({ code: 'git_refused', message: expect.stringContaining('src/app.ts') });
  expect(await readFile(join(worker.worktree, 'src/app.ts'), 'utf8')).toBe('not committed\n');
  expect(expectValue(await listSnapshots(place.git, repo, 'fix'))).toHaveLength(1);
  await write(worker.worktree, { 'src/app.ts': 'a\nb\nc\n', 'draft.txt': 'not committed' });
  expect(expectValue(await mergeBase(place.git, repo, worker)).conflicts).toEqual([]);
  expect(await place.sh(worker.worktree, 'status', '--porcelain')).toBe('?? draft.txt');
});
