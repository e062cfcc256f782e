import { expect, onTestFinished, test } from 'vitest';
import { RepoWatch } from '../../../src/controller/effects/repoWatch.ts';
import type { Message } from '../../../src/features/messages.ts';
import type { ControllerState } from '../../../src/features/state.ts';
import { readStatus } from '../../../src/git/status/status.ts';
import { createPlace } from '../../support/gitPlace.ts';
import { Scene } from '../scene.ts';

async function scene() {
  const place = await createPlace();
  const repo = await place.repo();
  const at = await place.worker(repo, 'auth');
  const room = new Scene().started('auth', 'plain');
  const worker = room.worker('backend/auth');
  if (!worker) throw new Error('no worker');
  const log = { ...room.state.log, workers: new Map([[worker.id, { ...worker, ...at }]]) };
  const config = { ...room.state.config, repos: [repo] };
  const state: ControllerState = { ...room.state, config, log, repos: [await readStatus(place.git, repo)] };
  room.state = state;
  const told: Message[] = [];
  const changed: (readonly string[])[] = [];
  let onTold = () => {};
  const watch = new RepoWatch({
    git: place.git,
    state: () => room.state,
    dispatch: (message) => {
      told.push(message);
      room.tell(message);
      onTold();
    },
    changed: (_, workers) => void changed.push(workers),
    fail: (error) => {
      throw error;
    },
  });
  onTestFinished(() => watch.close());
  await watch.follow(config.repos);
  /** Does something and waits for what is told of it. */
  const seen = async <T extends Message['type']>(type: T, act: () => Promise<unknown>) => {
    const find = () => told.findLast((message) => message.type === type) as Extract<Message, { type: T }>;
    const { promise, resolve } = Promise.withResolvers<void>();
    told.length = 0;
    onTold = () => find() && resolve();
    await act();
    await promise;
    return find();
  };
  return { place, repo, worker: at, room, told, changed, seen };
}

test('what a person does in the main checkout is seen without being asked for', async () => {
  const { place, repo, seen, changed } = await scene();
  const message = await seen('repos-looked-at', () => place.sh(repo.path, 'switch', '-q', '-c', 'mine'));
  expect(message.repos).toMatchObject([{ name: 'backend', branch: expect.any(String) }]);
  expect(changed.flat()).toEqual([]);
});

test('a commit in a worktree names its worker to whoever compares them', async () => {
  const { place, worker, seen, changed } = await scene();
  await seen('repos-looked-at', () => place.commit(worker.worktree, { 'a.txt': '1' }));
  await expect.poll(() => changed.flat()).toContain('backend/auth');
});

test('a branch renamed in its worktree is taken over, and its worker goes on under the new name', async () => {
  const { place, repo, worker, seen, room } = await scene();
  await seen('branch-renamed', () => place.sh(worker.worktree, 'branch', '-m', 'feature/login'));
  expect(await place.sh(repo.path, 'config', 'gitflow.branch.feature/login.base')).toBe('develop');
  expect(room.worker('backend/auth')).toMatchObject({ branch: 'feature/login' });
  expect(room.state.notices.at(-1)?.message).toBe(
    'The branch of backend/auth is called feature/login now, no longer feature/auth.',
  );
});

test('another branch in a worktree is said and changes nothing; a rebase is not another branch', async () => {
  const { place, worker, seen, room, told } = await scene();
  await seen('noticed', () => place.sh(worker.worktree, 'switch', '-q', '-c', 'feature/other'));
  expect(room.state.notices.at(-1)).toMatchObject({ code: 'branch_switched' });
  expect(room.worker('backend/auth')).toMatchObject({ branch: 'feature/auth' });
  await place.sh(worker.worktree, 'switch', '-q', 'feature/auth');
  await seen('repos-looked-at', () => place.sh(worker.worktree, 'switch', '-q', '--detach'));
  expect(told.filter(({ type }) => type === 'branch-renamed')).toEqual([]);
});
