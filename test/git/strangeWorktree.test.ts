import { cp, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { findRemoval, removeWorker } from '../../src/git/finish/clean.ts';
import { findFinish, finishBranch } from '../../src/git/finish/finish.ts';
import { keepSnapshot, restoreFrom } from '../../src/git/snapshots/snapshots.ts';
import { mergeBase, readLiveBranch } from '../../src/git/worktrees/branch.ts';
import { checkOldWorktree, restoreWorktree } from '../../src/git/worktrees/worktrees.ts';
import { createPlace, expectProblem, expectValue, pictureOf, refsOf } from '../support/gitPlace.ts';

/** A list of ceilings has no way to write a colon, so such a path is one that git would go up from. */
test.each(['place', 'pl:ace'])(
  'A worktree in %s whose .git is another or gone is gone on with nowhere, and no other repository is touched',
  async (folder) => {
    const place = await createPlace(folder);
    const { git, root } = place;
    // The workspace is a repository itself.
    const around = await place.repo('.');
    const repo = await place.repo('backend');
    const worker = await place.worker(repo);
    const other = await place.worker(repo, 'other');
    const tip = await place.commit(worker.worktree, { 'work.txt': 'work\n' });
    const link = join(worker.worktree, '.git');
    const right = await readFile(link, 'utf8');
    const links: readonly (readonly [string | null, string])[] = [
      [null, 'its .git file is missing'],
      ['gitdir: /nowhere\n', '/nowhere'],
      [`gitdir: ${around.path}/.git\n`, 'belongs to another repository'],
      [`gitdir: ${repo.path}/.git\n`, 'belongs to another repository'],
      [await readFile(join(other.worktree, '.git'), 'utf8'), `leads to what belongs to ${other.worktree}`],
    ];
    const pictures = () =>
      Promise.all([around, repo].map((one) => Promise.all([pictureOf(one), refsOf(place, one)])));
    await place.sh(root, 'config', 'status.showUntrackedFiles', 'no');
    for (const [text, words] of links) {
      await rm(link, { force: true });
      if (text !== null) await writeFile(link, text);
      const before = await pictures();
      const refused = [
        await checkOldWorktree(git, repo, worker.worktree),
        await restoreWorktree(git, repo, { path: worker.worktree, branch: worker.branch }),
        await findRemoval(git, repo, worker),
        await removeWorker(git, repo, worker, { tip, confirm: worker.task }),
        await finishBranch(git, repo, worker, { tip }),
        await mergeBase(git, repo, worker),
      ];
      for (const result of refused) {
        const problem = expectProblem(result);
        expect(problem).toMatchObject({ code: 'not_a_worktree', message: expect.stringContaining(words) });
        expect(problem.hint).toContain(`git -C ${repo.path} worktree repair`);
      }
      expect(expectValue(await findFinish(git, repo, worker)).blockers[0]).toContain(words);
      expect(expectValue(await keepSnapshot(git, repo, worker, 'why', new Date()))).toBeNull();
      expectProblem(
        await restoreFrom(git, repo, worker, 'refs/orch/wip/fix/x', { exact: true, at: new Date() }),
      );
      if (text === null) expect(await readLiveBranch(git, repo, worker)).toEqual({ kind: 'same' });
      expect(await pictures()).toEqual(before);
    }
    // The command in the hint helps in each case.
    await place.sh(repo.path, 'worktree', 'repair');
    expect(await readFile(link, 'utf8')).toBe(right);
    expectValue(await checkOldWorktree(git, repo, worker.worktree));
    expectValue(await finishBranch(git, repo, worker, { tip }));
    // An agent that began a repository of its own there is seen, too.
    await rm(join(other.worktree, '.git'));
    await cp(join(around.path, '.git'), join(other.worktree, '.git'), { recursive: true });
    expect(expectProblem(await checkOldWorktree(git, repo, other.worktree)).message).toContain(
      'another repository',
    );
  },
);
