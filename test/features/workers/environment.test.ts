import { expect, test } from 'vitest';
import { planFor, Scene } from '../../controller/scene.ts';

/** Approves a plan from a shell that lent this environment. */
function approved(scene: Scene, environment: string | undefined): Scene {
  const from = { person: true, pid: 1, ...(environment !== undefined && { environment }) };
  const request = { do: 'approve', n: 1, digest: planFor('backend', 'auth').digest } as const;
  return scene.tell({ type: 'requested', ticket: 99, from, request });
}

/** Takes in a plan that was made in an environment. */
function planned(scene: Scene, environment: string): Scene {
  const draft = scene.state.log.proposals.get(1)?.draft;
  if (!draft) throw new Error('nothing is proposed');
  const plan = { ok: true, value: planFor('backend', 'auth') } as const;
  return scene.tell({ type: 'planned', n: 1, draft, config: scene.state.config, environment, plan });
}

test('plans are made again in a forwarded environment, and only those are kept', () => {
  const scene = new Scene().proposed().tell({ type: 'environment-lent', environment: 'b' });
  expect(scene.done).toEqual(['plan']);
  expect(scene.state.plans.size).toBe(0);
  expect(planned(scene, '').state.plans.size).toBe(0);
  expect(planned(scene, 'b').state.plans.size).toBe(1);
  expect(scene.tell({ type: 'environment-lent', environment: 'b' }).done).toEqual([]);
});

test('of two shells the approving one counts: a plan for the other is shown again first', () => {
  const scene = planned(new Scene().proposed().tell({ type: 'environment-lent', environment: 'b' }), 'b');
  expect(approved(scene, 'a').refusal).toBe('plan_changed');
  expect(scene.done).toEqual(['plan', 'reply']);
  expect(scene.worker('backend/auth')).toBeUndefined();
  expect(approved(planned(scene, 'a'), 'a').done).toContain('launch');
});

test('an older client forwards no environment and starts what was planned', () => {
  const scene = planned(new Scene().proposed().tell({ type: 'environment-lent', environment: 'b' }), 'b');
  expect(approved(scene, undefined).done).toContain('launch');
});
