import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import type { Repo } from '../../src/core/repo.ts';
import { findRemoval, removeWorker } from '../../src/git/finish/clean.ts';
import { finishBranch } from '../../src/git/finish/finish.ts';
import { settleFinish, unfinishedJournals } from '../../src/git/finish/settle.ts';
import { undoFinish } from '../../src/git/finish/undo.ts';
import type { WorkerPlace } from '../../src/git/worktrees/inspect.ts';
import { createPlace, expectValue, hook, type Place, pictureOf, write } from '../support/gitPlace.ts';
import { expectTidy, killEverywhere, type Scene } from './killing.ts';

async function expectGone(place: Place, repo: Repo, worker: WorkerPlace): Promise<void> {
  expect(await place.sh(repo.path, 'branch', '--list', worker.branch)).toBe('');
  expect(await place.sh(repo.path, 'worktree', 'list')).not.toContain(worker.worktree);
  expect(await readdir(join(place.root, '.worktrees'))).not.toContain(`${repo.name}-${worker.task}`);
}

/** State of develop's checkout when the worker's branch is merged there. */
const states: Readonly<Record<string, (place: Place, repo: Repo) => Promise<unknown>>> = {
  'develop elsewhere': async () => null,
  'develop checked out': (place, repo) => place.sh(repo.path, 'switch', '--quiet', 'develop'),
  'develop dirty': async (place, repo) => {
    await place.sh(repo.path, 'switch', '--quiet', 'develop');
    await write(repo.path, { 'README.md': 'one\ntwo\nthree\nmine\n', 'new.txt': 'untracked' });
    await place.sh(repo.path, 'add', 'new.txt');
  },
  'hooks that look at merges': (_place, repo) => hook(repo, 'commit-msg', 'exit 0'),
};

async function worked(name: keyof typeof states) {
  const place = await createPlace('with späce');
  const repo = await place.repo();
  await states[name]?.(place, repo);
  const worker = await place.worker(repo);
  const tip = await place.commit(worker.worktree, { 'work.txt': 'x' });
  const base = await place.sh(repo.path, 'rev-parse', 'develop');
  return { name, place, repo, worker, tip, base };
}

async function finishing(name: string): Promise<Scene> {
  const { place, repo, worker, tip, base } = await worked(name);
  const before = await place.sh(repo.path, 'status', '--porcelain');
  const recover = async () => {
    const done = expectValue(await finishBranch(place.git, repo, worker, { tip }));
    const between = await place.sh(repo.path, 'rev-list', '--parents', `${base}..develop`, `^${tip}`);
    expect(between).toBe(`${done.merge} ${base} ${tip}`);
    expect(await place.sh(repo.path, 'rev-parse', done.backup)).toBe(tip);
    expect(await place.sh(repo.path, 'for-each-ref', `refs/orch/backup/${worker.task}`)).toContain(tip);
    expect(await place.sh(repo.path, 'status', '--porcelain')).toBe(before);
    await expectGone(place, repo, worker);
    await expectTidy(place, repo);
  };
  return { name, place, repo, change: { do: 'finish', worker, tip }, recover };
}

test('A finish that was killed anywhere ends in one merge when finished again', {
  timeout: 300_000,
}, async () => {
  const scenes = await Promise.all(Object.keys(states).map(finishing));
  const moments = await killEverywhere(scenes);
  expect(Math.min(...moments)).toBeGreaterThan(12);
});

test('A killed finish is recovered: completed if it had merged, else as if never begun', {
  timeout: 300_000,
}, async () => {
  const { name, place, repo, worker, tip, base } = await worked('hooks that look at merges');
  await place.sh(repo.path, 'switch', '--quiet', 'develop');
  const hows = new Set<string>();
  const recover = async () => {
    const merged = (await place.sh(repo.path, 'rev-parse', 'develop')) !== base;
    const cut = await unfinishedJournals(place.git, repo);
    const settled = await Promise.all(cut.map((one) => settleFinish(place.git, repo, expectValue(one))));
    for (const one of settled) hows.add(expectValue(one).how);
    if (merged) await expectGone(place, repo, worker);
    else {
      expect(await place.sh(repo.path, 'rev-parse', 'develop')).toBe(base);
      expect(await place.sh(worker.worktree, 'status', '--porcelain', '--branch')).toBe(
        `## ${worker.branch}`,
      );
    }
    await expectTidy(place, repo);
  };
  await killEverywhere([{ name, place, repo, change: { do: 'finish', worker, tip }, recover }], 'before');
  expect([...hows].sort()).toEqual(['dropped', 'finished']);
});

test('A clean that was killed anywhere keeps all work and is completed by cleaning again', {
  timeout: 300_000,
}, async () => {
  const { name, place, repo, worker, tip } = await worked('develop elsewhere');
  await write(worker.worktree, { 'draft.txt': 'not committed', 'README.md': 'changed\n' });
  const picture = await pictureOf(repo);
  const recover = async () => {
    expect(expectValue(await findRemoval(place.git, repo, worker)).tip).toBe(tip);
    const done = expectValue(await removeWorker(place.git, repo, worker, { tip, confirm: worker.task }));
    const wip = done.backup.replace('/backup/', '/wip/');
    expect(await place.sh(repo.path, 'rev-parse', done.backup.replace('/wip/', '/backup/'))).toBe(tip);
    expect(await place.sh(repo.path, 'show', `${wip}:draft.txt`)).toBe('not committed');
    expect(await place.sh(repo.path, 'show', `${wip}:README.md`)).toBe('changed');
    await expectGone(place, repo, worker);
    await expectTidy(place, repo);
    expect(await pictureOf(repo)).toEqual(picture);
  };
  const [moments] = await killEverywhere([
    { name, place, repo, change: { do: 'clean', worker, tip }, recover },
  ]);
  expect(moments).toBeGreaterThan(8);
});

test('An undo that was killed anywhere is completed by undoing again', { timeout: 300_000 }, async () => {
  const { name, place, repo, worker, tip, base } = await worked('develop elsewhere');
  const { backup, merge, into } = expectValue(await finishBranch(place.git, repo, worker, { tip }));
  const ended = { worker, backup, merge: { into, commit: merge } };
  const recover = async () => {
    expectValue(await undoFinish(place.git, repo, ended));
    expect(await place.sh(repo.path, 'rev-parse', 'develop', worker.branch)).toBe(`${base}\n${tip}`);
    expect(await place.sh(worker.worktree, 'status', '--porcelain', '--branch')).toBe(`## ${worker.branch}`);
    await expectTidy(place, repo);
  };
  const change = { do: 'undo', ...ended } as const;
  const [moments] = await killEverywhere([{ name, place, repo, change, recover }], 'before');
  expect(moments).toBeGreaterThan(2);
});
