import { chmod } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { finishBranch } from '../../src/git/finish/finish.ts';
import { mergeTrees } from '../../src/git/merge/merge.ts';
import { createPlace, expectProblem, expectValue, hook, refsOf, write } from '../support/gitPlace.ts';

test('Hooks see the merge as if a person made it, and may improve its message', async () => {
  const place = await createPlace();
  const repo = await place.repo();
  const worker = await place.worker(repo);
  const tip = await place.commit(worker.worktree, { 'a.txt': 'a' });
  await hook(repo, 'pre-merge-commit', 'test -f a.txt');
  await hook(repo, 'commit-msg', 'echo "Checked-by: hook" >> "$1"');
  const { merge } = expectValue(await finishBranch(place.git, repo, worker, { tip }));
  expect(await place.sh(repo.path, 'log', '-1', '--format=%B%P', merge)).toBe(
    `Merge branch 'feature/fix' into develop\nChecked-by: hook\n${worker.base.commit} ${tip}`,
  );
});

test.each(['pre-merge-commit', 'prepare-commit-msg', 'commit-msg'])(
  'A %s hook that refuses is quoted, and the worktree is as before',
  async (name) => {
    const place = await createPlace();
    const repo = await place.repo();
    const worker = await place.worker(repo);
    const tip = await place.commit(worker.worktree, { 'a.txt': 'a' });
    await hook(repo, name, 'echo "tests fail" >&2; exit 1');
    const before = await refsOf(place, repo);
    const problem = expectProblem(await finishBranch(place.git, repo, worker, { tip }));
    expect(problem.message).toContain('tests fail');
    expect(await refsOf(place, repo)).toBe(before);
    expect(await place.sh(worker.worktree, 'status', '--porcelain=v2', '--branch')).toContain(
      `# branch.head ${worker.branch}`,
    );
    expect(await place.sh(worker.worktree, 'status', '--porcelain')).toBe('');
  },
);

test('Hooks that lie in a folder of the repository itself count', async () => {
  const place = await createPlace();
  const repo = await place.repo();
  await place.sh(repo.path, 'switch', '-q', 'develop');
  await write(repo.path, { '.husky/commit-msg': '#!/bin/sh\necho "no" >&2; exit 1\n' });
  await place.sh(repo.path, 'add', '--chmod=+x', '.husky/commit-msg');
  await place.sh(repo.path, 'commit', '-q', '-m', 'Hooks');
  await place.sh(repo.path, 'config', 'core.hooksPath', '.husky');
  const worker = await place.worker(repo);
  await write(worker.worktree, { 'a.txt': 'a' });
  await place.sh(worker.worktree, 'add', 'a.txt');
  await place.sh(worker.worktree, 'commit', '-q', '--no-verify', '-m', 'Work');
  const tip = await place.sh(worker.worktree, 'rev-parse', 'HEAD');
  expect(expectProblem(await finishBranch(place.git, repo, worker, { tip })).message).toContain('no');
});

test('Changes that a hook leaves behind are neither merged nor lost', async () => {
  const place = await createPlace();
  const repo = await place.repo();
  const worker = await place.worker(repo);
  const tip = await place.commit(worker.worktree, { 'a.txt': 'a' });
  await hook(repo, 'commit-msg', 'echo formatted > left.txt');
  const before = await refsOf(place, repo);
  const problem = expectProblem(await finishBranch(place.git, repo, worker, { tip }));
  expect(problem).toMatchObject({ code: 'hook_left_changes', message: expect.stringContaining('left.txt') });
  expect(await refsOf(place, repo)).toBe(before);
});

test('A hook that reads its input or wants a terminal does not hang', async () => {
  const place = await createPlace();
  const repo = await place.repo();
  const worker = await place.worker(repo);
  const tip = await place.commit(worker.worktree, { 'a.txt': 'a' });
  await hook(repo, 'commit-msg', 'cat >/dev/null');
  expectValue(await finishBranch(place.git, repo, worker, { tip }));
});

test('Attributes of the worktree decide how files are merged', async () => {
  const place = await createPlace();
  const repo = await place.repo();
  await place.sh(repo.path, 'switch', '-q', 'develop');
  await place.commit(repo.path, { '.gitattributes': 'CHANGES merge=union\n', CHANGES: 'first\n' });
  await place.sh(repo.path, 'switch', '-q', 'main');
  const worker = await place.worker(repo);
  const tip = await place.commit(worker.worktree, { CHANGES: 'first\nmine\n' });
  await place.sh(repo.path, 'switch', '-q', 'develop');
  await place.commit(repo.path, { CHANGES: 'first\ntheirs\n' });
  const { merge } = expectValue(await finishBranch(place.git, repo, worker, { tip }));
  expect((await place.sh(repo.path, 'show', `${merge}:CHANGES`)).split('\n').sort()).toEqual([
    'first',
    'mine',
    'theirs',
  ]);
});

test('What cannot be merged at all is a refusal, not a conflict', async () => {
  const place = await createPlace();
  const repo = await place.repo();
  const missing = '0123456789012345678901234567890123456789';
  const problem = expectProblem(await mergeTrees(place.git, repo.path, 'develop', missing));
  expect(problem.message).toContain('not something we can merge');
});

test('Conflicts are named with every name that a path may have', async () => {
  const place = await createPlace();
  const repo = await place.repo();
  const name = 'odd "name"\nü';
  await place.sh(repo.path, 'switch', '-q', '-c', 'one', 'main');
  await place.commit(repo.path, { [name]: 'one\n', both: '1\n' });
  await place.sh(repo.path, 'switch', '-q', '-c', 'two', 'main');
  await place.commit(repo.path, { [name]: 'two\n', both: '1\n' });
  const { conflicts } = expectValue(await mergeTrees(place.git, join(repo.path), 'one', 'two'));
  expect(conflicts).toEqual([name]);
});

test('A merge that should be signed and could not be is not made', async () => {
  const place = await createPlace();
  const repo = await place.repo();
  const worker = await place.worker(repo);
  const tip = await place.commit(worker.worktree, { 'a.txt': 'a' });
  await write(place.root, { 'sign.sh': '#!/bin/sh\necho "no agent" >&2\nexit 1\n' });
  await chmod(join(place.root, 'sign.sh'), 0o755);
  const set = (key: string, value: string) => place.sh(repo.path, 'config', key, value);
  await set('commit.gpgSign', 'true');
  await set('gpg.format', 'ssh');
  await set('user.signingKey', 'key::ssh-ed25519 AAAA');
  await set('gpg.ssh.program', join(place.root, 'sign.sh'));
  const before = await refsOf(place, repo);
  const problem = expectProblem(await finishBranch(place.git, repo, worker, { tip }));
  // Newer gits refuse by themselves.
  expect(['not_signed', 'git_refused']).toContain(problem.code);
  expect(await refsOf(place, repo)).toBe(before);
});
