import { chmod, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { Git } from '../../src/git/run.ts';
import { readStatus } from '../../src/git/status/status.ts';
import { createPlace, pictureOf, write } from '../support/gitPlace.ts';

test('A clean checkout shows its branch and base', async () => {
  const place = await createPlace();
  const repo = await place.repo();
  const commit = await place.sh(repo.path, 'rev-parse', 'HEAD');
  expect(await readStatus(place.git, repo)).toEqual({
    ...repo,
    branch: 'main',
    ahead: null,
    behind: null,
    dirty: 0,
    untracked: 0,
    stashes: 0,
    operation: null,
    last: { commit, subject: 'First', at: expect.stringMatching(/^\d{4}-.*T/) },
    aheadOfBase: 0,
    behindBase: 0,
    base: 'develop',
    hasDevelop: true,
    problem: null,
  });
});

test('Without develop main is the base', async () => {
  const place = await createPlace();
  const repo = await place.repo('plain', { develop: false });
  expect(await readStatus(place.git, repo)).toMatchObject({ base: 'main', hasDevelop: false, problem: null });
});

test('Changes are counted by kind, and looking changes nothing', async () => {
  const place = await createPlace();
  const repo = await place.repo();
  await write(repo.path, {
    'README.md': 'x',
    'src/app.ts': 'y',
    'new one.txt': 'n',
    'dir/a': 'a',
    'dir/b': 'b',
  });
  await place.sh(repo.path, 'mv', '-f', 'src/app.ts', 'src/renamed.ts');
  const before = await pictureOf(repo);
  expect(await readStatus(place.git, repo)).toMatchObject({ dirty: 2, untracked: 2 });
  expect(await pictureOf(repo)).toEqual(before);
});

test('Commits that upstream lacks and that we lack are counted', async () => {
  const place = await createPlace();
  const origin = await place.repo('origin');
  await place.sh(place.root, 'clone', '-q', origin.path, 'clone');
  const repo = { name: 'clone', path: join(place.root, 'clone') };
  await place.sh(repo.path, 'config', 'user.name', 'Ada');
  await place.sh(repo.path, 'config', 'user.email', 'ada@example.com');
  await place.commit(repo.path, { 'mine.txt': '1' });
  await place.commit(origin.path, { 'a.txt': '1' });
  await place.commit(origin.path, { 'b.txt': '1' });
  await place.sh(repo.path, 'fetch', '-q');
  expect(await readStatus(place.git, repo)).toMatchObject({
    branch: 'main',
    ahead: 1,
    behind: 2,
    base: 'develop',
  });
});

test('A detached checkout has no branch', async () => {
  const place = await createPlace();
  const repo = await place.repo();
  await place.sh(repo.path, 'switch', '-q', '--detach');
  expect(await readStatus(place.git, repo)).toMatchObject({ branch: null, problem: null });
});

test('The reason why nothing can be started is reported', async () => {
  const place = await createPlace();
  const missing = { name: 'missing', path: join(place.root, 'missing') };
  expect((await readStatus(place.git, missing)).problem).toBe(`The folder ${missing.path} is missing.`);

  await place.sh(place.root, 'init', '-q', '-b', 'main', 'empty');
  const empty = { name: 'empty', path: join(place.root, 'empty') };
  expect(await readStatus(place.git, empty)).toMatchObject({
    branch: 'main',
    problem: 'No commits yet.',
  });

  const plain = await place.repo('plain');
  await rm(join(plain.path, '.git'), { recursive: true });
  expect((await readStatus(place.git, plain)).problem).toContain('not a git repository');

  const trunk = await place.repo('trunk', { develop: false });
  await place.sh(trunk.path, 'branch', '-m', 'trunk');
  expect((await readStatus(place.git, trunk)).problem).toContain('neither a develop nor a main branch');
});

test('An owner whom git does not trust is reported in its words', async () => {
  const place = await createPlace();
  const repo = await place.repo();
  // Git's own switch for its tests: pretend that another user owns the folder.
  const wrapper = join(place.root, 'bin', 'git');
  await write(place.root, {
    'bin/git': `#!/bin/sh\nPATH='${place.env.PATH}' GIT_TEST_ASSUME_DIFFERENT_OWNER=1 exec git "$@"\n`,
  });
  await chmod(wrapper, 0o755);
  const git = new Git({ ...place.env, PATH: `${join(place.root, 'bin')}:${place.env.PATH}` });
  const { problem } = await readStatus(git, repo);
  expect(problem).toContain('detected dubious ownership');
  expect(problem).toContain('safe.directory');
});
