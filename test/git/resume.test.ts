import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { access, readFile, rm, utimes } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import type { Repo } from '../../src/core/repo.ts';
import { removeWorker } from '../../src/git/finish/clean.ts';
import { finishBranch } from '../../src/git/finish/finish.ts';
import { adoptJournals } from '../../src/git/finish/journal.ts';
import { settleFinish, unfinishedJournals } from '../../src/git/finish/settle.ts';
import type { WorkerPlace } from '../../src/git/worktrees/inspect.ts';
import { createPlace, expectProblem, expectValue, type Place, write } from '../support/gitPlace.ts';

/** Creates the state that a finish leaves when it is killed in that step. */
async function cutOff(repo: Repo, worker: WorkerPlace, tip: string, step: string): Promise<void> {
  const data = { worker, into: 'develop', tip };
  const journal = {
    v: 1,
    name: 'finish-fix',
    kind: 'finish',
    data,
    step,
    begunAt: '2026-03-01T10:00:00.000Z',
  };
  await write(repo.path, { '.git/orch/journal/finish-fix.json': JSON.stringify(journal) });
  expectValue(await adoptJournals(join(repo.path, '.git')));
}

async function scene() {
  const place = await createPlace();
  const repo = await place.repo();
  const worker = await place.worker(repo);
  const tip = await place.commit(worker.worktree, { 'a.txt': 'x', 'b/c.txt': 'y' });
  await place.sh(repo.path, 'switch', '--quiet', 'develop');
  return { place, repo, worker, tip };
}

async function leaveLocks(repo: Repo, secondsAgo: number): Promise<string[]> {
  const names = ['index.lock', 'HEAD.lock', 'refs/heads/develop.lock', 'config.lock'];
  const files = names.map((name) => join(repo.path, '.git', name));
  const then = Date.now() / 1000 - secondsAgo;
  for (const [at, file] of files.entries()) {
    await write(repo.path, { [`.git/${names[at]}`]: '' });
    await utimes(file, then, then);
  }
  return files;
}

test.runIf(process.platform === 'linux')(
  'Locks that a killed git left are removed when a journal says so and they are old',
  async () => {
    const { place, repo, worker, tip } = await scene();
    await leaveLocks(repo, 60);
    const problem = expectProblem(await finishBranch(place.git, repo, worker, { tip }));
    expect(problem.message).toContain('.lock');
    await cutOff(repo, worker, tip, 'merge');
    expectValue(await finishBranch(place.git, repo, worker, { tip }));
    expect(await place.sh(repo.path, 'status', '--porcelain')).toBe('');
  },
);

test('Locks of a moment ago, and those of a git that runs, stay, and git says which one is in the way', async () => {
  const { place, repo, worker, tip } = await scene();
  await cutOff(repo, worker, tip, 'merge');
  const young = await leaveLocks(repo, 5);
  expect(expectProblem(await finishBranch(place.git, repo, worker, { tip })).message).toContain('.lock');
  for (const file of young) await access(file);
  await cutOff(repo, worker, tip, 'merge');
  const old = await leaveLocks(repo, 60);
  const busy = spawn('git', ['cat-file', '--batch'], { cwd: repo.path, env: place.env });
  const ended = once(busy, 'close');
  onTestFinished(async () => {
    busy.kill();
    await ended;
  });
  busy.stdin.write(`${tip}\n`);
  await once(busy.stdout, 'data');
  expect(expectProblem(await finishBranch(place.git, repo, worker, { tip })).message).toContain('.lock');
  for (const file of old) await access(file);
});

/** Merged, and the worktree half removed: git deletes files first. */
async function halfRemoved(place: Place, repo: Repo, worker: WorkerPlace, tip: string, gone: string[]) {
  await place.sh(repo.path, 'merge', '--quiet', '--no-ff', '-m', 'Merge', worker.branch);
  for (const name of gone) await rm(join(worker.worktree, name), { recursive: true });
  await cutOff(repo, worker, tip, 'remove the worktree');
}

test.each([
  ['some files', ['a.txt']],
  ['the file that leads to the repository', ['.git', 'b']],
])('A removal that had taken %s is completed', async (_what, gone) => {
  const { place, repo, worker, tip } = await scene();
  await halfRemoved(place, repo, worker, tip, gone);
  const [cut] = await unfinishedJournals(place.git, repo);
  if (!cut) return expect.fail('no journal');
  expect(expectValue(await settleFinish(place.git, repo, expectValue(cut)))).toMatchObject({
    how: 'finished',
  });
  await expect(access(worker.worktree)).rejects.toThrow();
  expect(await place.sh(repo.path, 'worktree', 'list')).not.toContain('backend-fix');
  expect(await place.sh(repo.path, 'branch', '--list', 'feature/*')).toBe('');
  expect(await unfinishedJournals(place.git, repo)).toEqual([]);
});

test('A half-removed worktree with new work stays and is named', async () => {
  const { place, repo, worker, tip } = await scene();
  await halfRemoved(place, repo, worker, tip, ['a.txt']);
  await write(worker.worktree, { 'b/c.txt': 'new work' });
  const [cut] = await unfinishedJournals(place.git, repo);
  if (!cut) return expect.fail('no journal');
  const problem = expectProblem(await settleFinish(place.git, repo, expectValue(cut)));
  expect(problem).toMatchObject({ code: 'uncommitted', message: expect.stringContaining('b/c.txt') });
  expect(await readFile(join(worker.worktree, 'b/c.txt'), 'utf8')).toBe('new work');
  // Cleaning it away keeps that work, and ends the finish, too.
  const { backup } = expectValue(await removeWorker(place.git, repo, worker, { tip, confirm: 'fix' }));
  expect(await place.sh(repo.path, 'show', `${backup}:b/c.txt`)).toBe('new work');
  expect(await unfinishedJournals(place.git, repo)).toEqual([]);
});

test('A journal of hostile content is left alone', async () => {
  const { place, repo } = await scene();
  const journal = {
    v: 1,
    name: 'finish-x',
    kind: 'finish',
    data: { worker: { id: 7 } },
    step: null,
    begunAt: '',
  };
  await write(repo.path, { '.git/orch/journal/finish-x.json': JSON.stringify(journal) });
  expectValue(await adoptJournals(join(repo.path, '.git')));
  expect(await unfinishedJournals(place.git, repo)).toEqual([]);
});

test('A forged journal merges nothing', async () => {
  const { place, repo, worker, tip } = await scene();
  const before = await place.sh(repo.path, 'rev-parse', 'develop');
  const data = { worker, into: worker.branch, tip };
  const journal = { v: 1, name: 'finish-fix', kind: 'finish', data, step: 'merge', begunAt: '' };
  await write(repo.path, { '.git/orch/journal/finish-fix.json': JSON.stringify(journal) });
  expectValue(await adoptJournals(join(repo.path, '.git')));
  const [cut] = await unfinishedJournals(place.git, repo);
  if (!cut) return expect.fail('no journal');
  expect(expectValue(await settleFinish(place.git, repo, expectValue(cut)))).toEqual({ how: 'dropped' });
  expect(await place.sh(repo.path, 'rev-parse', 'develop', worker.branch)).toBe(`${before}\n${tip}`);
  await access(worker.worktree);
});
