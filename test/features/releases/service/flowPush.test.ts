import { join } from 'node:path';
import { expect, test } from 'vitest';
import type { Repo } from '../../../../src/core/repo.ts';
import {
  fetchForPush,
  finishFlow,
  previewFlow,
  pushFinished,
} from '../../../../src/features/releases/service/finish.ts';
import { startFlow } from '../../../../src/features/releases/service/start.ts';
import { createPlace, expectProblem, expectValue, hook, type Place } from '../../../support/gitPlace.ts';

const release = { kind: 'release', name: '1.0.0' } as const;

/** A clone with an open release, which the remote has, too. */
async function withRemote(): Promise<[Place, Repo, string]> {
  const place = await createPlace();
  const repo = await place.repo();
  const remote = join(place.root, 'remote.git');
  await place.sh(place.root, 'init', '-q', '--bare', remote);
  await place.sh(repo.path, 'remote', 'add', 'origin', remote);
  await place.commit(repo.path, { VERSION: '0.9.0\n' });
  await place.sh(repo.path, 'branch', '-f', 'develop', 'main');
  expectValue(await startFlow(place.git, repo, release));
  await place.sh(repo.path, 'push', '-q', 'origin', 'main', 'develop', 'release/1.0.0');
  return [place, repo, remote];
}

/** Pushes a commit of another person to a branch of the remote. */
async function pushOfAnother(place: Place, remote: string, branch: string): Promise<void> {
  const other = join(place.root, 'other');
  const person = ['-c', 'user.name=B', '-c', 'user.email=b@c'];
  await place.sh(place.root, 'clone', '-q', '-b', branch, remote, other);
  await place.sh(other, ...person, 'commit', '-q', '--allow-empty', '-m', 'Theirs');
  await place.sh(other, 'push', '-q', 'origin', branch);
}

test('Main, develop and the one tag are pushed together; other tags and branches stay here', async () => {
  const [place, repo, remote] = await withRemote();
  await place.sh(repo.path, 'tag', '-a', '-m', 'Mine', 'mine', 'main');
  expectValue(await fetchForPush(place.git, repo));
  const done = expectValue(await finishFlow(place.git, repo, release));
  expect(expectValue(await pushFinished(place.git, repo, done))).toEqual([
    'refs/heads/main',
    'refs/heads/develop',
    'refs/tags/1.0.0',
  ]);
  const refs = (dir: string, ...names: string[]) =>
    place.sh(dir, 'for-each-ref', '--format=%(refname) %(objectname)', ...names);
  const ours = await refs(repo.path, 'refs/heads/main', 'refs/heads/develop', 'refs/tags/1.0.0');
  expect(await refs(remote, 'refs/heads/main', 'refs/heads/develop', 'refs/tags')).toBe(ours);
  // Without being asked the remote keeps its branch.
  expect(await refs(remote, 'refs/heads/release')).not.toBe('');
  const again = expectValue(await finishFlow(place.git, repo, release));
  expectValue(await pushFinished(place.git, repo, again, { deleteRemote: true }));
  expect(await refs(remote, 'refs/heads/release')).toBe('');
});

test('A push refused by a hook leaves everything finished here, nothing at the remote, and names the command to run', async () => {
  const [place, repo, remote] = await withRemote();
  await hook(repo, 'pre-push', 'echo "not today" >&2; exit 1');
  const before = await place.sh(remote, 'for-each-ref');
  const done = expectValue(await finishFlow(place.git, repo, release));
  const problem = expectProblem(await pushFinished(place.git, repo, done, { deleteRemote: true }));
  expect(problem).toMatchObject({ code: 'push_refused', message: expect.stringContaining('not today') });
  expect(problem.hint).toContain('push --atomic origin refs/heads/main refs/heads/develop refs/tags/1.0.0');
  expect(await place.sh(remote, 'for-each-ref')).toBe(before);
  expect(await place.sh(repo.path, 'branch', '--list', 'release/*')).toBe('');
});

test('A push that the remote would refuse is detected before anything moves', async () => {
  const [place, repo, remote] = await withRemote();
  await pushOfAnother(place, remote, 'develop');
  expectValue(await fetchForPush(place.git, repo));
  expect(expectValue(await previewFlow(place.git, repo, release)).blockers.join()).toContain(
    'origin/develop',
  );
});

test('A remote branch with unmerged commits is not deleted', async () => {
  const [place, repo, remote] = await withRemote();
  const done = expectValue(await finishFlow(place.git, repo, release));
  await pushOfAnother(place, remote, 'release/1.0.0');
  // Not known here yet: the lease holds.
  expect(expectProblem(await pushFinished(place.git, repo, done, { deleteRemote: true })).code).toBe(
    'push_refused',
  );
  await place.sh(repo.path, 'fetch', '-q');
  const known = await pushFinished(place.git, repo, done, { deleteRemote: true });
  expect(expectProblem(known).code).toBe('remote_branch_ahead');
  expectValue(await pushFinished(place.git, repo, done));
});

test('Without a remote, and with one that does not answer, nothing is pushed and nothing has moved', async () => {
  const place = await createPlace();
  const repo = await place.repo();
  expect(expectProblem(await fetchForPush(place.git, repo)).code).toBe('no_remote');
  await place.sh(repo.path, 'remote', 'add', 'origin', join(place.root, 'nowhere'));
  expect(expectProblem(await fetchForPush(place.git, repo)).code).toBe('git_refused');
});
