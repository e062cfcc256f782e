import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { finishBranch } from '../../src/git/finish/finish.ts';
import { processStart } from '../../src/lib/processes.ts';
import { createPlace, expectValue, hook, type Place, write } from '../support/gitPlace.ts';

/** Shell lines that leave a process behind which holds all pipes; its pid is written to a file of that name. */
const leaving = (place: Place, name: string) =>
  `sleep 300 & echo $! > '${place.root}/left/${name}.$$'\nexit 0`;

/** Names of those that left a process which still runs; they are ended with the test. */
async function stillRunning(place: Place): Promise<string[]> {
  const names = new Set<string>();
  for (const name of await readdir(join(place.root, 'left'))) {
    const pid = Number(await readFile(join(place.root, 'left', name), 'utf8'));
    if (processStart(pid) === null) continue;
    names.add(name.split('.')[0] ?? '');
    onTestFinished(() => void process.kill(pid, 'SIGKILL'));
  }
  return [...names].sort();
}

test('Background processes of hooks delay neither a start nor a finish', async () => {
  const place = await createPlace();
  const repo = await place.repo();
  await write(place.root, { 'left/keep.0': '0' });
  const hooks = ['commit-msg', 'post-checkout', 'post-merge', 'pre-merge-commit', 'reference-transaction'];
  await place.sh(repo.path, 'switch', '-q', 'develop');
  for (const name of hooks) await hook(repo, name, leaving(place, name));
  const worker = await place.worker(repo);
  // Whoever waits for the pipes, as this command would, waits for the processes.
  const quietly = ['-c', 'core.hooksPath=/dev/null'];
  await place.sh(worker.worktree, ...quietly, 'commit', '-q', '--allow-empty', '-m', 'Work');
  const tip = await place.sh(worker.worktree, 'rev-parse', 'HEAD');
  expectValue(await finishBranch(place.git, repo, worker, { tip }));
  expect(await stillRunning(place)).toEqual(hooks);
});
