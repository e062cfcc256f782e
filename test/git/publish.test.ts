import { readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import type { Repo } from '../../src/core/repo.ts';
import { findFinish, finishBranch } from '../../src/git/finish/finish.ts';
import { overlapping } from '../../src/git/merge/merge.ts';
import type { WorkerPlace } from '../../src/git/worktrees/inspect.ts';
import {
  createPlace,
  expectProblem,
  expectValue,
  hook,
  type Place,
  pictureOf,
  refsOf,
  write,
} from '../support/gitPlace.ts';

/** A repository whose main checkout is on develop, and a worker with one commit. */
async function onDevelop(files: Record<string, string>): Promise<{
  place: Place;
  repo: Repo;
  worker: WorkerPlace;
  tip: string;
}> {
  const place = await createPlace();
  const repo = await place.repo();
  await place.sh(repo.path, 'switch', '-q', 'develop');
  const worker = await place.worker(repo);
  const tip = await place.commit(worker.worktree, files);
  return { place, repo, worker, tip };
}

async function expectBlocked(place: Place, repo: Repo, worker: WorkerPlace, words: string): Promise<void> {
  const before = [await refsOf(place, repo), await pictureOf(repo)];
  const { tip, blockers } = expectValue(await findFinish(place.git, repo, worker));
  expect(blockers.join()).toContain(words);
  const problem = expectProblem(await finishBranch(place.git, repo, worker, { tip }));
  expect(problem).toMatchObject({ code: 'target_blocked', message: expect.stringContaining(words) });
  expect([await refsOf(place, repo), await pictureOf(repo)]).toEqual(before);
}

describe('where develop is checked out', () => {
  test('its files follow the merge', async () => {
    const { place, repo, worker, tip } = await onDevelop({ 'src/new.ts': 'new' });
    expectValue(await finishBranch(place.git, repo, worker, { tip }));
    expect(await readFile(join(repo.path, 'src/new.ts'), 'utf8')).toBe('new');
    expect(await place.sh(repo.path, 'status', '--porcelain')).toBe('');
  });

  test('changes to other files stay as they are', async () => {
    const { place, repo, worker, tip } = await onDevelop({ 'src/new.ts': 'new' });
    await write(repo.path, { 'README.md': 'being edited', 'scratch.txt': 'mine' });
    await place.sh(repo.path, 'add', 'README.md');
    expectValue(await finishBranch(place.git, repo, worker, { tip }));
    expect(await place.sh(repo.path, 'status', '--porcelain')).toBe('M  README.md\n?? scratch.txt');
    expect(await readFile(join(repo.path, 'README.md'), 'utf8')).toBe('being edited');
  });

  test('changed files in the way are named', async () => {
    const { place, repo, worker } = await onDevelop({ 'README.md': 'new' });
    await write(repo.path, { 'README.md': 'being edited' });
    await expectBlocked(place, repo, worker, 'in the way: README.md.');
  });

  test('untracked files in the way are named', async () => {
    const { place, repo, worker } = await onDevelop({ 'src/new.ts': 'new' });
    await write(repo.path, { 'src/new.ts': 'mine' });
    await expectBlocked(place, repo, worker, 'in the way: src/new.ts.');
  });

  test('ignored files are not overwritten', async () => {
    const { place, repo, worker } = await onDevelop({ '.env': 'theirs' });
    await write(repo.path, { '.git/info/exclude': '.env\n', '.env': 'mine' });
    await expectBlocked(place, repo, worker, 'in the way: .env.');
  });

  test('a merge under way there is waited for', async () => {
    const { place, repo, worker } = await onDevelop({ 'src/new.ts': 'new' });
    await place.sh(repo.path, 'switch', '-q', '-c', 'side', 'main');
    await place.commit(repo.path, { 'README.md': 'side' });
    await place.sh(repo.path, 'switch', '-q', 'develop');
    await place.commit(repo.path, { 'README.md': 'other' });
    await expect(place.sh(repo.path, 'merge', 'side')).rejects.toThrow();
    await expectBlocked(place, repo, worker, 'A merge of develop is under way');
  });

  test('git has the last word, and it is passed on', async () => {
    const { place, repo, worker, tip } = await onDevelop({ 'src/new.ts': 'new' });
    await writeFile(join(repo.path, '.git/index.lock'), '');
    const before = await refsOf(place, repo);
    const problem = expectProblem(await finishBranch(place.git, repo, worker, { tip }));
    expect(problem.message).toContain("index.lock': File exists");
    expect(await refsOf(place, repo)).toBe(before);
  });
});

describe('where develop is not checked out', () => {
  test('another worktree that has it gets the files, the main checkout does not change', async () => {
    const place = await createPlace();
    const repo = await place.repo();
    const elsewhere = join(place.root, 'elsewhere');
    await place.sh(repo.path, 'worktree', 'add', '-q', elsewhere, 'develop');
    const worker = await place.worker(repo);
    const tip = await place.commit(worker.worktree, { 'src/new.ts': 'new' });
    const before = await pictureOf(repo);
    expectValue(await finishBranch(place.git, repo, worker, { tip }));
    expect(await readFile(join(elsewhere, 'src/new.ts'), 'utf8')).toBe('new');
    expect(await place.sh(elsewhere, 'status', '--porcelain')).toBe('');
    expect(await pictureOf(repo)).toEqual(before);
  });

  test('a checkout whose folder is missing blocks it', async () => {
    const place = await createPlace();
    const repo = await place.repo();
    const elsewhere = join(place.root, 'elsewhere');
    await place.sh(repo.path, 'worktree', 'add', '-q', elsewhere, 'develop');
    await rm(elsewhere, { recursive: true });
    const worker = await place.worker(repo);
    await place.commit(worker.worktree, { 'src/new.ts': 'new' });
    await expectBlocked(place, repo, worker, 'which is missing');
  });

  test.each(['rebase', 'bisect'])(
    'a %s of it is waited for, although HEAD is detached meanwhile',
    async (operation) => {
      const { place, repo, worker } = await onDevelop({ 'src/new.ts': 'new' });
      await place.commit(repo.path, { 'README.md': 'other' });
      if (operation === 'rebase') {
        await place.sh(repo.path, 'switch', '-q', 'main');
        await place.commit(repo.path, { 'README.md': 'main' });
        await place.sh(repo.path, 'switch', '-q', 'develop');
        await expect(place.sh(repo.path, 'rebase', 'main')).rejects.toThrow();
      } else {
        await place.sh(repo.path, 'bisect', 'start');
        await place.sh(repo.path, 'switch', '-q', '--detach');
      }
      await expectBlocked(place, repo, worker, `A ${operation} of develop is under way`);
    },
  );

  test('a detached checkout that has nothing to do with it is no obstacle', async () => {
    const { place, repo, worker, tip } = await onDevelop({ 'src/new.ts': 'new' });
    await place.sh(repo.path, 'switch', '-q', '--detach');
    const before = await pictureOf(repo);
    expectValue(await finishBranch(place.git, repo, worker, { tip }));
    expect(await pictureOf(repo)).toEqual(before);
  });

  test('a develop that only the remote has is made here', async () => {
    const place = await createPlace();
    const origin = await place.repo('origin');
    const path = join(place.root, 'clone');
    await place.sh(place.root, 'clone', '-q', origin.path, path);
    await place.sh(path, 'config', 'user.name', 'Ada');
    await place.sh(path, 'config', 'user.email', 'ada@example.com');
    const repo = { name: 'clone', path };
    const worker = await place.worker(repo);
    const tip = await place.commit(worker.worktree, { 'src/new.ts': 'new' });
    const { merge, into } = expectValue(await finishBranch(place.git, repo, worker, { tip }));
    expect(into).toBe('develop');
    expect(await place.sh(path, 'rev-parse', 'develop')).toBe(merge);
  });
});

test('A target that moves while the merge is made is merged onto again', async () => {
  const place = await createPlace();
  const repo = await place.repo();
  const worker = await place.worker(repo);
  const tip = await place.commit(worker.worktree, { 'a.txt': 'a' });
  const other = await place.sh(repo.path, 'commit-tree', 'HEAD^{tree}', '-p', 'develop', '-m', 'Meanwhile');
  await hook(repo, 'commit-msg', `git update-ref refs/heads/develop ${other}`);
  const { merge } = expectValue(await finishBranch(place.git, repo, worker, { tip }));
  expect(await place.sh(repo.path, 'rev-parse', `${merge}^1`)).toBe(other);
  expect(await place.sh(repo.path, 'rev-parse', 'develop')).toBe(merge);
});

test('A target that never stands still is given up on', async () => {
  const place = await createPlace();
  const repo = await place.repo();
  const worker = await place.worker(repo);
  const tip = await place.commit(worker.worktree, { 'a.txt': 'a' });
  await hook(
    repo,
    'commit-msg',
    'git update-ref refs/heads/develop $(git commit-tree develop^{tree} -p develop -m Meanwhile)',
  );
  expect(expectProblem(await finishBranch(place.git, repo, worker, { tip })).code).toBe('target_moving');
  expect(await refsOf(place, repo)).not.toContain('refs/orch');
  expect(await place.sh(worker.worktree, 'symbolic-ref', '--short', 'HEAD')).toBe(worker.branch);
});

test('A reference hook that refuses is quoted and changes nothing', async () => {
  const place = await createPlace();
  const repo = await place.repo();
  const worker = await place.worker(repo);
  const tip = await place.commit(worker.worktree, { 'a.txt': 'a' });
  await hook(repo, 'reference-transaction', '! grep -q refs/heads/develop || { echo frozen >&2; exit 1; }');
  const before = await refsOf(place, repo);
  const problem = expectProblem(await finishBranch(place.git, repo, worker, { tip }));
  expect(problem.message).toContain('frozen');
  expect(await refsOf(place, repo)).toBe(before);
});

test.each([
  [['a.txt'], ['a.txt'], ['a.txt']],
  [['a'], ['a/b.txt'], ['a']],
  [['a/b/c'], ['a/b'], ['a/b/c']],
  [['nested/'], ['nested/x'], ['nested/']],
  [['ab', 'a.txt'], ['a', 'b'], []],
])('Of %j, a merge that changes %j has %j in its way', (dirty, changed, expected) => {
  expect(overlapping(dirty, changed)).toEqual(expected);
});
