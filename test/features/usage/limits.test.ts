import { describe, expect, it } from 'vitest';
import { selectFacts } from '../../../src/features/state.ts';
import { config, Scene } from '../../controller/scene.ts';
import { need } from '../../support/need.ts';

const size = { cols: 80, rows: 24 };

/** One worker runs of at most one, and another is proposed. */
function full(): Scene {
  const scene = new Scene();
  scene.state = { ...scene.state, config: { ...config, limits: { workers: 1 } } };
  return scene.started('first').proposed('second');
}

/** Approves the second one. */
function approve(scene: Scene, overLimit?: boolean): Scene {
  return scene.ask({
    do: 'approve',
    n: 2,
    digest: 'digest of backend/second',
    ...size,
    ...(overLimit && { overLimit }),
  });
}

describe('a worker beyond the limit', () => {
  it('stays a proposal that shows the reason', () => {
    const scene = full();
    expect(selectFacts(scene.state).proposals[0]?.limit).toMatchObject({
      code: 'limit_reached',
      message: '1 worker runs already; this workspace wants at most 1 at the same time.',
    });
    expect(approve(scene).refusal).toBe('limit_reached');
    expect(scene.done).toEqual(['reply']);
    expect(scene.state.log.proposals.has(2)).toBe(true);
  });

  it('starts when the person insists', () => {
    expect(approve(full(), true).done).toContain('launch');
  });

  it('starts once another has ended', () => {
    const scene = full().tell({ type: 'host-lost' });
    expect(need(selectFacts(scene.state).proposals[0]).limit).toBeUndefined();
    expect(approve(scene).done).toContain('launch');
  });

  it('counts workers whose process is being started', () => {
    const scene = new Scene();
    scene.state = { ...scene.state, config: { ...config, limits: { workers: 1 } } };
    scene.proposed('first').proposed('second');
    scene.ask({ do: 'approve', n: 1, digest: 'digest of backend/first', ...size });
    expect(approve(scene).refusal).toBe('limit_reached');
  });
});

it('four may run without a configuration', () => {
  const scene = new Scene();
  for (const task of ['a', 'b', 'c', 'd']) scene.started(task);
  expect(selectFacts(scene.proposed('e').state).proposals[0]?.limit?.message).toContain('at most 4');
});
