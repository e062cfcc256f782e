import { expect, test } from 'vitest';
import { finishFlow, previewFlow } from '../../src/git/flowFinish.ts';
import { createPlace, expectValue, pictureOf } from './place.ts';

test('A release ends in one merge, one annotated tag and a merge back, touching no checkout', async () => {
  const place = await createPlace();
  const repo = await place.repo();
  await place.sh(repo.path, 'switch', '-q', '-c', 'release/1.0.0', 'develop');
  await place.commit(repo.path, { VERSION: '1.0.0\n' });
  await place.sh(repo.path, 'switch', '-q', '--detach', 'main');
  const before = await pictureOf(repo);
  const release = { kind: 'release', name: '1.0.0' } as const;
  expect(expectValue(await previewFlow(place.git, repo, release))).toMatchObject({
    into: ['main', 'develop'],
    tag: '1.0.0',
    blockers: [],
  });
  const done = expectValue(await finishFlow(place.git, repo, release));
  expect(await pictureOf(repo)).toEqual(before);
  expect(done.moved.map(({ ref }) => ref)).toEqual([
    'refs/heads/main',
    'refs/tags/1.0.0',
    'refs/heads/develop',
    'refs/heads/release/1.0.0',
  ]);
});
