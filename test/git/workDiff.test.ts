import { join } from 'node:path';
import { expect, it } from 'vitest';
import { mostPatchBytes, workDiff } from '../../src/git/history.ts';
import { createPlace, expectValue, write } from '../support/gitPlace.ts';

it('tells what a worker has changed, committed or not, and names what git does not know', async () => {
  const place = await createPlace();
  const worker = await place.worker(await place.repo());
  expect(expectValue(await workDiff(place.git, worker))).toBe('');
  await place.commit(worker.worktree, { 'src/app.ts': 'a\nB\nc\n' });
  await write(worker.worktree, { 'README.md': 'one\n', 'new.txt': 'new\n' });
  const patch = expectValue(await workDiff(place.git, worker));
  for (const part of ['+B', '-two', 'Untracked:\n? new.txt']) expect(patch).toContain(part);
});

it('tells the beginning of what is endless, and only names what is huge', async () => {
  const place = await createPlace();
  const worker = await place.worker(await place.repo());
  const text = (lines: number) => `${'x'.repeat(99)}\n`.repeat(lines);
  await place.commit(worker.worktree, { 'a-huge.txt': text(30_000) });
  const named = expectValue(await workDiff(place.git, worker));
  expect(named).toContain('Binary files /dev/null and b/a-huge.txt differ');
  const many = Object.fromEntries([0, 1, 2, 3].map((n) => [join('big', `${n}.txt`), `${n}${text(15_000)}`]));
  await place.commit(worker.worktree, many);
  const cut = expectValue(await workDiff(place.git, worker));
  expect(cut).toContain('too long to be read');
  expect(cut.length).toBeLessThan(mostPatchBytes + 200);
});
