import { spawn } from 'node:child_process';
import { readdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import type { Repo } from '../../src/domain/repo.ts';
import { finishFlow } from '../../src/git/flowFinish.ts';
import { startFlow } from '../../src/git/flowStart.ts';
import type { Order } from './dyingFlow.ts';
import { createPlace, expectValue, hook, type Place, write } from './place.ts';

/** Runs a finish that is killed at a moment; true when it came to its end before that. */
async function runDying(place: Place, order: Omit<Order, 'env'>): Promise<boolean> {
  const file = join(place.root, 'order.json');
  await writeFile(file, JSON.stringify({ ...order, env: place.env }));
  const child = spawn(process.execPath, [join(import.meta.dirname, 'dyingFlow.ts'), file], {
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

/** Nothing of ours is left in the repository but backups. */
async function expectTidy(place: Place, repo: Repo): Promise<void> {
  const files = await readdir(join(repo.path, '.git'), { recursive: true });
  expect(files.filter((name) => /\.(lock|tmp)$|^orch\/(lock|scratch|journal\/.)/.test(name))).toEqual([]);
  expect(await place.sh(repo.path, 'config', '--local', '--list')).not.toMatch(/branch\.(release|hotfix)\//);
  expect(await place.sh(repo.path, 'fsck', '--no-dangling')).toBe('');
}

const states = {
  'no checkout': async (place: Place, repo: Repo) => place.sh(repo.path, 'switch', '-q', '--detach', 'main'),
  'a clean checkout of main': async (place: Place, repo: Repo) => place.sh(repo.path, 'switch', '-q', 'main'),
  'a dirty checkout of develop': async (place: Place, repo: Repo) => {
    await place.sh(repo.path, 'switch', '-q', 'develop');
    await write(repo.path, { 'README.md': 'mine\n', 'new.txt': 'untracked' });
  },
  'dirty checkouts of both': async (place: Place, repo: Repo) => {
    const other = join(place.root, 'develop');
    await place.sh(repo.path, 'worktree', 'add', '-q', other, 'develop');
    for (const dir of [repo.path, other]) await write(dir, { 'README.md': 'mine\n', 'new.txt': 'untracked' });
    await place.sh(other, 'add', 'new.txt');
  },
  'hooks that look at merges': async (place: Place, repo: Repo) => {
    await place.sh(repo.path, 'switch', '-q', 'develop');
    await hook(repo, 'commit-msg', 'exit 0');
  },
};

/** What lies uncommitted in all checkouts. */
async function dirtOf(place: Place, repo: Repo): Promise<string> {
  const listed = await place.sh(repo.path, 'worktree', 'list', '--porcelain');
  const dirs = [...listed.matchAll(/^worktree (.+)$/gm)].map(([, path = '']) => path);
  return (await Promise.all(dirs.map((dir) => place.sh(dir, 'status', '--porcelain')))).join('\n--\n');
}

/** A hotfix differs from a release only in where it began, so two states tell. */
const cases: readonly (readonly ['release' | 'hotfix', keyof typeof states])[] = [
  ['release', 'no checkout'],
  ['release', 'a clean checkout of main'],
  ['release', 'a dirty checkout of develop'],
  ['release', 'dirty checkouts of both'],
  ['release', 'hooks that look at merges'],
  ['hotfix', 'no checkout'],
  ['hotfix', 'dirty checkouts of both'],
];

test.each(cases)(
  'A %s that was killed anywhere ends in one merge and one tag when finished again, with %s',
  {
    timeout: 120_000,
  },
  async (kind, state) => {
    const place = await createPlace('with späce');
    const repo = await place.repo();
    await place.commit(repo.path, { VERSION: '0.1.0\n' });
    await place.sh(repo.path, 'branch', '--force', 'develop', 'main');
    await states[state](place, repo);
    let moments = 0;
    for (; ; moments++) {
      const flow = { kind, name: `1.${moments}.0` };
      // The commit that sets the version is what is released.
      const { commit: tip } = expectValue(await startFlow(place.git, repo, flow));
      const heads = (await place.sh(repo.path, 'rev-parse', 'main', 'develop')).split('\n');
      const dirt = await dirtOf(place, repo);
      if (await runDying(place, { repo, flow, killAt: moments })) break;
      expectValue(await finishFlow(place.git, repo, flow));
      const merge = await place.sh(repo.path, 'rev-parse', `${flow.name}^{commit}`);
      const oneBack = await place.sh(
        repo.path,
        'rev-parse',
        'main',
        'develop',
        'develop^1',
        'main^1',
        'main^2',
      );
      expect(oneBack.split('\n')).toEqual([merge, expect.any(String), heads[1], heads[0], tip]);
      expect(await place.sh(repo.path, 'rev-parse', 'develop^2')).toBe(merge);
      expect(await place.sh(repo.path, 'cat-file', '-t', flow.name)).toBe('tag');
      expect(await place.sh(repo.path, 'branch', '--list', `${kind}/*`)).toBe('');
      expect(await dirtOf(place, repo)).toBe(dirt);
      await expectTidy(place, repo);
    }
    expect(moments).toBeGreaterThan(4);
    const last = { kind, name: `1.${moments}.0` };
    expect(expectValue(await finishFlow(place.git, repo, last)).moved).toEqual([]);
  },
);
