import { access } from 'node:fs/promises';
import { expect, test } from 'vitest';
import { clean, previewClean } from '../../src/git/clean.ts';
import { finish } from '../../src/git/finish.ts';
import { previewFinish } from '../../src/git/preview.ts';
import { Git, type GitOptions } from '../../src/git/run.ts';
import { createPlace, expectValue, write } from './place.ts';

const changing = ['update-ref', 'worktree remove', 'config --local --remove-section', 'commit-tree'];

/** Ends, as a killed process would, before it changes anything for the nth time. */
class DyingGit extends Git {
  #left: number;

  constructor(ambient: NodeJS.ProcessEnv, changes: number) {
    super(ambient);
    this.#left = changes;
  }

  override run(dir: string, args: readonly string[], options?: GitOptions) {
    const changes = changing.some((command) => args.join(' ').includes(command));
    if (changes && this.#left-- <= 0) throw new Error('killed');
    return super.run(dir, args, options);
  }
}

/** Cuts something off before its first change, its second, and so on until it gets through. */
async function cutOff(attempt: (changes: number) => Promise<boolean>): Promise<number> {
  for (let changes = 0; ; changes++) if (await attempt(changes)) return changes;
}

test('A finish that was cut off anywhere is completed by finishing again', async () => {
  const place = await createPlace();
  const repo = await place.repo();
  const changes = await cutOff(async (changes) => {
    const worker = await place.worker(repo, `fix-${changes}`);
    const tip = await place.commit(worker.worktree, { [`${changes}.txt`]: 'x' });
    const dying = new DyingGit(place.env, changes);
    const through = await finish(dying, repo, worker, { tip }).then(
      (result) => result.ok,
      () => false,
    );
    if (through) return true;
    const preview = expectValue(await previewFinish(place.git, repo, worker));
    expect(preview).toMatchObject({ tip, blockers: [] });
    const done = expectValue(await finish(place.git, repo, worker, { tip }));
    expect(await place.sh(repo.path, 'rev-parse', 'develop', `${done.merge}^2`, done.backup)).toBe(
      [done.merge, tip, tip].join('\n'),
    );
    await expect(access(worker.worktree)).rejects.toThrow();
    expect(await place.sh(repo.path, 'branch', '--list', worker.branch)).toBe('');
    return false;
  });
  expect(changes).toBeGreaterThan(5);
});

test('A clean that was cut off anywhere is completed by cleaning again, and keeps the work', async () => {
  const place = await createPlace();
  const repo = await place.repo();
  const changes = await cutOff(async (changes) => {
    const worker = await place.worker(repo, `fix-${changes}`);
    const tip = await place.commit(worker.worktree, { [`${changes}.txt`]: 'x' });
    await write(worker.worktree, { 'draft.txt': 'not committed' });
    const dying = new DyingGit(place.env, changes);
    const through = await clean(dying, repo, worker, { tip, confirm: worker.task }).then(
      (result) => result.ok,
      () => false,
    );
    if (through) return true;
    const preview = expectValue(await previewClean(place.git, repo, worker));
    expect(preview.tip).toBe(tip);
    const done = expectValue(await clean(place.git, repo, worker, { tip, confirm: worker.task }));
    await place.sh(repo.path, 'merge-base', '--is-ancestor', tip, done.backup);
    const wip = await place.sh(
      repo.path,
      'for-each-ref',
      '--format=%(refname)',
      `refs/orch/wip/${worker.task}`,
    );
    expect(await place.sh(repo.path, 'show', `${wip.split('\n')[0]}:draft.txt`)).toBe('not committed');
    expect(await place.sh(repo.path, 'branch', '--list', worker.branch)).toBe('');
    return false;
  });
  expect(changes).toBeGreaterThan(4);
});
