import { describe, expect, it } from 'vitest';
import type { Message } from '../../../src/features/messages.ts';
import { initialState, selectFacts } from '../../../src/features/state.ts';
import { failure, success } from '../../../src/lib/result.ts';
import { config, planFor, Scene, terminal } from '../../controller/scene.ts';

const id = 'backend/auth';
const size = { cols: 80, rows: 24 };

/** A worker started with a brief to type. */
function launched(): Scene {
  const scene = new Scene().proposed();
  const draft = scene.state.log.proposals.get(1)?.draft;
  if (!draft) throw new Error('not proposed');
  const value = { ...planFor('backend', 'auth'), delivery: 'typed' as const };
  scene.tell({ type: 'planned', n: 1, draft, config, plan: { ok: true, value } });
  scene.ask({ do: 'approve', n: 1, digest: value.digest, ...size });
  return scene.tell({ type: 'launched', id, ticket: 1 });
}

const hook = (kind: 'session-started' | 'prompted') => {
  const report = kind === 'prompted' ? { kind } : { kind, sessionId: 'session-1' };
  return { type: 'signed', id, sign: { source: 'hook', report }, sessionId: 'session-1' } as const;
};
const key = (scene: Scene) => scene.state.deliveries.get(id)?.key ?? -1;
const typed = (scene: Scene) => scene.effects.filter(({ type }) => type === 'type-prompt');
/** Replaces the controller: the next one has only the log. */
function restarted(scene: Scene): Scene {
  const next = new Scene();
  next.state = { ...initialState(config, scene.state.log), terminals: scene.state.terminals };
  return next;
}

/** The outcome of typing it. */
const outcome = (scene: Scene, code: string | null = null): Message => ({
  ...{ type: 'prompt-typed', id, key: key(scene) },
  result: code === null ? success(null) : failure(code, 'It says why.'),
});

const listed = { type: 'tools-met', id, listed: true } as const;

describe('a brief', () => {
  it('is typed once its agent knows our tools, and once only', () => {
    const scene = launched().tell(hook('session-started'));
    expect(typed(scene)).toEqual([]);
    expect(typed(scene.tell(listed))).toMatchObject([{ id, text: 'do it', kind: 'brief' }]);
    expect(typed(scene.tell(listed))).toEqual([]);
  });

  it('is typed later when an agent does not ask for them', () => {
    const scene = launched().tell(hook('session-started'));
    expect(scene.done).toContain('await-listing');
    expect(typed(scene.tell({ type: 'brief-overdue', id, key: key(scene) }))).toHaveLength(1);
  });

  it('has arrived when its agent reports it', () => {
    const scene = launched().tell(hook('session-started')).tell(listed);
    const late = outcome(scene, 'not_taken');
    scene.tell(hook('prompted')).tell(late);
    expect(scene.state.deliveries.size).toBe(0);
    expect(selectFacts(scene.state).undelivered).toBeUndefined();
  });

  it.each(['not_taken', 'asks', 'not_at_prompt', 'not_reading', 'not_begun'])(
    'that its agent did not take is told not to have arrived, and can be typed again: %s',
    (code) => {
      const scene = launched().tell(hook('session-started')).tell(listed);
      expect(typed(scene.tell(outcome(scene, code)))).toEqual([]);
      expect(selectFacts(scene.state).undelivered).toEqual([id]);
      expect(typed(scene.ask({ do: 'deliverBrief', id }))).toMatchObject([{ text: 'do it' }]);
    },
  );

  it('typed into an agent without hooks counts as arrived', () => {
    const scene = launched().tell(hook('session-started')).tell(listed);
    scene.tell(outcome(scene));
    expect(scene.state.deliveries.size).toBe(0);
  });

  it('is not affected by the outcome of an earlier one', () => {
    const scene = launched().tell(hook('session-started')).tell(listed);
    const late = outcome(scene, 'not_taken');
    scene.tell(late).ask({ do: 'deliverBrief', id });
    scene.tell(late);
    expect(scene.state.deliveries.get(id)?.state).toBe('typing');
  });

  it('is not typed a second time while it is being typed', () => {
    const scene = launched().tell(hook('session-started')).tell(listed);
    expect(typed(scene.ask({ do: 'deliverBrief', id }))).toEqual([]);
    expect(scene.refusal).toBe('being_typed');
  });

  it('has not arrived when its agent asks something instead', () => {
    const scene = launched().tell(hook('session-started')).tell(listed);
    const report = { kind: 'asked', what: 'Bash: ls' } as const;
    scene.tell({ type: 'signed', id, sign: { source: 'hook', report }, sessionId: null });
    expect(typed(scene.tell(outcome(scene)))).toEqual([]);
    expect(selectFacts(scene.state).undelivered).toEqual([id]);
    expect(scene.ask({ do: 'deliverBrief', id }).refusal).toBe('not_idle');
  });

  it('that an ended controller was about to type is reported as not delivered once its agent rests', () => {
    const scene = restarted(launched());
    expect(scene.worker(id)?.awaitsBrief).toBe(true);
    expect(selectFacts(scene.state).undelivered).toBeUndefined();
    scene.tell({ type: 'terminal-changed', terminal: terminal(id, { title: '✳ auth' }) });
    expect(scene.done).toContain('look-at-agent');
    scene.tell({ type: 'signed', id, sign: { source: 'title', says: 'resting' }, sessionId: null });
    expect(selectFacts(scene.state).undelivered).toEqual([id]);
    expect(typed(scene.ask({ do: 'deliverBrief', id }))).toMatchObject([{ text: 'do it' }]);
    scene.tell(hook('prompted'));
    expect(selectFacts(restarted(scene).state).undelivered).toBeUndefined();
  });

  it('is typed by the next controller into a session that only begins then', () => {
    const scene = restarted(launched()).tell(hook('session-started'));
    expect(scene.done).toContain('await-listing');
    expect(typed(scene.tell(listed))).toMatchObject([{ id, text: 'do it' }]);
  });

  it('that failed to arrive is known after a restart', () => {
    const scene = launched().tell(hook('session-started')).tell(listed);
    scene.tell(outcome(scene, 'not_taken'));
    expect(selectFacts(restarted(scene).state).undelivered).toEqual([id]);
  });

  it('is typed again neither for an unknown worker nor by a worker', () => {
    expect(launched().ask({ do: 'deliverBrief', id: 'backend/none' }).refusal).toBe('no_such_worker');
    expect(launched().tell(hook('session-started')).ask({ do: 'deliverBrief', id }, false).refusal).toBe(
      'approval_forbidden',
    );
  });
});
