import { describe, expect, it } from 'vitest';
import type { Report } from '../../../src/domain/observation.ts';
import type { AgentRequest, Choice, RequestAnswer } from '../../../src/domain/queue.ts';
import { selectFacts } from '../../../src/features/state.ts';
import { Scene, terminal } from '../scene.ts';

const id = 'backend/auth';

function requestFor(name: string, change: Partial<AgentRequest> = {}): AgentRequest {
  return {
    ...{ id: name, worker: id, kind: 'permission', since: '2026-11-22T12:00:00.000Z', text: `Bash: ${name}` },
    ...{ detail: name, isWhole: true, isCut: false, questions: [] },
    ...change,
  };
}

/** A scene whose worker asks; tickets of held requests begin at 100. */
class Asking extends Scene {
  #held = 99;

  hook(report: Report, call?: string): this {
    const sign = { source: 'hook', report } as const;
    return this.tell({ type: 'signed', id, sign, sessionId: 'session-1', ...(call && { call }) });
  }

  asks(request: AgentRequest, call = request.id): this {
    this.hook({ kind: 'asked', what: request.text });
    this.#held += 1;
    return this.tell({ type: 'held', ticket: this.#held, request, call });
  }

  answers(request: string, answer: RequestAnswer, person = true): this {
    return this.ask({ do: 'answer', request, answer }, person);
  }

  /** What the agents were answered, by their tickets. */
  get told(): unknown[] {
    return this.effects.flatMap((effect) =>
      effect.type === 'reply' && effect.ticket >= 100
        ? [[effect.ticket, effect.result.ok ? effect.result.value : effect.result.problem.code]]
        : [],
    );
  }

  get waiting(): string[] {
    return selectFacts(this.state).queue.map((item) => item.request?.id ?? item.id);
  }
}

const asking = (...names: string[]) => {
  const scene = new Asking().started().hook({ kind: 'prompted' });
  for (const name of names) scene.asks(requestFor(name));
  return scene;
};
const allow = { say: 'allow' } as const;

describe('the question of a subagent', () => {
  const since = '2026-11-22T12:00:00.000Z';
  const asked = () => new Asking().started().asks(requestFor('ls', { since, bySubagent: true }));

  it('outlasts what its conversation does above it', () => {
    const scene = asked()
      .hook({ kind: 'prompted', byItself: true })
      .tell({ type: 'terminal-changed', terminal: { ...terminal(id), title: '⠂ task', flowing: true } })
      .tell({ type: 'signed', id, sign: { source: 'screen', says: 'prompt' }, sessionId: null })
      .tell({
        ...{ type: 'signed', id, sessionId: null },
        sign: { source: 'session', says: 'working', at: 8e15 },
      })
      .hook({ kind: 'turn-ended', said: 'One has ended.', goesOn: true })
      .hook({ kind: 'prompted' });
    expect(scene.worker(id)).toMatchObject({ state: 'waiting', asks: 'Bash: ls' });
    expect(scene.waiting).toEqual(['ls']);
  });

  it('is over once a key was pressed and the agent works, or its tool has ended', () => {
    for (const typedAt of [since, '2026-11-22T12:00:01.000Z']) {
      const now = { ...terminal(id), title: '⠂ task', flowing: true, typedAt };
      expect(asked().tell({ type: 'terminal-changed', terminal: now }).waiting).toEqual([]);
    }
    expect(asked().hook({ kind: 'tool-ended', what: 'Bash: ls' }, 'ls').waiting).toEqual([]);
    expect(asked().hook({ kind: 'turn-ended', said: null }).waiting).toEqual([]);
  });
});

describe('a request of an agent', () => {
  it('waits in the queue until a person answers it, and is noted', () => {
    const scene = asking('ls');
    expect(scene.waiting).toEqual(['ls']);
    expect(scene.told).toEqual([]);
    scene.answers('ls', allow);
    expect(scene.told).toEqual([[100, allow]]);
    expect(scene.happenings).toEqual([
      { type: 'answered', id, request: 'ls', what: 'Bash: ls', answer: allow, byPid: 42 },
      { type: 'observed', id, state: 'working', asks: null },
    ]);
    expect(scene.waiting).toEqual([]);
  });

  it('gets exactly the answer that names it, whichever is older', () => {
    const scene = asking('one', 'two', 'three');
    const why = { say: 'deny', why: 'use pnpm' } as const;
    expect(scene.answers('two', why).told).toEqual([[101, why]]);
    expect(scene.waiting).toEqual(['one', 'three']);
    expect(scene.worker(id)).toMatchObject({ asks: 'Bash: three', askedBefore: ['Bash: one'] });
  });

  it.each([
    ['a forged id', 'forged', allow, 'no_such_request'],
    ['a choice where nothing is to be chosen', 'ls', { say: 'choose', options: [0] }, 'not_here'],
  ] as const)('is not answered by %s', (_, request, answer, code) => {
    const scene = asking('ls').answers(request, answer);
    expect(scene.refusal).toBe(code);
    expect(scene.waiting).toEqual(['ls']);
  });

  it('is answered once', () => {
    const scene = asking('ls').answers('ls', allow).answers('ls', { say: 'deny', why: '' });
    expect(scene.refusal).toBe('already_answered');
    expect(scene.told).toEqual([]);
  });

  it('is never answered by a worker', () => {
    const scene = asking('ls').answers('ls', allow, false);
    expect(scene.refusal).toBe('approval_forbidden');
    expect(scene.waiting).toEqual(['ls']);
  });

  it('that is too long to be shown can be denied, but not allowed', () => {
    const scene = new Asking().started().asks(requestFor('long', { isCut: true }));
    expect(scene.answers('long', allow).refusal).toBe('not_here');
    expect(scene.answers('long', { say: 'deny', why: '' }).told).toHaveLength(1);
  });

  it.each([
    [[1, 0], undefined],
    [[1], 'bad_choice'],
    [[1, 7], 'bad_choice'],
    [[1, -1], 'bad_choice'],
    [[1, 0.5], 'bad_choice'],
    [[[1], 0], undefined],
    [[[0, 1], 0], 'bad_choice'],
    [[[], 0], 'bad_choice'],
  ])('with two questions takes the choices %j: %s', (options, refusal) => {
    const question = (text: string) => ({
      text,
      options: ['a', 'b'].map((label) => ({ label, description: '' })),
    });
    const request = requestFor('which', { kind: 'question', questions: [question('one'), question('two')] });
    const scene = new Asking().started().asks(request);
    expect(scene.answers('which', allow).refusal).toBe('not_here');
    expect(scene.answers('which', { say: 'choose', options }).refusal).toBe(refusal);
  });
});

describe('a question that takes several', () => {
  it.each([
    [[[0, 2]], undefined],
    [[2], undefined],
    [[[]], 'bad_choice'],
    [[[0, 3]], 'bad_choice'],
    [[0, 2], 'bad_choice'],
    [[['length']], 'bad_choice'],
  ])('takes the choices %j: %s', (options, refusal) => {
    const labels = ['a', 'b', 'c'].map((label) => ({ label, description: '' }));
    const questions = [{ text: 'Which?', options: labels, several: true as const }];
    const scene = new Asking().started().asks(requestFor('which', { kind: 'question', questions }));
    const said = { say: 'choose', options: options as readonly Choice[] } as const;
    expect(scene.answers('which', said).refusal).toBe(refusal);
  });
});

describe('the pane', () => {
  it('may answer first: the tool ends, the request is over', () => {
    const scene = asking('one', 'two').hook({ kind: 'tool-ended', what: 'Bash: one' }, 'one');
    expect(scene.told).toEqual([[100, null]]);
    expect(scene.waiting).toEqual(['two']);
    expect(scene.answers('one', allow).refusal).toBe('answered_elsewhere');
  });

  it('of two that look alike ends the one whose tool ended', () => {
    const scene = new Asking().started();
    const alike = { text: 'Bash: make …' };
    scene.asks(requestFor('a', alike)).asks(requestFor('b', alike));
    scene.hook({ kind: 'tool-ended', what: alike.text }, 'b');
    expect(scene.told).toEqual([[101, null]]);
    expect(scene.waiting).toEqual(['a']);
  });

  it.each<[string, (scene: Asking) => unknown]>([
    [
      'Esc',
      (scene) =>
        scene.tell({ type: 'signed', id, sign: { source: 'screen', says: 'prompt' }, sessionId: null }),
    ],
    ['the end of the turn', (scene) => scene.hook({ kind: 'turn-ended', said: null })],
    [
      'the end of the process',
      (scene) =>
        scene.tell({
          type: 'terminal-changed',
          terminal: terminal(id, { exit: { code: 1, signal: 0, at: '' } }),
        }),
    ],
    ['the loss of the host', (scene) => scene.tell({ type: 'host-lost' })],
  ])('lets go of all by %s', (_, end) => {
    const scene = asking('one', 'two');
    end(scene);
    expect(scene.told).toEqual([
      [100, null],
      [101, null],
    ]);
    expect(scene.state.held.size).toBe(0);
  });

  it('is left with a request that nobody waits for any more', () => {
    const scene = asking('ls').tell({ type: 'withdrawn', request: 'ls' });
    expect(scene.told).toEqual([[100, null]]);
    expect(scene.waiting).toEqual([`question ${id}`]);
    expect(scene.worker(id)?.state).toBe('waiting');
  });
});

describe('another controller', () => {
  it('is handed what waits again, and takes it for the question that it knows', () => {
    const scene = asking('ls');
    scene.state = { ...scene.state, held: new Map() };
    const sign = { source: 'hook', report: { kind: 'asked', what: 'Bash: ls' } } as const;
    scene.tell({ type: 'signed', id, sign, sessionId: null, isRepeated: true });
    expect(scene.happenings).toEqual([]);
    scene.tell({ type: 'held', ticket: 100, request: requestFor('ls'), call: 'ls' });
    expect(scene.waiting).toEqual(['ls']);
    expect(scene.answers('ls', allow).told).toEqual([[100, allow]]);
  });
});

it('a flood of requests of one worker is left in its pane', () => {
  const scene = asking(...Array.from({ length: 25 }, (_, n) => `n${n}`));
  expect(scene.state.held.size).toBe(20);
  expect(scene.told).toEqual([[124, null]]);
});
