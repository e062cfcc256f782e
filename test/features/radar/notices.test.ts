import { describe, expect, it } from 'vitest';
import type { RadarFile, RepoRadar, Verdict } from '../../../src/core/radar.ts';
import { conflictingWorkers } from '../../../src/features/radar/radar.ts';
import { type Effect, selectFacts } from '../../../src/features/state.ts';
import { problemOf, success } from '../../../src/lib/result.ts';
import { config, Scene, terminal } from '../../controller/scene.ts';

const file: RadarFile = {
  path: 'src/app.ts',
  kind: 'content',
  ranges: { a: [{ from: 3, to: 4 }], b: [{ from: 4, to: 4 }] },
};

function filesOf(verdict: Verdict): readonly RadarFile[] {
  return verdict === 'clean' ? [] : [verdict === 'overlap' ? { ...file, kind: 'overlap' } : file];
}

/** A look at backend/auth and backend/cart. */
function radar(between: Verdict, withBase: Verdict = 'clean', change: Partial<RepoRadar> = {}): RepoRadar {
  const ids = ['backend/auth', 'backend/cart'] as const;
  return {
    repo: 'backend',
    into: 'develop',
    pairs: [{ repo: 'backend', a: ids[0], b: ids[1], verdict: between, files: filesOf(between) }],
    base: ids.map((worker) => ({ repo: 'backend', worker, verdict: withBase, files: filesOf(withBase) })),
    order: ids,
    worktrees: ids.map((id) => ({ id, problem: null, limits: [] })),
    baseProblem: null,
    steps: [],
    lookedAt: '2026-11-22T12:00:00.000Z',
    problem: null,
    ...change,
  };
}

function two(): Scene {
  return new Scene().started('auth').started('cart');
}

function looks(effects: readonly Effect[]): Effect[] {
  return effects.filter((effect) => effect.type === 'look-at-radar');
}

function look(...changed: string[]): Effect {
  return { type: 'look-at-radar', repo: 'backend', changed };
}

function turns({ events }: Scene) {
  return events.filter(({ type }) => type === 'radar-turned');
}

describe('a look is wanted', () => {
  it('once a worker has started', () => {
    expect(looks(new Scene().started('auth').effects)).toEqual([look('backend/auth')]);
  });

  it('when its terminal falls quiet, and only then', () => {
    const scene = two();
    const flowing = (is: boolean) =>
      looks(
        scene.tell({ type: 'terminal-changed', terminal: terminal('backend/auth', { flowing: is }) }).effects,
      );
    expect(flowing(false)).toEqual([]);
    expect(flowing(true)).toEqual([]);
    expect(flowing(false)).toEqual([look('backend/auth')]);
    expect(flowing(false)).toEqual([]);
  });

  it('when one of its tools has ended, however long its turn is', () => {
    const report = { kind: 'tool-ended', what: 'Edit' } as const;
    const sign = { source: 'hook', report } as const;
    const told = two().tell({ type: 'signed', id: 'backend/auth', sign, sessionId: null });
    expect(looks(told.effects)).toEqual([look('backend/auth')]);
  });

  it("at its turn's end and when its process ends", () => {
    const scene = two();
    const hook = (report: { kind: 'prompted' } | { kind: 'turn-ended'; said: null }) =>
      scene.tell({ type: 'signed', id: 'backend/auth', sign: { source: 'hook', report }, sessionId: null });
    expect(looks(hook({ kind: 'prompted' }).effects)).toEqual([]);
    expect(looks(hook({ kind: 'turn-ended', said: null }).effects)).toEqual([look('backend/auth')]);
    const exit = { code: 0, signal: 0, at: '2026-11-22T12:00:00.000Z' };
    const ended = scene.tell({ type: 'terminal-changed', terminal: terminal('backend/auth', { exit }) });
    expect(looks(ended.effects)).toEqual([look('backend/auth')]);
  });

  it('at everybody else when one was merged', () => {
    const scene = two();
    const value = { id: 'backend/auth', into: 'develop', merge: 'm', backup: 'b' };
    const ended = scene.tell({ type: 'finish-ended', id: 'backend/auth', result: success(value), ticket: 9 });
    expect(looks(ended.effects)).toEqual([look()]);
  });

  it('at all of every repository with workers, whenever repositories are looked at', () => {
    expect(looks(two().tell({ type: 'repos-looked-at', repos: [] }).effects)).toEqual([
      { type: 'look-at-radar', repo: 'backend', changed: null },
    ]);
    expect(looks(new Scene().tell({ type: 'repos-looked-at', repos: [] }).effects)).toEqual([]);
  });

  it('never with the radar off', () => {
    const scene = two().tell({ type: 'config-read', config: { ...config, radar: false } });
    expect(looks(scene.effects)).toEqual([]);
    expect(looks(scene.tell({ type: 'repos-looked-at', repos: [] }).effects)).toEqual([]);
    scene.tell({ type: 'radar-looked', radar: radar('conflict') });
    expect([scene.events, scene.state.notices]).toEqual([[], []]);
    expect(selectFacts(scene.state).radar).toBeUndefined();
  });
});

describe('a look', () => {
  it('that finds a conflict is logged and said once', () => {
    const scene = two().tell({ type: 'radar-looked', radar: radar('conflict') });
    const turned = { type: 'radar-turned', repo: 'backend', a: 'backend/auth', b: 'backend/cart' };
    expect(turns(scene)).toEqual([{ ...turned, verdict: 'conflict', files: ['src/app.ts'] }]);
    expect(scene.state.notices).toEqual([
      problemOf(
        'radar_conflict',
        'backend/auth and backend/cart will not merge.',
        'In src/app.ts; c shows it.',
      ),
    ]);
    scene.tell({ type: 'radar-looked', radar: radar('conflict') });
    expect(scene.events).toEqual([]);
    expect(scene.state.notices).toHaveLength(1);
  });

  it.each(['clean', 'overlap'] as const)('that finds it resolved (%s) says that instead', (verdict) => {
    const scene = two().tell({ type: 'radar-looked', radar: radar('conflict') });
    scene.tell({ type: 'radar-looked', radar: radar(verdict) });
    expect(turns(scene)).toMatchObject([{ type: 'radar-turned', verdict, files: [] }]);
    expect(scene.state.notices.map(({ message }) => message)).toEqual([
      'backend/auth and backend/cart merge again.',
    ]);
    scene.tell({ type: 'radar-looked', radar: radar('conflict') });
    expect(scene.state.notices.map(({ message }) => message)).toEqual([
      'backend/auth and backend/cart will not merge.',
    ]);
  });

  it('tells conflicts with the base by its name', () => {
    const scene = two().tell({ type: 'radar-looked', radar: radar('clean', 'conflict') });
    expect(scene.events).toMatchObject([
      { a: 'backend/auth', b: null, verdict: 'conflict' },
      { a: 'backend/cart', b: null, verdict: 'conflict' },
    ]);
    expect(scene.state.notices.map(({ message }) => message)).toEqual([
      'backend/auth and develop will not merge.',
      'backend/cart and develop will not merge.',
    ]);
  });

  it('says nothing of what overlaps, and clients are told of nothing that is clean', () => {
    const scene = two().tell({ type: 'radar-looked', radar: radar('overlap') });
    expect([turns(scene), scene.state.notices]).toEqual([[], []]);
    const [told] = selectFacts(scene.state).radar ?? [];
    expect(told).toMatchObject({ pairs: [{ verdict: 'overlap' }], base: [], lookedAt: expect.any(String) });
  });

  it('of a worker that is gone since counts for nothing', () => {
    const scene = two();
    const value = { id: 'backend/auth', into: 'develop', merge: 'm', backup: 'b' };
    scene.tell({ type: 'radar-looked', radar: radar('conflict') });
    expect(conflictingWorkers(scene.state, 'backend/auth')).toEqual(['backend/cart']);
    expect(conflictingWorkers(scene.state, 'backend/cart')).toEqual(['backend/auth']);
    scene.tell({ type: 'finish-ended', id: 'backend/auth', result: success(value), ticket: 9 });
    expect(selectFacts(scene.state).radar).toMatchObject([{ pairs: [], order: ['backend/cart'] }]);
    expect(scene.state.log.clashes.size).toBe(0);
    expect(conflictingWorkers(scene.state, 'backend/cart')).toEqual([]);
    scene.tell({ type: 'radar-looked', radar: radar('conflict') });
    expect(scene.events).toEqual([]);
  });
});
