import { describe, expect, it } from 'vitest';
import type { ContinueOutcome } from '../../../src/core/usage.ts';
import { selectFacts } from '../../../src/features/state.ts';
import { failure } from '../../../src/lib/result.ts';
import { config, Scene } from '../../controller/scene.ts';

const noon = Date.parse('2026-11-22T12:00:00.000Z');
const at = (minutes: number) => new Date(noon + minutes * 60_000).toISOString();
const idOf = (task: string) => `backend/${task}`;

type Reported = 'prompted' | { readonly until?: string };

function hears(scene: Scene, task: string, what: Reported): Scene {
  const report =
    what === 'prompted'
      ? ({ kind: 'prompted' } as const)
      : ({ kind: 'turn-failed', error: 'rate_limit', limited: true, ...what } as const);
  return scene.tell({
    type: 'signed',
    id: idOf(task),
    sign: { source: 'hook', report },
    sessionId: null,
  });
}

/** Workers at their limits until the times given. */
function limited(...workers: readonly [task: string, until?: string][]): Scene {
  const scene = new Scene().tell({ type: 'clock-read', now: noon });
  for (const [task] of workers) hears(scene.started(task), task, 'prompted');
  for (const [task, until] of workers) hears(scene, task, until === undefined ? {} : { until });
  return scene;
}

const clock = (scene: Scene, minutes: number) =>
  scene.tell({ type: 'clock-read', now: noon + minutes * 60_000 });
const ask = (scene: Scene, ...tasks: string[]) => scene.ask({ do: 'goOn', ids: tasks.map(idOf) });
const turn = (scene: Scene, task: string) => {
  const key = scene.state.deliveries.get(idOf(task))?.key ?? -1;
  return scene.tell({ type: 'turn-came', id: idOf(task), key });
};
const kinds = (scene: Scene) => selectFacts(scene.state).queue.map(({ id }) => id);
const typed = (scene: Scene) =>
  scene.effects.flatMap((effect) => (effect.type === 'type-prompt' ? [`${effect.id}: ${effect.text}`] : []));

function answer(scene: Scene): ContinueOutcome {
  const reply = scene.effects.find((effect) => effect.type === 'reply');
  if (reply?.type !== 'reply' || !reply.result.ok) throw new Error(`refused: ${scene.refusal}`);
  return reply.result.value as ContinueOutcome;
}

/** The reason of each worker that does not go on. */
const leftOf = (scene: Scene) => answer(scene).left.map(({ id, problem }) => `${id} ${problem.code}`);

describe('the end of a usage limit', () => {
  it('is awaited and shown in the queue; no worker goes on by itself', () => {
    const scene = limited(['a', at(30)]);
    expect(scene.effects).toContainEqual({ type: 'await-limit-end', until: at(30) });
    expect(kinds(scene)).toEqual(['limited backend/a']);
    expect(kinds(clock(scene, 29))).toEqual(['limited backend/a']);
    expect(clock(scene, 30).effects).toEqual([]);
    expect(kinds(scene)).toEqual(['limit-over backend/a']);
    expect(scene.worker(idOf('a'))?.state).toBe('limited');
  });

  it('follows a clock that jumps in both directions', () => {
    const scene = limited(['a', at(30)]);
    expect(kinds(clock(scene, 600))).toEqual(['limit-over backend/a']);
    expect(selectFacts(scene.state).heldByLimit).toBeUndefined();
    expect(kinds(clock(scene, -600))).toEqual(['limited backend/a']);
    expect(selectFacts(scene.state).heldByLimit).toEqual([idOf('a')]);
    expect(kinds(clock(scene, 31))).toEqual(['limit-over backend/a']);
  });

  it('is not past after a clock went back', () => {
    const scene = clock(clock(new Scene(), 120).started('a'), 0);
    hears(scene, 'a', 'prompted');
    hears(scene, 'a', { until: at(30) });
    expect(kinds(scene)).toEqual(['limited backend/a']);
  });

  it('is unknown when the agent named no time', () => {
    expect(kinds(clock(limited(['a']), 6000))).toEqual(['limited backend/a']);
  });

  it('may be in the past when it is reported', () => {
    const scene = clock(limited(['a', at(-30)]), 0);
    expect(scene.effects).toEqual([]);
    expect(kinds(scene)).toEqual(['limit-over backend/a']);
  });

  it('changes when the agent names another time', () => {
    const scene = hears(limited(['a', at(30)]), 'a', { until: at(90) });
    expect(kinds(clock(scene, 31))).toEqual(['limited backend/a']);
    expect(kinds(clock(scene, 90))).toEqual(['limit-over backend/a']);
  });
});

describe('a worker that is to go on', () => {
  it('is asked once, in its turn, and has gone on when its agent reports it', () => {
    const scene = clock(limited(['a', at(30)]), 30);
    expect(answer(ask(scene, 'a'))).toEqual({ going: [idOf('a')], left: [] });
    expect(scene.effects).toContainEqual(expect.objectContaining({ type: 'await-turn', id: idOf('a') }));
    expect(typed(scene)).toEqual([]);
    expect(leftOf(ask(scene, 'a'))).toEqual(['backend/a going_on']);
    expect(typed(turn(scene, 'a'))).toEqual(['backend/a: Go on where you stopped.']);
    hears(scene, 'a', 'prompted');
    expect(kinds(scene)).toEqual([]);
    expect(scene.state.deliveries.size).toBe(0);
  });

  it('may be asked while the end of its limit is unknown, and not before a known end', () => {
    const scene = limited(['a'], ['b', at(30)]);
    expect(answer(ask(scene, 'a', 'b')).going).toEqual([idOf('a')]);
    expect(leftOf(scene)).toEqual(['backend/b still_limited']);
  });

  it('must exist, run, and be at a limit', () => {
    const scene = clock(limited(['a', at(1)]), 2).started('well');
    scene.tell({ type: 'host-lost' });
    expect(leftOf(ask(scene, 'a', 'well', 'none'))).toEqual([
      'backend/a not_running',
      'backend/well not_running',
      'backend/none no_such_worker',
    ]);
    expect(leftOf(ask(new Scene().started('well'), 'well'))).toEqual(['backend/well not_limited']);
  });

  it('gets no prompt when a person has continued it before its turn', () => {
    const scene = ask(clock(limited(['a', at(30)]), 30), 'a');
    hears(scene, 'a', 'prompted');
    expect(typed(turn(scene, 'a'))).toEqual([]);
    expect(scene.state.deliveries.size).toBe(0);
  });

  it('gets nothing typed at a question, and stays in the queue', () => {
    const scene = turn(ask(clock(limited(['a', at(30)]), 30), 'a'), 'a');
    const key = scene.state.deliveries.get(idOf('a'))?.key ?? -1;
    scene.tell({ type: 'prompt-typed', id: idOf('a'), key, result: failure('asks', 'It shows a question.') });
    expect(kinds(scene)).toEqual(['limit-over backend/a']);
    expect(scene.state.notices.at(-1)?.message).toBe('backend/a was to go on and shows a question.');
    expect(selectFacts(scene.state).undelivered).toBeUndefined();
    expect(answer(ask(scene, 'a')).going).toEqual([idOf('a')]);
  });

  it('that does not take the prompt is reported once', () => {
    const scene = turn(ask(clock(limited(['a', at(30)]), 30), 'a'), 'a');
    const key = scene.state.deliveries.get(idOf('a'))?.key ?? -1;
    const outcome = {
      type: 'prompt-typed',
      id: idOf('a'),
      key,
      result: failure('not_taken', 'No.'),
    } as const;
    expect(typed(scene.tell(outcome).tell(outcome))).toEqual([]);
    expect(scene.state.notices.map(({ message }) => message)).toEqual([
      'backend/a was to go on and did not take it up.',
    ]);
    expect(scene.state.notices.at(-1)?.code).toBe('not_delivered');
  });

  it('stops the others of its agent when it reaches its limit again', () => {
    const scene = clock(limited(['a', at(30)], ['b', at(30)], ['c', at(30)]), 30);
    ask(scene, 'a', 'b', 'c');
    hears(turn(scene, 'a'), 'a', 'prompted');
    hears(scene, 'a', { until: at(90) });
    expect(scene.state.notices.at(-1)?.message).toBe(
      'backend/a reached the usage limit again; not told to go on: backend/b, backend/c.',
    );
    expect(typed(turn(scene, 'b'))).toEqual([]);
    expect(kinds(scene)).toEqual(['limited backend/a', 'limit-over backend/b', 'limit-over backend/c']);
  });

  it('is asked by persons only', () => {
    const scene = clock(limited(['a', at(30)]), 30);
    expect(scene.ask({ do: 'goOn', ids: [idOf('a')] }, false).refusal).toBe('approval_forbidden');
  });
});

describe('another worker of an agent at its usage limit', () => {
  const size = { cols: 80, rows: 24 };
  const approve = (scene: Scene, overLimit = false) =>
    scene.ask({
      do: 'approve',
      n: scene.state.log.lastProposal,
      digest: 'digest of backend/next',
      ...size,
      ...(overLimit && { overLimit }),
    });
  const limitOf = (scene: Scene) => selectFacts(scene.state).proposals.at(-1)?.limit;

  it('stays a proposal that shows the end, and starts when the person insists', () => {
    const scene = limited(['a', at(30)]).proposed('next');
    expect(limitOf(scene)?.code).toBe('agent_limited');
    expect(limitOf(scene)?.message).toMatch(
      /^claude has reached its usage limit in backend\/a, until \d\d:\d\d\.$/,
    );
    expect(approve(scene).refusal).toBe('agent_limited');
    expect(scene.done).toEqual(['reply']);
    expect(approve(scene, true).done).toContain('launch');
  });

  it('starts once the limit is over', () => {
    const scene = clock(limited(['a', at(30)]).proposed('next'), 30);
    expect(limitOf(scene)).toBeUndefined();
    expect(approve(scene).done).toContain('launch');
  });

  it('waits for the last of several limits, and longest where no end is known', () => {
    const several = limited(['a', at(30)], ['b', at(60)]).proposed('next');
    expect(limitOf(several)?.message).toContain('in backend/b');
    expect(limitOf(clock(several, 31))?.message).toContain('in backend/b');
    const unknown = limited(['a', at(30)], ['b']).proposed('next');
    expect(limitOf(clock(unknown, 31))?.message).toBe(
      'claude has reached its usage limit in backend/b, until when is unknown.',
    );
    expect(limitOf(hears(unknown, 'b', 'prompted'))).toBeUndefined();
  });

  it('starts when it has another agent', () => {
    const scene = limited(['a', at(30)]).proposed('next', 'plain');
    expect(limitOf(scene)).toBeUndefined();
    expect(approve(scene).done).toContain('launch');
  });

  it('is prevented by the limit of an ended worker, as long as its time is known', () => {
    const scene = limited(['a', at(30)], ['b'])
      .tell({ type: 'host-lost' })
      .proposed('next');
    expect(limitOf(scene)?.message).toContain('in backend/a');
    expect(limitOf(clock(scene, 30))).toBeUndefined();
    expect(scene.worker(idOf('a'))).toMatchObject({ state: 'lost', wasLimited: true });
  });

  it('is refused by a spent budget even when the person insists', () => {
    const scene = limited(['a', at(30)]);
    scene.state = { ...scene.state, config: { ...config, limits: { dollars: { worker: 0 } } } };
    scene.proposed('next');
    expect(limitOf(scene)?.code).toBe('budget_spent');
    expect(approve(scene, true).refusal).toBe('budget_spent');
  });
});
