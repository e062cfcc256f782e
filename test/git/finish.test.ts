import { access, mkdir, readFile, rm, symlink } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import type { FinishPreview } from '../../src/core/proposal.ts';
import type { Repo } from '../../src/core/repo.ts';
import { findFinish, finishBranch } from '../../src/git/finish/finish.ts';
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

async function preview(place: Place, repo: Repo, worker: WorkerPlace): Promise<FinishPreview> {
  return expectValue(await findFinish(place.git, repo, worker));
}

/** Previews, finishes, and expects a refusal that changes neither refs nor files. */
async function refusal(place: Place, repo: Repo, worker: WorkerPlace, confirm?: string): Promise<string> {
  const { tip } = await preview(place, repo, worker);
  const before = [await refsOf(place, repo), await pictureOf(repo)];
  const problem = expectProblem(
    await finishBranch(place.git, repo, worker, { tip, ...(confirm !== undefined && { confirm }) }),
  );
  expect([await refsOf(place, repo), await pictureOf(repo)]).toEqual(before);
  await access(worker.worktree);
  return `${problem.code}: ${problem.message}`;
}

async function gone(path: string): Promise<boolean> {
  return access(path).then(
    () => false,
    () => true,
  );
}

test('A finished branch is merged as git-flow does it, then worktree, branch and settings are gone', async () => {
  const place = await createPlace();
  const repo = await place.repo();
  const worker = await place.worker(repo);
  await place.commit(worker.worktree, { 'src/new.ts': 'x\n' }, 'Add new');
  const tip = await place.commit(worker.worktree, { 'src/app.ts': 'a\nB\nc\n' }, 'Change app');
  const before = await pictureOf(repo);

  const seen = await preview(place, repo, worker);
  expect(seen).toMatchObject({
    into: 'develop',
    tip,
    uncommitted: [],
    ignored: [],
    conflicts: [],
    blockers: [],
  });
  expect(seen.commits.map((line) => line.replace(/^\w+ /, ''))).toEqual(['Add new', 'Change app']);
  expect(seen.diffstat.map((line) => line.replace(/\s+\|.*/, ''))).toEqual(['src/app.ts', 'src/new.ts']);

  const at = new Date('2026-03-01T10:15:00.123Z');
  const done = expectValue(await finishBranch(place.git, repo, worker, { tip, at }));
  expect(done).toEqual({
    id: 'backend/fix',
    into: 'develop',
    merge: await place.sh(repo.path, 'rev-parse', 'develop'),
    backup: 'refs/orch/backup/fix/20260301T101500.123Z',
  });
  expect(await place.sh(repo.path, 'log', '-1', '--format=%s|%an|%P', 'develop')).toBe(
    `Merge branch 'feature/fix' into develop|Ada|${worker.base.commit} ${tip}`,
  );
  expect(await place.sh(repo.path, 'rev-parse', done.backup)).toBe(tip);
  expect(await refsOf(place, repo)).not.toMatch(/feature|orch.merge/);
  expect(await place.sh(repo.path, 'config', '--list')).not.toContain('feature/fix');
  expect(await place.sh(repo.path, 'worktree', 'list')).not.toContain('fix');
  expect(await gone(worker.worktree)).toBe(true);
  expect(await pictureOf(repo)).toEqual(before);
  expect(await place.sh(repo.path, 'fsck', '--strict')).toBe('');
});

test('Uncommitted and untracked work is refused and named', async () => {
  const place = await createPlace();
  const repo = await place.repo();
  const worker = await place.worker(repo);
  await place.commit(worker.worktree, { 'a.txt': 'a' });
  await write(worker.worktree, { 'README.md': 'changed', 'notes/todo.txt': 'new' });
  expect((await preview(place, repo, worker)).uncommitted).toEqual(['README.md', 'notes/todo.txt']);
  expect(await refusal(place, repo, worker)).toBe(
    'uncommitted: There is uncommitted work: README.md, notes/todo.txt.',
  );
});

test('Conflicts are refused and named, and no checkout is left in a merge', async () => {
  const place = await createPlace();
  const repo = await place.repo();
  const worker = await place.worker(repo);
  await place.commit(worker.worktree, { 'README.md': 'mine\n' });
  await place.sh(repo.path, 'switch', '-q', 'develop');
  await place.commit(repo.path, { 'README.md': 'theirs\n' });
  expect((await preview(place, repo, worker)).conflicts).toEqual(['README.md']);
  expect(await refusal(place, repo, worker)).toBe('conflicts: It conflicts with develop: README.md.');
  expect(await place.sh(worker.worktree, 'status', '--porcelain')).toBe('');
});

test('A branch without commits has nothing to merge', async () => {
  const place = await createPlace();
  const repo = await place.repo();
  const worker = await place.worker(repo);
  expect(await refusal(place, repo, worker)).toBe('nothing_to_merge: feature/fix has no commits.');
});

test('A commit made since the preview is refused', async () => {
  const place = await createPlace();
  const repo = await place.repo();
  const worker = await place.worker(repo);
  const tip = await place.commit(worker.worktree, { 'a.txt': 'a' });
  await place.commit(worker.worktree, { 'b.txt': 'b' });
  const before = await refsOf(place, repo);
  expect(expectProblem(await finishBranch(place.git, repo, worker, { tip })).code).toBe('tip_moved');
  expect(await refsOf(place, repo)).toBe(before);
});

test('Work begun since the preview is refused', async () => {
  const place = await createPlace();
  const repo = await place.repo();
  const worker = await place.worker(repo);
  await place.commit(worker.worktree, { 'a.txt': 'a' });
  const { tip, blockers } = await preview(place, repo, worker);
  expect(blockers).toEqual([]);
  await write(worker.worktree, { 'late.txt': 'late' });
  const problem = expectProblem(await finishBranch(place.git, repo, worker, { tip }));
  expect(problem.message).toContain('late.txt');
});

test('A develop that moved since the preview is merged onto as it is now', async () => {
  const place = await createPlace();
  const repo = await place.repo();
  const worker = await place.worker(repo);
  await place.commit(worker.worktree, { 'a.txt': 'a' });
  const { tip } = await preview(place, repo, worker);
  await place.sh(repo.path, 'switch', '-q', 'develop');
  const moved = await place.commit(repo.path, { 'b.txt': 'b' });
  const { merge } = expectValue(await finishBranch(place.git, repo, worker, { tip }));
  expect(await place.sh(repo.path, 'rev-parse', `${merge}^1`, `${merge}^2`)).toBe(`${moved}\n${tip}`);
});

test('Ignored files that exist nowhere else want the name of the task', async () => {
  const place = await createPlace();
  const repo = await place.repo();
  await place.sh(repo.path, 'switch', '-q', 'develop');
  await place.commit(repo.path, { '.gitignore': '.env\n*.local\nnode_modules\ndata/\n' });
  await write(repo.path, { 'same.local': 'same' });
  const worker = await place.worker(repo);
  await place.commit(worker.worktree, { 'a.txt': 'a' });
  await write(worker.worktree, {
    '.env': 'KEY=1',
    'same.local': 'same',
    'data/app.db': 'rows',
    'node_modules/x/index.js': '1',
  });
  expect((await preview(place, repo, worker)).ignored).toEqual(['.env', 'data/app.db']);
  expect(await refusal(place, repo, worker)).toBe(
    'confirm_ignored: Ignored files would go: .env, data/app.db.',
  );
  expect(await refusal(place, repo, worker, 'wrong')).toContain('confirm_ignored');
  const { tip } = await preview(place, repo, worker);
  expectValue(await finishBranch(place.git, repo, worker, { tip, confirm: 'fix' }));
  expect(await gone(worker.worktree)).toBe(true);
});

test('A worktree on another branch, detached, or amid a merge is not finished', async () => {
  const place = await createPlace();
  const repo = await place.repo();
  const worker = await place.worker(repo);
  await place.commit(worker.worktree, { 'README.md': 'mine\n' });

  await place.sh(worker.worktree, 'switch', '-q', '-c', 'other');
  expect(await refusal(place, repo, worker)).toContain('wrong_branch');
  await place.sh(worker.worktree, 'switch', '-q', '--detach');
  expect(await refusal(place, repo, worker)).toContain('detached HEAD');
  await place.sh(worker.worktree, 'switch', '-q', worker.branch);
  await place.sh(repo.path, 'switch', '-q', 'develop');
  await place.commit(repo.path, { 'README.md': 'theirs\n' });
  await expect(place.sh(worker.worktree, 'merge', 'develop')).rejects.toThrow();
  expect(await refusal(place, repo, worker)).toContain('operation_under_way: A merge is under way');
  await place.sh(worker.worktree, 'merge', '--abort');
  await expect(place.sh(worker.worktree, 'rebase', 'develop')).rejects.toThrow();
  expect(await refusal(place, repo, worker)).toContain('A rebase is under way');
});

test('A locked worktree is not finished', async () => {
  const place = await createPlace();
  const repo = await place.repo();
  const worker = await place.worker(repo);
  await place.commit(worker.worktree, { 'a.txt': 'a' });
  await place.sh(repo.path, 'worktree', 'lock', '--reason', 'in use', worker.worktree);
  expect(await refusal(place, repo, worker)).toContain('is locked: in use');
});

test('A worktree whose .git file leads to another repository is not finished', async () => {
  const place = await createPlace();
  const repo = await place.repo();
  const other = await place.repo('other');
  const worker = await place.worker(repo);
  await place.commit(worker.worktree, { 'a.txt': 'a' });
  const theirs = await place.worker(other, 'else');
  await write(worker.worktree, { '.git': await readFile(join(theirs.worktree, '.git'), 'utf8') });
  await place.sh(worker.worktree, 'reset', '-q', '--hard');
  expect(await refusal(place, repo, worker)).toContain('belongs to another repository');
});

test('A branch that is merged already is only removed', async () => {
  const place = await createPlace();
  const repo = await place.repo();
  const worker = await place.worker(repo);
  const tip = await place.commit(worker.worktree, { 'a.txt': 'a' });
  await place.sh(repo.path, 'switch', '-q', 'develop');
  await place.sh(repo.path, 'merge', '-q', '--no-ff', '-m', 'By hand', worker.branch);
  const merge = await place.sh(repo.path, 'rev-parse', 'develop');
  await place.commit(repo.path, { 'later.txt': 'later' });
  const head = await place.sh(repo.path, 'rev-parse', 'develop');
  const done = expectValue(await finishBranch(place.git, repo, worker, { tip }));
  expect(done.merge).toBe(merge);
  expect(await place.sh(repo.path, 'rev-parse', 'develop')).toBe(head);
  expect(await gone(worker.worktree)).toBe(true);
  expect(await refsOf(place, repo)).not.toContain('feature');
});

test('A branch merged by fast-forward names its own last commit as the merge', async () => {
  const place = await createPlace();
  const repo = await place.repo();
  const worker = await place.worker(repo);
  const tip = await place.commit(worker.worktree, { 'a.txt': 'a' });
  await place.sh(repo.path, 'update-ref', 'refs/heads/develop', tip);
  expect(expectValue(await finishBranch(place.git, repo, worker, { tip })).merge).toBe(tip);
});

test('A worktree folder deleted by hand does not keep its branch from being merged', async () => {
  const place = await createPlace();
  const repo = await place.repo();
  const worker = await place.worker(repo);
  const tip = await place.commit(worker.worktree, { 'a.txt': 'a' });
  await rm(worker.worktree, { recursive: true });
  const { merge } = expectValue(await finishBranch(place.git, repo, worker, { tip }));
  expect(await place.sh(repo.path, 'rev-parse', `${merge}^2`)).toBe(tip);
  expect(await place.sh(repo.path, 'worktree', 'list', '--porcelain')).not.toContain('fix');
});

test('Finishing again completes a finish that could not remove the worktree', async () => {
  const place = await createPlace();
  const repo = await place.repo();
  const worker = await place.worker(repo);
  const tip = await place.commit(worker.worktree, { 'a.txt': 'a' });
  await hook(repo, 'commit-msg', `git worktree lock '${worker.worktree}'`);
  const problem = expectProblem(await finishBranch(place.git, repo, worker, { tip }));
  expect(problem).toMatchObject({
    code: 'worktree_locked',
    hint: expect.stringContaining('feature/fix is merged into develop'),
  });
  const merge = await place.sh(repo.path, 'rev-parse', 'develop');
  await place.sh(repo.path, 'worktree', 'unlock', worker.worktree);
  expect(expectValue(await finishBranch(place.git, repo, worker, { tip })).merge).toBe(merge);
  expect(await place.sh(repo.path, 'rev-parse', 'develop')).toBe(merge);
  expect(await gone(worker.worktree)).toBe(true);
});

test('A merge without a configured author changes nothing', async () => {
  const place = await createPlace();
  const repo = await place.repo();
  const worker = await place.worker(repo);
  await place.commit(worker.worktree, { 'a.txt': 'a' });
  await place.sh(repo.path, 'config', '--unset', 'user.email');
  await place.sh(repo.path, 'config', 'user.useConfigOnly', 'true');
  expect(await refusal(place, repo, worker)).toMatch(/^git_refused: .*no email was given/s);
});

test('A signature is asked for where the repository wants one, and its failure changes nothing', async () => {
  const place = await createPlace();
  const repo = await place.repo();
  const worker = await place.worker(repo);
  await place.commit(worker.worktree, { 'a.txt': 'a' });
  await place.sh(repo.path, 'config', 'commit.gpgSign', 'true');
  await place.sh(repo.path, 'config', 'gpg.program', 'false');
  expect(await refusal(place, repo, worker)).toContain('gpg failed to sign the data');
});

test('A repository without develop is merged into main', async () => {
  const place = await createPlace();
  const repo = await place.repo('backend', { develop: false });
  const worker = await place.worker(repo);
  const tip = await place.commit(worker.worktree, { 'a.txt': 'a' });
  const done = expectValue(await finishBranch(place.git, repo, worker, { tip }));
  expect(done.into).toBe('main');
  expect(await readFile(join(repo.path, 'a.txt'), 'utf8')).toBe('a');
  expect(await place.sh(repo.path, 'status', '--porcelain')).toBe('');
});

test.each(['with space', 'ümlaut', 'co:lon', 'new\nline', 'quo\'te"s'])(
  'It works below a folder called %j',
  async (name) => {
    const place = await createPlace(name);
    const repo = await place.repo();
    const worker = await place.worker(repo);
    const tip = await place.commit(worker.worktree, { 'sp ace/ü\nx: "y".txt': 'a' });
    const seen = await preview(place, repo, worker);
    expect(seen.blockers).toEqual([]);
    expectValue(await finishBranch(place.git, repo, worker, { tip }));
    expect(await gone(worker.worktree)).toBe(true);
  },
);

test('A workspace behind a link is the same workspace', async () => {
  const place = await createPlace();
  const repo = await place.repo();
  const worker = await place.worker(repo);
  const tip = await place.commit(worker.worktree, { 'a.txt': 'a' });
  await mkdir(join(place.root, 'x'));
  const link = join(place.root, 'x', 'link');
  await symlink(place.root, link);
  const linked = { ...worker, worktree: worker.worktree.replace(place.root, link) };
  expectValue(await finishBranch(place.git, { ...repo, path: join(link, 'backend') }, linked, { tip }));
  expect(await gone(worker.worktree)).toBe(true);
});
