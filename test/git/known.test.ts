import { appendFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import type { Repo } from '../../src/core/repo.ts';
import { Git, type GitOptions } from '../../src/git/run.ts';
import { readStatus } from '../../src/git/status/status.ts';
import { createPlace, type Place } from '../support/gitPlace.ts';

/** Says which commands it ran. */
class CountingGit extends Git {
  ran: string[] = [];
  override run(dir: string, args: readonly string[], options?: GitOptions) {
    this.ran.push(args[0] ?? '');
    return super.run(dir, args, options);
  }
}

async function scene() {
  const place = await createPlace();
  const repo = await place.repo();
  const git = new CountingGit(place.env);
  const look = async (at: Repo = repo) => {
    git.ran = [];
    const status = await readStatus(git, at);
    // Whatever is kept, it is what another one sees who looks for the first time.
    expect(status).toEqual(await readStatus(new Git(place.env), at));
    return { status, ran: git.ran.sort() };
  };
  await look();
  return { place, repo, look };
}

test('While refs and settings do not change, git status is the only process', async () => {
  const { place, repo, look } = await scene();
  await place.sh(repo.path, 'switch', '-q', '-c', 'feature/x');
  await place.commit(repo.path, { 'a.txt': 'a' });
  expect((await look()).ran).toEqual(['config', 'for-each-ref', 'rev-list', 'status']);
  const { status, ran } = await look();
  expect(ran).toEqual(['status']);
  expect(status).toMatchObject({ aheadOfBase: 1, behindBase: 0, last: { subject: 'Work' } });
});

const changes: readonly (readonly [string, (place: Place, repo: Repo) => Promise<unknown>])[] = [
  ['a commit', (place, repo) => place.commit(repo.path, { 'a.txt': 'a' })],
  ['a branch that comes', (place, repo) => place.sh(repo.path, 'branch', 'feature/x')],
  ['a branch that goes', (place, repo) => place.sh(repo.path, 'branch', '-D', 'develop')],
  ['packed refs', (place, repo) => place.sh(repo.path, 'pack-refs', '--all')],
  ['a setting', (place, repo) => place.sh(repo.path, 'config', 'gitflow.branch.develop', 'main')],
  [
    'a setting of the person',
    (place, repo) => place.sh(repo.path, 'config', '--global', 'gitflow.branch.master', 'develop'),
  ],
];

test.each(changes)('%s is detected', async (_name, change) => {
  const { place, repo, look } = await scene();
  await change(place, repo);
  expect((await look()).ran).toContain('for-each-ref');
  expect((await look()).ran).toEqual(['status']);
});

test('Included settings are read each time', async () => {
  const { place, repo, look } = await scene();
  const more = join(place.root, 'more');
  await writeFile(more, '[gitflow "branch"]\n\tdevelop = main\n');
  await appendFile(join(repo.path, '.git/config'), `[include]\n\tpath = ${more}\n`);
  await look();
  await writeFile(more, '');
  const { status, ran } = await look();
  expect(ran).toContain('config');
  expect(status.base).toBe('develop');
});

test('A linked worktree is read by the shared refs', async () => {
  const { place, repo, look } = await scene();
  const { worktree } = await place.worker(repo);
  const linked = { name: 'linked', path: worktree };
  await look(linked);
  expect((await look(linked)).ran).toEqual(['status']);
  await place.commit(repo.path, { 'b.txt': 'b' });
  expect((await look(linked)).ran).toContain('for-each-ref');
});
