import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { planReadying, setupCommand } from '../../../src/controller/effects/launch.ts';
import { makePlan } from '../../../src/controller/effects/plan.ts';
import type { Tools } from '../../../src/controller/effects/tools.ts';
import type { RepoSetup, Worker } from '../../../src/core/worker.ts';
import type { AgentPreset } from '../../../src/core/workspace.ts';
import { takenPorts } from '../../../src/features/workers/start.ts';
import type { OpenProposal } from '../../../src/features/workers/workerState.ts';
import { success } from '../../../src/lib/result.ts';
import { createPlace, expectValue } from '../../support/gitPlace.ts';
import { planFor, Scene } from '../scene.ts';

const cat: AgentPreset = { command: ['cat'], env: {}, pass: [], speaks: 'none' };
const install: RepoSetup = { commands: [['npm', 'ci']], timeoutMs: 60_000, lfs: 'files' };

async function scene(setup?: RepoSetup) {
  const place = await createPlace();
  const repo = await place.repo();
  const base = { name: 'shop', root: place.root, repos: [repo], agents: { cat }, defaultAgent: 'cat' };
  const config = { ...base, ...(setup && { setup: { backend: setup } }) };
  const tools: Tools = { git: place.git, ambient: place.env, config };
  return { place, repo, tools };
}

test('what is missing is planned until it is there: copies by file, a setup by its commands', async () => {
  const { place, repo, tools } = await scene(install);
  await place.commit(repo.path, { '.gitignore': '.env\n', '.worktreeinclude': '.env\n' });
  await place.sh(repo.path, 'branch', '--force', 'develop');
  await writeFile(join(repo.path, '.env'), 'A=1');
  const { worktree } = await place.worker(repo);
  const { commands, timeoutMs } = install;
  expect(expectValue(await planReadying(tools, repo, worktree))).toEqual({
    copies: [{ path: '.env', bytes: 3 }],
    setup: { commands, timeoutMs },
    warnings: [],
  });
  const plan = { ...planFor('backend', 'fix'), worktree, setup: { commands, timeoutMs } };
  const spec = JSON.parse(expectValue(await setupCommand(tools, plan))[2] ?? '');
  await writeFile(join(worktree, '.env'), 'mine');
  await writeFile(spec.doneFile, spec.stamp);
  expect(expectValue(await planReadying(tools, repo, worktree))).toEqual({ warnings: [] });
  expect(await place.sh(worktree, 'status', '--porcelain')).toBe('');

  const other = { ...tools.config, setup: { backend: { ...install, commands: [['npm', 'install']] } } };
  expect(expectValue(await planReadying({ ...tools, config: other }, repo, worktree)).setup).toBeDefined();
});

test('an approved setup comes before the approved command, which stays as it is', async () => {
  const { place, repo, tools } = await scene(install);
  const { worktree } = await place.worker(repo);
  const plan = { ...planFor('backend', 'fix'), worktree };
  expect(await setupCommand(tools, plan)).toEqual(success(plan.command));
  const command = expectValue(await setupCommand(tools, { ...plan, setup: install }));
  expect(command.slice(3)).toEqual(plan.command);
  expect(JSON.parse(command[2] ?? '')).toMatchObject({
    commands: [['npm', 'ci']],
    logFile: join(place.root, '.orch/setup/backend-fix.log'),
  });
});

test('copies, setup and ports are part of what is approved', async () => {
  const { place, repo, tools } = await scene();
  await place.commit(repo.path, { '.gitignore': '.env\n', '.worktreeinclude': '.env\n' });
  const open: OpenProposal = {
    ...({
      n: 1,
      kind: 'start',
      by: 'person',
      at: '2026-11-22T10:00:00.000Z',
      sessionId: 'session-1',
    } as const),
    draft: { repo: 'backend', task: 'auth', brief: '', agent: null },
  };
  const digestWith = async (
    changed: Partial<Tools['config']>,
    taken = [] as { first: number; count: number }[],
  ) =>
    expectValue(await makePlan({ ...tools, config: { ...tools.config, ...changed } }, open, null, taken))
      .digest;
  const digests = [
    await digestWith({}),
    await digestWith({ setup: { backend: install } }),
    await digestWith({ setup: { backend: { ...install, timeoutMs: 1 } } }),
    await digestWith({ setup: { backend: { ...install, commands: [], lfs: 'pointers' } } }),
    await digestWith({ ports: { first: 30_000, count: 10 } }),
    await digestWith({}, [{ first: 20_000, count: 10 }]),
  ];
  await writeFile(join(repo.path, '.env'), 'A=1');
  digests.push(await digestWith({}));
  expect(new Set(digests).size).toBe(digests.length);
  expect(await readFile(join(repo.path, '.env'), 'utf8')).toBe('A=1');
});

test('a worker keeps its ports over a resume, unless another has come to have them', async () => {
  const { place, repo, tools } = await scene();
  const worktree = await place.worker(repo, 'auth');
  const draft = { repo: 'backend', task: 'auth', brief: '', agent: 'cat' };
  const known = { ...new Scene().started('auth').worker('backend/auth'), ...worktree, ...draft } as Worker;
  const worker: Worker = { ...known, ports: { first: 20_050, count: 10 } };
  const open = { n: 2, kind: 'resume', by: 'person', at: '', sessionId: 's', draft } as const;
  await mkdir(join(place.root, '.orch'));
  const portsWith = async (taken: { first: number; count: number }[]) =>
    expectValue(await makePlan(tools, open, worker, taken)).ports;
  expect(await portsWith([{ first: 20_000, count: 10 }])).toEqual({ first: 20_050, count: 10 });
  expect(await portsWith([{ first: 20_055, count: 1 }])).toEqual({ first: 20_000, count: 10 });
});

test('two plans worked out side by side never start with the same ports', () => {
  const ports = { first: 20_000, count: 10 };
  const room = new Scene().proposed('auth').proposed('theme');
  const plan = (n: number, task: string) => {
    const open = room.state.log.proposals.get(n);
    if (!open) throw new Error('no proposal');
    const { draft } = open;
    const { config } = room.state;
    room.tell({ type: 'planned', n, draft, config, plan: success({ ...planFor('backend', task), ports }) });
    return takenPorts(room.state, open);
  };
  plan(1, 'auth');
  expect(room.done).toEqual([]);
  const before = room.state.plans;
  expect(plan(2, 'theme')).toEqual([ports]);
  expect(room.done).toEqual(['plan']);
  expect(room.state.plans).toBe(before);
});

test('a plan that was carried out or turned down takes no ports from anybody', () => {
  const ports = { first: 20_000, count: 10 };
  const room = new Scene().proposed('auth');
  const plan = success({ ...planFor('backend', 'auth'), ports });
  const approved = { do: 'approve', n: 1, digest: plan.ok ? plan.value.digest : '' } as const;
  const open = room.state.log.proposals.get(1);
  if (!open) throw new Error('no proposal');
  room.tell({ type: 'planned', n: 1, draft: open.draft, config: room.state.config, plan });
  room.ask({ ...approved, cols: 80, rows: 24 });
  expect(room.worker('backend/auth')).toMatchObject({ ports });
  const resume = { ...open, n: 2, kind: 'resume' } as const;
  expect(takenPorts(room.state, resume)).toEqual([]);
  expect(takenPorts(room.state, { ...open, n: 3, draft: { ...open.draft, task: 'other' } })).toEqual([ports]);
});

test('a failed setup is remembered with its command until the next run', () => {
  const failed = { command: ['npm', 'ci'], exitCode: 1 };
  const room = new Scene().started('auth', 'plain');
  room.tell({ type: 'setup-failed', id: 'backend/auth', failed });
  expect(room.events).toEqual([{ type: 'setup-failed', id: 'backend/auth', failed }]);
  expect(room.worker('backend/auth')).toMatchObject({ failedSetup: failed });
  room.tell({ type: 'setup-failed', id: 'backend/stranger', failed });
  expect(room.events).toEqual([]);
});
