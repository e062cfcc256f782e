import { writeFile } from 'node:fs/promises';
import { expect, test } from 'vitest';
import type { Repo } from '../../../../src/core/repo.ts';
import { startFlow } from '../../../../src/features/releases/service/start.ts';
import { readFlowStatus } from '../../../../src/features/releases/service/status.ts';
import { initFlow } from '../../../../src/git/flow.ts';
import {
  createPlace,
  expectProblem,
  expectValue,
  hook,
  type Place,
  pictureOf,
  refsOf,
} from '../../../support/gitPlace.ts';

async function withFiles(files: Record<string, string>): Promise<[Place, Repo]> {
  const place = await createPlace();
  const repo = await place.repo('backend', { develop: false });
  await place.commit(repo.path, files, 'Files');
  await place.sh(repo.path, 'branch', '--no-track', 'develop');
  return [place, repo];
}

const project = {
  'package.json': '{\r\n  "name": "a",\r\n  "version": "1.2.3"\r\n}',
  'package-lock.json': '{"version": "1.2.3", "packages": {"": {"version": "1.2.3"}}}\n',
  VERSION: '1.2.3\n',
};

test('A release begins at develop with a commit that sets the version in place, and no checkout changes', async () => {
  const [place, repo] = await withFiles(project);
  const before = await pictureOf(repo);
  const started = expectValue(await startFlow(place.git, repo, { kind: 'release', bump: 'minor' }));
  expect(started).toMatchObject({ branch: 'release/1.3.0', base: 'develop', warnings: [] });
  expect(started.files).toEqual(['VERSION', 'package-lock.json', 'package.json']);
  expect(await pictureOf(repo)).toEqual(before);
  const diff = await place.sh(repo.path, 'diff', '--numstat', 'develop', 'release/1.3.0');
  expect(diff).toBe('1\t1\tVERSION\n1\t1\tpackage-lock.json\n1\t1\tpackage.json');
  expect(await place.sh(repo.path, 'show', 'release/1.3.0:package.json')).toBe(
    project['package.json'].replace('1.2.3', '1.3.0'),
  );
  expect(await place.sh(repo.path, 'log', '--format=%s', 'develop..release/1.3.0')).toBe(
    'Bump version to 1.3.0',
  );
  expect(await place.sh(repo.path, 'config', 'gitflow.branch.release/1.3.0.base')).toBe('develop');
});

test('A hotfix begins at main, a feature at develop without a commit', async () => {
  const [place, repo] = await withFiles(project);
  await place.sh(repo.path, 'switch', '-q', 'develop');
  const tip = await place.commit(repo.path, { 'next.txt': 'x', VERSION: '1.3.0\n' });
  const hotfix = expectValue(await startFlow(place.git, repo, { kind: 'hotfix', bump: 'patch' }));
  expect(hotfix).toMatchObject({ branch: 'hotfix/1.2.4', base: 'main' });
  expect(await place.sh(repo.path, 'ls-tree', '--name-only', 'hotfix/1.2.4')).not.toContain('next.txt');
  const feature = expectValue(await startFlow(place.git, repo, { kind: 'feature', name: 'ui/login' }));
  expect(feature).toMatchObject({ branch: 'feature/ui/login', base: 'develop', commit: tip });
});

test.each([
  ['a version that is not greater', { kind: 'release', name: '1.2.3' }, 'version_not_greater'],
  ['one that is smaller', { kind: 'hotfix', name: '1.2.3-rc.1' }, 'version_not_greater'],
  ['one that is not semantic', { kind: 'release', name: '2.0' }, 'bad_version'],
  ['one that a tag has', { kind: 'release', name: '3.0.0' }, 'tag_exists'],
  ['a second release', { kind: 'release', name: '2.0.1' }, 'flow_open'],
  ['a feature that is there', { kind: 'feature', name: 'Login' }, 'branch_exists'],
  ['a feature below another', { kind: 'feature', name: 'login/form' }, 'branch_exists'],
  ['a name that is an option', { kind: 'feature', name: '-x' }, 'bad_name'],
] as const)('Nothing begins with %s', async (_what, wanted, code) => {
  const [place, repo] = await withFiles(project);
  await place.sh(repo.path, 'branch', 'feature/login');
  const elsewhere = await place.sh(repo.path, 'commit-tree', '-m', 'Apart', 'main^{tree}');
  await place.sh(repo.path, 'tag', '3.0.0', elsewhere);
  if (code === 'flow_open') await place.sh(repo.path, 'branch', 'release/2.0.0');
  const before = [await refsOf(place, repo), await place.sh(repo.path, 'config', '--local', '--list')];
  expect(expectProblem(await startFlow(place.git, repo, wanted)).code).toBe(code);
  expect([await refsOf(place, repo), await place.sh(repo.path, 'config', '--local', '--list')]).toEqual(
    before,
  );
});

test('Without files the greatest tag below counts, and without a tag there is nothing to count from', async () => {
  const place = await createPlace();
  const repo = await place.repo();
  expect(expectProblem(await startFlow(place.git, repo, { kind: 'release', bump: 'major' })).code).toBe(
    'no_version',
  );
  await place.sh(repo.path, 'config', 'gitflow.prefix.versiontag', 'v');
  for (const tag of ['v1.9.0', 'v1.10.0', '7.0.0', 'v2.0']) await place.sh(repo.path, 'tag', tag, 'develop');
  const started = expectValue(await startFlow(place.git, repo, { kind: 'release', bump: 'patch' }));
  expect(started).toMatchObject({
    name: '1.10.1',
    files: [],
    commit: await place.sh(repo.path, 'rev-parse', 'develop'),
  });
  expect(started.warnings).toEqual(['No file says a version; none was set.']);
});

test('Hooks see the commit that sets the version; a refused one starts nothing', async () => {
  const [place, repo] = await withFiles(project);
  await hook(repo, 'pre-commit', 'grep -q 1.2.4 VERSION || { echo "not this one" >&2; exit 1; }');
  const before = await refsOf(place, repo);
  const problem = expectProblem(await startFlow(place.git, repo, { kind: 'release', name: '1.3.0' }));
  expect(problem.message).toContain('not this one');
  expect(await refsOf(place, repo)).toBe(before);
  expectValue(await startFlow(place.git, repo, { kind: 'release', name: '1.2.4' }));
  expect(await place.sh(repo.path, 'show', 'release/1.2.4:VERSION')).toBe('1.2.4');
  expect(await place.sh(repo.path, 'status', '--porcelain')).toBe('');
});

test('A file that is no UTF-8 text is refused rather than damaged', async () => {
  const [place, repo] = await withFiles({ 'README.md': 'x' });
  await place.sh(repo.path, 'switch', '-q', 'develop');
  await writeFile(`${repo.path}/package.json`, Buffer.from('{"a": "\xe9", "version": "1.0.0"}', 'latin1'));
  await place.commit(repo.path, {}, 'Latin');
  expect(expectProblem(await startFlow(place.git, repo, { kind: 'release', name: '1.1.0' })).code).toBe(
    'not_utf8',
  );
});

test('Setting up takes names and prefixes, and refuses what git would not take', async () => {
  const place = await createPlace();
  const repo = await place.repo('backend', { develop: false });
  const problems = [
    await initFlow(place.git, repo, { main: 'prod' }),
    await initFlow(place.git, repo, { main: 'main', develop: 'main' }),
    await initFlow(place.git, repo, { develop: 'a..b' }),
    await initFlow(place.git, repo, { prefixes: { feature: '-f/' } }),
  ];
  expect(problems.map((one) => expectProblem(one).code)).toEqual([
    'no_main',
    'same_branch',
    'bad_name',
    'bad_name',
  ]);
  const flow = expectValue(
    await initFlow(place.git, repo, { develop: 'next', prefixes: { feature: 'f/', versiontag: 'v' } }),
  );
  expect(flow).toMatchObject({ main: 'main', develop: 'next', prefixes: { feature: 'f/', versionTag: 'v' } });
  expect(await place.sh(repo.path, 'symbolic-ref', 'HEAD')).toBe('refs/heads/main');
  await place.sh(repo.path, 'config', 'gitflow.version', '1.0');
  expect(expectProblem(await initFlow(place.git, repo, { main: 'main' })).code).toBe('git_flow_next');
  await place.sh(repo.path, 'branch', 'f/a');
  const status = expectValue(await readFlowStatus(place.git, repo));
  expect(status).toMatchObject({ features: [{ name: 'a', checkout: null }], releases: [], version: null });
});
