import { readFile, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import type { Repo } from '../../../../src/core/repo.ts';
import { finishFlow, previewFlow } from '../../../../src/features/releases/service/finish.ts';
import {
  createPlace,
  expectProblem,
  expectValue,
  hook,
  type Place,
  pictureOf,
  refsOf,
  write,
} from '../../../support/gitPlace.ts';

const release = { kind: 'release', name: '1.0.0' } as const;

/** A repository with an open release of one commit, its checkout on no branch. */
async function withRelease(
  files: Record<string, string> = { VERSION: '1.0.0\n' },
): Promise<[Place, Repo, string]> {
  const place = await createPlace();
  const repo = await place.repo();
  await place.sh(repo.path, 'switch', '-q', '-c', 'release/1.0.0', 'develop');
  const tip = await place.commit(repo.path, files);
  await place.sh(repo.path, 'switch', '-q', '--detach', 'main');
  return [place, repo, tip];
}

/** Commits on a branch that is checked out nowhere, and leaves it again. */
async function commitOn(
  place: Place,
  repo: Repo,
  branch: string,
  files: Record<string, string>,
): Promise<string> {
  await place.sh(repo.path, 'switch', '-q', branch);
  const commit = await place.commit(repo.path, files, `Work on ${branch}`);
  await place.sh(repo.path, 'switch', '-q', '--detach', 'main');
  return commit;
}

test('A release ends in one merge, one annotated tag and a merge back, touching no checkout', async () => {
  const [place, repo, tip] = await withRelease();
  const before = await pictureOf(repo);
  const old = await place.sh(repo.path, 'rev-parse', 'main');
  expect(expectValue(await previewFlow(place.git, repo, release))).toMatchObject({
    into: ['main', 'develop'],
    tag: '1.0.0',
    blockers: [],
  });
  const done = expectValue(await finishFlow(place.git, repo, release));
  expect(await pictureOf(repo)).toEqual(before);
  expect(done.moved.map(({ ref, from }) => [ref, from])).toEqual([
    ['refs/heads/main', old],
    ['refs/tags/1.0.0', null],
    ['refs/heads/develop', old],
    ['refs/heads/release/1.0.0', tip],
  ]);
  expect(await place.sh(repo.path, 'rev-parse', ...done.backups)).toBe([old, old, tip].join('\n'));
  expect(await place.sh(repo.path, 'cat-file', '-t', '1.0.0')).toBe('tag');
  expect(expectValue(await finishFlow(place.git, repo, release)).moved).toEqual([]);
});

test('With main alone a release is one merge and one tag', async () => {
  const place = await createPlace();
  const repo = await place.repo('backend', { develop: false });
  await place.sh(repo.path, 'switch', '-q', '-c', 'release/1.0.0');
  await place.commit(repo.path, { VERSION: '1.0.0\n' });
  await place.sh(repo.path, 'switch', '-q', 'main');
  const done = expectValue(await finishFlow(place.git, repo, release));
  expect(done.moved.map(({ ref }) => ref)).toEqual([
    'refs/heads/main',
    'refs/tags/1.0.0',
    'refs/heads/release/1.0.0',
  ]);
  expect(await place.sh(repo.path, 'status', '--porcelain')).toBe('');
});

test.each([
  ['main', 'Merge main into release/1.0.0 '],
  ['develop', 'Merge release/1.0.0 into develop '],
])('A conflict with %s is named, and nothing has moved', async (into, hint) => {
  const [place, repo] = await withRelease({ 'README.md': 'released\n' });
  await commitOn(place, repo, into, { 'README.md': 'other\n' });
  const before = await refsOf(place, repo);
  const preview = expectValue(await previewFlow(place.git, repo, release));
  expect(preview.conflicts).toEqual([{ into, files: ['README.md'] }]);
  const problem = expectProblem(await finishFlow(place.git, repo, release));
  expect(problem).toMatchObject({ code: 'conflicts', hint: expect.stringContaining(hint) });
  expect(problem.message).toContain(`${into}: README.md`);
  expect(await refsOf(place, repo)).toBe(before);
});

test('A conflict with develop is resolved by merging into develop first, as the hint says', async () => {
  const [place, repo] = await withRelease({ 'README.md': 'released\n' });
  await commitOn(place, repo, 'develop', { 'README.md': 'other\n' });
  await place.sh(repo.path, 'switch', '-q', 'develop');
  await place.sh(repo.path, 'merge', '-q', '-X', 'ours', '--no-edit', 'release/1.0.0');
  expectValue(await finishFlow(place.git, repo, release));
  expect(await place.sh(repo.path, 'show', 'develop:README.md')).toBe('other');
  expect(await place.sh(repo.path, 'show', 'main:README.md')).toBe('released');
});

test('Files in the way of either merge are named before anything moves; others stay as they are', async () => {
  const [place, repo] = await withRelease({ VERSION: '1.0.0\n' });
  await commitOn(place, repo, 'develop', { 'other.txt': 'x' });
  await place.sh(repo.path, 'switch', '-q', 'develop');
  await write(repo.path, { VERSION: 'mine\n', 'README.md': 'also mine\n' });
  const before = await refsOf(place, repo);
  const problem = expectProblem(await finishFlow(place.git, repo, release));
  expect(problem).toMatchObject({ code: 'target_blocked', message: expect.stringContaining('VERSION') });
  expect(problem.message).not.toContain('README.md');
  expect(await refsOf(place, repo)).toBe(before);
  await place.sh(repo.path, 'clean', '-q', '-f', 'VERSION');
  expectValue(await finishFlow(place.git, repo, release));
  expect(await place.sh(repo.path, 'status', '--porcelain')).toBe('M README.md');
});

test.each([
  [
    'the branch is checked out',
    'branch_in_use',
    (place: Place, repo: Repo) => place.sh(repo.path, 'switch', '-q', 'release/1.0.0'),
  ],
  [
    'another commit has the tag',
    'tag_exists',
    (place: Place, repo: Repo) => place.sh(repo.path, 'tag', '1.0.0', 'main'),
  ],
  [
    'something that is no commit has the tag',
    'tag_exists',
    (place: Place, repo: Repo) => place.sh(repo.path, 'tag', '1.0.0', 'main^{tree}'),
  ],
  [
    'main is being bisected',
    'target_blocked',
    async (place: Place, repo: Repo) => {
      await commitOn(place, repo, 'main', { 'x.txt': 'x' });
      await place.sh(repo.path, 'switch', '-q', 'main');
      await place.sh(repo.path, 'bisect', 'start', 'main', 'main~1');
    },
  ],
  [
    'the remote has commits of main that are not here',
    'behind_remote',
    async (place: Place, repo: Repo) => {
      await place.sh(repo.path, 'config', 'remote.origin.url', '/nowhere');
      const theirs = await commitOn(place, repo, 'main', { 'x.txt': 'x' });
      await place.sh(repo.path, 'update-ref', 'refs/heads/main', 'main~1');
      await place.sh(repo.path, 'update-ref', 'refs/remotes/origin/main', theirs);
    },
  ],
] as const)('Nothing moves when %s', async (_what, code, prepare) => {
  const [place, repo] = await withRelease();
  await prepare(place, repo);
  const before = await refsOf(place, repo);
  expect(expectProblem(await finishFlow(place.git, repo, release)).code).toBe(code);
  expect(await refsOf(place, repo)).toBe(before);
});

test('Names that git would read as something else are no branches', async () => {
  const [place, repo] = await withRelease();
  for (const name of ['1.0.0~1', '1.0.0^{}', '../main', '', '1.0.0\nx', '@{-1}'])
    expect(expectProblem(await finishFlow(place.git, repo, { kind: 'release', name })).code).toBe('bad_name');
  const missing = expectProblem(await finishFlow(place.git, repo, { kind: 'release', name: '2.0.0' }));
  expect(missing.code).toBe('branch_missing');
});

test('Hooks see both merges, in no checkout of a person, and one that refuses leaves all as it was', async () => {
  const [place, repo] = await withRelease();
  await commitOn(place, repo, 'develop', { 'other.txt': 'x' });
  const seen = join(place.root, 'seen');
  await hook(repo, 'commit-msg', `head -1 "$1" >> '${seen}'; test ! -e "${seen}.no"`);
  await write(place.root, { 'seen.no': '' });
  const before = [await refsOf(place, repo), await pictureOf(repo)];
  expect(expectProblem(await finishFlow(place.git, repo, release)).code).toBe('git_refused');
  expect([await refsOf(place, repo), await pictureOf(repo)]).toEqual(before);
  await rm(`${seen}.no`);
  expectValue(await finishFlow(place.git, repo, release));
  expect((await readFile(seen, 'utf8')).split('\n')).toEqual([
    "Merge branch 'release/1.0.0'",
    "Merge branch 'release/1.0.0'",
    "Merge tag '1.0.0' into develop",
    '',
  ]);
  expect(await place.sh(repo.path, 'worktree', 'list')).not.toContain('scratch');
});

test('The tag has the requested message, and is signed if the settings say so', async () => {
  const [place, repo] = await withRelease();
  await place.sh(repo.path, 'config', 'gitflow.release.finish.sign', 'true');
  await place.sh(repo.path, 'config', 'gpg.format', 'ssh');
  await place.sh(repo.path, 'config', 'gpg.ssh.program', '/bin/false');
  await place.sh(repo.path, 'config', 'user.signingKey', 'key::ssh-ed25519 AAAA');
  const before = await refsOf(place, repo);
  expect(expectProblem(await finishFlow(place.git, repo, release)).code).toBe('not_signed');
  expect(await refsOf(place, repo)).toBe(before);
  await place.sh(repo.path, 'config', 'gitflow.release.finish.sign', 'false');
  expectValue(await finishFlow(place.git, repo, release, { message: 'The first\n\n# and "best"' }));
  expect(await place.sh(repo.path, 'for-each-ref', '--format=%(contents)', 'refs/tags')).toContain(
    'The first',
  );
});

test('A release that began from another branch goes there alone', async () => {
  const [place, repo] = await withRelease();
  await place.sh(repo.path, 'branch', 'support/1', 'main');
  await place.sh(repo.path, 'config', 'gitflow.branch.release/1.0.0.base', 'support/1');
  const done = expectValue(await finishFlow(place.git, repo, release));
  expect(done.moved.map(({ ref }) => ref)).toEqual([
    'refs/heads/support/1',
    'refs/tags/1.0.0',
    'refs/heads/release/1.0.0',
  ]);
});
