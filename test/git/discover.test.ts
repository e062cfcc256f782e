import { mkdir, symlink } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { discoverRepos, uniqueNames } from '../../src/git/repos.ts';
import { createPlace, expectProblem, expectValue, write } from '../support/gitPlace.ts';

test('Repositories directly below a folder are found, nothing else', async () => {
  const place = await createPlace();
  const web = await place.repo('web');
  const backend = await place.repo('backend');
  await place.worker(backend);
  await place.sh(backend.path, 'worktree', 'add', '-q', join(place.root, 'linked'), 'develop');
  await place.repo('.hidden');
  await mkdir(join(place.root, 'plain', 'deeper'), { recursive: true });
  await mkdir(join(place.root, 'broken', '.git'), { recursive: true });
  await write(place.root, { 'notes.txt': 'x' });
  await symlink(web.path, join(place.root, 'alias'));
  expect(expectValue(await discoverRepos(place.root))).toEqual({
    ...{ isRepo: false, repos: [backend, web], others: [] },
  });
});

test('A folder that is a repository itself is one of them', async () => {
  const place = await createPlace();
  const repo = await place.repo('solo');
  expect(expectValue(await discoverRepos(repo.path))).toEqual({
    ...{ isRepo: true, repos: [repo], others: [] },
  });
});

test('A .git that is a file is followed to what it leads to', async () => {
  const place = await createPlace('a\nplace');
  const { root, sh } = place;
  const source = await place.repo('.source');
  const config = ['-c', 'protocol.file.allow=always', '-c', 'user.name=A', '-c', 'user.email=a@b.invalid'];
  await sh(root, 'clone', '-q', '--separate-git-dir', join(root, '.apart.git'), source.path, 'apart');
  await sh(join(root, 'apart'), 'branch', '-q', 'develop', 'origin/develop');
  await sh(root, 'clone', '-q', '--bare', source.path, 'layout/.bare');
  await write(root, { 'layout/.git': 'gitdir: ./.bare\n', 'lost/.git': 'gitdir: ../nowhere\n' });
  await sh(join(root, 'layout'), 'worktree', 'add', '-q', 'trunk', 'develop');
  await sh(root, 'init', '-q', '.super');
  await sh(join(root, '.super'), ...config, 'submodule', 'add', '-q', source.path, 'part');
  await sh(join(root, '.super/part'), 'branch', '-q', 'develop', 'origin/develop');
  await symlink(join(root, '.super/part'), join(root, 'part'));
  const { repos, others } = expectValue(await discoverRepos(root));
  expect(repos.map(({ name, path }) => [name, path.slice(root.length)])).toEqual([
    ['apart', '/apart'],
    ['layout', '/layout/trunk'],
    ['part', '/part'],
  ]);
  expect(others).toMatchObject([{ name: 'lost', isUsable: false }]);
  // Beside what they belong to, submodules and worktrees are not taken; a bare folder opens as its project.
  const inSuper = expectValue(await discoverRepos(join(root, '.super')));
  expect([inSuper.repos.length, inSuper.others]).toMatchObject([1, [{ name: 'part', isUsable: true }]]);
  const inLayout = expectValue(await discoverRepos(join(root, 'layout')));
  expect([inLayout.repos, inLayout.others]).toMatchObject([[{ name: 'layout' }], []]);
});

test('A link to a repository elsewhere is followed', async () => {
  const place = await createPlace();
  const repo = await place.repo('far');
  await mkdir(join(place.root, 'space'));
  await symlink(repo.path, join(place.root, 'space', 'near'));
  const { repos } = expectValue(await discoverRepos(join(place.root, 'space')));
  expect(repos).toEqual([{ name: 'near', path: join(place.root, 'space', 'near') }]);
});

test('A folder that cannot be read is a problem', async () => {
  const place = await createPlace();
  expect(expectProblem(await discoverRepos(join(place.root, 'nowhere'))).code).toBe('folder_unreadable');
});

test.each([
  [
    ['backend', 'web'],
    ['backend', 'web'],
  ],
  [
    ['My Shop', 'my-shop'],
    ['My-Shop', 'my-shop-2'],
  ],
  [
    ['größe', '日本', '--x--'],
    ['große', 'repo', 'x'],
  ],
  [
    ['con', 'a..b', 'x.lock', 'HEAD'],
    ['repo-con', 'a.b', 'x', 'repo-HEAD'],
  ],
  [['a'.repeat(90)], ['a'.repeat(60)]],
])('Folders %j are called %j', (folders, names) => {
  expect(uniqueNames(folders)).toEqual(names.map((name) => name.replace('ß', '-')));
});
