import { describe, expect, it } from 'vitest';
import type { Report } from '../../../src/core/observation.ts';
import type { AgentRequest, Choice, RequestAnswer } from '../../../src/core/queue.ts';
import { applyEvent, type LogEvent } from '../../../src/features/log.ts';
import { initialState, selectFacts } from '../../../src/features/state.ts';
import { config, Scene, terminal } from '../../controller/scene.ts';

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
    const sign = { source: 'hook', report: { ...report, ...(call && { call }) } } as const;
    return this.tell({ type: 'signed', id, sign, sessionId: 'session-1' });
  }

  asks(request: AgentRequest, call = request.id, waits = true): this {
    this.#held += 1;
    return this.tell({ type: 'request-received', ticket: this.#held, request, call, waits });
  }

  /** The controller ends, and another one reads the log. */
  restarted(): this {
    this.state = { ...initialState(config, this.state.log), terminals: this.state.terminals };
    return this;
  }

  answers(request: string, answer: RequestAnswer, person = true): this {
    return this.ask({ do: 'answer', request, answer }, person);
  }

  /** The answers to the agents, by ticket. */
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

  it('stays open while its main conversation continues', () => {
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
  it('waits in the queue until a person answers it, and is logged', () => {
    const scene = asking('ls');
    expect(scene.waiting).toEqual(['ls']);
    expect(scene.told).toEqual([]);
    scene.answers('ls', allow);
    expect(scene.told).toEqual([[100, allow]]);
    expect(scene.events).toEqual([
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
    expect(scene.worker(id)).toMatchObject({
      asks: 'Bash: three',
      questions: [
        { text: 'Bash: one', request: 'one' },
        { text: 'Bash: three', request: 'three' },
      ],
    });
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
  it('may answer first: the tool ends, and the request with it', () => {
    const scene = asking('one', 'two').hook({ kind: 'tool-ended', what: 'Bash: one' }, 'one');
    expect(scene.told).toEqual([[100, null]]);
    expect(scene.waiting).toEqual(['two']);
    expect(scene.answers('one', allow).refusal).toBe('answered_elsewhere');
  });

  it('ends of two similar requests the one whose tool ended', () => {
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

  it('keeps a request whose sender waits no longer', () => {
    const scene = asking('ls').tell({ type: 'request-withdrawn', request: 'ls' });
    expect(scene.told).toEqual([[100, null]]);
    expect(scene.waiting).toEqual([`question ${id}`]);
    expect(scene.worker(id)?.state).toBe('waiting');
  });
});

describe('two similar requests', () => {
  const alike = { text: 'Bash: make' };
  const two = () => asking().asks(requestFor('a', alike), 'make').asks(requestFor('b', alike), 'make');

  it.each(['a', 'b'])('are two: one is answered (%s), the other waits on', (which) => {
    const scene = two().answers(which, allow);
    const other = which === 'a' ? 'b' : 'a';
    expect(scene.told).toEqual([[which === 'a' ? 100 : 101, allow]]);
    expect(scene.waiting).toEqual([other]);
    expect(scene.worker(id)).toMatchObject({ state: 'waiting', questions: [{ ...alike, request: other }] });
    expect(scene.answers(other, { say: 'deny', why: '' }).waiting).toEqual([]);
    expect(scene.worker(id)?.state).toBe('working');
  });

  it('are distinguished after a restart, in whichever order they arrive again', () => {
    const scene = two().answers('a', allow).restarted();
    expect(scene.waiting).toEqual([`question ${id}`]);
    expect(scene.asks(requestFor('b', alike), 'make').events).toEqual([]);
    expect(scene.waiting).toEqual(['b']);
    const other = two().restarted().asks(requestFor('b', alike), 'make').asks(requestFor('a', alike), 'make');
    expect(other.worker(id)?.questions).toHaveLength(2);
    expect(other.answers('b', allow).waiting).toEqual(['a']);
  });

  it('of the same use of a tool end one at a time', () => {
    const scene = two().hook({ kind: 'tool-ended', what: alike.text }, 'make');
    expect(scene.waiting).toEqual(['a']);
    expect(scene.hook({ kind: 'tool-ended', what: alike.text }, 'make').waiting).toEqual([]);
  });

  it('are not ended by another, similar tool', () => {
    const scene = two().hook({ kind: 'tool-ended', what: alike.text }, 'another');
    expect(scene.waiting).toEqual(['a', 'b']);
  });
});

describe('a request that arrives again', () => {
  it('after a restart is the known question, and can be answered', () => {
    const scene = asking('ls').restarted().asks(requestFor('ls'));
    expect(scene.events).toEqual([]);
    expect(scene.waiting).toEqual(['ls']);
    expect(scene.answers('ls', allow).told).toEqual([[101, allow]]);
  });

  it('at the same controller is answered to its latest sender', () => {
    const scene = asking('ls').asks(requestFor('ls'));
    expect(scene.told).toEqual([[100, null]]);
    expect(scene.events).toEqual([]);
    expect(scene.waiting).toEqual(['ls']);
    expect(scene.answers('ls', allow).told).toEqual([[101, allow]]);
  });

  it('and waits no longer is left in its pane', () => {
    const scene = asking('ls').restarted().asks(requestFor('ls'), 'ls', false);
    expect(scene.told).toEqual([[101, null]]);
    expect(scene.waiting).toEqual([`question ${id}`]);
    expect(scene.hook({ kind: 'tool-ended', what: 'Bash: ls' }, 'ls').worker(id)?.state).toBe('working');
  });

  it('takes the place of the question that an earlier log kept without its id', () => {
    const scene = asking();
    const seen = {
      type: 'observed',
      id,
      state: 'waiting',
      asks: 'Bash: b',
      askedBefore: ['Bash: a'],
    } as const;
    const old: LogEvent = { v: 1, seq: scene.state.log.seq + 1, at: '2026-11-22T12:00:00.000Z', ...seen };
    scene.state = { ...scene.state, log: applyEvent(scene.state.log, old) };
    expect(scene.worker(id)?.questions).toEqual([{ text: 'Bash: a' }, { text: 'Bash: b' }]);
    scene.asks(requestFor('a')).asks(requestFor('b'));
    expect(scene.worker(id)?.questions.map(({ request }) => request)).toEqual(['a', 'b']);
    expect(scene.answers('a', allow).answers('b', allow).worker(id)?.state).toBe('working');
  });
});

describe('a request with a hostile id', () => {
  const hostile = ['', '__proto__', 'constructor', '\u001b[2J', 'x'.repeat(100_000), `question ${id}`];

  it.each(hostile)('is held and answered as any other: %j', (name) => {
    const scene = asking('ls').asks(requestFor(name, { text: 'Bash: rm' }));
    expect(scene.waiting).toEqual(['ls', name]);
    expect(scene.answers(name, allow).told).toEqual([[101, allow]]);
    expect(scene.waiting).toEqual(['ls']);
  });

  it.each(hostile)('that names nothing is refused without quoting it raw: %j', (name) => {
    const scene = asking('ls').answers(name, allow);
    expect(scene.refusal).toBe('no_such_request');
    expect(JSON.stringify(scene.effects)).not.toContain('\u001b');
  });

  it('of another worker does not affect that worker', () => {
    const scene = asking('ls').started('other');
    const other = 'backend/other';
    scene.asks(requestFor('ls', { worker: other, text: 'Bash: rm' }));
    expect(scene.told).toEqual([[101, null]]);
    expect(scene.worker(other)).toMatchObject({ state: 'waiting', questions: [{ text: 'Bash: rm' }] });
    expect(scene.waiting).toEqual(['ls', `question ${other}`]);
    expect(scene.answers('ls', allow).told).toEqual([[100, allow]]);
  });

  it('of an unknown worker is ignored', () => {
    const scene = asking().asks(requestFor('ls', { worker: 'backend/gone' }));
    expect(scene.told).toEqual([[100, null]]);
    expect(scene.events).toEqual([]);
  });
});

it('a flood of requests of one worker is left in its pane', () => {
  const scene = asking(...Array.from({ length: 25 }, (_, n) => `n${n}`));
  expect(scene.state.held.size).toBe(20);
  expect(scene.told).toEqual([[124, null]]);
});

it('the latest requests of a flood are remembered up to a limit', () => {
  const scene = asking(...Array.from({ length: 200 }, (_, n) => `n${n}`));
  expect(scene.worker(id)?.questions).toHaveLength(50);
  expect(scene.worker(id)?.asks).toBe('Bash: n199');
  expect(scene.waiting).toHaveLength(20);
});
