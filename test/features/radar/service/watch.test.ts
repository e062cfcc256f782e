import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import type { RepoRadar } from '../../../../src/core/radar.ts';
import type { Worker } from '../../../../src/core/worker.ts';
import type { Message } from '../../../../src/features/messages.ts';
import { RadarWatch } from '../../../../src/features/radar/service/watch.ts';
import { type ControllerState, initialState } from '../../../../src/features/state.ts';
import { config } from '../../../controller/scene.ts';
import { createPlace, expectProblem, expectValue, type Place } from '../../../support/gitPlace.ts';
import { worker as anyWorker } from '../../../tui/fixtures.ts';

const text = 'one\ntwo\nthree\nfour\nfive\nsix\n';

/** A repository with two workers, and a watch over it whose looks come one after the other out of `next`. */
async function createScene() {
  const place = await createPlace();
  const repo = await place.repo();
  await place.sh(repo.path, 'switch', '--quiet', 'develop');
  await place.commit(repo.path, { 'a.txt': text });
  await place.sh(repo.path, 'switch', '--quiet', 'main');
  const workers = new Map<string, Worker>();
  for (const task of ['one', 'two']) {
    const { id, worktree } = await place.worker(repo, task);
    workers.set(id, anyWorker(id, { worktree }));
  }
  const first = initialState({ ...config, repos: [repo] });
  const world = { state: { ...first, log: { ...first.log, workers } } as ControllerState };
  const told: RepoRadar[] = [];
  let heard = Promise.withResolvers<RepoRadar>();
  const watch = new RadarWatch(
    {
      git: place.git,
      state: () => world.state,
      dispatch(message: Message) {
        if (message.type !== 'radar-looked') return;
        told.push(message.radar);
        heard.resolve(message.radar);
        heard = Promise.withResolvers();
      },
      fail(error) {
        heard.reject(error);
      },
    },
    { quietMs: 20, restMs: 40, restPerLook: 0 },
  );
  onTestFinished(() => watch.close());
  return { ...(place as Place), repo, world, watch, told, next: () => heard.promise, write };

  function write(task: string, content: string): Promise<void> {
    const { worktree } = workers.get(`backend/${task}`) ?? anyWorker('backend/none');
    return writeFile(join(worktree, 'a.txt'), content);
  }
}

test('A wake is followed by a look, however many wakes there were', async () => {
  const { watch, write, told, next } = await createScene();
  await write('one', text.replace('two', 'TWO'));
  await write('two', text.replace('two', 'Two'));
  const looked = next();
  for (let n = 0; n < 10; n++) watch.wake('backend', ['backend/one']);
  expect(await looked).toMatchObject({
    repo: 'backend',
    into: 'develop',
    pairs: [{ a: 'backend/one', b: 'backend/two', verdict: 'conflict', files: [{ path: 'a.txt' }] }],
    order: ['backend/one', 'backend/two'],
    steps: [
      { id: 'backend/one', why: 'merges into develop' },
      { id: 'backend/two', why: 'conflicts with backend/one in a.txt' },
    ],
    problem: null,
  });
  await write('two', text.replace('six', 'SIX'));
  const again = next();
  watch.wake('backend', ['backend/two']);
  expect(await again).toMatchObject({ pairs: [{ verdict: 'overlap' }] });
  expect(told).toHaveLength(2);
});

test('A wake that comes during a look is followed by another look', async () => {
  const { watch, write, next } = await createScene();
  await write('one', text.replace('two', 'TWO'));
  const first = next();
  const looking = watch.look('backend');
  watch.wake('backend', []);
  await looking;
  await first;
  await next();
});

test('The other workers that change a file are found by either name of it', async () => {
  const { watch, world, write } = await createScene();
  await write('one', text.replace('two', 'TWO'));
  expect(watch.whoIsChanging('backend/two', 'a.txt')).toEqual([]);
  expectValue(await watch.look('backend'));
  const changers = [{ worker: 'backend/one', ranges: [{ from: 2, to: 2 }] }];
  const { worktree = '' } = world.state.log.workers.get('backend/two') ?? {};
  expect(watch.whoIsChanging('backend/two', 'a.txt')).toEqual(changers);
  expect(watch.whoIsChanging('backend/two', join(worktree, 'a.txt'))).toEqual(changers);
  expect(watch.whoIsChanging('backend/one', 'a.txt')).toEqual([]);
  expect(watch.whoIsChanging('backend/two', '/etc/passwd')).toEqual([]);
  expect(watch.whoIsChanging('backend/two', 'b.txt')).toEqual([]);
});

test('It shows what two do to a file, and one beside the branch it goes to', async () => {
  const { watch, write } = await createScene();
  await write('one', text.replace('two', 'TWO'));
  await write('two', text.replace('two', 'Two'));
  expect(expectProblem(await watch.sides('backend/one', 'backend/two', 'a.txt')).code).toBe('not_looked_at');
  expectValue(await watch.look('backend'));
  const sides = expectValue(await watch.sides('backend/one', 'backend/two', 'a.txt'));
  expect(sides.b.hunks).toMatchObject([{ range: { from: 2, to: 2 }, from: 1 }]);
  const withBase = expectValue(await watch.sides('backend/one', null, 'a.txt'));
  expect([withBase.a.change, withBase.b.change]).toEqual(['changed', 'none']);
  expect(expectProblem(await watch.sides('backend/one', 'web/two', 'a.txt')).code).toBe('not_looked_at');
});

test('It looks at the workers that there are now, and at no repository that is not configured', async () => {
  const { watch, world, write, next } = await createScene();
  await write('one', text.replace('two', 'TWO'));
  await write('two', text.replace('two', 'Two'));
  expectValue(await watch.look('backend'));
  expect(expectProblem(await watch.look('nowhere')).code).toBe('unknown_repo');
  const gone = new Map([...world.state.log.workers].filter(([id]) => id !== 'backend/two'));
  world.state = { ...world.state, log: { ...world.state.log, workers: gone } };
  const looked = next();
  watch.wake('backend', []);
  expect(await looked).toMatchObject({ pairs: [], worktrees: [{ id: 'backend/one' }] });
});
