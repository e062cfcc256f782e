import { join } from 'node:path';
import { expect, test } from 'vitest';
import type { Repo } from '../../../../src/core/repo.ts';
import { finishFlow } from '../../../../src/features/releases/service/finish.ts';
import { startFlow } from '../../../../src/features/releases/service/start.ts';
import { expectTidy, killEverywhere, type Scene } from '../../../git/killing.ts';
import { createPlace, expectValue, hook, type Place, write } from '../../../support/gitPlace.ts';

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

/** Returns the uncommitted changes in all checkouts. */
async function dirtOf(place: Place, repo: Repo): Promise<string> {
  const listed = await place.sh(repo.path, 'worktree', 'list', '--porcelain');
  const dirs = [...listed.matchAll(/^worktree (.+)$/gm)].map(([, path = '']) => path);
  return (await Promise.all(dirs.map((dir) => place.sh(dir, 'status', '--porcelain')))).join('\n--\n');
}

async function finishing(kind: 'release' | 'hotfix', state: keyof typeof states): Promise<Scene> {
  const place = await createPlace('with späce');
  const repo = await place.repo();
  await place.commit(repo.path, { VERSION: '0.1.0\n' });
  await place.sh(repo.path, 'branch', '--force', 'develop', 'main');
  await states[state](place, repo);
  const flow = { kind, name: '1.0.0' };
  // The commit that sets the version is what is released.
  const { commit: tip } = expectValue(await startFlow(place.git, repo, flow));
  const heads = (await place.sh(repo.path, 'rev-parse', 'main', 'develop')).split('\n');
  const dirt = await dirtOf(place, repo);
  const recover = async () => {
    expectValue(await finishFlow(place.git, repo, flow));
    const names = ['1.0.0^{commit}', 'main', 'develop^1', 'main^1', 'main^2', 'develop^2'];
    const [merge, ...graph] = (await place.sh(repo.path, 'rev-parse', ...names)).split('\n');
    expect(graph).toEqual([merge, heads[1], heads[0], tip, merge]);
    expect(await place.sh(repo.path, 'cat-file', '-t', '1.0.0')).toBe('tag');
    expect(await place.sh(repo.path, 'branch', '--list', `${kind}/*`)).toBe('');
    expect(await place.sh(repo.path, 'config', '--local', '--list')).not.toContain(`branch.${kind}/`);
    expect(await dirtOf(place, repo)).toBe(dirt);
    await expectTidy(place, repo);
  };
  return { name: `a ${kind} with ${state}`, place, repo, change: { do: 'flow', ...flow }, recover };
}

test('A release that was killed anywhere ends in one merge and one tag when finished again', {
  timeout: 300_000,
}, async () => {
  const names = Object.keys(states) as (keyof typeof states)[];
  const moments = await killEverywhere(
    await Promise.all(names.map((state) => finishing('release', state))),
    'before',
  );
  expect(Math.min(...moments)).toBeGreaterThan(4);
});

/** It differs from a release only in where it began, so two states tell. */
test('A killed hotfix ends the same way', { timeout: 300_000 }, async () => {
  const scenes = [finishing('hotfix', 'no checkout'), finishing('hotfix', 'dirty checkouts of both')];
  const moments = await killEverywhere(await Promise.all(scenes), 'before');
  expect(Math.min(...moments)).toBeGreaterThan(4);
});
