import { rename } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import type { Repo } from '../../src/core/repo.ts';
import { Git } from '../../src/git/run.ts';
import { chooseBase } from '../../src/git/worktrees/branch.ts';
import {
  createPlace,
  expectProblem,
  expectValue,
  type Place,
  pictureOf,
  write,
} from '../support/gitPlace.ts';

async function cloned(): Promise<{ place: Place; origin: Repo; repo: Repo }> {
  const place = await createPlace();
  const origin = await place.repo('origin');
  const path = join(place.root, 'clone');
  await place.sh(place.root, 'clone', '-q', origin.path, path);
  await write(path, { '.git/info/exclude': '' });
  await place.sh(path, 'config', 'user.name', 'Ada');
  await place.sh(path, 'config', 'user.email', 'ada@example.com');
  await place.sh(path, 'branch', '-q', 'develop', 'origin/develop');
  await place.sh(origin.path, 'switch', '-q', 'develop');
  return { place, origin, repo: { name: 'clone', path } };
}

test('Without a remote, develop is the base', async () => {
  const place = await createPlace();
  const repo = await place.repo();
  const { base, warnings } = expectValue(await chooseBase(place.git, repo));
  expect(warnings).toEqual([]);
  expect(base).toEqual({
    branch: 'develop',
    commit: await place.sh(repo.path, 'rev-parse', 'develop'),
    subject: 'First',
    committedAt: await place.sh(repo.path, 'log', '-1', '--format=%cI', 'develop'),
  });
});

test('Without develop, main is used with a warning', async () => {
  const place = await createPlace();
  const repo = await place.repo('backend', { develop: false });
  const { base, warnings } = expectValue(await chooseBase(place.git, repo));
  expect(base.branch).toBe('main');
  expect(warnings).toEqual(['There is no develop branch; main is used.']);
});

test('Newer commits of the remote are fetched and used; the checkout does not change', async () => {
  const { place, origin, repo } = await cloned();
  const newer = await place.commit(origin.path, { 'new.txt': '1' }, 'Newer');
  const before = await pictureOf(repo);
  const { base, warnings } = expectValue(await chooseBase(place.git, repo));
  expect(base).toMatchObject({ branch: 'origin/develop', commit: newer, subject: 'Newer' });
  expect(warnings).toEqual([]);
  expect(await pictureOf(repo)).toEqual(before);
});

test('A develop that is level with the remote, or ahead of it, is the local one', async () => {
  const { place, repo } = await cloned();
  expect(expectValue(await chooseBase(place.git, repo)).base.branch).toBe('develop');
  await place.sh(repo.path, 'switch', '-q', 'develop');
  const ahead = await place.commit(repo.path, { 'mine.txt': '1' });
  expect(expectValue(await chooseBase(place.git, repo)).base).toMatchObject({
    branch: 'develop',
    commit: ahead,
  });
});

test('A develop that has diverged is used as it is here, with a warning', async () => {
  const { place, origin, repo } = await cloned();
  await place.commit(origin.path, { 'theirs.txt': '1' });
  await place.sh(repo.path, 'switch', '-q', 'develop');
  const ours = await place.commit(repo.path, { 'mine.txt': '1' });
  const { base, warnings } = expectValue(await chooseBase(place.git, repo));
  expect(base.commit).toBe(ours);
  expect(warnings).toEqual(['develop and origin/develop have diverged, by 1 and 1 commits; ours is used.']);
});

test('A develop that only the remote has is used from there', async () => {
  const { place, repo } = await cloned();
  await place.sh(repo.path, 'branch', '-q', '-D', 'develop');
  expect(expectValue(await chooseBase(place.git, repo)).base.branch).toBe('origin/develop');
});

test('A remote that cannot be reached is a warning in the words of git', async () => {
  const { place, origin, repo } = await cloned();
  await rename(origin.path, `${origin.path}-away`);
  const { base, warnings } = expectValue(await chooseBase(place.git, repo));
  expect(base.branch).toBe('develop');
  expect(warnings).toEqual([
    expect.stringMatching(/^origin could not be asked.*does not appear to be a git repo/s),
  ]);
});

test('A remote that does not answer is not waited for', async () => {
  const { place, repo } = await cloned();
  await place.sh(repo.path, 'remote', 'set-url', 'origin', 'ssh://example.invalid/x');
  const git = new Git({ ...place.env, GIT_SSH_COMMAND: 'sh -c "cat >/dev/null"' });
  const { base, warnings } = expectValue(await chooseBase(git, repo, { fetchTimeoutMs: 200 }));
  expect(base.branch).toBe('develop');
  expect(warnings).toEqual([expect.stringContaining('did not answer in time')]);
});

test('A branch that was never pushed causes no warning', async () => {
  const { place, origin, repo } = await cloned();
  await place.sh(origin.path, 'switch', '-q', 'main');
  await place.sh(origin.path, 'branch', '-q', '-D', 'develop');
  await place.sh(repo.path, 'update-ref', '-d', 'refs/remotes/origin/develop');
  const { base, warnings } = expectValue(await chooseBase(place.git, repo));
  expect(base.branch).toBe('develop');
  expect(warnings).toEqual([]);
});

test('A base without commits for weeks is called old', async () => {
  const place = await createPlace();
  const repo = await place.repo();
  const now = (days: number) => new Date(Date.now() + days * 86_400_000);
  expect(expectValue(await chooseBase(place.git, repo, { now: now(14) })).warnings).toEqual([]);
  expect(expectValue(await chooseBase(place.git, repo, { now: now(20) })).warnings).toEqual([
    'The last commit on develop is 20 days old.',
  ]);
});

test('Without a commit there is no base', async () => {
  const place = await createPlace();
  await place.sh(place.root, 'init', '-q', '-b', 'main', 'empty');
  const repo = { name: 'empty', path: join(place.root, 'empty') };
  expect(expectProblem(await chooseBase(place.git, repo)).code).toBe('no_base');
});
