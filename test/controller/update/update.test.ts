import { describe, expect, it } from 'vitest';
import type { ChangeRequest } from '../../../src/features/commands.ts';
import type { Message } from '../../../src/features/messages.ts';
import { selectFacts } from '../../../src/features/state.ts';
import { problemOf, success } from '../../../src/lib/result.ts';
import { need } from '../../support/need.ts';
import { config, planFor, Scene, terminal } from '../scene.ts';

const size = { cols: 80, rows: 24 };
const id = 'backend/auth';
const approveFirst: ChangeRequest = { do: 'approve', n: 1, digest: 'digest of backend/auth', ...size };

describe('proposing', () => {
  const draft = { repo: 'backend', task: 'auth', brief: '', agent: null };

  it('keeps the proposal and has its plan worked out', () => {
    const scene = new Scene().ask({ do: 'propose', draft, sessionId: 's' });
    expect(scene.events).toEqual([
      { type: 'proposed', n: 1, kind: 'start', by: 'person', draft, sessionId: 's' },
    ]);
    expect(scene.done).toEqual(['plan', 'reply-proposal']);
  });

  it.each([
    [{ ...draft, repo: 'nope' }, 'unknown_repo'],
    [{ ...draft, task: '../up' }, 'bad_name'],
    [{ ...draft, task: '-x' }, 'bad_name'],
    [{ ...draft, agent: 'nope' }, 'unknown_agent'],
    [{ ...draft, agent: 'constructor' }, 'unknown_agent'],
    [{ ...draft, brief: 'x'.repeat(100_001) }, 'brief_too_long'],
    [{ ...draft, brief: 'ü'.repeat(50_001) }, 'brief_too_long'],
    [{ ...draft, brief: 'a\0b' }, 'bad_brief'],
  ])('refuses %j as %s', (wrong, code) => {
    const scene = new Scene().ask({ do: 'propose', draft: wrong, sessionId: 's' });
    expect(scene.refusal).toBe(code);
    expect(scene.events).toEqual([]);
  });

  it('refuses a name that differs only in case from a proposal or a worker', () => {
    expect(
      new Scene().proposed('auth').ask({ do: 'propose', draft: { ...draft, task: 'Auth' }, sessionId: 's' })
        .refusal,
    ).toBe('already_proposed');
    expect(
      new Scene().started('auth').ask({ do: 'propose', draft: { ...draft, task: 'AUTH' }, sessionId: 's' })
        .refusal,
    ).toBe('worker_exists');
  });

  it('drops the plan of an edited proposal, and a plan that comes too late for it', () => {
    const scene = new Scene().proposed();
    const before = need(scene.state.log.proposals.get(1)).draft;
    scene.ask({ do: 'edit', n: 1, draft: { ...draft, brief: 'other' } });
    expect(selectFacts(scene.state).proposals[0]?.plan).toBeNull();
    scene.tell({ type: 'planned', n: 1, draft: before, config, plan: success(planFor('backend', 'auth')) });
    expect(selectFacts(scene.state).proposals[0]?.plan).toBeNull();
    expect(scene.ask(approveFirst).refusal).toBe('plan_pending');
  });
});

describe('a configuration that changed', () => {
  const other = { ...config, name: 'other' };

  it('has every plan made anew, and takes none that was made under the old one', () => {
    const scene = new Scene().proposed().tell({ type: 'config-read', config: other });
    expect(scene.done).toEqual(['plan']);
    expect(scene.ask(approveFirst).refusal).toBe('plan_pending');
    const draft = need(scene.state.log.proposals.get(1)).draft;
    const plan = success(planFor('backend', 'auth'));
    scene.tell({ type: 'planned', n: 1, draft, config, plan });
    expect(scene.ask(approveFirst).refusal).toBe('plan_pending');
    scene.tell({ type: 'planned', n: 1, draft, config: other, plan });
    expect(scene.ask(approveFirst).done).toEqual(['launch']);
  });

  it('says once what is wrong with a broken one, and then what is wrong with it now', () => {
    const refused = (message: string) =>
      ({ type: 'config-refused', problem: problemOf('config_invalid', message) }) as const;
    const scene = new Scene().tell(refused('no JSON'));
    const told = scene.state.notices;
    expect(scene.tell(refused('no JSON')).state.notices).toBe(told);
    scene.tell(refused('no such agent'));
    expect(scene.state.notices.map(({ message }) => message)).toEqual(['no such agent']);
    expect(scene.state.config).toBe(config);
  });

  it('takes back what was said of a broken one', () => {
    const scene = new Scene()
      .tell({ type: 'noticed', problem: problemOf('config_invalid', 'no JSON') })
      .tell({ type: 'noticed', problem: problemOf('log_damaged', 'one line') })
      .tell({ type: 'config-read', config });
    expect(scene.state.notices.map((notice) => notice.code)).toEqual(['log_damaged']);
  });
});

describe('approving', () => {
  it('writes approval and start before it launches exactly the plan', () => {
    const scene = new Scene().proposed().ask(approveFirst);
    expect(scene.events.map((one) => one.type)).toEqual(['approved', 'started']);
    expect(scene.effects).toEqual([
      { type: 'launch', id, plan: planFor('backend', 'auth'), size, ticket: 2 },
    ]);
    expect(scene.worker(id)?.state).toBe('starting');
    expect(scene.state.log.proposals.size).toBe(0);
  });

  it('refuses another plan than the one that was shown', () => {
    const scene = new Scene().proposed().ask({ ...approveFirst, digest: 'what I saw before' });
    expect(scene.refusal).toBe('plan_changed');
    expect(scene.done).toEqual(['reply']);
  });

  it('refuses a plan that cannot be carried out, with the reason', () => {
    const scene = new Scene().proposed();
    const draft = need(scene.state.log.proposals.get(1)).draft;
    const problem = problemOf('branch_exists', 'feature/auth exists already.');
    scene.tell({ type: 'planned', n: 1, draft, config, plan: { ok: false, problem } });
    expect(scene.ask(approveFirst).refusal).toBe('branch_exists');
  });

  it('opens the proposal again when the worktree could not be made', () => {
    const scene = new Scene().proposed().ask(approveFirst);
    scene.tell({
      type: 'launch-failed',
      id,
      stage: 'worktree',
      problem: problemOf('git', 'no space'),
      ticket: 2,
    });
    expect(scene.worker(id)).toBeUndefined();
    expect(scene.state.log.proposals.get(1)?.draft.task).toBe('auth');
    expect(scene.done).toEqual(['reply', 'plan']);
  });

  it('keeps a worker whose process could not be started, resumable', () => {
    const scene = new Scene().proposed().ask(approveFirst);
    scene.tell({
      type: 'launch-failed',
      id,
      stage: 'spawn',
      problem: problemOf('spawn_failed', 'no such file'),
      ticket: 2,
    });
    expect(scene.worker(id)).toMatchObject({ state: 'exited', exitCode: 127 });
    expect(scene.ask({ do: 'proposeResume', id }).events[0]).toMatchObject({
      kind: 'resume',
      sessionId: 'session-1',
    });
  });

  it('refuses everything that comes from inside a worker', () => {
    const requests: ChangeRequest[] = [
      approveFirst,
      { do: 'propose', draft: { repo: 'backend', task: 'x', brief: '', agent: null }, sessionId: 's' },
      { do: 'proposeResume', id },
      { do: 'edit', n: 1, draft: { repo: 'backend', task: 'x', brief: '', agent: null } },
      { do: 'reject', n: 1, why: '' },
    ];
    for (const request of requests) {
      const scene = new Scene().proposed().ask(request, false);
      expect(scene.refusal).toBe('approval_forbidden');
      expect(scene.events).toEqual([]);
    }
    for (const request of [
      { do: 'stop', id } as const,
      { do: 'finish', id, tip: 't' } as const,
      { do: 'clean', id, tip: 't' } as const,
    ])
      expect(new Scene().started().ask(request, false).refusal).toBe('approval_forbidden');
  });

  it('is the only message that ever launches anything', () => {
    const plan = planFor('backend', 'auth');
    const others: Message[] = [
      {
        type: 'planned',
        n: 1,
        draft: { repo: 'backend', task: 'auth', brief: 'do it', agent: null },
        config,
        plan: success(plan),
      },
      { type: 'launched', id, ticket: 1 },
      { type: 'launch-failed', id, stage: 'spawn', problem: problemOf('x', 'x'), ticket: 1 },
      { type: 'process-ended', id, result: success(terminal(id)), ticket: 1 },
      {
        type: 'finish-ended',
        id,
        result: success({ id, into: 'develop', merge: 'm', backup: 'b' }),
        ticket: 1,
      },
      { type: 'clean-ended', id, result: success({ id, backup: 'b' }), ticket: 1 },
      { type: 'host-connected', terminals: [terminal(id)] },
      { type: 'host-lost' },
      { type: 'terminal-changed', terminal: terminal(id, { title: '⠂ x' }) },
      { type: 'signed', id, sign: { source: 'hook', report: { kind: 'prompted' } }, sessionId: null },
      { type: 'repos-looked-at', repos: [] },
      { type: 'worker-wanted', card: { id: 'ORC-1', task: 'Auth', repo: 'backend' }, sessionId: 's' },
      { type: 'config-read', config },
      { type: 'noticed', problem: problemOf('x', 'x') },
    ];
    const requests: ChangeRequest[] = [
      { do: 'propose', draft: { repo: 'web', task: 'x', brief: '', agent: null }, sessionId: 's' },
      { do: 'proposeResume', id },
      { do: 'edit', n: 1, draft: { repo: 'backend', task: 'auth', brief: 'x', agent: null } },
      { do: 'reject', n: 1, why: '' },
      { do: 'stop', id },
      { do: 'finish', id, tip: 't' },
      { do: 'clean', id, tip: 't' },
    ];
    const scenes = () => [
      new Scene(),
      new Scene().proposed(),
      new Scene().started(),
      new Scene().started().tell({ type: 'host-lost' }),
    ];
    for (const message of others)
      for (const scene of scenes()) expect(scene.tell(message).done).not.toContain('launch');
    for (const request of requests)
      for (const scene of scenes()) expect(scene.ask(request).done).not.toContain('launch');
    expect(new Scene().proposed().ask(approveFirst).done).toContain('launch');
  });
});

describe('observing', () => {
  const hook = (
    report: Extract<Extract<Message, { type: 'signed' }>['sign'], { source: 'hook' }>['report'],
  ): Message => ({
    type: 'signed',
    id,
    sign: { source: 'hook', report },
    sessionId: 'session-1',
  });

  it('follows hooks, keeps what was said last and a changed conversation id', () => {
    const scene = new Scene().started().tell(hook({ kind: 'session-started', sessionId: 'session-1' }));
    expect(scene.worker(id)?.state).toBe('idle');
    expect(scene.tell(hook({ kind: 'prompted' })).worker(id)?.state).toBe('working');
    expect(scene.tell(hook({ kind: 'asked', what: 'Bash: rm x' })).worker(id)).toMatchObject({
      state: 'waiting',
      asks: 'Bash: rm x',
    });
    expect(scene.tell(hook({ kind: 'tool-ended', what: 'Bash: rm x' })).worker(id)).toMatchObject({
      state: 'working',
      asks: null,
    });
    scene.tell(hook({ kind: 'turn-ended', said: 'Done.' }));
    expect(scene.worker(id)).toMatchObject({ state: 'idle', said: { text: 'Done.' } });
    scene.tell({
      type: 'signed',
      id,
      sign: { source: 'hook', report: { kind: 'session-started', sessionId: 'session-2' } },
      sessionId: 'session-2',
    });
    expect(scene.worker(id)?.sessionId).toBe('session-2');
  });

  it('writes nothing when a sign says nothing new', () => {
    const scene = new Scene().started().tell(hook({ kind: 'prompted' }));
    expect(scene.tell(hook({ kind: 'tool-started' })).events).toEqual([]);
  });

  it('takes the title as second source, for Esc fires no hook', () => {
    const scene = new Scene().started().tell(hook({ kind: 'prompted' }));
    scene.tell({ type: 'terminal-changed', terminal: terminal(id, { title: '⠂ auth' }) });
    scene.tell({ type: 'terminal-changed', terminal: terminal(id, { title: '✳ auth', flowing: true }) });
    scene.tell({ type: 'terminal-changed', terminal: terminal(id, { title: '✳ auth' }) });
    expect(scene.done).toContain('look-at-agent');
    scene.tell({ type: 'signed', id, sign: { source: 'title', says: 'resting' }, sessionId: null });
    expect(scene.worker(id)?.state).toBe('idle');
  });

  it('looks at a screen that fell quiet before any hook, and sees the trust question', () => {
    const scene = new Scene().started();
    scene.tell({ type: 'terminal-changed', terminal: terminal(id, { flowing: true }) });
    expect(scene.tell({ type: 'terminal-changed', terminal: terminal(id) }).done).toContain('look-at-agent');
    scene.tell({ type: 'signed', id, sign: { source: 'screen', says: 'question' }, sessionId: null });
    expect(scene.worker(id)?.state).toBe('needs-trust');
    expect(scene.tell(hook({ kind: 'session-started', sessionId: 'session-1' })).worker(id)?.state).toBe(
      'idle',
    );
  });

  it('goes by output where an agent has no hooks', () => {
    const scene = new Scene().started('auth', 'plain');
    expect(
      scene.tell({ type: 'terminal-changed', terminal: terminal(id, { flowing: true }) }).worker(id)?.state,
    ).toBe('working');
    expect(scene.tell({ type: 'terminal-changed', terminal: terminal(id) }).worker(id)?.state).toBe('idle');
  });

  it('sees an exit once', () => {
    const gone = terminal(id, { exit: { code: 3, signal: 0, at: '2026-11-22T12:00:00.000Z' } });
    const scene = new Scene().started().tell({ type: 'terminal-changed', terminal: gone });
    expect(scene.worker(id)).toMatchObject({ state: 'exited', exitCode: 3 });
    expect(scene.tell({ type: 'terminal-changed', terminal: gone }).events).toEqual([]);
    expect(scene.tell(hook({ kind: 'prompted' })).worker(id)?.state).toBe('exited');
  });
});

describe('meeting the host again', () => {
  it('shows workers without a process as lost and never drops one', () => {
    const scene = new Scene().started('auth').started('other');
    scene.tell({ type: 'host-connected', terminals: [terminal('backend/other')] });
    expect(scene.worker(id)?.state).toBe('lost');
    expect(scene.worker('backend/other')?.state).toBe('starting');
    expect(scene.tell({ type: 'host-lost' }).worker('backend/other')?.state).toBe('lost');
    expect(selectFacts(scene.state).workers).toHaveLength(2);
  });

  it('takes in an exit that happened meanwhile', () => {
    const gone = terminal(id, { exit: { code: 0, signal: 0, at: '2026-11-22T12:00:00.000Z' } });
    const scene = new Scene().started().tell({ type: 'host-connected', terminals: [gone] });
    expect(scene.worker(id)).toMatchObject({ state: 'exited', exitCode: 0 });
  });

  it('believes a running process over its log, and tells of one it never heard of', () => {
    const scene = new Scene().started().tell({ type: 'host-lost' });
    scene.tell({ type: 'host-connected', terminals: [terminal(id), terminal('backend/ghost')] });
    expect(scene.worker(id)?.state).toBe('idle');
    scene.tell({ type: 'host-connected', terminals: [terminal(id), terminal('backend/ghost')] });
    expect(scene.state.notices.map((notice) => notice.code)).toEqual(['unknown_terminal']);
  });

  it('drops the terminal of a worker that is no more: its name is free for the next one', () => {
    const exit = { code: 0, signal: 0, at: '2026-11-22T12:00:00.000Z' };
    const scene = new Scene().tell({ type: 'host-connected', terminals: [terminal(id, { exit })] });
    expect(scene.effects).toEqual([{ type: 'forget-terminal', id }]);
    expect(scene.state.notices).toEqual([]);
  });
});

describe('ending', () => {
  it('does one thing to a worker at a time', () => {
    const scene = new Scene().started().ask({ do: 'finish', id, tip: 't' });
    expect(scene.done).toEqual(['finish']);
    expect(scene.ask({ do: 'clean', id, tip: 't', confirm: 'auth' }).refusal).toBe('busy');
  });

  it('remembers a finished worker, frees its name and has other plans made anew', () => {
    const scene = new Scene().started().proposed('next');
    scene.ask({ do: 'finish', id, tip: 't' });
    scene.tell({
      type: 'finish-ended',
      id,
      result: success({ id, into: 'develop', merge: 'abcdef0123456', backup: 'refs/b' }),
      ticket: 9,
    });
    expect(scene.worker(id)).toBeUndefined();
    expect(scene.done).toEqual(['forget-terminal', 'reply', 'look-at-repos', 'plan', 'look-at-radar']);
    expect(scene.ask({ do: 'finish', id, tip: 't' }).refusal).toBe('already_finished');
    expect(scene.proposed('auth').state.log.proposals.size).toBe(2);
  });

  it('leaves everything as it was when git refuses', () => {
    const scene = new Scene().started().ask({ do: 'finish', id, tip: 't' });
    scene.tell({
      type: 'finish-ended',
      id,
      result: { ok: false, problem: problemOf('conflicts', 'a.txt') },
      ticket: 3,
    });
    expect(scene.refusal).toBe('conflicts');
    expect(scene.events).toEqual([]);
    expect(scene.ask({ do: 'finish', id, tip: 't' }).done).toEqual(['finish']);
  });

  it('withdraws the wish to resume what was cleaned away', () => {
    const scene = new Scene().started().tell({ type: 'host-lost' }).ask({ do: 'proposeResume', id });
    scene.ask({ do: 'clean', id, tip: 't' });
    scene.tell({ type: 'clean-ended', id, result: success({ id, backup: 'refs/b' }), ticket: 4 });
    expect(scene.state.log.proposals.size).toBe(0);
  });

  it('resumes nobody who was believed lost and runs', () => {
    const scene = new Scene().started().tell({ type: 'host-lost' }).ask({ do: 'proposeResume', id });
    scene.tell({ type: 'host-connected', terminals: [terminal(id)] }).resumed();
    expect(scene.worker(id)).toMatchObject({ run: 1, state: 'idle' });
  });

  it('knows what is not running and what was never there', () => {
    expect(new Scene().started().tell({ type: 'host-lost' }).ask({ do: 'stop', id }).refusal).toBe(
      'not_running',
    );
    expect(new Scene().ask({ do: 'stop', id: 'backend/nope' }).refusal).toBe('no_such_worker');
  });
});
