import { spawn } from 'node:child_process';
import { readdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import type { Repo } from '../../src/domain/repo.ts';
import { clean, previewClean } from '../../src/git/clean.ts';
import { finish } from '../../src/git/finish.ts';
import type { WorkerPlace } from '../../src/git/inspect.ts';
import { undo } from '../../src/git/undo.ts';
import { settle, unfinishedJournals } from '../../src/git/unfinished.ts';
import type { Order } from './dying.ts';
import { createPlace, expectValue, hook, type Place, pictureOf, write } from './place.ts';

/** Runs a program that is killed at a moment; true when it came to its end before that. */
async function runDying(place: Place, order: Omit<Order, 'env'>): Promise<boolean> {
  const file = join(place.root, 'order.json');
  await writeFile(file, JSON.stringify({ ...order, env: place.env }));
  const child = spawn(process.execPath, [join(import.meta.dirname, 'dying.ts'), file], {
    env: place.env,
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let said = '';
  child.stdout.on('data', (text) => (said += text));
  child.stderr.on('data', (text) => (said += text));
  const [code, signal] = await new Promise<[number | null, string | null]>((resolve) =>
    child.once('close', (...ended) => resolve(ended)),
  );
  if (signal === 'SIGKILL') return false;
  expect([code, said]).toEqual([0, expect.stringMatching(/^\{"ok":true/)]);
  return true;
}

/**
 * Kills at the first moment, and so on until it gets through. Moments come in pairs, before and after a command;
 * between those of one pair and the next only journals are written.
 */
async function killEverywhere(
  attempt: (killAt: number) => Promise<boolean>,
  moments: 'all' | 'before',
): Promise<number> {
  for (let killAt = 0; ; killAt += moments === 'all' ? 1 : 2) if (await attempt(killAt)) return killAt;
}

/** Nothing of ours is left in the repository but backups. */
async function expectTidy(place: Place, repo: Repo): Promise<void> {
  const files = await readdir(join(repo.path, '.git'), { recursive: true });
  expect(files.filter((name) => name.endsWith('.lock') || name.endsWith('.tmp'))).toEqual([]);
  expect(files.filter((name) => /^orch\/(lock|journal\/.)/.test(name))).toEqual([]);
  expect(await place.sh(repo.path, 'for-each-ref', 'refs/orch/merge')).toBe('');
  expect(await place.sh(repo.path, 'fsck', '--no-dangling')).toBe('');
}

async function expectGone(place: Place, repo: Repo, worker: WorkerPlace): Promise<void> {
  expect(await place.sh(repo.path, 'branch', '--list', worker.branch)).toBe('');
  expect(await place.sh(repo.path, 'worktree', 'list')).not.toContain(worker.worktree);
  expect(await readdir(join(place.root, '.worktrees'))).not.toContain(`${repo.name}-${worker.task}`);
}

type State = 'elsewhere' | 'clean' | 'dirty' | 'hooked';

async function bring(repo: Repo, place: Place, state: State): Promise<void> {
  if (state === 'clean' || state === 'dirty') await place.sh(repo.path, 'switch', '--quiet', 'develop');
  if (state === 'dirty')
    await write(repo.path, { 'README.md': 'one\ntwo\nthree\nmine\n', 'new.txt': 'untracked' });
  if (state === 'dirty') await place.sh(repo.path, 'add', 'new.txt');
  if (state === 'hooked') await hook(repo, 'commit-msg', 'exit 0');
}

test.each<State>(['elsewhere', 'clean', 'dirty', 'hooked'])(
  'A finish that was killed anywhere ends in one merge when finished again (develop %s)',
  { timeout: 300_000 },
  async (state) => {
    const place = await createPlace('with späce');
    const repo = await place.repo();
    await bring(repo, place, state);
    const moments = await killEverywhere(
      async (killAt) => {
        const worker = await place.worker(repo, `fix-${killAt}`);
        const tip = await place.commit(worker.worktree, { [`${killAt}.txt`]: 'x' });
        const before = await place.sh(repo.path, 'status', '--porcelain');
        const base = await place.sh(repo.path, 'rev-parse', 'develop');
        if (await runDying(place, { what: 'finish', repo, worker, tip, killAt })) return true;
        const done = expectValue(await finish(place.git, repo, worker, { tip }));
        const between = await place.sh(repo.path, 'rev-list', '--parents', `${base}..develop`, `^${tip}`);
        expect(between).toBe(`${done.merge} ${base} ${tip}`);
        expect(await place.sh(repo.path, 'rev-parse', done.backup)).toBe(tip);
        expect(await place.sh(repo.path, 'for-each-ref', `refs/orch/backup/${worker.task}`)).toContain(tip);
        expect(await place.sh(repo.path, 'status', '--porcelain')).toBe(before);
        await expectGone(place, repo, worker);
        await expectTidy(place, repo);
        return false;
      },
      state === 'elsewhere' ? 'all' : 'before',
    );
    expect(moments).toBeGreaterThan(12);
  },
);

test('A finish that was killed is settled: completed where it had merged, else as if never begun', {
  timeout: 300_000,
}, async () => {
  const place = await createPlace();
  const repo = await place.repo();
  await hook(repo, 'commit-msg', 'exit 0');
  await place.sh(repo.path, 'switch', '--quiet', 'develop');
  const hows = new Set<string>();
  await killEverywhere(async (killAt) => {
    const worker = await place.worker(repo, `fix-${killAt}`);
    const tip = await place.commit(worker.worktree, { [`${killAt}.txt`]: 'x' });
    const base = await place.sh(repo.path, 'rev-parse', 'develop');
    if (await runDying(place, { what: 'finish', repo, worker, tip, killAt })) return true;
    const merged = (await place.sh(repo.path, 'rev-parse', 'develop')) !== base;
    const cut = await unfinishedJournals(place.git, repo);
    const settled = await Promise.all(cut.map((one) => settle(place.git, repo, expectValue(one))));
    for (const one of settled) hows.add(expectValue(one).how);
    if (merged) await expectGone(place, repo, worker);
    else {
      expect(await place.sh(repo.path, 'rev-parse', 'develop')).toBe(base);
      expect(await place.sh(worker.worktree, 'status', '--porcelain', '--branch')).toBe(
        `## ${worker.branch}`,
      );
    }
    await expectTidy(place, repo);
    return false;
  }, 'before');
  expect([...hows].sort()).toEqual(['dropped', 'finished']);
});

test('A clean that was killed anywhere keeps all work and is completed by cleaning again', {
  timeout: 300_000,
}, async () => {
  const place = await createPlace();
  const repo = await place.repo();
  const picture = await pictureOf(repo);
  const moments = await killEverywhere(async (killAt) => {
    const worker = await place.worker(repo, `fix-${killAt}`);
    const tip = await place.commit(worker.worktree, { [`${killAt}.txt`]: 'x' });
    await write(worker.worktree, { 'draft.txt': 'not committed', 'README.md': 'changed\n' });
    if (await runDying(place, { what: 'clean', repo, worker, tip, killAt })) return true;
    expect(expectValue(await previewClean(place.git, repo, worker)).tip).toBe(tip);
    const done = expectValue(await clean(place.git, repo, worker, { tip, confirm: worker.task }));
    const wip = done.backup.replace('/backup/', '/wip/');
    expect(await place.sh(repo.path, 'rev-parse', done.backup.replace('/wip/', '/backup/'))).toBe(tip);
    expect(await place.sh(repo.path, 'show', `${wip}:draft.txt`)).toBe('not committed');
    expect(await place.sh(repo.path, 'show', `${wip}:README.md`)).toBe('changed');
    await expectGone(place, repo, worker);
    await expectTidy(place, repo);
    return false;
  }, 'all');
  expect(moments).toBeGreaterThan(8);
  expect(await pictureOf(repo)).toEqual(picture);
});

test('An undo that was killed anywhere is completed by undoing again', { timeout: 300_000 }, async () => {
  const place = await createPlace();
  const repo = await place.repo();
  const moments = await killEverywhere(async (killAt) => {
    const worker = await place.worker(repo, `fix-${killAt}`);
    const tip = await place.commit(worker.worktree, { [`${killAt}.txt`]: 'x' });
    const base = await place.sh(repo.path, 'rev-parse', 'develop');
    const { backup, merge, into } = expectValue(await finish(place.git, repo, worker, { tip }));
    const ended = { worker, backup, merge: { into, commit: merge } };
    if (await runDying(place, { what: 'undo', repo, worker, tip, killAt, backup, merge: ended.merge }))
      return true;
    expectValue(await undo(place.git, repo, ended));
    expect(await place.sh(repo.path, 'rev-parse', 'develop', worker.branch)).toBe(`${base}\n${tip}`);
    expect(await place.sh(worker.worktree, 'status', '--porcelain', '--branch')).toBe(`## ${worker.branch}`);
    await expectTidy(place, repo);
    return false;
  }, 'before');
  expect(moments).toBeGreaterThan(4);
});
