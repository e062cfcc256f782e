import { describe, expect, it } from 'vitest';
import { Core } from '../../src/controller/core.ts';
import { createRunner, type Edge } from '../../src/controller/effects/runEffect.ts';
import { Environments } from '../../src/controller/effects/tools.ts';
import type { Log } from '../../src/controller/log/log.ts';
import type { Proposal } from '../../src/core/proposal.ts';
import { initialState } from '../../src/features/state.ts';
import type { Git } from '../../src/git/run.ts';
import { failure } from '../../src/lib/result.ts';
import { config, planFor } from './scene.ts';

const person = { person: true, pid: 42 };
const draft = { repo: 'backend', task: 'auth', brief: '', agent: 'plain' };

/** The loop over a world in which everything breaks in a way that nobody expected. */
function brokenWorld() {
  const failures: unknown[] = [];
  const log: Log & { kinds: string[] } = {
    kinds: [],
    problems: [],
    fault: null,
    waiting: 0,
    append: (events, at) => ({ ok: true, value: log.take(events, at) }),
    take: (events, at) =>
      events.map((happening) => {
        log.kinds.push(happening.type);
        return { v: 1, seq: log.kinds.length, at: at.toISOString(), ...happening };
      }),
    retry: () => ({ ok: true, value: null }),
    close: () => {},
  };
  const fails = () => Promise.reject(new Error('the disk is full'));
  // What only returns the same git for other circumstances does; all that would run it fails.
  const same = new Set<string | symbol>(['withEnvironment', 'withSignerCallback']);
  const broken: object = new Proxy({}, { get: (_, name) => (same.has(name) ? () => broken : fails) });
  const edge: Edge = {
    git: broken as Git,
    host: broken as Edge['host'],
    openTools: () => Promise.resolve(failure('no_tools', 'None here.')),
    radar: { wake: () => {} } as unknown as Edge['radar'],
    documents: { run: async () => {} },
    typist: { type: () => Promise.reject(new Error('the disk is full')) },
    ambient: {},
    environments: new Environments({}),
    environmentOf: () => undefined,
    dispatch: (message) => core.dispatch(message),
    fail: (error) => failures.push(error),
  };
  const core = new Core(initialState(config), log, createRunner(edge));
  return { core, log, failures };
}

describe('a fault while doing something', () => {
  it("becomes the proposal's problem", async () => {
    const { core, failures } = brokenWorld();
    const changed = new Promise<void>((resolve) => {
      core.onChange = ({ plans }) => plans.size > 0 && resolve();
    });
    await core.ask<Proposal>({ do: 'propose', draft, sessionId: 's' }, person);
    await changed;
    expect(core.state.plans.get(1)).toMatchObject({ ok: false, problem: { code: 'internal' } });
    expect(failures).toHaveLength(1);
  });

  it('answers whoever waits for it, and leaves the worker free for the next attempt', async () => {
    const { core } = brokenWorld();
    const asked = core.ask<Proposal>({ do: 'propose', draft, sessionId: 's' }, person);
    core.dispatch({
      type: 'planned',
      n: 1,
      draft,
      config,
      plan: { ok: true, value: planFor('backend', 'auth', 'plain') },
    });
    await asked;
    const size = { cols: 80, rows: 24 };
    const approve = { do: 'approve', n: 1, digest: 'digest of backend/auth', size } as const;
    const answers = [
      await core.ask(approve, person),
      await core.ask({ do: 'finish', id: 'backend/auth', tip: 't' }, person),
      await core.ask({ do: 'clean', id: 'backend/auth', tip: 't' }, person),
    ];
    for (const answer of answers)
      expect(answer).toMatchObject({
        problem: { code: 'internal', message: expect.stringContaining('the disk is full') },
      });
    expect(core.state.busy.size).toBe(0);
  });
});

it('says what a request would be refused for, and does none of it', () => {
  const { core, log } = brokenWorld();
  const { state } = core;
  const foresee = (task: string, from = person) =>
    core.dryRun({ do: 'propose', draft: { ...draft, task }, sessionId: '' }, from);
  expect(foresee('auth')).toEqual({ ok: true, value: null });
  expect(foresee('a/b')).toMatchObject({ problem: { code: 'bad_name' } });
  expect(foresee('auth', { person: false, pid: 7 })).toMatchObject({
    problem: { code: 'approval_forbidden' },
  });
  expect([core.state, log.kinds]).toEqual([state, []]);
});

it("a closed loop writes nothing more: the log may be another process's", () => {
  const { core, log } = brokenWorld();
  core.close();
  void core.ask({ do: 'propose', draft, sessionId: 's' }, person);
  expect(log.kinds).toEqual([]);
});

it('nothing is acknowledged, and nothing done, before it is on the disk', async () => {
  const seen: string[] = [];
  const log: Log = {
    ...{ problems: [], fault: null, waiting: 0 },
    append(events, at) {
      seen.push(`written: ${events.map(({ type }) => type)}`);
      return {
        ok: true,
        value: events.map((one, n) => ({ v: 1, seq: n + 1, at: at.toISOString(), ...one })),
      };
    },
    take: () => [],
    retry: () => ({ ok: true, value: null }),
    close: () => {},
  };
  const core = new Core(initialState(config), log, (effect) => seen.push(`done: ${effect.type}`));
  const answered = core.ask<Proposal>({ do: 'propose', draft, sessionId: 's' }, person);
  expect(seen).toEqual(['written: proposed', 'done: plan']);
  expect(await answered).toMatchObject({ ok: true, value: { n: 1 } });
});
