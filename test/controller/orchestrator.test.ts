import { expect, test } from 'vitest';
import { guardRules, guardWarnings } from '../../src/controller/effects/launch.ts';
import { makePlan } from '../../src/controller/effects/plan.ts';
import type { Tools } from '../../src/controller/effects/tools.ts';
import type { StartPlan } from '../../src/core/proposal.ts';
import type { AgentPreset, WorkspaceConfig } from '../../src/core/workspace.ts';
import { maxOpenProposals } from '../../src/features/workers/tools.ts';
import { Git } from '../../src/git/run.ts';
import { createPlace, expectProblem, expectValue } from '../support/gitPlace.ts';
import { config, planFor, Scene } from './scene.ts';

const draft = { role: 'orchestrator', repo: '', task: 'orchestrator', brief: '', agent: null } as const;
const size = { cols: 80, rows: 24 };

const plan: StartPlan = {
  ...planFor('', 'orchestrator'),
  ...{ id: 'orchestrator', role: 'orchestrator', branch: '', base: null, worktree: '/w', digest: 'd' },
};

function started(): Scene {
  const scene = new Scene().ask({ do: 'propose', draft, sessionId: 'session-1' });
  const open = scene.state.log.proposals.get(1);
  if (!open) throw new Error(`not proposed: ${scene.refusal}`);
  scene.tell({
    type: 'planned',
    n: 1,
    draft: open.draft,
    config: scene.state.config,
    plan: { ok: true, value: plan },
  });
  scene.ask({ do: 'approve', n: 1, digest: 'd', ...size });
  expect(scene.done).toEqual(['launch']);
  return scene.tell({ type: 'launched', id: 'orchestrator', ticket: 1 });
}

test('is started by a person’s yes, once, at the top of the workspace', () => {
  const scene = started();
  expect(scene.worker('orchestrator')).toMatchObject({
    ...{ role: 'orchestrator', repo: '', task: 'orchestrator', branch: '', worktree: '/w' },
  });
  expect(scene.ask({ do: 'propose', draft, sessionId: 's' }).refusal).toBe('worker_exists');
});

test('cannot be started by a session, and has one name', () => {
  const scene = new Scene();
  expect(scene.ask({ do: 'propose', draft, sessionId: 's' }, false).refusal).toBe('approval_forbidden');
  for (const place of [{ repo: 'backend' }, { task: 'second' }])
    expect(scene.ask({ do: 'propose', draft: { ...draft, ...place }, sessionId: 's' }).refusal).toBe(
      'bad_request',
    );
  const { role: _, ...worker } = draft;
  expect(scene.ask({ do: 'propose', draft: worker, sessionId: 's' }).refusal).toBe('unknown_repo');
});

test('proposes only so many at once', () => {
  const scene = started();
  const propose = (task: string) => {
    const draft = { repo: 'backend', task, brief: 'x', agent: null };
    const request = { do: 'propose', draft, sessionId: 's' } as const;
    return scene.tell({ type: 'session-asked', ticket: 0, id: 'orchestrator', request });
  };
  for (let n = 1; n <= maxOpenProposals; n++) expect(propose(`task-${n}`).done).toContain('plan');
  expect(propose('one-more').refusal).toBe('too_many');
  expect(scene.events).toEqual([]);
  scene.ask({ do: 'reject', n: 2, why: '' });
  expect(propose('one-more').done).toContain('plan');
});

test('has nothing to finish or clean, and no work to keep, but stops and is resumed in its role', () => {
  const scene = started();
  const end = { id: 'orchestrator', tip: 'x' };
  expect(scene.ask({ do: 'finish', ...end }).refusal).toBe('not_for_orchestrator');
  expect(scene.ask({ do: 'clean', ...end }).refusal).toBe('not_for_orchestrator');
  const sign = (kind: 'prompted' | 'turn-ended') =>
    scene.tell({
      type: 'signed',
      id: 'orchestrator',
      sign: { source: 'hook', report: kind === 'prompted' ? { kind } : { kind, said: 'x' } },
      sessionId: null,
    });
  sign('prompted');
  expect(sign('turn-ended').done).not.toContain('snapshot');
  scene.ask({ do: 'stop', id: 'orchestrator' });
  expect(scene.done).toEqual(['end-process']);
  scene.tell({ type: 'host-lost' });
  scene.tell({
    type: 'process-ended',
    id: 'orchestrator',
    ticket: 2,
    result: { ok: false, problem: { code: 'x', message: 'x' } },
  });
  scene.ask({ do: 'proposeResume', id: 'orchestrator' });
  expect(scene.state.log.proposals.get(2)).toMatchObject({ kind: 'resume', draft: { role: 'orchestrator' } });
});

test('what the guard refused is remembered, the last of it and how often', () => {
  const scene = new Scene().started();
  for (const what of ['Bash: git stash', 'Bash: git push'])
    scene.tell({ type: 'denied', id: 'backend/auth', what, why: 'Because.' });
  expect(scene.worker('backend/auth')?.denied).toMatchObject({
    what: 'Bash: git push',
    why: 'Because.',
    count: 2,
  });
  expect(scene.tell({ type: 'denied', id: 'backend/none', what: 'x', why: 'y' }).events).toEqual([]);
});

const claude: AgentPreset = { command: ['cat'], env: {}, pass: [], speaks: 'claude' };
const plain: AgentPreset = { ...claude, speaks: 'none' };

test('its plan lacks every tool that writes; a worker’s binds the guard it is kept by', async () => {
  const place = await createPlace();
  const repo = await place.repo();
  const made = (
    what: object,
    guard: WorkspaceConfig['guard'] = {},
    agents: WorkspaceConfig['agents'] = { claude, plain },
  ) => {
    const of: WorkspaceConfig = {
      name: 'shop',
      root: place.root,
      repos: [repo],
      agents,
      defaultAgent: 'plain',
      guard,
    };
    const open = {
      n: 1,
      kind: 'start',
      by: 'person',
      at: '2026-11-22T10:00:00.000Z',
      sessionId: 's',
    } as const;
    const usual = { repo: 'backend', task: 'auth', brief: 'x', agent: 'claude' };
    return makePlan(
      { git: place.git, ambient: place.env, config: of },
      { ...open, draft: { ...usual, ...what } },
      null,
    );
  };
  const top = expectValue(await made(draft));
  expect(top).toMatchObject({
    role: 'orchestrator',
    agent: 'claude',
    branch: '',
    base: null,
    worktree: place.root,
  });
  const flag = (name: string) => top.command[top.command.indexOf(name) + 1] ?? '';
  for (const tool of ['Write', 'Edit', 'NotebookEdit', 'Bash', 'Agent', 'Skill', 'Workflow']) {
    expect(flag('--tools').split(',')).not.toContain(tool);
    expect(flag('--disallowedTools').split(',')).toContain(tool);
  }
  expect(top.command).toContain('--strict-mcp-config');
  expect(flag('--permission-mode')).toBe('default');
  const digests = [{}, { allow: ['push'] as const }, false as const].map(
    async (guard) => expectValue(await made({}, guard)).digest,
  );
  expect(new Set(await Promise.all(digests)).size).toBe(3);
  expect(expectProblem(await made({ ...draft, agent: 'plain' })).code).toBe('cannot_be_orchestrator');
});

test('rules follow the role, the workspace and what the agent understands, and a card says when they are loose', () => {
  const tools = (guard?: WorkspaceConfig['guard']): Tools => ({
    git: new Git(),
    ambient: { HOME: '/home/me', TMPDIR: '/scratch' },
    config: { ...config, ...(guard !== undefined && { guard }) },
  });
  const worker = { worktree: '/w/.worktrees/backend-auth', branch: 'feature/auth' };
  expect(guardRules(tools({ allow: ['push'], writable: ['/data'] }), worker, claude)).toEqual({
    ...{ role: 'worker', ...worker, workspace: '/w', allow: ['push'] },
    writable: ['/scratch', '/tmp', '/home/me/.claude/plans', '/data'],
    state: '/home/me/.local/state/orch-tui',
    variables: { HOME: '/home/me', TMPDIR: '/scratch' },
  });
  expect(guardRules(tools(false), worker, claude)).toBeNull();
  expect(guardRules(tools(), worker, plain)).toBeNull();
  expect(
    guardRules(tools(false), { role: 'orchestrator', worktree: '/w', branch: '' }, claude),
  ).toMatchObject({
    role: 'orchestrator',
  });
  expect(guardWarnings(tools(), {}, claude)).toEqual([]);
  expect(guardWarnings(tools({ allow: ['push'] }), {}, claude)).toEqual([
    'The guard of this workspace allows: push.',
  ]);
  expect(guardWarnings(tools(false), {}, claude)[0]).toContain('off');
  expect(guardWarnings(tools(), {}, plain)[0]).toContain('no hooks');
});
