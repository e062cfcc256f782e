import { mkdir, readFile, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import type { HostPort } from '../../../src/controller/effects/hostPort.ts';
import { launch } from '../../../src/controller/effects/launch.ts';
import type { Tools } from '../../../src/controller/effects/tools.ts';
import type { Worker } from '../../../src/core/worker.ts';
import type { OpenTerminal } from '../../../src/ipc/hostApi.ts';
import { failure, success } from '../../../src/lib/result.ts';
import { createPlace } from '../../support/gitPlace.ts';
import { config, planFor, Scene, terminal } from '../scene.ts';

const size = { cols: 80, rows: 24 };

/** A worker that was just approved, its plan, and a host that notes what it was asked for. */
async function scene() {
  const place = await createPlace();
  const repo = await place.repo();
  const commit = await place.sh(repo.path, 'rev-parse', 'develop');
  const tools: Tools = {
    git: place.git,
    ambient: { ...place.env, NOTION_TOKEN: 'canary' },
    config: { ...config, root: place.root, repos: [repo] },
  };
  const plan = {
    ...planFor('backend', 'auth', 'plain'),
    worktree: join(place.root, '.worktrees/backend-auth'),
    command: ['cat'],
  };
  const approved = new Scene().started('auth', 'plain').worker('backend/auth');
  if (!approved) throw new Error('no worker');
  const worker: Worker = { ...approved, worktree: plan.worktree, base: { branch: 'develop', commit } };
  const asked: string[] = [];
  let opened: OpenTerminal | null = null;
  let refusal: ReturnType<typeof failure> | null = null;
  const call = async (method: string, params: OpenTerminal) => {
    asked.push(method);
    if (method === 'inbox') return success({ url: 'http://127.0.0.1:4711' });
    if (method === 'open') opened = params;
    return method === 'open' && refusal ? refusal : success(terminal(params.id));
  };
  const host = { reach: async () => success(call) } as unknown as HostPort;
  return {
    ...{ place, repo, tools, host, worker, plan, asked },
    refuse: (problem: ReturnType<typeof failure>) => {
      refusal = problem;
    },
    opened: () => opened,
  };
}

test('the host is told how many lines the workspace wants kept, and else decides itself', async () => {
  const { tools, host, worker, plan, opened } = await scene();
  await launch(tools, host, worker, plan, size);
  expect(opened()).not.toHaveProperty('scrollback');
  const scrollback = { visible: 20, hidden: 10 };
  const limited: Tools = { ...tools, config: { ...tools.config, limits: { scrollback } } };
  await launch(limited, host, { ...worker, run: 2 }, plan, size);
  expect(opened()).toMatchObject({ scrollback });
});

test('the worktree comes first, then the process, in an environment without secrets', async () => {
  const { place, tools, host, worker, plan, asked, opened } = await scene();
  expect(await launch(tools, host, worker, plan, size)).toEqual({ ok: true, warnings: [] });
  expect(await place.sh(plan.worktree, 'branch', '--show-current')).toBe('feature/auth');
  expect(asked).toEqual(['inbox', 'open']);
  expect(opened()).toMatchObject({ id: 'backend/auth', command: ['cat'], cwd: plan.worktree, ...size });
  expect(opened()?.env).toMatchObject({ ORCH_WORKER: 'backend/auth', ORCH_BRIEF: 'do it' });
  expect(JSON.stringify(opened())).not.toContain('canary');
  const settings = join(place.root, '.orch/agent-settings.json');
  expect(await readFile(settings, 'utf8')).toContain('http://127.0.0.1:4711/hook');
  expect((await stat(settings)).mode & 0o777).toBe(0o600);
});

test('without a worktree nothing is spawned', async () => {
  const { tools, host, worker, plan, asked } = await scene();
  await mkdir(plan.worktree, { recursive: true });
  expect(await launch(tools, host, worker, plan, size)).toMatchObject({
    ok: false,
    stage: 'worktree',
    problem: { code: 'path_taken' },
  });
  expect(asked).toEqual([]);
});

test('a process that cannot be started leaves the worktree, and a later run makes room for itself', async () => {
  const { place, repo, tools, host, worker, plan, asked, refuse } = await scene();
  refuse(failure('spawn_failed', 'no such program'));
  const failed = await launch(tools, host, worker, plan, size);
  expect(failed).toMatchObject({ ok: false, stage: 'spawn', problem: { code: 'spawn_failed' } });
  // Gone by hand meanwhile: it is made again on its branch.
  await place.sh(repo.path, 'worktree', 'remove', plan.worktree);
  await launch(tools, host, { ...worker, run: 2 }, plan, size);
  expect(asked.slice(2)).toEqual(['inbox', 'forget', 'open']);
  expect(await place.sh(plan.worktree, 'branch', '--show-current')).toBe('feature/auth');
});

test('a first start that was cut off before its branch is made up for by the next', async () => {
  const { place, tools, host, worker, plan } = await scene();
  expect(await launch(tools, host, { ...worker, run: 2 }, plan, size)).toMatchObject({ ok: true });
  expect(await place.sh(plan.worktree, 'rev-parse', 'HEAD')).toBe(worker.base.commit);
});

test('what was approved to be copied is there before the process, which knows its ports and comes after its setup', async () => {
  const { place, repo, tools, host, worker, plan, opened } = await scene();
  await place.commit(repo.path, { '.gitignore': '.env\n' });
  await writeFile(join(repo.path, '.env'), 'A=1');
  const base = { branch: 'develop', commit: await place.sh(repo.path, 'rev-parse', 'HEAD') };
  const setup = { commands: [['npm', 'ci']], timeoutMs: 60_000, lfs: 'pointers' } as const;
  const config = { ...tools.config, setup: { backend: setup } };
  const approved = {
    ...plan,
    copies: [
      { path: '.env', bytes: 3 },
      { path: '.env.gone', bytes: 1 },
    ],
    setup: { commands: setup.commands, timeoutMs: setup.timeoutMs },
    ports: { first: 20_010, count: 10 },
  };
  expect(await launch({ ...tools, config }, host, { ...worker, base }, approved, size)).toEqual({
    ok: true,
    warnings: ['Not copied, as this branch does not ignore them: .env.gone.'],
  });
  expect(await readFile(join(plan.worktree, '.env'), 'utf8')).toBe('A=1');
  expect(opened()?.command.slice(3)).toEqual(['cat']);
  expect(opened()?.env).toMatchObject({
    ...{ ORCH_PORT: '20010', ORCH_PORT_COUNT: '10', GIT_LFS_SKIP_SMUDGE: '1' },
  });
});
