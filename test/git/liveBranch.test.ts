import { expect, test } from 'vitest';
import { previewFlow } from '../../src/features/releases/service/finish.ts';
import { adoptBranch } from '../../src/git/worktrees/branch.ts';
import { createPlace, expectValue } from '../support/gitPlace.ts';

/** A feature that began at another branch than develop, under a new name. */
async function renamed() {
  const place = await createPlace();
  const repo = await place.repo();
  await place.sh(repo.path, 'branch', 'support/1.x');
  const worker = await place.worker(repo);
  await place.commit(worker.worktree, { 'a.txt': 'a' });
  await place.sh(repo.path, 'config', 'gitflow.branch.feature/fix.base', 'support/1.x');
  await place.sh(worker.worktree, 'branch', '-m', 'feature/mend');
  const settings = () => place.sh(repo.path, 'config', '--local', '--get-regexp', '^gitflow\\.branch\\.');
  return { place, repo, settings };
}

test('A branch that was renamed is finished where it began', async () => {
  const { place, repo, settings } = await renamed();
  expectValue(await adoptBranch(place.git, repo, 'feature/fix', 'feature/mend'));
  expect(await settings()).toBe('gitflow.branch.feature/mend.base support/1.x');
  const preview = await previewFlow(place.git, repo, { kind: 'feature', name: 'mend' });
  expect(expectValue(preview).into).toEqual(['support/1.x']);
  expectValue(await adoptBranch(place.git, repo, 'feature/fix', 'feature/mend'));
});

test('The record under the new name takes precedence', async () => {
  const { place, repo, settings } = await renamed();
  await place.sh(repo.path, 'config', 'gitflow.branch.feature/mend.base', 'develop');
  expectValue(await adoptBranch(place.git, repo, 'feature/fix', 'feature/mend'));
  expect(await settings()).toBe('gitflow.branch.feature/mend.base develop');
});
