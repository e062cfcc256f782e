import { existsSync } from 'node:fs';
import { readdir, readFile, writeFile } from 'node:fs/promises';
import { resolve } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { program, Shop } from './shop.ts';

const board = `# Sprint 12

## To Do

| ID | Task | Priority | Repo |
|----|------|----------|------|
| ORC-1 | Fix the migration | High | backend |
| ORC-2 | Write a page | Low | web |

## In Progress

| ID | Task | Repo | Branch | Worker | Started | Blockers |
|----|------|------|--------|--------|---------|----------|

## Review

| ID | Task | Repo | Branch | Worker |
|----|------|------|--------|--------|

## Done

| ID | Task | Repo | Completed |
|----|------|------|-----------|
`;

interface ShownCard {
  readonly id: string;
  readonly column: string;
  readonly worker: string | null;
  readonly branch: string | null;
  readonly priority: string | null;
  readonly started: string | null;
  readonly completed: string | null;
  readonly blockers: string | null;
}

let shop: Shop;
beforeEach(async () => {
  shop = await Shop.open();
});
afterEach(() => shop.close());

const cards = () => shop.json<ShownCard[]>('board', 'show');
const card = async (id: string) => (await cards()).find((one) => one.id === id);
const boardText = () => readFile(shop.path('SPRINT_BOARD.md'), 'utf8');

async function configure(change: Record<string, unknown>): Promise<void> {
  await shop.configure(change);
}

async function problemOf(...args: string[]): Promise<{ exit: number; code: string; message: string }> {
  const { code, stdout } = await shop.run([...args, '--json']);
  return { exit: code, ...(JSON.parse(stdout) as { error: { code: string; message: string } }).error };
}

describe('the board at the command line', () => {
  it('is begun by its first card, and takes cards, moves and edits', async () => {
    expect(await problemOf('board')).toMatchObject({ exit: 1, code: 'no_board' });
    const { id } = await shop.json<{ id: string }>('board', 'add', 'Rate limits', '--repo', 'backend');
    expect(id).toBe('ORC-1');
    await shop.json('board', 'move', 'ORC-1', 'in-progress');
    await shop.json('board', 'edit', 'ORC-1', '--task', 'Rate limits for | all', '--repo', 'web');
    expect(await cards()).toMatchObject([
      { id: 'ORC-1', task: 'Rate limits for | all', column: 'In Progress', repo: 'web' },
    ]);
    expect(await problemOf('board', 'move', 'ORC-9', 'Done')).toMatchObject({ code: 'unknown_card' });
    expect(await problemOf('board', 'move', 'ORC-1', 'Later')).toMatchObject({ exit: 2, code: 'usage' });
  });

  it('keeps what a column has no place for, and every byte that it does not change', async () => {
    await writeFile(shop.path('SPRINT_BOARD.md'), board);
    await shop.json('board', 'move', 'ORC-1', 'In Progress');
    expect(await card('ORC-1')).toMatchObject({ column: 'In Progress', priority: null });
    await shop.json('board', 'move', 'ORC-1', 'To Do');
    expect(await card('ORC-1')).toMatchObject({ column: 'To Do', priority: 'High' });
    const lines = (text: string) => text.split('\n').sort();
    expect(lines(await boardText())).toEqual(lines(board));
    expect(await readdir(shop.path('.orch/backups/documents'))).toHaveLength(2);
  });

  it('gives ids only when it is told to', async () => {
    await writeFile(
      shop.path('SPRINT_BOARD.md'),
      '## To Do\n\n| Task | Priority |\n|---|---|\n| One | High |\n',
    );
    expect(await problemOf('board', 'ids')).toMatchObject({ code: 'confirmation_required' });
    expect(await shop.json('board', 'ids', '--yes')).toEqual({ given: 1 });
    expect((await cards()).map(({ id }) => id)).toEqual(['ORC-1']);
  });
});

describe("a worker's card", () => {
  it('goes with it: started, blocked, reported done, finished', async () => {
    await writeFile(shop.path('SPRINT_BOARD.md'), board);
    await shop.start('backend', 'fix-the-migration', 'Fix the migration\nwrite fix.txt: fixed\ncommit: fix');
    await shop.until('the card is in progress', async () => (await card('ORC-1'))?.column === 'In Progress');
    expect(await card('ORC-1')).toMatchObject({
      worker: 'backend/fix-the-migration',
      branch: 'feature/fix-the-migration',
      started: expect.stringMatching(/^\d{4}-\d\d-\d\d$/),
    });
    expect(await card('ORC-2')).toMatchObject({ column: 'To Do', worker: null });
    // Somebody edits the file while the worker runs.
    await writeFile(
      shop.path('SPRINT_BOARD.md'),
      (await boardText()).replace('Write a page', 'Write two pages'),
    );
    await shop.json('worker', 'finish', 'backend/fix-the-migration', '--yes');
    await shop.until('the card is done', async () => (await card('ORC-1'))?.column === 'Done');
    expect(await card('ORC-1')).toMatchObject({ completed: expect.stringMatching(/^\d{4}-/) });
    expect(await boardText()).toContain('| ORC-2 | Write two pages | Low | web |');
  });

  it('comes back when its worker is cleaned', async () => {
    await writeFile(shop.path('SPRINT_BOARD.md'), board);
    await shop.start('backend', 'fix-the-migration', '');
    await shop.until('the card is in progress', async () => (await card('ORC-1'))?.column === 'In Progress');
    await shop.json('worker', 'clean', 'backend/fix-the-migration', '--yes');
    await shop.until('the card is back', async () => (await card('ORC-1'))?.column === 'To Do');
    expect(await card('ORC-1')).toMatchObject({ worker: null, branch: null, priority: 'High' });
  });

  it('keeps nobody from finishing: a broken board is told and left alone', async () => {
    await writeFile(shop.path('SPRINT_BOARD.md'), board);
    await shop.start('backend', 'fix-the-migration', 'Fix\nwrite fix.txt: fixed\ncommit: fix');
    await shop.until('the card is in progress', async () => (await card('ORC-1'))?.column === 'In Progress');
    const broken = `<<<<<<< ours\n${await boardText()}`;
    await writeFile(shop.path('SPRINT_BOARD.md'), broken);
    await shop.json('worker', 'finish', 'backend/fix-the-migration', '--yes');
    await shop.until('it is told', async () => {
      const { notices } = await shop.json<{ notices: { code: string }[] }>('status');
      return notices.some(({ code }) => code === 'conflict_markers');
    });
    expect(await boardText()).toBe(broken);
  });
});

it('what no column has a place for, and what is so already, is refused, and nothing is written', async () => {
  const read = (name: string) => readFile(name, 'utf8');
  const files = [shop.path('SPRINT_BOARD.md'), shop.path('INVOICES.md')];
  const texts = await Promise.all(
    ['board-form-b.md', 'invoices-form-b.md'].map((name) => read(resolve('test/documents/fixtures', name))),
  );
  for (const [at, file] of files.entries()) await writeFile(file, texts[at] ?? '');
  await configure({ invoices: { currency: 'USD', rate: 8000 } });
  const wishes: readonly (readonly [code: string, part: string, ...args: string[]])[] = [
    ['no_place', 'blockers', 'board', 'edit', 'SHOP-4', '--blockers', 'CI', '--priority', 'P2'],
    ['no_place', 'branch', 'board', 'edit', 'SHOP-4', '--branch', 'feature/login'],
    ['no_place', 'branch', 'board', 'add', 'Mails', '--branch', 'feature/mails'],
    ['changed_already', 'SHOP-4 says that', 'board', 'edit', 'SHOP-4', '--priority', 'P1'],
    ['changed_already', 'SHOP-4 is in To Do', 'board', 'move', 'SHOP-4', 'todo'],
    [
      'no_place',
      'repo, worker',
      'invoice',
      'add',
      'Mails',
      '--time',
      '1h',
      '--repo',
      'web',
      '--worker',
      'Ann',
    ],
    ['number_unused', 'INV-002', 'invoice', 'mark', 'paid', 'INV-002', '--number', 'INV-009'],
  ];
  for (const [code, part, ...args] of wishes) {
    const problem = await problemOf(...args);
    expect(problem, args.join(' ')).toMatchObject({ exit: 1, code, message: expect.stringContaining(part) });
  }
  expect(await Promise.all(files.map(read))).toEqual(texts);
});

describe('invoices', () => {
  it('are off until a currency is said', async () => {
    expect(await problemOf('invoice')).toMatchObject({ exit: 1, code: 'invoices_off' });
    await configure({ invoices: { currency: 'KWD' } });
    expect(await problemOf('invoice')).toMatchObject({ code: 'invoices_off' });
  });

  it('take entries, lock what is invoiced, add up and are exported', async () => {
    await configure({
      invoices: {
        currency: 'EUR',
        rate: { hour: 8000, repos: { web: 6000 } },
        from: { name: 'Ann <Example>' },
        clients: { shop: { name: 'Shop & Sons', repos: ['backend'] } },
      },
    });
    const add = (...args: string[]) => shop.json<{ id: string }>('invoice', 'add', ...args);
    const { id } = await add('Auth', '--time', '1h 20m', '--repo', 'backend', '--date', '2026-11-20');
    await add('=Page', '--time', '30 min', '--repo', 'web', '--date', '2026-11-21');
    await shop.json('invoice', 'mark', 'invoiced', id);
    expect(await problemOf('invoice', 'mark', 'pending', id)).toMatchObject({ code: 'entry_locked' });
    expect(await shop.json('invoice', 'totals')).toMatchObject({
      pending: { count: 1, minutes: 30, amounts: { EUR: 3000 } },
      invoiced: { count: 1, minutes: 80, amounts: { EUR: 10667 } },
    });
    const { stdout: csv } = await shop.run(['invoice', 'export', '--csv', '--from', '2026-11-21']);
    expect(csv.trim().split('\r\n')).toHaveLength(2);
    expect(csv).toContain(`"'=Page"`);
    await shop.run(['invoice', 'export', '--html', '--client', 'shop', '--out', 'invoice.html']);
    const page = await readFile(shop.path('invoice.html'), 'utf8');
    expect(page).toContain('Shop &amp; Sons');
    expect(page).toContain('Ann &lt;Example&gt;');
    expect(page).toContain('106.67 EUR');
    expect(page).not.toContain('Page');
    expect((await shop.run(['invoice', 'export', '--html', '--out', 'invoice.html'])).code).toBe(1);
  });

  it('get the time of a finished worker, once, with what it said itself', async () => {
    await configure({ invoices: { currency: 'EUR', rate: 6000, time: 'claim' } });
    const script =
      'echo fixed > fix.txt; git add .; git commit -qm fix; "$0" report Fixed --status done --minutes 45; cat';
    await configure({ agents: { teller: { command: ['sh', '-c', script, program], speaks: 'none' } } });
    await shop.json('worker', 'start', 'backend', 'fix', '--agent', 'teller', '--yes');
    await shop.until('it has reported', async () => (await shop.json<unknown[]>('updates')).length > 0);
    await shop.json('worker', 'finish', 'backend/fix', '--yes');
    if (!existsSync(shop.path('INVOICES.md')))
      await shop.until('it is entered', async () => existsSync(shop.path('INVOICES.md')));
    const entries = await shop.json<Record<string, unknown>[]>('invoice');
    expect(entries).toMatchObject([
      { task: 'fix', worker: 'backend/fix', minutes: 45, amountCents: 4500, claimed: 45, status: 'pending' },
    ]);
    await shop.json('controller', 'stop', '--yes');
    expect(await shop.json<unknown[]>('invoice')).toHaveLength(1);
  });
});
