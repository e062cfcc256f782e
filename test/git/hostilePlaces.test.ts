import { execFileSync } from 'node:child_process';
import { mkdir, readdir, readFile, rm, symlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { findFinish, finishBranch } from '../../src/git/finish/finish.ts';
import { carryOut, dropJournal, listJournals, readJournal } from '../../src/git/finish/journal.ts';
import { excludeOurFolders } from '../../src/git/repos.ts';
import { readStatus } from '../../src/git/status/status.ts';
import { listIncluded } from '../../src/git/worktrees/include.ts';
import { addWorktree, checkNewWorktree, restoreWorktree } from '../../src/git/worktrees/worktrees.ts';
import { success } from '../../src/lib/result.ts';
import { createPlace, expectProblem, expectValue, type Place } from '../support/gitPlace.ts';

/** A folder beside the workspace that nothing may be written to. */
async function victimOf(place: Place) {
  const victim = join(place.root, '../victim');
  await mkdir(victim);
  await writeFile(join(victim, 'file'), 'precious\n');
  return {
    victim,
    async expectUntouched() {
      expect(await readdir(victim)).toEqual(['file']);
      expect(await readFile(join(victim, 'file'), 'utf8')).toBe('precious\n');
    },
  };
}

test('No worktree is made behind a link, and no link is taken for one', async () => {
  const place = await createPlace();
  const { git, root } = place;
  const repo = await place.repo();
  const { victim, expectUntouched } = await victimOf(place);
  const commit = await place.sh(repo.path, 'rev-parse', 'develop');
  const worktrees = join(root, '.worktrees');
  const wanted = {
    ...{ path: join(worktrees, 'backend-fix'), branch: 'feature/fix', commit, base: 'develop' },
  };
  const attempts = () => [
    checkNewWorktree(git, repo, wanted),
    addWorktree(git, repo, wanted),
    restoreWorktree(git, repo, wanted),
  ];
  await symlink(victim, worktrees);
  for (const attempt of attempts()) {
    const problem = expectProblem(await attempt);
    expect(problem.code).toBe('unsafe_path');
    expect(problem.message).toContain(`${worktrees} is a link to ${victim}`);
  }
  await rm(worktrees);
  await mkdir(worktrees);
  await symlink(join(victim, 'new'), wanted.path);
  for (const attempt of attempts()) expect(expectProblem(await attempt).code).toBe('unsafe_path');
  await rm(worktrees, { recursive: true });
  await writeFile(worktrees, 'a file');
  for (const attempt of attempts()) expect(expectProblem(await attempt).code).toBe('unsafe_path');
  await expectUntouched();
  expect(await place.sh(repo.path, 'branch', '--list', 'feature/*')).toBe('');
});

test('Lock and journals are kept in the git directory alone', async () => {
  const place = await createPlace();
  const { git } = place;
  const repo = await place.repo();
  const { victim, expectUntouched } = await victimOf(place);
  const common = join(repo.path, '.git');
  const change = { name: 'release-1.0', kind: 'release', data: {} };
  const step = { name: 'one', isDone: async () => success(false), run: async () => success(null) };
  const attempts = async () => [
    await git.exclusive(common, async () => success(null)),
    await carryOut(common, change, [step]),
    await dropJournal(common, 'file'),
    await readJournal(common, 'file'),
    ...(await listJournals(common)),
  ];
  await symlink(victim, join(common, 'orch'));
  for (const result of await attempts()) expect(expectProblem(result).code).toBe('unsafe_path');
  await rm(join(common, 'orch'));
  await mkdir(join(common, 'orch'));
  await symlink(victim, join(common, 'orch/journal'));
  const [locked, ...others] = await attempts();
  expectValue(locked ?? success(null));
  for (const result of others) expect(expectProblem(result).code).toBe('unsafe_path');
  await rm(join(common, 'orch/journal'));
  await mkdir(join(common, 'orch/journal'));
  await symlink(join(victim, 'file'), join(common, 'orch/journal/release-1.0.json'));
  await symlink(join(victim, 'file'), join(common, 'orch/lock'));
  expect(expectProblem(await carryOut(common, change, [step])).code).toBe('unsafe_path');
  const [listed] = await listJournals(common);
  expect(listed && JSON.stringify(listed)).toContain('unsafe_path');
  expect(JSON.stringify(listed)).not.toContain('precious');
  // A link in the place of the lock is no one's: it is replaced, not written through.
  expectValue(await git.exclusive(common, async () => success(null)));
  await expectUntouched();
});

test('A pipe in the place of a lock or journal blocks nothing', async () => {
  const place = await createPlace();
  const repo = await place.repo();
  const common = join(repo.path, '.git');
  await mkdir(join(common, 'orch/journal'), { recursive: true });
  execFileSync('mkfifo', [join(common, 'orch/lock'), join(common, 'orch/journal/release-1.0.json')]);
  expectValue(await place.git.exclusive(common, async () => success(null)));
  expect(expectProblem(await readJournal(common, 'release-1.0')).code).toBe('unsafe_path');
});

test('Lines for git to ignore are written into its own file alone', async () => {
  const place = await createPlace();
  const repo = await place.repo();
  const { victim, expectUntouched } = await victimOf(place);
  const file = join(repo.path, '.git/info/exclude');
  await mkdir(join(file, '..'), { recursive: true });
  await symlink(join(victim, 'file'), file);
  const problem = expectProblem(await excludeOurFolders(place.git, repo.path));
  expect(problem).toMatchObject({
    code: 'unsafe_path',
    hint: expect.stringContaining('/.orch/ /.worktrees/'),
  });
  await expectUntouched();
  // A person's own link that has the lines already is as good as a file.
  const shared = join(place.root, '../shared');
  await writeFile(shared, '/.orch/\n/.worktrees/\n');
  await rm(file);
  await symlink(shared, file);
  expectValue(await excludeOurFolders(place.git, repo.path));
  await rm(file);
  execFileSync('mkfifo', [file]);
  expect(expectProblem(await excludeOurFolders(place.git, repo.path)).code).toBe('exclude_failed');
});

test('The list of files to copy must be a plain file of the checkout', async () => {
  const place = await createPlace();
  const repo = await place.repo();
  const { victim } = await victimOf(place);
  const file = join(repo.path, '.worktreeinclude');
  const refused = { copies: [], warnings: ['Nothing is copied: .worktreeinclude is no plain small file.'] };
  await symlink(join(victim, 'file'), file);
  expect(expectValue(await listIncluded(place.git, repo))).toEqual(refused);
  await rm(file);
  execFileSync('mkfifo', [file]);
  expect(expectValue(await listIncluded(place.git, repo))).toEqual(refused);
});

test('A pipe in the place of small files of git is not waited for', async () => {
  const place = await createPlace();
  const path = join(place.root, 'odd');
  await mkdir(path);
  execFileSync('mkfifo', [join(path, '.git')]);
  expect(await readStatus(place.git, { name: 'odd', path })).toMatchObject({ problem: expect.any(String) });
});

test('Nothing is merged into a checkout whose files git keeps elsewhere', async () => {
  const place = await createPlace();
  const { git } = place;
  const repo = await place.repo();
  const { victim, expectUntouched } = await victimOf(place);
  await place.sh(repo.path, 'switch', '--quiet', 'develop');
  const worker = await place.worker(repo);
  const tip = await place.commit(worker.worktree, { 'new.txt': 'new\n' });
  await place.sh(repo.path, 'config', 'core.worktree', victim);
  const preview = expectValue(await findFinish(git, repo, worker));
  expect(preview.blockers).toEqual([expect.stringContaining('core.worktree')]);
  expect(expectProblem(await finishBranch(git, repo, worker, { tip })).code).toBe('unsafe_path');
  await expectUntouched();
  // As a submodule says it: the same folder by another path.
  await place.sh(repo.path, 'config', 'core.worktree', '../../backend');
  expect(expectValue(await findFinish(git, repo, worker)).blockers).toEqual([]);
  expectValue(await finishBranch(git, repo, worker, { tip }));
});
