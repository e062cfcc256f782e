import { readFile, writeFile } from 'node:fs/promises';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { Shop } from './shop.ts';

let shop: Shop;
beforeEach(async () => {
  shop = await Shop.open({ repos: { backend: {} } });
});
afterEach(() => shop.close());

interface Item {
  readonly kind: string;
  readonly text: string;
  readonly request?: { readonly id: string; readonly detail: string };
}

const queue = () => shop.json<Item[] & Record<string, unknown>>('queue');

/** The one request that waits. */
async function requested(): Promise<{ id: string; text: string }> {
  let found: Item | undefined;
  await shop.until('a request waits', async () => {
    found = (await queue()).find(({ request }) => request);
    return found !== undefined;
  });
  return { id: found?.request?.id ?? '', text: found?.text ?? '' };
}

it('a person allows what an agent asks from the queue, and the agent goes on', async () => {
  const room = shop.room();
  await room.until('1 repo');
  await shop.start('backend', 'list', 'run: git status\nsay: All looked at.', 'waiting');
  await room.until('Needs you (1)');
  room.press('tab', 'enter');
  await room.until('Allow backend/list to use Bash?');
  await room.until('y allow');
  room.press('y');
  await room.until('All looked at.');
  expect(await queue()).toEqual([]);
  room.press('q');
  await room.exited;
});

it('commands answer by the request’s id, once, and tell the agent why not', async () => {
  await shop.start('backend', 'list', 'run: git status\nsay: I go on.', 'waiting');
  const { id, text } = await requested();
  expect(text).toBe('Bash: git status');
  const refused = async (...args: string[]) =>
    JSON.parse((await shop.run([...args, '--json'])).stdout).error.code;
  expect(await refused('answer', 'deadbeef', 'allow')).toBe('no_such_request');
  expect(await refused('answer', id, '1')).toBe('not_here');
  expect(await refused('answer', id, 'perhaps')).toBe('usage');
  expect((await shop.run(['answer', id, 'deny', '--why', 'not now'])).stdout).toBe('Denied.\n');
  expect(await refused('answer', id, 'allow')).toBe('already_answered');
  await shop.untilState('backend/list', 'idle');
  const log = await shop.json<{ type: string }[] & Record<string, unknown>>('worker', 'log', 'backend/list');
  expect(log).toContainEqual(
    expect.objectContaining({
      type: 'answered',
      what: 'Bash: git status',
      answer: { say: 'deny', why: 'not now' },
    }),
  );
});

it('the pane may be first; the queue then has nothing to answer', async () => {
  await shop.start('backend', 'list', 'run: git status\nsay: I go on.', 'waiting');
  const { id } = await requested();
  const room = shop.room();
  await room.until('Needs you (1)');
  room.press('1');
  await room.until('ctrl-q back');
  room.type('y');
  await room.until('I go on.');
  await shop.until('the queue is empty', async () => (await queue()).length === 0);
  const { stdout } = await shop.run(['answer', id, 'allow', '--json']);
  expect(JSON.parse(stdout).error.code).toBe('answered_elsewhere');
});

it('a line that is sent to a worker while it asks is refused, and answers nothing', async () => {
  await shop.start('backend', 'list', 'run: git status\nsay: I go on.', 'waiting');
  const { id } = await requested();
  const { code, stdout } = await shop.run(['worker', 'send', 'backend/list', 'y', '--json']);
  expect([code, JSON.parse(stdout).error.code]).toEqual([1, 'asks']);
  expect((await requested()).id).toBe(id);
  await shop.json('answer', id, 'allow');
  await shop.untilState('backend/list', 'idle');
  await shop.json('worker', 'send', 'backend/list', 'say: And on.');
  await shop.until('it was heard', async () => {
    const { said } = await shop.json<{ said: { text: string } | null }>('worker', 'show', 'backend/list');
    return said?.text === 'And on.';
  });
});

it('a request outlives the controller, under the same id', async () => {
  await shop.start('backend', 'list', 'run: git status\nsay: I go on.', 'waiting');
  const { id } = await requested();
  process.kill(await shop.pidOf('controller'), 'SIGKILL');
  expect(await requested()).toEqual({ id, text: 'Bash: git status' });
  await shop.json('answer', id, 'allow');
  await shop.untilState('backend/list', 'idle');
  expect(await queue()).toEqual([]);
});

it('a worker answers nothing, its own questions least of all', async () => {
  const config = JSON.parse(await readFile(shop.path('.orch/config.json'), 'utf8'));
  const out = shop.path('answer.json');
  const script = `while [ ! -s "$ID" ]; do sleep 0.1; done
'${process.cwd()}/dist/orch-tui' answer "$(cat "$ID")" allow --json > "$OUT"; exec sleep 100000`;
  const env = { ID: shop.path('id'), OUT: out, XDG_RUNTIME_DIR: shop.place.runtime };
  const agents = { ...config.agents, sly: { command: ['bash', '-c', script], env } };
  await shop.configure({ agents });
  await shop.start('backend', 'list', 'run: git status', 'waiting');
  const { id } = await requested();
  await shop.start('backend', 'sly', '', 'idle', 'sly');
  await writeFile(shop.path('id'), id);
  await shop.until('it was told no', async () =>
    (await readFile(out, 'utf8').catch(() => '')).includes('approval_forbidden'),
  );
  expect((await requested()).id).toBe(id);
});
