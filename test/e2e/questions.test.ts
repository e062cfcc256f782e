import { readdirSync } from 'node:fs';
import { readFile, writeFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { beforeEach, describe, expect, it } from 'vitest';
import { type Shop, shareShop } from './shop.ts';

const screens = resolve('test/agents/screens');
const asker = resolve('test/e2e/asker.mjs');
const quit = { interrupt: '\u001b', type: '\u0015/quit' };
const session = '6f1c1f7e-3f0a-4f57-9f0e-0b8f5b1f2a11';

const current = shareShop({
  repos: { backend: {} },
  agents: {
    asker: { command: [process.execPath, asker], quit },
    hooked: { command: [process.execPath, asker], speaks: 'claude', delivery: 'typed', quit },
  },
});
let shop: Shop;
beforeEach(() => {
  shop = current();
});

const question = (name: string) => join(screens, 'questions', `${name}.txt`);
const prompt = (name: string) => join(screens, 'prompts', `${name}.txt`);
const id = (task: string) => `backend/${task}`;
const recordOf = (task: string) => shop.path(`${task}.jsonl`);

interface Shown {
  readonly screen: string;
  readonly next?: string;
  readonly hooks?: readonly object[];
}

/** Starts a worker that shows that, and waits until it is on its screen. */
async function show(task: string, shown: Shown, agent = 'asker'): Promise<void> {
  const brief = JSON.stringify({ record: recordOf(task), ...shown });
  await shop.json('worker', 'start', 'backend', task, '--brief', brief, '--agent', agent, '--yes');
  const last = (await readFile(shown.screen, 'utf8')).trimEnd().split('\n').at(-1)?.trim() ?? '';
  await shop.until(`${task} shows its screen`, async () => {
    const { text } = await shop.json<{ text: string }>('worker', 'screen', id(task));
    return text.trimEnd().endsWith(last);
  });
}

interface Got {
  readonly at: number;
  readonly bytes: string;
}

/** What reached it, chunk by chunk. */
async function got(task: string): Promise<readonly Got[]> {
  const lines = (await readFile(recordOf(task), 'utf8')).split('\n').filter((line) => line !== '');
  return lines.map((line) => JSON.parse(line) as Got);
}

const bytesOf = async (task: string) => (await got(task)).map(({ bytes }) => bytes);

async function refusal(...args: string[]): Promise<string> {
  const { stdout } = await shop.run([...args, '--json']);
  return (JSON.parse(stdout) as { error?: { code: string } }).error?.code ?? 'ok';
}

describe('at a question of a real agent', () => {
  const all = readdirSync(join(screens, 'questions')).map((name) => name.replace('.txt', ''));
  const agents = [...new Set(all.map((name) => name.split('-')[0]))];

  it.each(agents)('nothing that is sent reaches %s, and it is stopped without a key', async (agent) => {
    for (const name of all.filter((one) => one.startsWith(`${agent}-`))) {
      await show(name, { screen: question(name) });
      const said = [
        await refusal('worker', 'send', id(name), 'No, do not do that'),
        await refusal('worker', 'send', id(name), '/clear', '--command'),
      ];
      await shop.json('worker', 'stop', id(name));
      expect({ name, said, bytes: await bytesOf(name) }).toEqual({ name, said: ['asks', 'asks'], bytes: [] });
    }
  });
});

describe('what looks like a question and is none', () => {
  it.each(['codex-history-numbered', 'claude-history-numbered', 'opencode-idle', 'gemini-idle'])(
    '%s: a line reaches it, and its Enter a moment later',
    async (name) => {
      await show(name, { screen: prompt(name) });
      await shop.json('worker', 'send', id(name), '1. do this\n2. do that');
      const [text, enter] = await got(name);
      expect(text?.bytes).toBe('\u001b[200~1. do this\r2. do that\u001b[201~');
      expect(enter?.bytes).toBe('\r');
      expect((enter?.at ?? 0) - (text?.at ?? 0)).toBeGreaterThanOrEqual(140);
    },
  );
});

describe('a question that comes up', () => {
  it('between a line and its Enter gets the text and no Enter', async () => {
    await show('between', { screen: prompt('codex-idle'), next: question('codex-permission') });
    expect(await refusal('worker', 'send', id('between'), 'go on')).toBe('asks_meanwhile');
    expect(await bytesOf('between')).toEqual(['\u001b[200~go on\u001b[201~']);
  });

  it('once a turn was interrupted gets no word to quit', async () => {
    await show('interrupted', { screen: prompt('gemini-idle'), next: question('gemini-permission') });
    await shop.json('worker', 'stop', id('interrupted'));
    expect(await bytesOf('interrupted')).toEqual(['\u001b']);
  });

  it('is not answered by merging the base into the worktree and telling of conflicts', async () => {
    await show('merge', { screen: question('opencode-permission') });
    const worktree = shop.path('.worktrees', 'backend-merge');
    for (const [folder, text] of [
      [worktree, 'theirs'],
      [shop.path('backend'), 'ours'],
    ] as const) {
      if (folder !== worktree) await shop.git('backend', 'switch', '--quiet', 'develop');
      await writeFile(join(folder, 'same.txt'), text);
      await shop.place.git(folder, 'add', '.');
      await shop.place.git(folder, 'commit', '--quiet', '-m', text);
    }
    expect(await shop.json('worker', 'update', id('merge'), '--tell')).toMatchObject({
      conflicts: ['same.txt'],
      told: false,
    });
    expect(await bytesOf('merge')).toEqual([]);
  });
});

describe('an agent with hooks', () => {
  const begun = { hook_event_name: 'SessionStart', source: 'startup', session_id: session };

  it('that asks is not given its brief', async () => {
    const name = 'brief';
    await show(name, { screen: question('claude-mcp'), hooks: [begun] }, 'hooked');
    await shop.until('the brief is held', async () => {
      const { undelivered } = await shop.json<{ undelivered: boolean }>('worker', 'show', id(name));
      return undelivered;
    });
    await shop.json('worker', 'stop', id(name));
    expect(await bytesOf(name)).toEqual([]);
  });

  it('that asks is not told to go on after a limit', async () => {
    const name = 'limit';
    const prompted = { hook_event_name: 'UserPromptSubmit', session_id: session };
    const limited = { hook_event_name: 'StopFailure', session_id: session, error: 'rate_limit' };
    await show(name, { screen: question('claude-permission'), hooks: [begun, prompted, limited] }, 'hooked');
    await shop.untilState(id(name), 'limited');
    await shop.json('worker', 'go-on', id(name));
    await shop.until('it is said that it was not told', async () => {
      const { notices } = await shop.json<{ notices: { code: string }[] }>('status');
      return notices.some(({ code }) => code === 'not_delivered');
    });
    expect(await bytesOf(name)).toEqual([]);
  });
});
