import { mkdir, readFile, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { listWorktrees } from '../../src/git/porcelain.ts';
import { excludeOurFolders } from '../../src/git/repos.ts';
import {
  addWorktree,
  checkNewWorktree,
  describeCollision,
  missingHint,
  restoreWorktree,
} from '../../src/git/worktrees/worktrees.ts';
import {
  createPlace,
  expectProblem,
  expectValue,
  hook,
  pictureOf,
  refsOf,
  write,
} from '../support/gitPlace.ts';

test('A branch and its worktree are created beside the main checkout, which does not change', async () => {
  const place = await createPlace();
  const repo = await place.repo();
  await write(repo.path, { 'README.md': 'being edited' });
  const before = await pictureOf(repo);
  const worker = await place.worker(repo);
  expect(await pictureOf(repo)).toEqual(before);
  expect(await readFile(join(worker.worktree, 'README.md'), 'utf8')).toBe('one\ntwo\nthree\n');
  expect(await place.sh(repo.path, 'config', 'gitflow.branch.feature/fix.base')).toBe('develop');
  expect(await place.sh(repo.path, 'config', '--list')).not.toContain('branch.feature/fix.remote');
  expect(expectValue(await listWorktrees(place.git, repo.path))).toEqual([
    { path: repo.path, head: worker.base.commit, branch: 'main', locked: null, prunable: null },
    { path: worker.worktree, head: worker.base.commit, branch: 'feature/fix', locked: null, prunable: null },
  ]);
});

test('Worktrees asked for at the same moment are all made', async () => {
  const place = await createPlace();
  const repo = await place.repo();
  const workers = await Promise.all(['a', 'b', 'c', 'd'].map((task) => place.worker(repo, task)));
  const listed = expectValue(await listWorktrees(place.git, repo.path)).map((entry) => entry.branch);
  expect(listed.sort()).toEqual(['feature/a', 'feature/b', 'feature/c', 'feature/d', 'main']);
  expect(new Set(workers.map((worker) => worker.worktree)).size).toBe(4);
});

test('Of two concurrent requests for the same branch, one is refused', async () => {
  const place = await createPlace();
  const repo = await place.repo();
  const commit = await place.sh(repo.path, 'rev-parse', 'develop');
  const wanted = { branch: 'feature/x', commit, base: 'develop' };
  const results = await Promise.all(
    ['one', 'two'].map((name) => addWorktree(place.git, repo, { ...wanted, path: join(place.root, name) })),
  );
  expect(results.map((result) => (result.ok ? 'made' : result.problem.code)).sort()).toEqual([
    'branch_in_use',
    'made',
  ]);
});

test('Obstacles to a new worktree are reported before anything is created', async () => {
  const place = await createPlace();
  const repo = await place.repo();
  const worker = await place.worker(repo);
  await place.sh(repo.path, 'branch', 'feature/old');
  const check = async (branch: string, path = 'free') =>
    expectProblem(await checkNewWorktree(place.git, repo, { branch, path: join(place.root, path) }));

  const before = await refsOf(place, repo);
  expect((await check('feature/fix')).message).toBe(
    `The branch feature/fix is checked out at ${worker.worktree}.`,
  );
  expect((await check('feature/old')).code).toBe('branch_exists');
  expect((await check('feature/OLD')).message).toContain('only in case');
  expect((await check('feature/old/er')).message).toContain('cannot have both');
  await mkdir(join(place.root, 'taken'));
  expect((await check('feature/new', 'taken')).code).toBe('path_taken');
  await rm(worker.worktree, { recursive: true });
  const gone = await check('feature/new', '.worktrees/backend-fix');
  expect(gone).toMatchObject({ message: expect.stringMatching(/^Git counts .* as a worktree still\.$/) });
  await place.sh(repo.path, 'worktree', 'lock', worker.worktree);
  expect((await check('feature/fix')).hint).toContain(
    `git -C ${repo.path} worktree unlock ${worker.worktree} && git -C ${repo.path} worktree prune`,
  );
  expect(await refsOf(place, repo)).toBe(before);
});

test.each([
  ['feature/a', ['feature/b', 'a'], false],
  ['feature/a', ['feature/a'], true],
  ['feature/a', ['Feature/A'], true],
  ['feature/a/b', ['feature/a'], true],
  ['feature/a', ['feature/a/b'], true],
  ['feature/ab', ['feature/a'], false],
  ['feature/a', ['feature'], true],
  ['feature/\u00e9', ['feature/e\u0301'], true],
])('%s beside %j: collision %s', (wanted, branches, collides) => {
  expect(describeCollision(wanted, branches) !== null).toBe(collides);
});

test('Commands in hints are quoted where a path or a branch needs it', () => {
  const entry = { path: "/place/it's here", locked: '' };
  expect(missingHint('/my work/shop', entry)).toBe(
    "If the folder was moved: git -C '/my work/shop' worktree repair NEW-PLACE. " +
      "If it is gone for good: git -C '/my work/shop' worktree unlock $'/place/it\\'s here' && " +
      "git -C '/my work/shop' worktree prune",
  );
  expect(describeCollision("it's/new", ["it's"])?.hint).toContain("git branch -m $'it\\'s' ANOTHER-NAME");
});

test('A branch that blocks every name is reported: only renaming it helps', async () => {
  const place = await createPlace();
  const repo = await place.repo();
  await place.sh(repo.path, 'branch', 'Feature');
  const wanted = { path: join(place.root, 'wt'), branch: 'feature/x' };
  const problem = expectProblem(await checkNewWorktree(place.git, repo, wanted));
  expect(problem).toEqual({
    code: 'branch_exists',
    message: 'Git cannot have both Feature and feature/x.',
    hint: 'No other name helps while it is there. Rename it: git branch -m Feature ANOTHER-NAME',
  });
  await place.sh(repo.path, 'branch', '-m', 'Feature', 'other-name');
  expectValue(await checkNewWorktree(place.git, repo, wanted));
});

test('A worktree that git cannot make leaves no branch behind', async () => {
  const place = await createPlace();
  const repo = await place.repo();
  const commit = await place.sh(repo.path, 'rev-parse', 'develop');
  const path = join(place.root, 'too-long'.repeat(40));
  const problem = expectProblem(
    await addWorktree(place.git, repo, { path, branch: 'feature/x', commit, base: 'develop' }),
  );
  expect(problem.code).toBe('git_refused');
  expect(await refsOf(place, repo)).not.toContain('feature');
});

test('A failing post-checkout hook is a warning: the worktree is there', async () => {
  const place = await createPlace();
  const repo = await place.repo();
  await hook(repo, 'post-checkout', 'echo "npm missing" >&2; exit 1');
  const commit = await place.sh(repo.path, 'rev-parse', 'develop');
  const path = join(place.root, 'wt');
  const { warnings } = expectValue(
    await addWorktree(place.git, repo, { path, branch: 'feature/x', commit, base: 'develop' }),
  );
  expect(warnings).toEqual([expect.stringContaining('npm missing')]);
  expect(await place.sh(path, 'status', '--porcelain')).toBe('');
});

test('A repository without commits cannot have worktrees', async () => {
  const place = await createPlace();
  await place.sh(place.root, 'init', '-q', '-b', 'main', 'empty');
  const repo = { name: 'empty', path: join(place.root, 'empty') };
  const wanted = { path: join(place.root, 'wt'), branch: 'feature/x', commit: 'a'.repeat(40), base: 'main' };
  expect(expectProblem(await addWorktree(place.git, repo, wanted)).code).toBe('git_refused');
});

test('A worktree removed by hand, properly or not, comes back at its place with its commits', async () => {
  const place = await createPlace();
  const repo = await place.repo();
  const worker = await place.worker(repo);
  await place.commit(worker.worktree, { 'a.txt': 'a' });
  const wanted = { path: worker.worktree, branch: worker.branch };
  expectValue(await restoreWorktree(place.git, repo, wanted));
  for (const remove of [
    () => rm(worker.worktree, { recursive: true }),
    () => place.sh(repo.path, 'worktree', 'remove', worker.worktree),
  ]) {
    await remove();
    expectValue(await restoreWorktree(place.git, repo, wanted));
    expect(await readFile(join(worker.worktree, 'a.txt'), 'utf8')).toBe('a');
  }
});

test('A worktree does not come back where its branch is gone, in use, or its place taken', async () => {
  const place = await createPlace();
  const repo = await place.repo();
  const worker = await place.worker(repo);
  const restore = async () =>
    expectProblem(await restoreWorktree(place.git, repo, { path: worker.worktree, branch: worker.branch }))
      .code;
  await place.sh(repo.path, 'worktree', 'remove', worker.worktree);
  await mkdir(worker.worktree);
  expect(await restore()).toBe('path_taken');
  await rm(worker.worktree, { recursive: true });
  await place.sh(repo.path, 'switch', '-q', worker.branch);
  expect(await restore()).toBe('branch_in_use');
  await place.sh(repo.path, 'switch', '-q', 'main');
  await place.sh(repo.path, 'branch', '-q', '-D', worker.branch);
  expect(await restore()).toBe('branch_missing');
});

test('A workspace that is a repository does not show our folders, and its own files stay as they are', async () => {
  const place = await createPlace();
  const workspace = await place.repo('workspace');
  await write(workspace.path, {
    '.orch/log.jsonl': '{}',
    '.worktrees/x/file': 'x',
    '.git/info/exclude': '*.tmp',
  });
  expectValue(await excludeOurFolders(place.git, workspace.path));
  expectValue(await excludeOurFolders(place.git, workspace.path));
  expect(await place.sh(workspace.path, 'status', '--porcelain')).toBe('');
  expect(await readFile(join(workspace.path, '.git/info/exclude'), 'utf8')).toBe(
    '*.tmp\n/.orch/\n/.worktrees/\n',
  );
  expectValue(await excludeOurFolders(place.git, place.root));
});
