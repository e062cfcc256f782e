import { utimes } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { settleUnfinished } from '../../../src/controller/effects/removal.ts';
import type { Message } from '../../../src/features/messages.ts';
import { finishFlow, unfinishedFlows } from '../../../src/features/releases/service/finish.ts';
import { startFlow } from '../../../src/features/releases/service/start.ts';
import { commonDirectory } from '../../../src/git/directories.ts';
import { adoptJournals, discardJournals } from '../../../src/git/finish/journal.ts';
import { createPlace, expectProblem, expectValue, write } from '../../support/gitPlace.ts';
import { Scene } from '../scene.ts';

const release = { kind: 'release', name: '1.2.0' } as const;

async function scene() {
  const place = await createPlace();
  const repo = await place.repo();
  expectValue(await startFlow(place.git, repo, release));
  await place.commit(repo.path, { 'on-main.txt': 'x' });
  /** What a finish leaves that was killed. */
  const cutOff = async (name: string = release.name, isOurs = true) => {
    const data = { kind: 'release', name };
    const begun = { v: 1, name: 'flow-release/1.2.0', kind: 'flow-finish', data, step: null };
    const text = JSON.stringify({ ...begun, begunAt: '2026-03-01T10:00:00.000Z' });
    await write(repo.path, { '.git/orch/journal/flow-release%2F1.2.0.json': text });
    if (isOurs) expectValue(await adoptJournals(expectValue(await commonDirectory(place.git, repo.path))));
  };
  const lock = async () => {
    const then = Date.now() / 1000 - 60;
    for (const name of ['index.lock', 'refs/heads/main.lock', 'refs/heads/develop.lock']) {
      await write(repo.path, { [`.git/${name}`]: '' });
      await utimes(join(repo.path, '.git', name), then, then);
    }
  };
  return { place, repo, cutOff, lock };
}

test.runIf(process.platform === 'linux')(
  'Locks that a killed finish left are removed when it is finished again, and no others',
  async () => {
    const { place, repo, cutOff, lock } = await scene();
    await lock();
    expect(expectProblem(await finishFlow(place.git, repo, release)).message).toContain('.lock');
    await cutOff();
    await lock();
    expect(expectValue(await finishFlow(place.git, repo, release)).tag).toBe('1.2.0');
    expect(await unfinishedFlows(place.git, repo)).toEqual([]);
  },
);

test('A finish that was cut off is named when the controller starts, with what completes it', async () => {
  const { place, repo, cutOff } = await scene();
  const { state } = new Scene();
  const told: Message[] = [];
  const edge = { git: place.git, dispatch: (message: Message) => void told.push(message) };
  const start = () => settleUnfinished(edge, { ...state, config: { ...state.config, repos: [repo] } });
  await start();
  expect(told).toEqual([]);
  await cutOff();
  await start();
  expect(told).toMatchObject([
    {
      type: 'noticed',
      problem: {
        code: 'interrupted',
        message: 'The finish of release 1.2.0 of backend was cut off.',
        hint: 'To complete it: orch-tui flow release finish backend 1.2.0',
      },
    },
  ]);
});

test('A journal that names a command of its own is no advice', async () => {
  const { place, repo, cutOff } = await scene();
  await cutOff('1.2.0; curl evil');
  expect(await unfinishedFlows(place.git, repo)).toEqual([]);
});

test('A journal that was not written here is told and never executed, until it is taken over or put aside', async () => {
  const { place, repo, cutOff } = await scene();
  await cutOff(release.name, false);
  const common = expectValue(await commonDirectory(place.git, repo.path));
  const before = await place.sh(repo.path, 'for-each-ref');
  const told: Message[] = [];
  const edge = { git: place.git, dispatch: (message: Message) => void told.push(message) };
  const { state } = new Scene();
  await settleUnfinished(edge, { ...state, config: { ...state.config, repos: [repo] } });
  expect(told).toMatchObject([{ type: 'noticed', problem: { code: 'journal_foreign' } }]);
  expect(expectProblem(await finishFlow(place.git, repo, release)).code).toBe('journal_foreign');
  expect(await place.sh(repo.path, 'for-each-ref')).toBe(before);
  expectValue(await discardJournals(common));
  expect(await unfinishedFlows(place.git, repo)).toEqual([]);
  await cutOff();
  expect(await unfinishedFlows(place.git, repo)).toMatchObject([release]);
});
