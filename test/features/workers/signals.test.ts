import { describe, expect, it } from 'vitest';
import type { Report, SessionSignal } from '../../../src/core/observation.ts';
import type { Message } from '../../../src/features/messages.ts';
import { selectFacts } from '../../../src/features/state.ts';
import { Scene, terminal } from '../../controller/scene.ts';

const id = 'backend/auth';
const hook = (report: Report): Message => ({
  type: 'signed',
  id,
  sign: { source: 'hook', report },
  sessionId: 'session-1',
});
const prompted = hook({ kind: 'prompted' });
const prints = (title: string): Message => ({
  type: 'terminal-changed',
  terminal: terminal(id, { title, flowing: true }),
});
const isQuiet = (title: string): Message => ({ type: 'terminal-changed', terminal: terminal(id, { title }) });
/** The signal from a look at such a title, without a question on the screen. */
const rests: Message = { type: 'signed', id, sign: { source: 'title', says: 'resting' }, sessionId: null };
const ended = (code: number): Message => ({
  type: 'terminal-changed',
  terminal: terminal(id, { exit: { code, signal: 0, at: '2026-11-22T12:00:00.000Z' } }),
});

describe('the title', () => {
  it('arrives before the hook of a question, and counts only when the terminal is quiet', () => {
    const scene = new Scene().started().tell(prompted).tell(prints('⠂ auth'));
    expect(scene.tell(prints('✳ auth')).events).toEqual([]);
    scene.tell(hook({ kind: 'asked', what: 'Bash: ls' }));
    expect(scene.tell(isQuiet('✳ auth')).events).toEqual([]);
    expect(scene.worker(id)).toMatchObject({ state: 'waiting', asks: 'Bash: ls' });
  });

  it('that only animates is no signal', () => {
    const scene = new Scene().started().tell(prompted).tell(prints('⠂ auth'));
    scene.tell(hook({ kind: 'asked', what: 'Bash: ls' }));
    expect(scene.tell(prints('⠐ auth')).worker(id)?.state).toBe('waiting');
  });
});

describe('a title that rests', () => {
  it('alone proves neither rest nor a question', () => {
    const scene = new Scene().started().tell(prompted).tell(prints('◐ auth'));
    scene.tell(prints('✳ auth')).tell(isQuiet('✳ auth'));
    expect(scene.worker(id)?.state).toBe('working');
    expect(scene.effects).toContainEqual({ type: 'look-at-agent', id });
    expect(scene.tell(rests).worker(id)?.state).toBe('idle');
  });

  it('causes one delayed look where the terminal never falls quiet', () => {
    const scene = new Scene().started().tell(prompted).tell(prints('◑ auth')).tell(prints('✳ auth'));
    const look = { type: 'look-at-agent', id, restless: true };
    expect(scene.effects).toContainEqual(look);
    expect(scene.tell(prints('✳ auth')).effects).not.toContainEqual(look);
    expect(scene.tell(prints('◐ auth')).effects).not.toContainEqual(look);
    expect(scene.tell(prints('✳ auth')).effects).toContainEqual(look);
  });

  it('is ignored when the agent continued during the look', () => {
    for (const next of [prints('◐ auth'), isQuiet('◐ auth'), prints('✳ auth')]) {
      const scene = new Scene().started().tell(prompted).tell(isQuiet('✳ auth')).tell(next);
      expect(scene.tell(rests).worker(id)?.state).toBe('working');
    }
  });
});

describe('the session file of an agent', () => {
  const since = Date.parse('2026-11-22T12:00:00.000Z');
  const file = (says: SessionSignal['says'], at: number): Message => ({
    type: 'signed',
    id,
    sign: { source: 'session', says, at },
    sessionId: null,
  });

  it('counts when it is newer than the known state', () => {
    const scene = new Scene().started().tell(prompted);
    scene.tell(file('resting', since + 1));
    expect(scene.worker(id)?.state).toBe('idle');
  });

  it('that reports a question counts at rest, even if the hook of the end was read later', () => {
    const scene = new Scene()
      .started()
      .tell(prompted)
      .tell(hook({ kind: 'turn-ended', said: null }));
    for (const says of ['resting', 'working'] as const)
      expect(scene.tell(file(says, since - 100)).events).toEqual([]);
    scene.tell(file('asking', since - 100));
    expect(scene.worker(id)).toMatchObject({ state: 'waiting', asks: 'something in its pane' });
  });

  it.each(['resting', 'working', 'asking'] as const)(
    'is no news where a hook has told of something since: %s',
    (says) => {
      for (const report of [{ kind: 'prompted' }, { kind: 'asked', what: 'Bash: ls' }] as const) {
        const scene = new Scene().started().tell(hook(report));
        const before = scene.worker(id);
        expect(scene.tell(file(says, since)).events).toEqual([]);
        expect(scene.tell(file(says, since - 60_000)).events).toEqual([]);
        expect(scene.worker(id)).toBe(before);
      }
    },
  );
});

describe('questions', () => {
  it('of parallel tools are kept in the log, the last one on top', () => {
    const scene = new Scene().started().tell(prompted);
    scene.tell(hook({ kind: 'asked', what: 'one' })).tell(hook({ kind: 'asked', what: 'two' }));
    expect(scene.events).toEqual([
      {
        ...{ type: 'observed', id, state: 'waiting', asks: 'two' },
        questions: [{ text: 'one' }, { text: 'two' }],
      },
    ]);
    expect(scene.tell(hook({ kind: 'tool-ended', what: 'three' })).events).toEqual([]);
    scene.tell(hook({ kind: 'tool-ended', what: 'two' }));
    expect(scene.worker(id)).toMatchObject({ state: 'waiting', asks: 'one', questions: [{ text: 'one' }] });
  });

  it('dismissed by Esc are over when the screen shows the prompt', () => {
    const scene = new Scene()
      .started()
      .tell(prompted)
      .tell(hook({ kind: 'asked', what: 'one' }));
    scene.tell(prints('✳ auth'));
    expect(scene.tell(isQuiet('✳ auth')).done).toContain('look-at-agent');
    scene.tell({ type: 'signed', id, sign: { source: 'screen', says: 'prompt' }, sessionId: null });
    expect(scene.worker(id)).toMatchObject({ state: 'idle', asks: null });
  });

  it('that arrive during a look at the screen are not ended by it', () => {
    const scene = new Scene()
      .started()
      .tell(prompted)
      .tell(hook({ kind: 'asked', what: 'one' }));
    const look = { type: 'signed', id, sign: { source: 'screen', says: 'prompt' }, sessionId: null } as const;
    scene.tell({ ...look, ofStateSince: '2026-11-22T11:59:59.000Z' });
    expect(scene.worker(id)).toMatchObject({ state: 'waiting', asks: 'one' });
    scene.tell({ ...look, ofStateSince: scene.worker(id)?.stateSince ?? '' });
    expect(scene.worker(id)).toMatchObject({ state: 'idle' });
  });

  it('are looked for after reconnecting to the host: Esc may have been pressed since', () => {
    const scene = new Scene().started().tell(prompted);
    scene.tell({ type: 'host-connected', terminals: [terminal(id, { title: '✳ auth' })] });
    expect(scene.done).toContain('look-at-agent');
    expect(scene.tell(rests).worker(id)?.state).toBe('idle');
    scene.tell(hook({ kind: 'asked', what: 'one' }));
    scene.tell({ type: 'host-connected', terminals: [terminal(id, { title: '✳ auth' })] });
    expect(scene.worker(id)?.state).toBe('waiting');
    expect(scene.done).toContain('look-at-agent');
  });
});

describe('a conversation', () => {
  const missing: Message = { type: 'conversation-missing', id, sessionId: 'session-2' };

  it('has begun once the agent is past the trust question', () => {
    const scene = new Scene().started();
    expect(scene.worker(id)?.hasConversation).toBe(false);
    scene.tell({ type: 'signed', id, sign: { source: 'screen', says: 'question' }, sessionId: null });
    expect(scene.worker(id)).toMatchObject({ state: 'needs-trust', hasConversation: false });
    expect(scene.tell(prompted).worker(id)?.hasConversation).toBe(true);
  });

  it('that no longer exists is started over by the next resume, with a notice', () => {
    const scene = new Scene().started().tell(prompted).tell({ type: 'host-lost' });
    scene.ask({ do: 'proposeResume', id });
    const { n, draft } = selectFacts(scene.state).proposals[0] ?? {};
    expect(draft).toMatchObject({ task: 'auth' });
    scene.resumed();
    expect(scene.worker(id)?.state).toBe('starting');
    expect(scene.tell(ended(1)).done).toContain('look-at-agent');
    scene.ask({ do: 'proposeResume', id });
    scene.tell(missing);
    expect(scene.worker(id)).toMatchObject({
      state: 'exited',
      sessionId: 'session-2',
      hasConversation: false,
    });
    expect(scene.done).toEqual(['plan']);
    expect(scene.state.log.lastProposal).toBe((n ?? 0) + 1);
    expect(selectFacts(scene.state).notices).toMatchObject([{ code: 'conversation_differs' }]);
    expect(scene.tell(missing).events).toEqual([]);
  });

  it('that exists already is continued by the next resume', () => {
    const scene = new Scene().started().tell({ type: 'host-lost' });
    scene.ask({ do: 'proposeResume', id });
    scene.resumed();
    expect(scene.tell(ended(1)).done).toContain('look-at-agent');
    scene.tell({ type: 'conversation-found', id });
    expect(scene.worker(id)).toMatchObject({ sessionId: 'session-1', hasConversation: true });
    expect(scene.tell({ type: 'conversation-found', id }).events).toEqual([]);
  });

  it('of a running worker is not changed', () => {
    const scene = new Scene().started().tell(prompted);
    expect(scene.tell(missing).events).toEqual([]);
    expect(scene.tell(ended(1)).done).not.toContain('look-at-agent');
  });
});

it('drops the measured memory of a process once it has ended, before the next measurement', () => {
  const memory = { free: 4e9, workers: { [id]: 2e8 } };
  const scene = new Scene().started().tell(prints('⠂ auth')).tell({ type: 'memory-measured', memory });
  expect(selectFacts(scene.state).memory).toEqual(memory);
  expect(selectFacts(scene.tell(ended(0)).state).memory).toEqual({ free: 4e9, workers: {} });
});
