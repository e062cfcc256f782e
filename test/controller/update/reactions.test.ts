import { describe, expect, it } from 'vitest';
import { afterEvent, afterMessage, order } from '../../../src/controller/update/reactions.ts';
import { boardFacts } from '../../../src/core/board.ts';
import type { Report } from '../../../src/core/observation.ts';
import type { AgentRequest } from '../../../src/core/queue.ts';
import type { Effect } from '../../../src/features/state.ts';
import { config, Scene, terminal } from '../scene.ts';

const id = 'backend/auth';
const until = '2026-11-22T13:00:00.000Z';

/** A workspace in which everything is switched on. */
function scene(): Scene {
  const one = new Scene();
  const invoices = { rates: { default: 10_000 }, currency: 'EUR', time: 'measured' } as never;
  one.state = { ...one.state, config: { ...config, invoices, board: { autoAdd: true } as never } };
  return one.tell({ type: 'board-read', board: boardFacts('/w/SPRINT_BOARD.md', [], []) });
}

function hears(one: Scene, report: Report, worker = id, call?: string): Scene {
  const sign = { source: 'hook', report: { ...report, ...(call && { call }) } } as const;
  return one.tell({ type: 'signed', id: worker, sign, sessionId: null });
}

function asks(one: Scene, name: string): Scene {
  const request: AgentRequest = {
    ...{ id: name, worker: id, kind: 'permission', since: until, text: `Bash: ${name}` },
    ...{ detail: name, isWhole: true, isCut: false, questions: [] },
  };
  return one.tell({ type: 'request-received', ticket: 100, request, call: name, waits: true });
}

/** What would be done, in order: each with whom it is about. */
const done = (one: Scene) => one.effects.map((effect) => [effect.type, subjectOf(effect)].join(' ').trim());

function subjectOf(effect: Effect): string {
  if (effect.type === 'look-at-radar') return effect.changed?.join() ?? 'all';
  if (effect.type === 'move-card') return effect.move.to ?? 'stays';
  if (effect.type.startsWith('reply') && 'ticket' in effect) return effect.ticket >= 100 ? 'held' : 'asked';
  return 'id' in effect ? effect.id : '';
}

const finishResult = {
  ...{ into: 'develop', merge: 'b'.repeat(40), backup: 'refs/orch/x', removed: [], warnings: [] },
} as never;

describe('what follows, in order, when', () => {
  it('a worker is launched: its person is answered, its overlaps are looked at, its card moves', () => {
    expect(done(scene().started())).toEqual([
      ...['reply-worker asked', 'look-at-repos', 'look-at-radar backend/auth', 'move-card In Progress'],
    ]);
  });

  it('its first turn begins: its tools are waited for', () => {
    expect(done(hears(scene().started(), { kind: 'prompted' }))).toEqual(['await-tools backend/auth']);
  });

  it('it is asked nothing any more: whoever held the request is answered before anybody looks', () => {
    const one = asks(hears(scene().started(), { kind: 'prompted' }), 'ls');
    expect(done(hears(one, { kind: 'tool-ended', what: 'Bash: ls' }, id, 'ls'))).toEqual([
      ...['reply held', 'look-at-radar backend/auth'],
    ]);
  });

  it('its turn ends: its work is kept before it is compared', () => {
    const one = hears(scene().started(), { kind: 'prompted' });
    expect(done(hears(one, { kind: 'turn-ended', said: 'Done.' }))).toEqual([
      ...['snapshot backend/auth', 'look-at-radar backend/auth'],
    ]);
  });

  it('it reaches a usage limit: that is waited for last, and others of its agent are not told to go on', () => {
    const one = scene().tell({ type: 'clock-read', now: Date.parse(until) - 1 });
    for (const task of ['a', 'b']) hears(one.started(task), { kind: 'prompted' }, `backend/${task}`);
    const limit: Report = { kind: 'turn-failed', error: 'rate_limit', limited: true };
    hears(one, limit, 'backend/a').ask({ do: 'goOn', ids: ['backend/a'] });
    expect(one.state.deliveries.get('backend/a')?.state).toBe('waiting');
    expect(done(hears(one, { ...limit, until }, 'backend/b'))).toEqual([
      ...['snapshot backend/b', 'look-at-radar backend/b', 'await-limit-end'],
    ]);
    expect(one.state.deliveries.size).toBe(0);
    expect(one.state.notices.at(-1)?.code).toBe('agent_limited');
  });

  it('its process ends at a question: an answer, its work, and a look for its silence and for its end', () => {
    const one = asks(hears(scene().started(), { kind: 'prompted' }), 'ls');
    one.tell({ type: 'terminal-changed', terminal: terminal(id, { flowing: true }) });
    one.tell({
      type: 'terminal-changed',
      terminal: terminal(id, { exit: { code: 0, signal: 0, at: until } }),
    });
    expect(done(one)).toEqual([
      ...['reply held', 'snapshot backend/auth'],
      ...['look-at-radar backend/auth', 'look-at-radar backend/auth'],
    ]);
  });

  it('the host is lost: the work of all is kept before any of them is compared', () => {
    const one = scene();
    for (const task of ['a', 'b']) hears(one.started(task), { kind: 'prompted' }, `backend/${task}`);
    expect(done(one.tell({ type: 'host-lost' }))).toEqual([
      ...['snapshot backend/a', 'snapshot backend/b', 'look-at-radar backend/a', 'look-at-radar backend/b'],
      'look-for-left',
    ]);
  });

  it('it is finished: plans, the next in line, a look at all the others, its card, its time', () => {
    const one = scene().started().started('b');
    one.proposed('c');
    one.ask({ do: 'finish', id, tip: 't', confirm: null, skipChecks: true } as never);
    one.ask({ do: 'clean', id: 'backend/b', tip: 't', confirm: null } as never);
    one.tell({ type: 'finish-ended', id, ticket: 1, result: { ok: true, value: finishResult } });
    expect(done(one)).toEqual([
      ...['forget-terminal backend/auth', 'reply asked', 'look-at-repos', 'plan', 'clean backend/b'],
      ...['look-at-radar', 'move-card Done', 'enter-time'],
    ]);
  });

  it('it is taken back: it is compared again, and its card with it', () => {
    const one = scene().started();
    one.ask({ do: 'finish', id, tip: 't', confirm: null, skipChecks: true } as never);
    one.tell({ type: 'finish-ended', id, ticket: 1, result: { ok: true, value: finishResult } });
    one.ask({ do: 'undo', id, keepMerge: false });
    one.tell({ type: 'undo-ended', id, ticket: 2, result: { ok: true, value: { id } as never } });
    expect(done(one).slice(-2)).toEqual(['look-at-radar backend/auth', 'move-card In Progress']);
  });

  it('the configuration is read: plans, a look at everything, time that is owed', () => {
    const one = scene().started().proposed('b');
    one.tell({ type: 'config-read', config: one.state.config });
    expect(done(one)).toEqual(['plan', 'look-at-radar all', 'enter-time']);
  });

  it('a brief is to be typed: it waits, and is typed once the agent knows our tools or is overdue', () => {
    const one = scene().proposed();
    const plan = one.state.plans.get(1);
    if (!plan?.ok) throw new Error('no plan');
    one.state = {
      ...one.state,
      plans: new Map([[1, { ok: true, value: { ...plan.value, delivery: 'typed' } }]]),
    };
    one.ask({ do: 'approve', n: 1, digest: plan.value.digest });
    expect(one.state.deliveries.get(id)).toEqual({ key: 2, what: 'brief', state: 'waiting' });
    expect(done(hears(one, { kind: 'session-started', sessionId: 's' }))).toEqual([
      'await-listing backend/auth',
    ]);
    expect(done(one.tell({ type: 'tools-met', id, listed: true }))).toEqual(['type-prompt backend/auth']);
  });
});

it('a row of the tables names its reactions in the order in which they are asked', () => {
  for (const [type, row] of [...Object.entries(afterMessage), ...Object.entries(afterEvent)]) {
    const places = row.map((reaction) => order.indexOf(reaction as never));
    expect({ type, places }).toEqual({ type, places: [...places].sort((a, b) => a - b) });
    expect(places).not.toContain(-1);
  }
});
