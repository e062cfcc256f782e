import { execFile } from 'node:child_process';
import { readdir, readFile, writeFile } from 'node:fs/promises';
import type { Server } from 'node:http';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { realClock } from '../../src/notion/clock.ts';
import { boardTable, invoiceTable, type TableSpec } from '../../src/notion/tables.ts';
import { NotionStandIn } from '../notion/standIn.ts';
import { program, Shop } from './shop.ts';

const board = `# Sprint 12

Last synced: never

## To Do

| ID | Task | Priority | Repo |
|----|------|----------|------|
| ORC-1 | Fix the migration | High | backend |
| ORC-2 | Write a page | Low | web |

## In Progress

| ID | Task | Repo | Branch | Worker |
|----|------|------|--------|--------|
`;

let shop: Shop;
let service: NotionStandIn;
let server: Server;
let url: string;
let source: string;
beforeEach(async () => {
  shop = await Shop.open();
  service = new NotionStandIn(realClock);
  ({ server, url } = await service.listen());
  source = addSource(boardTable);
  await writeFile(shop.path('SPRINT_BOARD.md'), board);
});
afterEach(async () => {
  await shop.close();
  server.closeAllConnections();
  await new Promise((done) => server.close(done));
});

/** A database as somebody has made it, without a property for our ids. */
function addSource(spec: TableSpec): string {
  return service.addSource(
    spec.fields.map(({ field, names, types }) => ({
      name: names[0] ?? field,
      type: types[0] ?? 'rich_text',
      options: field === spec.choiceField ? spec.choices.map(({ choice }) => choice) : [],
    })),
  );
}

const env = () => ({ ORCH_NOTION_URL: url });
const titles = () => service.living(source).map((page) => service.values(page).Task);

async function run(...args: string[]) {
  const { stdout, code } = await shop.run([...args, '--json'], { env: env() });
  return { code, value: JSON.parse(stdout) };
}

/** As a script does it: the token comes by standard input. */
async function connect(...more: string[]): Promise<void> {
  const args = ['notion', 'connect', '--token-stdin', '--yes', '--json', '--board', source, ...more];
  const answer = await new Promise<string>((done) => {
    const options = { cwd: shop.place.workspace, env: shop.place.env({ ...env(), ORCH_LINGER_MS: '3000' }) };
    const child = execFile(program, args, options, (_, stdout) => done(stdout));
    child.stdin?.end(`${service.token}\n`);
  });
  expect(JSON.parse(answer)).toMatchObject({
    tables: [{ table: 'board' }, ...more.slice(1).map(() => ({}))],
  });
  expect(answer).not.toContain('canary');
}

it('connects, pushes, pulls, finds conflicts and does what the person decides', async () => {
  expect((await run('sync')).value.error.code).toBe('notion_unconnected');
  await connect();
  const dry = await run('sync', '--dry-run');
  expect(dry.value).toMatchObject({ created: 2, updated: 0, pulled: 0, dryRun: true });
  expect(titles()).toEqual([]);
  expect((await run('sync')).value).toMatchObject({ created: 2, conflicts: [], problems: [] });
  expect(titles().sort()).toEqual(['Fix the migration', 'Write a page']);
  expect(await readFile(shop.path('SPRINT_BOARD.md'), 'utf8')).toMatch(/Last synced: \d{4}-\d\d-\d\d/);

  const [first, second] = ['Fix the migration', 'Write a page'].map((title) =>
    service.living(source).find((page) => service.values(page).Task === title),
  );
  if (!first || !second) throw new Error('no pages');
  service.edit(first, { Status: 'In Progress' });
  service.edit(second, { Task: 'Write their page' });
  await shop.json('board', 'edit', 'ORC-2', '--task', 'Write our page');
  const both = await run('sync');
  expect(both.value).toMatchObject({
    pulled: 1,
    conflicts: [{ id: 'ORC-2', field: 'task', ours: 'Write our page', theirs: 'Write their page' }],
  });
  const cards = await shop.json<{ id: string; column: string; task: string }[]>('board');
  expect(cards.find(({ id }) => id === 'ORC-1')?.column).toBe('In Progress');
  expect(cards.find(({ id }) => id === 'ORC-2')?.task).toBe('Write our page');
  expect((await run('sync', 'resolve', 'ORC-2', 'task', 'theirs')).value).toMatchObject({ isDecided: true });
  expect((await run('sync', 'board')).value).toMatchObject({ pulled: 1, conflicts: [] });
  expect((await run('sync', 'conflicts')).value).toEqual([]);
  expect((await run('sync')).value).toMatchObject({ created: 0, updated: 0, pulled: 0 });

  const { value: status } = await run('notion', 'status');
  expect(status).toMatchObject({ tables: ['board'], pending: 0, problems: [] });
  expect(status.token.lastFour).toBe('nary');
});

it('syncs time entries as they are, to the cent', async () => {
  const file = shop.path('.orch/config.json');
  const config = JSON.parse(await readFile(file, 'utf8'));
  await writeFile(file, JSON.stringify({ ...config, invoices: { currency: 'EUR', rate: 8000 } }));
  const entries = addSource(invoiceTable);
  await connect('--invoices', entries);
  const { id } = await shop.json<{ id: string }>(
    'invoice',
    'add',
    'Auth',
    '--time',
    '1h 20m',
    '--repo',
    'web',
  );
  expect((await run('sync', 'invoices')).value).toMatchObject({ created: 1, problems: [], conflicts: [] });
  const [page] = service.living(entries);
  if (!page) throw new Error('no page');
  expect(service.values(page)).toMatchObject({ Task: 'Auth', Amount: 106.67, Rate: 80, Status: 'pending' });
  service.edit(page, { Status: 'invoiced' });
  expect((await run('sync', 'invoices')).value).toMatchObject({ pulled: 1, conflicts: [] });
  expect(await shop.json('invoice')).toMatchObject([
    { id, status: 'invoiced', amountCents: 10667, minutes: 80 },
  ]);
});

it('keeps the token out of files, screens and the environment of workers', async () => {
  await connect();
  await run('sync');
  const file = shop.path('.orch/config.json');
  const config = JSON.parse(await readFile(file, 'utf8'));
  const teller = { command: ['sh', '-c', 'env; cat /proc/$PPID/environ; exec cat'], speaks: 'none' };
  await writeFile(file, JSON.stringify({ ...config, agents: { ...config.agents, teller } }));
  await shop.start('backend', 'fix', '', 'idle', 'teller');
  const { stdout: screen } = await shop.run(['worker', 'screen', 'backend/fix', '--scrollback', '500']);
  expect(screen).not.toContain('canary');
  const names = await readdir(shop.path('.orch'), { recursive: true, withFileTypes: true });
  for (const name of names.filter((one) => one.isFile()))
    expect(await readFile(join(name.parentPath, name.name), 'utf8')).not.toContain('canary');
});
