import { chmod, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { finishBranch } from '../../src/git/finish/finish.ts';
import { Git } from '../../src/git/run.ts';
import { processStart } from '../../src/lib/processes.ts';
import { createPlace, expectProblem, expectValue, hook, refsOf, write } from '../support/gitPlace.ts';

test('A signature that waits for a person is named, its processes are ended, and nothing changes', async () => {
  const place = await createPlace();
  const repo = await place.repo();
  const worker = await place.worker(repo);
  const tip = await place.commit(worker.worktree, { 'a.txt': 'a' });
  // As gpg does while pinentry asks: it waits for a process of its own.
  const waiting = join(place.root, 'pin');
  await write(place.root, { pin: `#!/bin/sh\nsleep 300 &\necho $! >> '${waiting}.pids'\nwait\n` });
  await chmod(waiting, 0o755);
  const set = (key: string, value: string) => place.sh(repo.path, 'config', key, value);
  await set('user.signingKey', 'key::ssh-ed25519 AAAA');
  for (const key of ['gpg.program', 'gpg.ssh.program']) await set(key, waiting);
  await set('commit.gpgSign', 'true');
  let told: (string | null)[] = [];
  const git = new Git(place.env, { signingMs: 400 }).withSignerCallback((program) => told.push(program));
  const before = await refsOf(place, repo);
  const merging = () => finishBranch(git, repo, worker, { tip });
  const tagging = () => git.changeText(repo.path, ['tag', '--sign', '--message=x', 'v1']);
  // A merge with hooks has a quarter of an hour for them; a signature in it has not.
  const ways = [
    ['openpgp', merging],
    ['openpgp', tagging],
    ['ssh', merging],
    ['ssh', tagging],
    ['hooked', merging],
  ] as const;
  for (const [format, way] of ways) {
    if (format === 'hooked') await hook(repo, 'commit-msg', 'exit 0');
    else await set('gpg.format', format);
    told = [];
    const problem = expectProblem(await way());
    expect(told).toEqual(['pin', null]);
    expect(problem).toMatchObject({
      code: 'signing_waits',
      message: expect.stringMatching(/waits for you: pin /),
    });
    expect(await refsOf(place, repo)).toBe(before);
  }
  expect(await place.sh(worker.worktree, 'status', '--porcelain', '--branch')).toBe(`## ${worker.branch}`);
  const pids = (await readFile(`${waiting}.pids`, 'utf8')).split('\n').filter(Boolean);
  expect(pids).toHaveLength(ways.length);
  expect(pids.filter((pid) => processStart(Number(pid)) !== null)).toEqual([]);
  await set('commit.gpgSign', 'false');
  expectValue(await merging());
});
