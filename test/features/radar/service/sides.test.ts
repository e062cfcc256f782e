import { rename, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { Radar } from '../../../../src/features/radar/service/radar.ts';
import { createPlace, expectValue, write } from '../../../support/gitPlace.ts';
import { lines } from './edits.ts';

test('Both sides of a file are shown by their hunks, also when renamed or deleted', async () => {
  const place = await createPlace();
  const repo = await place.repo();
  await place.sh(repo.path, 'switch', '--quiet', 'develop');
  await place.commit(repo.path, { 'code.ts': lines('code'), 'odd [a]:b.ts': lines('odd') });
  await place.sh(repo.path, 'switch', '--quiet', 'main');
  const [one, two] = [await place.worker(repo, 'one'), await place.worker(repo, 'two')];
  const radar = new Radar(place.git, repo);
  onTestFinished(() => radar.close());
  const changed = lines('code').replace('code line 4\n', 'code line 4 by one\n');
  await write(one.worktree, { 'code.ts': changed, 'odd [a]:b.ts': 'short\n' });
  await rename(join(one.worktree, 'code.ts'), join(one.worktree, 'moved.ts'));
  await write(two.worktree, { 'code.ts': lines('code').replace('code line 4\n', '') });
  await rm(join(two.worktree, 'odd [a]:b.ts'));
  const report = expectValue(await radar.look([one, two], 'develop'));
  const paths = report.pairs[0]?.files.map((file) => file.path) ?? [];
  expect(paths).toContain('odd [a]:b.ts');

  const odd = expectValue(await radar.sides(one.id, two.id, 'odd [a]:b.ts'));
  expect([odd.a.change, odd.b.change, odd.b.path]).toEqual(['changed', 'deleted', null]);
  const moved = paths.find((path) => path.endsWith('.ts') && !path.startsWith('odd')) ?? '';
  const code = expectValue(await radar.sides(one.id, two.id, moved));
  expect([code.a.path, code.b.path]).toEqual(['moved.ts', 'code.ts']);
  for (const side of [code.a, code.b]) expect(side.hunks[0]?.range).toEqual({ from: 5, to: 5 });
  expect(code.a.hunks[0]?.lines).toContainEqual({ mark: '+', text: 'code line 4 by one' });
});
