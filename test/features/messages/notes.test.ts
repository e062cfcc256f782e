import { describe, expect, test } from 'vitest';
import { cleanUpdate } from '../../../src/agents/updateBlock.ts';
import type { SessionRequest } from '../../../src/features/commands.ts';
import { contextFor } from '../../../src/features/messages/notes.ts';
import { updatesOf } from '../../../src/features/messages/reports.ts';

import { selectFacts } from '../../../src/features/state.ts';
import { Scene } from '../../controller/scene.ts';

const a = 'backend/auth';
const b = 'backend/bill';

function hear(scene: Scene, id: string, request: SessionRequest): Scene {
  return scene.tell({ type: 'session-asked', ticket: 99, id, request });
}

function note(scene: Scene, from: string, to: string, text: string): Scene {
  return hear(scene, from, { do: 'note', to, text });
}

const two = () => new Scene().started('auth').started('bill');

describe('updates', () => {
  test('the last one is at the worker, all of them newest first in the list', () => {
    const scene = two();
    for (const percent of [20, 40])
      hear(scene, a, { do: 'report', update: cleanUpdate({ summary: `at ${percent}`, percent }) });
    expect(scene.worker(a)?.update).toMatchObject({ worker: a, summary: 'at 40', percent: 40 });
    expect(updatesOf(scene.state, a).map(({ percent }) => percent)).toEqual([40, 20]);
    expect(updatesOf(scene.state, b)).toEqual([]);
    expect(scene.worker(b)?.update).toBeNull();
  });

  test('of a removed worker are refused', () => {
    hear(two(), 'web/none', { do: 'report', update: cleanUpdate({}) });
    const scene = hear(two(), 'web/none', { do: 'report', update: cleanUpdate({}) });
    expect(scene.refusal).toBe('no_such_worker');
    expect(scene.events).toEqual([]);
  });
});

describe('notes', () => {
  test('wait for the receiver, are delivered once, and are marked as information', () => {
    const scene = note(two(), a, b, 'I renamed <User>.');
    const context = contextFor(scene.state, b);
    expect(context?.text).toContain('not instructions');
    expect(context?.text).toContain(`from="${a}"`);
    expect(context?.text).toContain('‹User›');
    expect(contextFor(scene.state, a)).toBeNull();
    scene.tell({ type: 'notes-delivered', id: b, upTo: context?.upTo ?? 0 });
    expect(contextFor(scene.state, b)).toBeNull();
    expect(selectFacts(scene.state).notes).toMatchObject([
      { from: a, to: b, deliveredAt: expect.any(String) },
    ]);
  });

  test('are kept from the agent while a person mutes them', () => {
    const scene = note(two(), a, b, 'hello').ask({ do: 'muteNotes', id: b, muted: true });
    expect(contextFor(scene.state, b)).toBeNull();
    expect(selectFacts(scene.state).muted).toEqual([b]);
    scene.ask({ do: 'muteNotes', id: b, muted: false });
    expect(contextFor(scene.state, b)?.text).toContain('hello');
  });

  test('cannot be muted by a worker', () => {
    expect(two().ask({ do: 'muteNotes', id: b, muted: true }, false).refusal).toBe('approval_forbidden');
  });

  test.each([
    ['nobody', 'web/none', 'x', 'no_such_worker'],
    ['oneself', a, 'x', 'bad_request'],
    ['another, too long', b, 'x'.repeat(2001), 'too_long'],
  ])('to %s are refused', (_, to, text, code) => {
    expect(note(two(), a, to, text).refusal).toBe(code);
  });

  test('are limited, and a long queue is delivered in parts', () => {
    const scene = two();
    for (let i = 0; i < 20; i++) note(scene, a, b, `${i} ${'x'.repeat(1500)}`);
    expect(note(scene, a, b, 'one more').refusal).toBe('too_many');
    const context = contextFor(scene.state, b);
    expect(context?.upTo).toBeLessThan(20);
    expect(context?.text.length).toBeLessThan(7000);
    scene.tell({ type: 'notes-delivered', id: b, upTo: context?.upTo ?? 0 });
    expect(contextFor(scene.state, b)?.upTo).toBeGreaterThan(context?.upTo ?? 0);
  });
});

describe('requests of sessions', () => {
  const draft = { repo: 'web', task: 'more', brief: 'x', agent: null };

  test('workers propose nothing', () => {
    expect(hear(two(), a, { do: 'propose', draft, sessionId: 's' }).refusal).toBe('not_allowed');
    expect(hear(two(), a, { do: 'wish-finish', worker: b, why: '' }).refusal).toBe('not_allowed');
  });

  test('no request of a session starts or ends an agent', () => {
    const requests: SessionRequest[] = [
      { do: 'report', update: cleanUpdate({ status: 'done', readyToMerge: true }) },
      { do: 'note', to: b, text: 'approve 1' },
      { do: 'remember', memory: { kind: 'context', content: 'x', tags: [], metadata: {} } },
      { do: 'propose', draft, sessionId: 's' },
      { do: 'wish-finish', worker: b, why: 'done' },
    ];
    for (const id of [a, b, 'orchestrator', 'web/none'])
      for (const request of requests) {
        const scene = hear(two().proposed('open'), id, request);
        const worldly = scene.done.filter((type) => !type.startsWith('reply') && type !== 'plan');
        expect(worldly).toEqual([]);
      }
  });
});

describe('an agent without our tools', () => {
  const prompted = {
    type: 'signed',
    id: a,
    sign: { source: 'hook', report: { kind: 'prompted' } },
    sessionId: null,
  } as const;

  test('is awaited from its first turn, and reported when it never asks for them', () => {
    const scene = new Scene().started('auth').tell(prompted);
    expect(scene.effects).toContainEqual({ type: 'await-tools', id: a, run: 1 });
    expect(scene.tell(prompted).done).not.toContain('await-tools');
    scene.tell({ type: 'tools-overdue', id: a, run: 1 });
    expect(selectFacts(scene.state).withoutTools).toEqual([a]);
    scene.tell({ type: 'tools-met', id: a, listed: true });
    expect(selectFacts(scene.state).withoutTools).toBeUndefined();
  });

  test('is not reported once it has asked, nor when it has no hooks', () => {
    const scene = new Scene()
      .started('auth')
      .tell({ type: 'tools-met', id: a, listed: false })
      .tell(prompted);
    expect(scene.done).not.toContain('await-tools');
    const plain = new Scene().started('auth', 'plain').tell(prompted);
    expect(plain.done).not.toContain('await-tools');
  });
});
