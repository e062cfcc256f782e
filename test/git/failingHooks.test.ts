import { readFile, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import type { Repo } from '../../src/core/repo.ts';
import { removeWorker } from '../../src/git/finish/clean.ts';
import { abortInterruptedMerge, finishBranch } from '../../src/git/finish/finish.ts';
import { undoFinish } from '../../src/git/finish/undo.ts';
import type { WorkerPlace } from '../../src/git/worktrees/inspect.ts';
import { createPlace, expectProblem, expectValue, hook, type Place, write } from '../support/gitPlace.ts';

/** Branch and uncommitted work of a worker's worktree. */
const stateOf = ({ sh }: Place, { worktree }: WorkerPlace) =>
  sh(worktree, 'status', '--porcelain', '--branch', '--untracked-files=no');

async function createScene(): Promise<{ place: Place; repo: Repo; worker: WorkerPlace; tip: string }> {
  const place = await createPlace();
  const repo = await place.repo();
  const worker = await place.worker(repo);
  const tip = await place.commit(worker.worktree, { 'a.txt': 'a' });
  await place.sh(repo.path, 'switch', '-q', 'develop');
  await place.commit(repo.path, { 'README.md': 'develop' });
  return { place, repo, worker, tip };
}

test('A post-checkout hook that fails is a warning at start, clean, undo and finish', async () => {
  const place = await createPlace();
  const repo = await place.repo();
  await hook(repo, 'post-checkout', 'echo "no ruby" >&2; exit 1');
  await hook(repo, 'commit-msg', 'exit 0');
  const worker = await place.worker(repo);
  const quietly = ['-c', 'core.hooksPath=/dev/null'];
  await write(worker.worktree, { 'a.txt': 'a' });
  await place.sh(worker.worktree, 'add', 'a.txt');
  await place.sh(worker.worktree, ...quietly, 'commit', '-q', '-m', 'Work');
  const tip = await place.sh(worker.worktree, 'rev-parse', 'HEAD');
  await write(worker.worktree, { 'a.txt': 'uncommitted' });
  const { backup } = expectValue(await removeWorker(place.git, repo, worker, { tip, confirm: 'fix' }));
  const warnings = [expect.stringContaining('no ruby')];
  const undone = await undoFinish(place.git, repo, { worker, backup, merge: null });
  expect(expectValue(undone)).toMatchObject({ uncommitted: true, warnings });
  expect(await readFile(join(worker.worktree, 'a.txt'), 'utf8')).toBe('uncommitted');
  await write(worker.worktree, { 'a.txt': 'a' });
  const done = expectValue(await finishBranch(place.git, repo, worker, { tip }));
  expect(done).toMatchObject({ into: 'develop', warnings });
});

/** Lets a branch move, and no detached HEAD. */
const stopsHead = '[ "$1" = prepared ] && grep -q " HEAD$" && exit 1; exit 0';

/** Each leaves the worktree in another state while it is detached. */
test.each([
  ['refuses and leaves contents in the way', 'commit-msg', 'echo hook > README.md; exit 1', true],
  ['is happy and leaves contents in the way', 'post-merge', 'echo hook > README.md', true],
  ['refuses that HEAD goes away', 'reference-transaction', stopsHead, false],
])('A hook that %s leaves the worktree on its branch', async (_, name, lines, isKept) => {
  const { place, repo, worker, tip } = await createScene();
  await hook(repo, 'commit-msg', 'exit 0');
  await hook(repo, name, lines);
  const problem = expectProblem(await finishBranch(place.git, repo, worker, { tip }));
  expect(await stateOf(place, worker)).toBe(`## ${worker.branch}`);
  const kept = /refs\/orch\/wip\/\S+Z/.exec(`${problem.hint}`)?.[0];
  expect(kept !== undefined).toBe(isKept);
  if (kept) expect(await place.sh(repo.path, 'show', `${kept}:README.md`)).toBe('hook');
});

test('A finish that cannot return to the branch says so, and the next one returns first', async () => {
  const { place, repo, worker, tip } = await createScene();
  const lock = `$(git rev-parse --git-dir)/index.lock`;
  await hook(repo, 'commit-msg', `touch "${lock}"; exit 1`);
  const problem = expectProblem(await finishBranch(place.git, repo, worker, { tip }));
  expect(problem).toMatchObject({ code: 'left_on_merge', message: expect.stringContaining('index.lock') });
  const gitDir = await place.sh(worker.worktree, 'rev-parse', '--git-dir');
  await place.sh(repo.path, 'config', 'core.hooksPath', '/dev/null');
  await rm(join(gitDir, 'index.lock'));
  await abortInterruptedMerge(place.git, repo, worker);
  expect(await stateOf(place, worker)).toBe(`## ${worker.branch}`);
  expectValue(await finishBranch(place.git, repo, worker, { tip }));
});
