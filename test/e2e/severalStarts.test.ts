import { readFile, writeFile } from 'node:fs/promises';
import { afterEach, expect, it } from 'vitest';
import { program, readAll, Shop } from './shop.ts';

type List<T> = T[] & Record<string, unknown>;
interface Item {
  readonly kind: string;
  readonly worker: string;
}

let shop: Shop;
afterEach(() => shop.close());

const call = (id: number, name: string, args: object) => ({
  ...{ jsonrpc: '2.0', id, method: 'tools/call' },
  params: { name, arguments: args },
});
const hello = {
  ...{ jsonrpc: '2.0', id: 1, method: 'initialize' },
  params: { protocolVersion: '2025-06-18', capabilities: {}, clientInfo: { name: 'sh', version: '1' } },
};
const asLines = (...messages: readonly object[]) =>
  [hello, ...messages].map((message) => `'${JSON.stringify(message)}'`).join(' ');

/** An orchestrator that asks for something at once, and for more once a file is there. */
async function openShop(first: readonly object[], later: readonly object[]): Promise<void> {
  shop = await Shop.open({
    repos: { backend: {}, web: {} },
    agents: async ({ workspace }) => ({
      boss: {
        command: [
          ...['sh', '-c'],
          `printf '%s\\n' ${asLines(...first)} | "$0" mcp
while [ ! -e ${workspace}/more ]; do sleep 0.1; done
printf '%s\\n' ${asLines(...later)} | "$0" mcp
exec cat`,
          program,
        ],
        speaks: 'claude',
      },
    }),
  });
}

const wish = (id: number, repo: string, task: string) =>
  call(id, 'propose_worker', { repo, task, brief: `say: ${task} is done.\nsay: Bye.` });
const more = () => writeFile(shop.path('more'), '');
const boss = () => shop.json('orchestrator', '--agent', 'boss', '--yes');
const queue = async () =>
  (await shop.json<List<Item>>('queue')).map(({ kind, worker }) => `${kind} ${worker}`).sort();
const proposed = (count: number) =>
  shop.until(`${count} are proposed and worked out`, async () => {
    const all = await shop.json<List<{ plan: object | null }>>('proposals');
    return all.length === count && all.every(({ plan }) => plan !== null);
  });

async function limitWorkers(workers: number): Promise<void> {
  const file = shop.path('.orch/config.json');
  const config = JSON.parse(await readFile(file, 'utf8'));
  await shop.configure({ limits: { ...config.limits, workers } });
}

it('one yes starts what was listed as far as limits allow, says what it did not, and answers no questions', async () => {
  await openShop(
    [wish(2, 'backend', 'one'), wish(3, 'web', 'two'), wish(4, 'web', 'three')],
    [wish(2, 'backend', 'late')],
  );
  await limitWorkers(2);
  await shop.start('backend', 'list', 'run: git status\nsay: All looked at.', 'waiting');
  await boss();
  await proposed(3);
  const room = shop.room({ cols: 80, rows: 24 });
  await room.until('Needs you (4)');
  await room.until('n new');
  // Typed ahead, all at once: nobody can have read what that y would be to.
  room.type('Ay');
  await room.until('This has just appeared. Read it, then press again.');
  await room.until('Start these 3?');
  const dialog = await readAll(room);
  for (const part of ['backend/one', 'web/two', 'web/three', 'demo', 'feature/three', 'say: one is done.'])
    expect(dialog).toContain(part);
  expect(dialog).not.toContain('git status');
  await more();
  await room.until('5 need you');
  const rest = await readAll(room);
  expect(rest).toMatch(/Not among them[ │\n]+#\d+ backend\/late: (ready since|still being worked out)/);
  room.press('y');
  await room.until('1 of 3 started');
  expect(room.screen()).toMatch(/✓ started/);
  expect(room.screen()).toMatch(/✕ Not started: 2 workers run already; this workspace wants at most 2/);
  room.press('q');
  await room.until('tab');
  await shop.untilState('backend/one', 'idle');
  expect(await queue()).toEqual([
    'permission backend/list',
    'proposal backend/late',
    'proposal web/three',
    'proposal web/two',
  ]);
  room.press('q');
  await room.exited;
});

it('commands start several by their numbers, or all once a person has seen the list', async () => {
  await openShop(
    [wish(2, 'backend', 'one'), wish(3, 'web', 'two'), wish(4, 'web', 'three'), wish(5, 'web', 'four')],
    [],
  );
  await boss();
  await proposed(4);
  const refused = async (...args: string[]) => JSON.parse((await shop.run([...args, '--json'])).stdout).error;
  expect(await refused('approve', '--all')).toMatchObject({ code: 'approval_required' });
  expect(await refused('approve', '2', '99')).toMatchObject({ code: 'no_such_proposal' });
  expect((await shop.run(['approve'])).code).toBe(2);
  expect((await shop.run(['approve', '2', '--all'])).code).toBe(2);
  expect(await shop.json<List<object>>('worker', 'list')).toHaveLength(1);

  const [one, two] = await shop.json<List<{ n: number }>>('proposals');
  const both = await shop.json('approve', `${one?.n}`, `${two?.n}`);
  expect(both).toMatchObject({ started: [{ id: 'backend/one' }, { id: 'web/two' }], left: [] });

  await limitWorkers(3);
  const terminal = shop.inTerminal(['approve', '--all'], { cols: 120, rows: 30 });
  const list = await readPages(terminal);
  for (const part of [
    'web/three',
    'feature/three',
    '.worktrees/web-three',
    'demo-agent.js',
    '│ say: three is done.',
  ])
    expect(list).toContain(part);
  terminal.type('y\r');
  await terminal.until(/Not started: #\d+ web\/four: 3 workers run already/);
  expect(terminal.screen()).toMatch(/Started web\/three in /);
  expect(await terminal.exited).toMatchObject({ exitCode: 1 });
  expect(await queue()).toContain('proposal web/four');
});

it('a wished finish is declined with n, or by a command, and stays declined', async () => {
  const finish = (why: string) => call(2, 'propose_finish', { worker: 'backend/list', why });
  await openShop([finish('reviewed')], [finish('and again')]);
  await shop.start('backend', 'list', 'write a.txt: a\ncommit: Add a');
  await boss();
  const room = shop.room();
  await room.until('finish?');
  // Facts are shown a moment before the room is connected.
  await room.until('n new');
  room.press('tab', 'y');
  await room.until('The orchestrator suggests finishing it: reviewed');
  await room.until('y merge');
  room.press('n');
  await room.until('backend/list stays as it is.');
  expect(await queue()).toEqual([]);
  await more();
  await room.until('finish?');
  const said = await shop.run(['worker', 'leave-unfinished', 'backend/list']);
  expect(said.stdout).toBe('backend/list stays as it is.\n');
  const again = await shop.run(['worker', 'leave-unfinished', 'backend/list', '--json']);
  expect(JSON.parse(again.stdout).error.code).toBe('not_wished');
  expect(await queue()).toEqual([]);
  room.press('q');
  await room.exited;
});

/** All that a command lists before it asks, a page at a time. */
async function readPages(terminal: ReturnType<Shop['inTerminal']>): Promise<string> {
  const pages: string[] = [];
  const page = /\[(\d+) more lines: enter goes on\]/g;
  for (;;) {
    const screen = await terminal.until(/more lines: enter goes on\] *$|Start them\? \[y\/N\]/m);
    pages.push(screen);
    if (screen.includes('Start them? [y/N]')) return pages.join('\n');
    terminal.press('enter');
    const left = [...screen.matchAll(page)].at(-1)?.[1];
    await terminal.until(
      (text) => [...text.matchAll(page)].at(-1)?.[1] !== left || text.includes('Start them?'),
    );
  }
}
