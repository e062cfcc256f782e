import { execFileSync } from 'node:child_process';
import { expect, test } from 'vitest';
import type { FlowKind, Repo } from '../../../../src/core/repo.ts';
import { finishFlow } from '../../../../src/features/releases/service/finish.ts';
import { startFlow } from '../../../../src/features/releases/service/start.ts';
import { readFlowStatus } from '../../../../src/features/releases/service/status.ts';
import { initFlow } from '../../../../src/git/flow.ts';
import { createPlace, expectValue, type Place } from '../../../support/gitPlace.ts';

/** Debian's package: git-flow (AVH). */
const hasGitFlow = (() => {
  try {
    return execFileSync('git', ['flow', 'version'], { encoding: 'utf8', stdio: 'pipe' }).includes('AVH');
  } catch {
    return false;
  }
})();

if (!hasGitFlow)
  console.log('git-flow is not installed: its behaviour is not compared. apt-get install git-flow');

/** Every commit by its words, its parents' words and the refs on it; every tag by what it says. */
async function graphOf(place: Place, repo: Repo): Promise<string[]> {
  const log = await place.sh(repo.path, 'log', '--branches', '--tags', '-z', '--format=%H%x01%B%x01%P');
  const commits = log.split('\0').map((record) => record.split('\x01'));
  const words = new Map(commits.map(([oid = '', text = '']) => [oid, text.trim()]));
  const lines = commits.map(
    ([oid = '', , parents = '']) =>
      `${words.get(oid)} <- ${parents.split(' ').map((parent) => words.get(parent) ?? '')}`,
  );
  const refs = await place.sh(
    repo.path,
    'for-each-ref',
    '--format=%(refname) %(objecttype) %(contents) %(*contents)',
    'refs/heads',
    'refs/tags',
  );
  const settings = await place.sh(
    repo.path,
    'config',
    '--local',
    '--get-regexp',
    '^gitflow\\.(branch|prefix)',
  );
  return [...lines.sort(), refs, settings];
}

type Way = 'git-flow' | 'ours';

/** One feature, release or hotfix from start to end, beside other work on develop. */
async function runThrough(kind: FlowKind, start: Way, finish: Way, tagPrefix = ''): Promise<string[]> {
  const place = await createPlace();
  const repo = await place.repo();
  if (finish === 'git-flow') {
    await place.sh(repo.path, 'config', 'gitflow.branch.master', 'main');
    await place.sh(repo.path, 'flow', 'init', '-d', '-t', tagPrefix);
    await place.sh(repo.path, 'config', '--unset', 'gitflow.path.hooks');
  } else expectValue(await initFlow(place.git, repo, { prefixes: { versiontag: tagPrefix } }));
  const name = kind === 'feature' ? 'login' : '1.0.1';
  if (start === 'git-flow') await place.sh(repo.path, 'flow', kind, 'start', name);
  else {
    expectValue(await startFlow(place.git, repo, { kind, name }));
    await place.sh(repo.path, 'switch', '-q', `${kind}/${name}`);
  }
  await place.commit(repo.path, { 'a.txt': 'a' }, 'Add a');
  await place.commit(repo.path, { 'b.txt': 'b' }, 'Add b');
  await place.sh(repo.path, 'switch', '-q', 'develop');
  await place.commit(repo.path, { 'other.txt': 'x' }, 'Other work');
  const message = kind === 'feature' ? [] : ['-m', 'Version'];
  if (finish === 'git-flow') await place.sh(repo.path, 'flow', kind, 'finish', ...message, name);
  // git-flow puts the tag's name behind the message that it is given.
  else
    expectValue(
      await finishFlow(place.git, repo, { kind, name }, { message: `Version ${tagPrefix}${name}` }),
    );
  expect(await place.sh(repo.path, 'status', '--porcelain', '--branch')).toBe('## develop');
  expect(await place.sh(repo.path, 'fsck', '--no-dangling')).toBe('');
  return graphOf(place, repo);
}

test.runIf(hasGitFlow).each<FlowKind>(['feature', 'release', 'hotfix'])(
  'A %s ends in the same commits, words, tags and settings whoever starts and finishes it',
  { timeout: 120_000 },
  async (kind) => {
    const theirs = await runThrough(kind, 'git-flow', 'git-flow');
    expect(theirs.join('\n')).toContain(kind === 'feature' ? "Merge branch 'feature/login'" : 'Merge tag');
    expect(await runThrough(kind, 'git-flow', 'ours')).toEqual(theirs);
    expect(await runThrough(kind, 'ours', 'git-flow')).toEqual(theirs);
    expect(await runThrough(kind, 'ours', 'ours')).toEqual(theirs);
  },
);

test.runIf(hasGitFlow)('Tags get the prefix that git-flow was given', async () => {
  const theirs = await runThrough('release', 'git-flow', 'git-flow', 'v');
  expect(theirs.join('\n')).toContain('refs/tags/v1.0.1');
  expect(await runThrough('release', 'ours', 'ours', 'v')).toEqual(theirs);
});

test.runIf(hasGitFlow)('git-flow takes our setup for its own, and lists what we began', async () => {
  const place = await createPlace();
  const repo = await place.repo('backend', { develop: false });
  expectValue(await initFlow(place.git, repo));
  expectValue(await startFlow(place.git, repo, { kind: 'feature', name: 'login' }));
  expect(await place.sh(repo.path, 'flow', 'feature', 'list')).toBe('login');
  expect(await place.sh(repo.path, 'flow', 'config')).toContain('Branch name for production releases: main');
  await place.sh(repo.path, 'flow', 'release', 'start', '2.0');
  const { releases } = expectValue(await readFlowStatus(place.git, repo));
  expect(releases).toMatchObject([{ name: '2.0', branch: 'release/2.0', checkout: repo.path }]);
});
