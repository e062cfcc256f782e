import { chmod, lstat, mkdir, readFile, symlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { copyIncluded, listIncluded } from '../../src/git/worktrees/include.ts';
import { createPlace, expectValue } from '../support/gitPlace.ts';

async function scene(include: string, ignore = '.env*\n*.local\n/data/\n') {
  const place = await createPlace();
  const repo = await place.repo();
  await place.commit(repo.path, { '.gitignore': ignore, '.worktreeinclude': include });
  await place.sh(repo.path, 'branch', '--force', 'develop');
  const write = async (path: string, text: string) => {
    await mkdir(join(repo.path, path, '..'), { recursive: true });
    await writeFile(join(repo.path, path), text);
  };
  const listed = async () => expectValue(await listIncluded(place.git, repo));
  return { place, repo, write, listed };
}

test('what is named and ignored is listed with its size, tracked and merely untracked files are not', async () => {
  const { write, listed } = await scene('.env*\n!.env.example\ndata/*.db\nnotes.txt\nREADME.md\n');
  await write('.env', 'SECRET=1');
  await write('.env.example', 'SECRET=');
  await write('data/ä b\n.db', '12345');
  await write('data/other.txt', 'x');
  await write('notes.txt', 'untracked, but not ignored');
  expect(await listed()).toEqual({
    copies: [
      { path: '.env', bytes: 8 },
      { path: 'data/ä b\n.db', bytes: 5 },
    ],
    warnings: [],
  });
});

test('without the file, or with one that names nothing, there is nothing to copy', async () => {
  const { place, listed } = await scene('nothing\n');
  expect(await listed()).toEqual({ copies: [], warnings: [] });
  const plain = await place.repo('plain');
  expect(expectValue(await listIncluded(place.git, plain)).copies).toEqual([]);
});

test('copies keep content and mode, overwrite nothing and skip what is gone', async () => {
  const { place, repo, write, listed } = await scene('.env*\ndata/\n');
  await write('.env', 'main');
  await write('.env.test', 'test');
  await write('data/deep/run.sh', 'echo');
  await chmod(join(repo.path, 'data/deep/run.sh'), 0o750);
  const { copies } = await listed();
  const { worktree } = await place.worker(repo);
  await writeFile(join(worktree, '.env'), 'mine');
  const warnings = await copyIncluded(place.git, repo, worktree, [
    ...copies,
    { path: '.env.gone', bytes: 1 },
  ]);
  expect(warnings).toEqual(['Could not be copied: .env.gone.']);
  expect(await readFile(join(worktree, '.env'), 'utf8')).toBe('mine');
  expect(await readFile(join(worktree, '.env.test'), 'utf8')).toBe('test');
  const copy = await lstat(join(worktree, 'data/deep/run.sh'));
  expect(copy.mode & 0o777).toBe(0o750);
  expect(await place.sh(worktree, 'status', '--porcelain')).toBe('');
});

test('links are neither copied nor followed, in the main checkout or in the worktree', async () => {
  const { place, repo, write, listed } = await scene('.env*\nconf/x.local\n');
  await writeFile(join(place.root, 'secret'), 'outside');
  await symlink(join(place.root, 'secret'), join(repo.path, '.env'));
  await write('conf/x.local', 'x');
  const { copies, warnings } = await listed();
  expect(copies).toEqual([{ path: 'conf/x.local', bytes: 1 }]);
  expect(warnings).toEqual(['Not copied, as they are no plain files: .env.']);

  const { worktree } = await place.worker(repo);
  await mkdir(join(place.root, 'elsewhere'));
  await symlink(join(place.root, 'elsewhere'), join(worktree, 'conf'));
  expect(await copyIncluded(place.git, repo, worktree, copies)).toEqual([
    'Not copied, as a link in this branch leads elsewhere: conf/x.local.',
  ]);
  await expect(lstat(join(place.root, 'elsewhere/x.local'))).rejects.toThrow();
});

test('worktrees and state of a workspace that is a repository itself are never copied', async () => {
  const { repo, write, listed } = await scene('.env\n*.json\n', '.env\n.orch/\n.worktrees/\n');
  await write('.env', 'a');
  await write('.orch/agent-settings.json', '{}');
  await write('.worktrees/shop-fix/.env', 'b');
  expect((await listed()).copies.map(({ path }) => path)).toEqual(['.env']);
  expect(repo.name).toBe('backend');
});

test('too many files are left out by name', async () => {
  const { write, listed } = await scene('*.local\n');
  for (let n = 0; n < 203; n++) await write(`n${String(n).padStart(3, '0')}.local`, 'x');
  const { copies, warnings } = await listed();
  expect(copies).toHaveLength(200);
  expect(warnings).toEqual(['Not copied, as it would be too much: n200.local, n201.local, n202.local.']);
});

test('what the branch of the worktree does not ignore stays away from it', async () => {
  const { place, repo, write, listed } = await scene('.env\n');
  await write('.env', 'SECRET=1');
  await place.sh(repo.path, 'branch', '--force', 'develop', 'HEAD~1');
  const { worktree } = await place.worker(repo);
  expect(await copyIncluded(place.git, repo, worktree, (await listed()).copies)).toEqual([
    'Not copied, as this branch does not ignore them: .env.',
  ]);
  expect(await place.sh(worktree, 'status', '--porcelain')).toBe('');
});
