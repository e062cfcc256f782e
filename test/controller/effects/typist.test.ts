import { describe, expect, test, vi } from 'vitest';
import type { HostPort } from '../../../src/controller/effects/hostPort.ts';
import { Typist } from '../../../src/controller/effects/typist.ts';
import type { Report } from '../../../src/core/observation.ts';
import type { Delivery } from '../../../src/features/messages/agentInput.ts';
import type { Message } from '../../../src/features/messages.ts';
import { type Problem, problemOf, type Result, success } from '../../../src/lib/result.ts';
import { Scene } from '../scene.ts';

const id = 'backend/auth';
const pace = {
  ...{ hookMs: 60, queueMs: 20, startMs: 200, settleMs: 2, turnMs: 5000, lookMs: 2, turnLookMs: 2 },
};
const box = '────────\n❯ \n────────';
const question = 'Do you want to proceed?\n❯ 1. Yes\n  2. No';

/** An agent as its terminal and its hooks show it; what it does at each Enter is up to the test. */
class Agent {
  readonly scene: Scene;
  /** What was typed, `⏎` for each Enter. */
  typed = '';
  screen = box;
  /** What the host says to a paste instead. */
  refusal: Problem | null = null;
  onEnter: () => void = () => {};
  /** How often its screen was read, and how often what is known of it. */
  looks = 0;
  asks = 0;
  readonly typist: Typist;
  #hooks = 0;

  constructor(scene = new Scene().started('auth')) {
    this.scene = scene;
    const call = (method: string, { text, submit }: { text?: string; submit?: boolean }) => {
      if (method === 'text') {
        this.looks += 1;
        return success({ text: this.screen });
      }
      // An Enter alone has nothing that could be shown.
      const isLate = this.refusal?.code === 'not_shown' && text === '';
      if (this.refusal && !isLate) return { ok: false, problem: this.refusal } as const;
      this.typed += `${text}${submit ? '⏎' : ''}`;
      if (submit) this.onEnter();
      return success(null);
    };
    const host = { find: async () => success(async (...args: Parameters<typeof call>) => call(...args)) };
    const state = () => {
      this.asks += 1;
      return this.scene.state;
    };
    this.typist = new Typist(host as unknown as Pick<HostPort, 'find'>, state, pace);
  }

  /** States change at different times. */
  hook(report: Report): this {
    this.#hooks += 1;
    const sign = { source: 'hook', report } as const;
    const message: Message = { type: 'signed', id, sign, sessionId: null };
    this.scene.tell(message);
    const worker = this.scene.worker(id);
    const { log } = this.scene.state;
    if (worker && this.scene.events.length > 0) {
      const workers = new Map(log.workers).set(id, { ...worker, stateSince: `${this.#hooks}` });
      this.scene.state = { ...this.scene.state, log: { ...log, workers } };
    }
    return this;
  }

  idle(): this {
    return this.hook({ kind: 'session-started', sessionId: 'session-1' });
  }

  working(): this {
    return this.hook({ kind: 'prompted' });
  }

  done(): this {
    return this.hook({ kind: 'turn-ended', said: null });
  }

  /** Until its box was looked at again, as it is after a turn. */
  async endTurn(): Promise<void> {
    const before = this.looks;
    this.done();
    await vi.waitUntil(() => this.looks > before);
  }

  send(text = 'hello', isCommand = false): Promise<Result<null>> {
    return this.typist.type({ id, text, kind: isCommand ? 'command' : 'words' });
  }

  /** What the loop has typed. */
  given(kind: 'brief' | 'go-on', text = 'do it'): Promise<Result<null>> {
    return this.typist.type({ id, text, kind });
  }

  delivers(state: Delivery['state'] | null): this {
    const deliveries = new Map<string, Delivery>();
    if (state) deliveries.set(id, { key: 1, what: 'brief', state });
    this.scene.state = { ...this.scene.state, deliveries };
    return this;
  }
}

const codeOf = (result: Result<null>) => (result.ok ? 'ok' : result.problem.code);

describe('a line', () => {
  test('is typed once into an agent that takes it', async () => {
    const agent = new Agent().idle();
    agent.onEnter = () => agent.working();
    expect(await agent.send()).toEqual(success(null));
    expect(agent.typed).toBe('hello⏎');
  });

  test('is taken also where the turn is over at once', async () => {
    const agent = new Agent().idle();
    agent.onEnter = () => agent.working().done();
    expect(await agent.send()).toEqual(success(null));
    expect(agent.typed).toBe('hello⏎');
  });

  test('gets its Enter again where that was lost', async () => {
    const agent = new Agent().idle();
    agent.onEnter = () => agent.typed === 'hello⏎⏎⏎' && agent.working();
    expect(await agent.send()).toEqual(success(null));
    expect(agent.typed).toBe('hello⏎⏎⏎');
  });

  test('that is never taken is told', async () => {
    const agent = new Agent().idle();
    expect(codeOf(await agent.send())).toBe('not_taken');
    expect(agent.typed).toBe('hello⏎⏎⏎⏎⏎⏎');
  });

  test('is left to the queue of an agent at work', async () => {
    const agent = new Agent().working();
    expect(await agent.send()).toEqual(success(null));
    expect(agent.typed).toBe('hello⏎');
  });

  test('gets its Enter again while it still stands in the box of an agent at work', async () => {
    const agent = new Agent().working();
    agent.onEnter = () => {
      agent.screen = agent.typed === 'hello⏎' ? box.replace('❯ ', '❯ hel') : box;
    };
    expect(await agent.send()).toEqual(success(null));
    expect(agent.typed).toBe('hello⏎⏎');
    agent.typed = '';
    agent.onEnter = () => {
      agent.screen = box.replace('❯ ', '❯ Try "how do I log an error?"');
    };
    expect(await agent.send()).toEqual(success(null));
    expect(agent.typed).toBe('hello⏎');
  });

  test('gets its Enter once the turn is over, where it was drawn late', async () => {
    const agent = new Agent().working();
    expect(await agent.send()).toEqual(success(null));
    agent.screen = box.replace('❯ ', '❯ hello');
    agent.onEnter = () => {
      agent.screen = box;
      agent.working();
    };
    agent.done();
    await vi.waitUntil(() => agent.typed === 'hello⏎⏎');
    agent.done();
    expect(agent.typed).toBe('hello⏎⏎');
  });

  test('that the person has begun to type after the turn is left alone', async () => {
    const agent = new Agent().working();
    expect(await agent.send()).toEqual(success(null));
    agent.screen = box.replace('❯ ', '❯ What about');
    await agent.endTurn();
    expect(agent.typed).toBe('hello⏎');
  });

  test.each(['h', '[Pasted text #1 +40 lines]'])('is not taken for a person’s own: %s', async (own) => {
    const agent = new Agent().working();
    expect(await agent.send()).toEqual(success(null));
    agent.screen = box.replace('❯ ', `❯ ${own}`);
    await agent.endTurn();
    expect(agent.typed).toBe('hello⏎');
  });

  test('is followed to an agent whose turn ended meanwhile', async () => {
    const agent = new Agent().working();
    agent.onEnter = () => (agent.typed === 'hello⏎' ? agent.done() : agent.working());
    expect(await agent.send()).toEqual(success(null));
    expect(agent.typed).toBe('hello⏎⏎');
  });

  test('waits until its agent has begun', async () => {
    const agent = new Agent();
    agent.onEnter = () => agent.working();
    const sent = agent.send();
    await vi.waitUntil(() => agent.asks > 20);
    expect(agent.typed).toBe('');
    agent.idle();
    expect(await sent).toEqual(success(null));
    expect(agent.typed).toBe('hello⏎');
  });

  test('does not wait for ever for that', async () => {
    const agent = new Agent();
    expect(codeOf(await agent.send())).toBe('not_begun');
    expect(agent.typed).toBe('');
  });

  test('and the next one go one after the other', async () => {
    const agent = new Agent().idle();
    agent.onEnter = () => agent.typed.endsWith('⏎⏎') && agent.working().done();
    expect(await Promise.all([agent.send('one'), agent.send('two')])).toEqual([success(null), success(null)]);
    expect(agent.typed).toBe('one⏎⏎two⏎⏎');
  });

  test.each(['brief', 'words'] as const)('that is shown late gets its Enter later: %s', async (kind) => {
    const agent = new Agent().idle();
    agent.refusal = problemOf('not_shown', 'It shows nothing.');
    agent.onEnter = () => agent.typed === '⏎⏎' && agent.working();
    expect(codeOf(await agent.typist.type({ id, text: 'hello', kind }))).toBe('ok');
    expect(agent.typed).toBe('⏎⏎');
  });

  test('that is never shown is told, of an agent at work and of a command at once', async () => {
    const agent = new Agent().idle();
    agent.refusal = problemOf('not_shown', 'It shows nothing.');
    expect(codeOf(await agent.send())).toBe('not_shown');
    expect(agent.typed).toBe('⏎⏎⏎⏎⏎');
    expect(codeOf(await agent.send('/clear', true))).toBe('not_shown');
    expect(codeOf(await agent.working().send())).toBe('not_shown');
    expect(agent.typed).toBe('⏎⏎⏎⏎⏎');
  });

  test('of nothing is an Enter and no more', async () => {
    const agent = new Agent().idle();
    expect(await agent.send('')).toEqual(success(null));
    expect(agent.typed).toBe('⏎');
  });
});

describe('a brief', () => {
  test('waits until its agent has begun, and goes before what is sent to it meanwhile', async () => {
    const agent = new Agent().delivers('typing');
    agent.onEnter = () => agent.working().done().delivers(null);
    const all = Promise.all([agent.send('and then'), agent.given('brief'), agent.send('and on')]);
    await vi.waitUntil(() => agent.asks > 20);
    expect(agent.typed).toBe('');
    agent.idle();
    expect((await all).map(codeOf)).toEqual(['ok', 'ok', 'ok']);
    expect(agent.typed).toBe('do it⏎and then⏎and on⏎');
  });

  test('gets its Enter again, and is given up after as many as any line', async () => {
    const agent = new Agent().idle();
    agent.onEnter = () => agent.typed === 'do it⏎⏎⏎' && agent.working();
    expect(codeOf(await agent.given('brief'))).toBe('ok');
    expect(agent.typed).toBe('do it⏎⏎⏎');
    agent.done().typed = '';
    expect(codeOf(await agent.given('brief', 'once more'))).toBe('not_taken');
    expect(agent.typed).toBe('once more⏎⏎⏎⏎⏎⏎');
  });

  test('is typed whatever it begins with: it is no command', async () => {
    const agent = new Agent().idle();
    agent.onEnter = () => agent.working();
    expect(codeOf(await agent.given('brief', '/do it'))).toBe('ok');
  });

  test.each(['asks', 'asks_meanwhile'])('is held where the host says %s', async (code) => {
    const agent = new Agent().idle();
    agent.refusal = problemOf(code, 'It says why.');
    expect(codeOf(await agent.given('brief'))).toBe(code);
    expect(agent.typed).toBe('');
  });

  test('waits for the prompt, as every line does, and not for ever', async () => {
    const agent = new Agent().idle();
    agent.onEnter = () => agent.working();
    agent.refusal = problemOf('not_at_prompt', 'It shows no prompt.');
    const given = agent.given('brief');
    await vi.waitUntil(() => agent.asks > 5);
    agent.refusal = null;
    expect(codeOf(await given)).toBe('ok');
    agent.refusal = problemOf('not_at_prompt', 'It shows no prompt.');
    expect(codeOf(await agent.done().given('brief'))).toBe('not_at_prompt');
  });
});

describe('the word to go on', () => {
  const limit = { kind: 'turn-failed', error: 'rate_limit', limited: true } as const;

  test('is taken once its agent works, and gets Enter again while it rests at its limit', async () => {
    const agent = new Agent().working().hook(limit);
    agent.onEnter = () => agent.typed === 'do it⏎⏎' && agent.working();
    expect(codeOf(await agent.given('go-on'))).toBe('ok');
    expect(agent.typed).toBe('do it⏎⏎');
  });

  test('is not typed at the question what to do about the limit', async () => {
    const agent = new Agent().working().hook(limit);
    agent.screen = question;
    expect(codeOf(await agent.given('go-on'))).toBe('asks');
    expect(agent.typed).toBe('');
  });
});

describe('nothing is typed', () => {
  test('at a question that a hook told of, for it would be an answer', async () => {
    const agent = new Agent().working().hook({ kind: 'asked', what: 'Bash: ls' });
    expect(await agent.send()).toMatchObject({
      problem: problemOf(
        'asks',
        `${id} waits for an answer: Bash: ls. What is typed now would answer it.`,
        'Answer it: orch-tui queue',
      ),
    });
    expect(agent.typed).toBe('');
  });

  test('at one that only its screen shows, nor an Enter again once there is one', async () => {
    const agent = new Agent().idle();
    agent.screen = question;
    expect(codeOf(await agent.send())).toBe('asks');
    expect(agent.typed).toBe('');
    agent.screen = box;
    agent.onEnter = () => {
      agent.screen = question;
    };
    expect(codeOf(await agent.send())).toBe('asks');
    expect(agent.typed).toBe('hello⏎');
  });

  test('at the question whether its folder is trusted, while its brief still waits', async () => {
    const agent = new Agent();
    agent.scene.tell({ type: 'signed', id, sign: { source: 'screen', says: 'question' }, sessionId: null });
    agent.delivers('waiting');
    expect(codeOf(await agent.send())).toBe('asks');
    expect(agent.typed).toBe('');
  });

  test('that looks like a command, unless it is meant; then once', async () => {
    const agent = new Agent().idle();
    expect(codeOf(await agent.send('/clear'))).toBe('looks_like_command');
    expect(await agent.send('/clear', true)).toEqual(success(null));
    expect(agent.typed).toBe('/clear⏎');
  });

  test('again for a command, unless it still stands in the box', async () => {
    const agent = new Agent().idle();
    agent.onEnter = () => {
      agent.screen = agent.typed === '/model⏎' ? box.replace('❯ ', '❯ /model') : question;
    };
    expect(await agent.send('/model', true)).toEqual(success(null));
    expect(agent.typed).toBe('/model⏎⏎');
    agent.typed = '';
    agent.screen = box;
    agent.onEnter = () => {
      agent.screen = box.replace('❯ ', '❯ /model claude-fable');
    };
    expect(await agent.send('/model', true)).toEqual(success(null));
    expect(agent.typed).toBe('/model⏎');
  });

  test('into what does not run or is not there', async () => {
    const agent = new Agent().idle();
    expect(codeOf(await agent.typist.type({ id: 'web/none', text: 'x', kind: 'words' }))).toBe(
      'no_such_worker',
    );
    agent.scene.tell({ type: 'host-lost' });
    expect(codeOf(await agent.send())).toBe('not_running');
    expect(agent.typed).toBe('');
  });
});

test('an agent without hooks is only typed to', async () => {
  const agent = new Agent(new Scene().started('auth', 'plain'));
  expect(await agent.send()).toEqual(success(null));
  expect(agent.typed).toBe('hello⏎');
});

test('an agent without hooks is typed nothing at a question, told by its screen or by its title', async () => {
  const agent = new Agent(new Scene().started('auth', 'plain'));
  agent.screen =
    '┃  △ Permission required\n┃\n┃   Allow once   Allow always   Reject      ⇆ select  enter confirm';
  expect(codeOf(await agent.send())).toBe('asks');
  expect(codeOf(await agent.send(''))).toBe('asks');
  agent.screen = box;
  agent.scene.tell({ type: 'signed', id, sign: { source: 'title', says: 'asking' }, sessionId: null });
  expect(codeOf(await agent.send())).toBe('asks');
  expect(agent.typed).toBe('');
});

test('what the host did not type, or did not enter, is said', async () => {
  for (const code of ['asks', 'asks_meanwhile', 'not_at_prompt', 'not_shown']) {
    const agent = new Agent(new Scene().started('auth', 'plain'));
    agent.refusal = problemOf(code, 'It says why.');
    const sent = await agent.send();
    expect(sent).toMatchObject({ ok: false, problem: { code, message: expect.stringContaining(id) } });
  }
});
