import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { ClaudeShop } from './claudeShop.ts';
import { installClaude } from './install.ts';

const program = await installClaude();

interface Item {
  readonly kind: string;
  readonly text: string;
  readonly request?: { readonly id: string; readonly questions: readonly unknown[] };
}

describe.skipIf(program === null)('the real Claude Code, answered from the queue', () => {
  let claude: ClaudeShop;
  beforeEach(async () => {
    claude = await ClaudeShop.open(program ?? '');
  });
  afterEach(() => claude[Symbol.asyncDispose]());

  /** The request of a kind that waits, once it does. */
  async function waiting(text: string): Promise<string> {
    let id: string | undefined;
    await claude.shop.until(`${text} waits`, async () => {
      const items = await claude.shop.json<Item[] & Record<string, unknown>>('queue');
      id = items.find((item) => item.text === text)?.request?.id;
      return id !== undefined;
    });
    return id ?? '';
  }

  const bash = (command: string) => ({ tools: [{ name: 'Bash', input: { command, description: 'x' } }] });

  it('goes on after a yes, and reads why after a no', async () => {
    const { api, shop } = claude;
    api.turns.push(bash('touch one.txt'), bash('touch two.txt'), { text: 'I see.' });
    await claude.start('asks', 'Make them.');
    await shop.json('answer', await waiting('Bash: touch one.txt'), 'allow');
    const why = 'Two is one too many.';
    await shop.json('answer', await waiting('Bash: touch two.txt'), 'deny', '--why', why);
    await shop.untilState('backend/asks', 'idle');
    expect(api.conversations.at(-1)).toContain(why);
    expect(await shop.place.git(shop.path('.worktrees/backend-asks'), 'status', '--porcelain')).toBe(
      '?? one.txt',
    );
  });

  it('takes the option that was chosen', async () => {
    const { api, shop } = claude;
    const options = ['Red', 'Blue'].map((label) => ({ label, description: `${label}!` }));
    const question = { question: 'Which colour?', header: 'Colour', multiSelect: false, options };
    api.turns.push(
      { tools: [{ name: 'AskUserQuestion', input: { questions: [question] } }] },
      { text: 'Thanks.' },
    );
    await claude.start('asks', 'Ask me.');
    await shop.json('answer', await waiting('Which colour?'), '2');
    await shop.untilState('backend/asks', 'idle');
    expect(api.conversations.at(-1)).toContain('\\"Which colour?\\"=\\"Blue\\"');
  });

  it('takes all that were chosen, as its pane does', async () => {
    const { api, shop } = claude;
    const options = ['Red', 'Green', 'Blue'].map((label) => ({ label, description: `${label}!` }));
    const ask = (question: string) => ({
      tools: [
        {
          name: 'AskUserQuestion',
          input: { questions: [{ question, header: 'Colour', multiSelect: true, options }] },
        },
      ],
    });
    api.turns.push(ask('Which colours?'), ask('And which here?'), { text: 'Thanks.' });
    await claude.start('asks', 'Ask me.');
    await shop.json('answer', await waiting('Which colours?'), '3,1');
    await waiting('And which here?');
    expect(api.conversations.at(-1)).toContain('\\"Which colours?\\"=\\"Red, Blue\\"');
    const room = await claude.room();
    room.press('1');
    await room.until('[ ] Red');
    room.press('1');
    await room.until('[✔] Red');
    room.press('3');
    await room.until('[✔] Blue');
    room.press('tab');
    // Before the choice that 2.1.197 heads with a question of its own.
    await room.until('Submit answers');
    room.press('enter');
    await shop.untilState('backend/asks', 'idle');
    expect(api.conversations.at(-1)).toContain('\\"And which here?\\"=\\"Red, Blue\\"');
  });

  it('clears the queue when its pane was answered first, by yes or by Esc', async () => {
    const { api, shop } = claude;
    api.turns.push(bash('touch one.txt'), bash('touch two.txt'));
    await claude.start('asks', 'Make them.');
    const first = await waiting('Bash: touch one.txt');
    const room = await claude.room();
    room.press('1');
    await room.until('Do you want to proceed?');
    room.press('enter');
    const second = await waiting('Bash: touch two.txt');
    const said = await shop.run(['answer', first, 'allow', '--json']);
    expect(JSON.parse(said.stdout).error.code).toBe('answered_elsewhere');
    room.press('escape');
    await shop.untilState('backend/asks', 'idle');
    expect(await shop.json('queue')).toEqual([]);
    expect((await shop.run(['answer', second, 'allow'])).code).toBe(1);
  });
});
