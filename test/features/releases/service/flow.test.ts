import { join } from 'node:path';
import { expect, test } from 'vitest';
import { chooseFlow, createDevelop, readFlow } from '../../../../src/git/flow.ts';
import { createPlace, expectProblem, expectValue, pictureOf } from '../../../support/gitPlace.ts';

const heads = (...names: string[]) => names.map((name) => `refs/heads/${name}\0`);
const origin = { 'remote.origin.url': 'x' };

test.each([
  ['plain main', {}, heads('main'), { main: 'main', develop: null, base: 'main' }],
  ['plain master', {}, heads('master', 'develop'), { main: 'master', develop: 'develop', base: 'develop' }],
  ['nothing known', {}, heads('trunk'), { main: null, develop: null, base: null }],
  [
    'git-flow settings',
    { 'gitflow.branch.master': 'prod', 'gitflow.branch.develop': 'dev', 'gitflow.prefix.feature': 'f/' },
    heads('prod', 'dev', 'main', 'develop'),
    { main: 'prod', develop: 'dev', base: 'dev', prefixes: { feature: 'f/', release: 'release/' } },
  ],
  [
    'settings that name no branch',
    { 'gitflow.branch.master': 'prod', 'gitflow.branch.develop': 'dev' },
    heads('main', 'develop'),
    { main: 'main', develop: 'develop' },
  ],
  [
    'git-flow-next settings',
    {
      'gitflow.branch.trunk.type': 'base',
      'gitflow.branch.next.type': 'base',
      'gitflow.branch.next.parent': 'trunk',
      'gitflow.branch.feature.prefix': 'feat/',
      'gitflow.branch.feature.type': 'topic',
    },
    heads('trunk', 'next', 'main'),
    { main: 'trunk', develop: 'next', base: 'next', prefixes: { feature: 'feat/', hotfix: 'hotfix/' } },
  ],
  [
    'branches that only the remote has',
    origin,
    [...heads('main'), 'refs/remotes/origin/develop\0'],
    { main: 'main', develop: 'develop', remote: 'origin' },
  ],
  [
    'the default branch of the remote',
    origin,
    [...heads('trunk'), 'refs/remotes/origin/HEAD\0refs/remotes/origin/trunk', 'refs/remotes/origin/trunk\0'],
    { main: 'trunk', base: 'trunk' },
  ],
  ['a remote by another name', { 'remote.up.stream.url': 'x' }, heads('main'), { remote: 'up.stream' }],
  ['an empty prefix', { 'gitflow.prefix.feature': '' }, heads('main'), { prefixes: { feature: '' } }],
  [
    'main named as develop',
    { 'gitflow.branch.develop': 'main' },
    heads('main'),
    { develop: null, base: 'main' },
  ],
])('Branches are read off %s', (_what, settings, refs, expected) => {
  expect(chooseFlow(new Map(Object.entries(settings)), refs)).toMatchObject(expected);
});

test('A missing develop is made beside main, with the keys of git-flow, and nothing is checked out', async () => {
  const place = await createPlace();
  const repo = await place.repo('backend', { develop: false });
  const before = await pictureOf(repo);
  expectValue(await createDevelop(place.git, repo));
  expect(await pictureOf(repo)).toEqual(before);
  expect(expectValue(await readFlow(place.git, repo))).toMatchObject({ main: 'main', develop: 'develop' });
  expect(await place.sh(repo.path, 'config', '--get-regexp', '^gitflow')).toBe(
    [
      'gitflow.branch.master main',
      'gitflow.branch.develop develop',
      'gitflow.prefix.feature feature/',
      'gitflow.prefix.bugfix bugfix/',
      'gitflow.prefix.release release/',
      'gitflow.prefix.hotfix hotfix/',
      'gitflow.prefix.support support/',
      'gitflow.prefix.versiontag',
    ].join('\n'),
  );
  expect(expectProblem(await createDevelop(place.git, repo)).code).toBe('develop_exists');
});

test('Prefixes that a person chose stay, and git-flow-next keeps its own settings', async () => {
  const place = await createPlace();
  const [avh, next] = [
    await place.repo('avh', { develop: false }),
    await place.repo('next', { develop: false }),
  ];
  await place.sh(avh.path, 'config', 'gitflow.prefix.feature', 'f/');
  await place.sh(next.path, 'config', 'gitflow.version', '1.0');
  expectValue(await createDevelop(place.git, avh));
  expectValue(await createDevelop(place.git, next));
  expect(expectValue(await readFlow(place.git, avh)).prefixes.feature).toBe('f/');
  expect(await place.sh(next.path, 'config', '--get-regexp', '^gitflow')).toBe('gitflow.version 1.0');
});

test('Without a commit there is nothing to begin develop from', async () => {
  const place = await createPlace();
  await place.sh(place.root, 'init', '-q', '-b', 'main', 'empty');
  const repo = { name: 'empty', path: join(place.root, 'empty') };
  expect(expectProblem(await createDevelop(place.git, repo)).code).toBe('no_main');
});
