import { mkdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { isStale } from '../../../../src/core/repo.ts';
import { readDetails } from '../../../../src/features/repos/service/details.ts';
import { createPlace, expectProblem, expectValue, pictureOf, write } from '../../../support/gitPlace.ts';

async function scene() {
  const place = await createPlace();
  const repo = await place.repo();
  await place.sh(repo.path, 'switch', '-q', 'develop');
  const begin = async (branch: string, files: Record<string, string>) => {
    await place.sh(repo.path, 'switch', '-q', '-c', branch, 'develop');
    for (const [name, text] of Object.entries(files)) await place.commit(repo.path, { [name]: text }, name);
    await place.sh(repo.path, 'switch', '-q', 'develop');
  };
  const look = async () => expectValue(await readDetails(place.git, repo, place.root));
  const merged = async () =>
    Object.fromEntries((await look()).branches.map(({ name, merged }) => [name, merged]));
  return { place, repo, begin, look, merged };
}

test('branches say what they are for and how they stand beside develop', async () => {
  const { place, repo, begin, look } = await scene();
  await begin('feature/auth', { 'a.txt': '1', 'b.txt': '2' });
  await place.commit(repo.path, { 'c.txt': '3' }, 'On develop');
  await begin('release/1.0.0', {});
  const { branches, base } = await look();
  expect(base).toBe('develop');
  expect(branches.map(({ name, kind, ahead, behind }) => [name, kind, ahead, behind])).toEqual([
    ['main', 'main', 0, 1],
    ['develop', 'develop', null, null],
    ['release/1.0.0', 'release', 0, 0],
    ['feature/auth', 'feature', 2, 1],
  ]);
  expect(branches[1]).toMatchObject({ checkout: repo.path, last: { subject: 'On develop' } });
  expect(branches.every(({ upstream }) => upstream === null)).toBe(true);
});

test('work that is in develop is found as commits, as changes and as one commit; all else is unknown', async () => {
  const { place, repo, begin, merged } = await scene();
  for (const name of ['plain', 'picked', 'squashed', 'half', 'open'])
    await begin(`feature/${name}`, { [`${name}-1.txt`]: '1', [`${name}-2.txt`]: '2' });
  await place.sh(repo.path, 'merge', '-q', '--no-ff', '-m', 'm', 'feature/plain');
  await place.sh(repo.path, 'cherry-pick', 'develop..feature/picked');
  await place.sh(repo.path, 'merge', '-q', '--squash', 'feature/squashed');
  await place.sh(repo.path, 'commit', '-q', '-m', 'All of it');
  await place.sh(repo.path, 'cherry-pick', 'feature/half~1');
  const before = await pictureOf(repo);
  expect(await merged()).toEqual({
    ...{ main: null, develop: null, 'feature/plain': 'commits', 'feature/picked': 'changes' },
    ...{ 'feature/squashed': 'squash', 'feature/half': null, 'feature/open': null },
  });
  expect(await pictureOf(repo)).toEqual(before);
});

test('a version, stashes, and worktrees by their owner and what is under way in them', async () => {
  const { place, repo, look } = await scene();
  await place.commit(repo.path, { 'package.json': '{ "name": "shop", "version": "1.2.3" }\n' });
  const { worktree } = await place.worker(repo);
  await place.sh(repo.path, 'worktree', 'add', '-q', '--detach', join(place.root, 'elsewhere'));
  await place.sh(repo.path, 'worktree', 'lock', '--reason', 'mine', join(place.root, 'elsewhere'));
  await write(repo.path, { 'README.md': 'changed' });
  await place.sh(repo.path, 'stash', 'push', '-q', '-m', 'for later');
  await place.commit(worktree, { 'README.md': 'theirs' });
  await place.commit(repo.path, { 'README.md': 'ours' });
  await place.sh(worktree, 'merge', 'develop').catch(() => undefined);
  const { version, stashes, worktrees } = await look();
  expect(version).toBe('1.2.3');
  expect(stashes).toEqual(['On develop: for later']);
  expect(worktrees).toMatchObject([
    { path: repo.path, owner: 'main', branch: 'develop', operation: null },
    { path: worktree, owner: 'worker', branch: 'feature/fix', operation: 'merge' },
    { path: join(place.root, 'elsewhere'), owner: 'other', branch: null, locked: 'mine' },
  ]);
});

test('a worktree whose folder is gone, and a folder that is no repository, are told', async () => {
  const { place, repo, look } = await scene();
  const { worktree } = await place.worker(repo);
  await rm(worktree, { recursive: true });
  expect((await look()).worktrees[1]).toMatchObject({ owner: 'worker', prunable: expect.any(String) });
  const none = { name: 'none', path: join(place.root, 'none') };
  await mkdir(none.path);
  expect(expectProblem(await readDetails(place.git, none, place.root)).message).toContain('not a git repo');
});

test('a branch is stale when develop went on without it for two weeks', () => {
  const last = { commit: 'a', subject: '', at: '2026-11-01T00:00:00.000Z' };
  const rest = { name: 'x', kind: 'feature', ahead: 1, upstream: null, checkout: null } as const;
  const now = new Date('2026-11-22T00:00:00.000Z');
  expect(isStale({ ...rest, last, behind: 1, merged: null }, now)).toBe(true);
  expect(isStale({ ...rest, last, behind: 0, merged: null }, now)).toBe(false);
  expect(isStale({ ...rest, last, behind: 1, merged: 'squash' }, now)).toBe(false);
  expect(isStale({ ...rest, last: { ...last, at: now.toISOString() }, behind: 1, merged: null }, now)).toBe(
    false,
  );
});
