import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { invoiceTable } from '../../src/features/notion/service/tables.ts';
import { NotionShop } from './notionShop.ts';
import type { Shop } from './shop.ts';

let notion: NotionShop;
let shop: Shop;
beforeEach(async () => {
  notion = await NotionShop.open();
  shop = notion.shop;
});
afterEach(() => notion.close());

const run = (...args: string[]) => notion.run(...args);
const titles = () => notion.service.living(notion.source).map((page) => notion.service.values(page).Task);

it('connects, pushes, pulls, finds conflicts and does what the person decides', async () => {
  expect((await run('sync')).value.error).toMatchObject({ code: 'notion_unconnected' });
  await notion.connect();
  const dry = await run('sync', '--dry-run');
  expect(dry.value).toMatchObject({ created: 2, updated: 0, pulled: 0, dryRun: true });
  expect(titles()).toEqual([]);
  expect((await run('sync')).value).toMatchObject({ created: 2, conflicts: [], problems: [] });
  expect(titles().sort()).toEqual(['Fix the migration', 'Write a page']);
  expect(await readFile(shop.path('SPRINT_BOARD.md'), 'utf8')).toMatch(/Last synced: \d{4}-\d\d-\d\d/);

  const [first, second] = ['Fix the migration', 'Write a page'].map((title) =>
    notion.service.living(notion.source).find((page) => notion.service.values(page).Task === title),
  );
  if (!first || !second) throw new Error('no pages');
  notion.service.edit(first, { Status: 'In Progress' });
  notion.service.edit(second, { Task: 'Write their page' });
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
  expect(status).toMatchObject({ tables: ['board'], pending: 0, problems: [], token: { lastFour: 'nary' } });
});

it('syncs time entries as they are, to the cent', async () => {
  await shop.configure({ invoices: { currency: 'EUR', rate: 8000 } });
  const entries = notion.addSource(invoiceTable);
  await notion.connect('--invoices', entries);
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
  const [page] = notion.service.living(entries);
  if (!page) throw new Error('no page');
  expect(notion.service.values(page)).toMatchObject({
    Task: 'Auth',
    Amount: 106.67,
    Rate: 80,
    Status: 'pending',
  });
  notion.service.edit(page, { Status: 'invoiced' });
  expect((await run('sync', 'invoices')).value).toMatchObject({ pulled: 1, conflicts: [] });
  expect(await shop.json('invoice')).toMatchObject([
    { id, status: 'invoiced', amountCents: 10667, minutes: 80 },
  ]);
});

it('keeps the token out of files, screens and the environment of workers', async () => {
  await notion.connect();
  await run('sync');
  const file = shop.path('.orch/config.json');
  const config = JSON.parse(await readFile(file, 'utf8'));
  const teller = { command: ['sh', '-c', 'env; cat /proc/$PPID/environ; exec cat'], speaks: 'none' };
  await shop.configure({ agents: { ...config.agents, teller } });
  await shop.start('backend', 'fix', '', 'idle', 'teller');
  const { stdout: screen } = await shop.run(['worker', 'screen', 'backend/fix', '--scrollback', '500']);
  expect(screen).not.toContain('canary');
  const names = await readdir(shop.path('.orch'), { recursive: true, withFileTypes: true });
  for (const name of names.filter((one) => one.isFile()))
    expect(await readFile(join(name.parentPath, name.name), 'utf8')).not.toContain('canary');
});
