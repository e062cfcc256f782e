import { mkdir, readdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { Radar } from '../../src/features/radar/service/radar.ts';
import { findRemoval, removeWorker } from '../../src/git/finish/clean.ts';
import { findFinish } from '../../src/git/finish/finish.ts';
import { undoFinish } from '../../src/git/finish/undo.ts';
import { copyIncluded, listIncluded } from '../../src/git/worktrees/include.ts';
import { bytesOf, namesOf, withBytes } from '../../src/lib/paths.ts';
import { createPlace, expectValue } from '../support/gitPlace.ts';

const byte = (code: number) => Buffer.from([code]);
const names = [
  Buffer.concat([byte(0xff), Buffer.from('.txt')]),
  Buffer.concat([Buffer.from('d'), byte(0xfe), Buffer.from('/'), byte(0xe9)]),
  ...['n\nl', 't\tab', ':lead', '-dash', 'st*r', 'a\\b', '"q"', 'tail ', '\ufffd.txt', 'ä'].map((name) =>
    Buffer.from(name),
  ),
];

async function put(dir: string, text: string, wanted = names): Promise<void> {
  for (const name of wanted) {
    const file = Buffer.concat([Buffer.from(`${dir}/`), name]);
    await mkdir(file.subarray(0, file.lastIndexOf('/')), { recursive: true });
    await writeFile(file, text);
  }
}

function contents(dir: string): Promise<string[]> {
  return Promise.all(names.map((name) => readFile(Buffer.concat([Buffer.from(`${dir}/`), name]), 'utf8')));
}

test('Names of files are bytes: they are compared, kept, brought back and copied, whatever they are', async () => {
  const place = await createPlace();
  const { git } = place;
  const repo = await place.repo();
  const [one, two] = [await place.worker(repo, 'one'), await place.worker(repo, 'two')];
  await put(one.worktree, 'one\n');
  await put(two.worktree, 'two\n');
  const radar = new Radar(git, repo);
  onTestFinished(() => radar.close());
  const { pairs, worktrees } = expectValue(await radar.look([one, two], 'develop'));
  expect(worktrees.map(({ limits, problem }) => [limits, problem])).toEqual([
    [[], null],
    [[], null],
  ]);
  const inOrder = (paths: readonly string[]) => paths.map((path) => bytesOf(path).toString('hex')).sort();
  const all = names.map((name) => name.toString('hex')).sort();
  expect(inOrder(pairs[0]?.files.map(({ path }) => path) ?? [])).toEqual(all);
  for (const name of names) {
    const sides = expectValue(await radar.sides(one.id, two.id, namesOf(name)));
    expect([sides.a.hunks[0]?.lines, sides.b.hunks[0]?.lines]).toEqual([
      [{ mark: '+', text: 'one' }],
      [{ mark: '+', text: 'two' }],
    ]);
  }
  const preview = expectValue(await findFinish(git, repo, one));
  expect(inOrder(preview.uncommitted)).toEqual(all);
  expect(preview.blockers[0]).toContain(String.raw`"d\xfe/\xe9"`);
  const { tip } = expectValue(await findRemoval(git, repo, one));
  const { backup } = expectValue(await removeWorker(git, repo, one, { tip, confirm: 'one' }));
  expectValue(await undoFinish(git, repo, { worker: one, backup, merge: null }));
  expect(await contents(one.worktree)).toEqual(names.map(() => 'one\n'));
  const status = await place.sh(one.worktree, 'status', '--porcelain', '-z', '-uall');
  expect(status.split('\0').filter(Boolean)).toHaveLength(names.length);
  // Ignored ones are listed as they are, and copied where they are wanted.
  await put(repo.path, 'main\n');
  await mkdir(join(repo.path, '.git/info'), { recursive: true });
  await writeFile(join(repo.path, '.git/info/exclude'), '*\n');
  await writeFile(join(repo.path, '.worktreeinclude'), '*\n!.worktreeinclude\n');
  const { copies } = expectValue(await listIncluded(git, repo));
  expect(inOrder(copies.map(({ path }) => path))).toEqual(all);
  const three = await place.worker(repo, 'three');
  expect(await copyIncluded(git, repo, three.worktree, copies)).toEqual([]);
  expect(await contents(three.worktree)).toEqual(names.map(() => 'main\n'));
  expect(inOrder(expectValue(await findRemoval(git, repo, three)).ignored)).toEqual([]);
  expect((await readdir(three.worktree, { encoding: 'buffer' })).some((name) => name[0] === 0xff)).toBe(true);
  expect(withBytes({ paths: ['a', namesOf(names[0] ?? byte(0))] })).toEqual({
    paths: ['a', { bytes: '/y50eHQ=' }],
  });
});
