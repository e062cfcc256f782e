import { describe, expect, it } from 'vitest';
import { selectFacts } from '../../../src/features/state.ts';
import { usageRows } from '../../../src/features/usage/usageState.ts';
import { config, Scene } from '../../controller/scene.ts';
import { need } from '../../support/need.ts';

const id = 'backend/auth';
const tokens = { input: 10, output: 5, cacheRead: 100, cacheWrite: 0 };

function working(limits = {}): Scene {
  const scene = new Scene();
  scene.state = { ...scene.state, config: { ...config, limits }, today: '2026-11-22' };
  return scene.started();
}

const spends = (scene: Scene, ...totals: number[]) => {
  for (const total of totals) scene.tell({ type: 'spent', id, total });
  return scene;
};
const dollars = (scene: Scene) => usageRows(scene.state.log.used).map((row) => [row.day, row.dollars]);

describe('dollars', () => {
  it('are the last sum of a run, each logged once', () => {
    const scene = spends(working(), 0, 0.5, 0.5);
    expect(scene.events).toEqual([]);
    expect(dollars(spends(scene, 1.25))).toEqual([['2026-11-22', 1.25]]);
  });

  it('belong to the day on which they were spent', () => {
    const scene = spends(working(), 0, 1).tell({ type: 'clock-read', now: new Date(2026, 10, 23).getTime() });
    expect(dollars(spends(scene, 1.5))).toEqual([
      ['2026-11-22', 1],
      ['2026-11-23', 0.5],
    ]);
  });

  it('are not counted twice by a resume, wherever its sum begins', () => {
    for (const [first, second] of [
      [0, 0.5],
      [2, 2.5],
    ] as const) {
      const scene = spends(working(), 0, 2).tell({ type: 'host-lost' });
      scene.ask({ do: 'proposeResume', id }).resumed();
      expect(dollars(spends(scene, first, second))).toEqual([['2026-11-22', 2.5]]);
    }
  });

  it('go on when a sum restarts within a run', () => {
    expect(dollars(spends(working(), 0, 2, 0.25))).toEqual([['2026-11-22', 2.25]]);
  });
});

it('tokens of a conversation are counted from its beginning, so that a second count adds nothing', () => {
  const scene = working();
  const counted = { type: 'tokens-counted', id, session: 's1', days: { '2026-11-22': tokens } } as const;
  scene.tell(counted).tell(counted);
  expect(scene.events).toEqual([]);
  scene.tell({ ...counted, session: 's2' });
  expect(selectFacts(scene.state).usage).toMatchObject({ workers: { [id]: { input: 20, output: 10 } } });
});

describe('a budget', () => {
  const notices = (scene: Scene) => scene.state.notices.map(({ code }) => code);

  it('warns once near its end, and prevents starts when spent', () => {
    const scene = spends(working({ dollars: { day: 5 } }), 0, 3.99);
    expect(notices(scene)).toEqual([]);
    expect(notices(spends(scene, 4, 4.5))).toEqual(['budget_nearly_spent']);
    expect(notices(spends(scene, 5, 6))).toEqual(['budget_nearly_spent', 'budget_spent']);
    scene.proposed('second');
    const start = { do: 'approve', n: 2, digest: 'digest of backend/second' } as const;
    expect(scene.ask({ ...start, cols: 80, rows: 24, overLimit: true }).refusal).toBe('budget_spent');
    scene.tell({ type: 'clock-read', now: new Date(2026, 10, 23).getTime() });
    expect(scene.ask({ ...start, cols: 80, rows: 24 }).done).toContain('launch');
  });

  it('of a worker prevents that one from going on, and no other from starting', () => {
    const scene = spends(working({ dollars: { worker: 2 } }), 0, 2.5).tell({ type: 'host-lost' });
    scene.ask({ do: 'proposeResume', id });
    expect(selectFacts(scene.state).proposals[0]?.limit?.message).toBe(
      '$2.50 of $2.00 are spent by backend/auth.',
    );
    expect(need(selectFacts(scene.proposed('second').state).proposals[1]).limit).toBeUndefined();
  });
});
