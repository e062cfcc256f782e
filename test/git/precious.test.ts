import { mkdir, symlink } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { isRebuilt, listPrecious } from '../../src/git/worktrees/inspect.ts';
import { createPlace, write } from '../support/gitPlace.ts';

test.each([
  ['.env', false],
  ['data/app.sqlite', false],
  ['server.log', false],
  ['node_modules/', true],
  ['packages/a/node_modules', true],
  ['web/.next/cache/x', true],
  ['target/debug/x', true],
  ['src/__pycache__/', true],
  ['pkg/mod.pyc', true],
  ['distribution.txt', false],
  ['.DS_Store', true],
])('%s made again by a build: %s', (path, rebuilt) => {
  expect(isRebuilt(path)).toBe(rebuilt);
});

test('Ignored files are listed where nothing makes them again and the main checkout has no copy', async () => {
  const place = await createPlace();
  const repo = await place.repo();
  const worker = await place.worker(repo);
  await write(repo.path, {
    '.git/info/exclude': 'ig*\nnode_modules\n',
    'ig-same': 'same',
    'ig-other': 'one',
  });
  await write(worker.worktree, {
    'ig-same': 'same',
    'ig-other': 'two',
    'ig/deep/node_modules/x.js': 'x',
    'ig/deep/ü\n.db': 'x',
    'tracked-not': 'x',
  });
  await mkdir(join(place.root, 'shared'));
  await write(place.root, { 'shared/a': 'a' });
  await symlink(join(place.root, 'shared'), join(worker.worktree, 'ig-link'));
  await symlink(join(place.root, 'shared'), join(worker.worktree, 'node_modules'));
  expect(await listPrecious(place.git, worker.worktree, repo.path)).toEqual([
    'ig-link',
    'ig-other',
    'ig/deep/ü\n.db',
  ]);
});

test('Files beyond the limit are counted', async () => {
  const place = await createPlace();
  const repo = await place.repo();
  await write(repo.path, { '.git/info/exclude': 'data\n' });
  const worker = await place.worker(repo);
  const many = Array.from({ length: 210 }, (_, n) => [`data/${n}`, 'x'] as const);
  await write(worker.worktree, Object.fromEntries(many));
  const listed = await listPrecious(place.git, worker.worktree, repo.path);
  expect(listed).toHaveLength(201);
  expect(listed.at(-1)).toBe('… and up to 10 more');
});
