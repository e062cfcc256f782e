import { readFileSync } from 'node:fs';
import { readFile, writeFile } from 'node:fs/promises';
import { resolve } from 'node:path';
import { expect, test } from 'vitest';
import { dayOf } from '../../src/core/amounts.ts';
import type { SyncOutcome } from '../../src/core/notion.ts';
import type { QueueItem } from '../../src/core/queue.ts';
import { invoiceTable } from '../../src/features/notion/service/tables.ts';
import { NotionShop } from './notionShop.ts';
import { blockReport, storedReport } from './oldReports.ts';
import { program } from './shop.ts';

type List<T> = T[] & Record<string, unknown>;

const fixture = (name: string) => readFileSync(resolve('test/documents/fixtures', name), 'utf8');

const block = (...lines: string[]) => blockReport('Task: Login', 'Branch: feature/login', ...lines);

const oneLine =
  '[WORKER UPDATE] Time: 8 hours Ready for merge: yes Task: Login Status: done Branch: feature/login Notes: PR #7';

/** Reports once it has begun, and then what its person wants to hear. */
const script = `
${block('Status: in progress', 'Blockers: None', 'Time: 1 hour')}
while read -r wish; do
  case "$wish" in
  *blocked*) ${block('Status: in progress', 'Blockers: Which | hash?', 'Time: 3 hours')} ;;
  *go*) ${block('Status: in progress', 'Done:', '  - bcrypt', 'Blockers: None', 'Time: 3 hours')} ;;
  *done*) echo login > login.txt; git add .; git commit -qm login; ${storedReport(oneLine)} ;;
  esac
done`;

/** The text with these parts replaced, each of which is there once. */
function edit(text: string, ...edits: readonly (readonly [from: string, to: string])[]): string {
  return edits.reduce((all, [from, to]) => {
    expect(all.split(from), from).toHaveLength(2);
    return all.replace(from, () => to);
  }, text);
}

/** Every table with this header with a first column of ids, as `ids` writes it. */
function withIds(text: string, header: string, idOf: (row: number) => string): string {
  let count = 0;
  let isIn = false;
  const lines = text.split('\n').map((line) => {
    isIn = line.startsWith(header) || (isIn && line.startsWith('|'));
    if (!isIn) return line;
    const cell = line.startsWith(header) ? ' ID ' : line.startsWith('|-') ? '----' : ` ${idOf(++count)} `;
    return `|${cell}${line}`;
  });
  return lines.join('\n');
}

const steps = ['moved to In Progress', 'changed', 'changed', 'moved to Review', 'moved to Done'];
const moved = (card: string, which: readonly string[]) =>
  which.map((what) => `- TODAY NOW: ${card} ${what}`).join('\n');
const search = '- 2026-11-19: Search - 7.5 hours (Ben)';
const entered = '- TODAY: Login - 8h 00m (app/login)';
const boards = { a: fixture('board-form-a.md'), b: fixture('board-form-b.md') };
const entries = { a: fixture('invoices-form-a.md'), b: fixture('invoices-form-b.md') };

/** What each week leaves in the files: written by hand, all of it. */
const weeks = {
  a: {
    review: '| Login | Ann (app/login) | feature/login | #7 | Yes |\n',
    board: edit(
      boards.a,
      ['| Login | Ann | - | High |\n', ''],
      [
        'feature/ci | 2026-11-12 |\n',
        'feature/ci | 2026-11-12 |\n| Login | Ann (app/login) | feature/login | TODAY |\n',
      ],
      ['Pending changes: 2', 'Pending changes: 7'],
      ['Mails moved to Review\n', `Mails moved to Review\n${moved('Login', steps)}\n`],
    ),
    invoices: edit(
      entries.a,
      [
        '$600 | Pending |\n',
        '$600 | Pending |\n| TODAY | Login | app/login | 8 hours | $80 | $640 | Pending |\n',
      ],
      ['hours: 20\n', 'hours: 28\n'],
      ['amount: $1600', 'amount: $2240'],
      ['Uninvoiced: $600', 'Uninvoiced: $1240'],
      ['Pending entries: 1', 'Pending entries: 2'],
      [search, `${search}\n${entered}`],
    ),
    synced: [['Last synced to Notion: 2026-11-20', 'Last synced to Notion: TODAY NOW']],
    named: (text: string) => withIds(text, '| Task |', (row) => `ORC-${row}`),
    afterBoard: [
      ['Pending changes: 7', 'Pending changes: 0'],
      [
        `- 2026-11-20 09:15: Search moved to In Progress\n- 2026-11-20 16:40: Mails moved to Review\n${moved('Login', steps)}`,
        'None',
      ],
    ],
    bill: 'T',
    afterInvoices: [
      ['$640 | Pending |', '$640 | Paid |'],
      ['Uninvoiced: $1240', 'Uninvoiced: $600'],
      ['Pending entries: 2', 'Pending entries: 0'],
      [`${search}\n${entered}`, 'None'],
    ],
  },
  b: {
    review: '| SHOP-4 | Login | P1       | app  | Ann (app/login) | feature/login | #7 |\n',
    board: edit(
      boards.b,
      ['| SHOP-4 | Login | P1 | app | Ann | 3 d |\n', ''],
      [
        '## Done\n',
        '## Review\n\n| ID | Task | Priority | Repo | Assignee | Branch | PR |\n|----|------|----------|------|----------|--------|----|\n\n## Done\n',
      ],
      [
        'feature/ci | 2026-11-12 |\n',
        'feature/ci | 2026-11-12 |\n| SHOP-4 | Login | app | feature/login | TODAY |\n',
      ],
      [
        'None',
        moved(
          'SHOP-4 Login',
          steps.filter((what) => what !== 'changed'),
        ),
      ],
    ),
    invoices: edit(
      entries.b,
      ['$600.00 | |\n', '$600.00 | |\n| TODAY | Login | 8.00 | $80.00 | $640.00 |  |\n'],
      ['Search entered', `Search entered\n${entered}`],
    ),
    synced: [],
    named: (text: string) => text,
    afterBoard: [
      [
        moved(
          'SHOP-4 Login',
          steps.filter((what) => what !== 'changed'),
        ),
        'None',
      ],
    ],
    bill: 'INV-003',
    afterInvoices: [
      ['| T | TODAY | Login | 8.00 | $80.00 | $640.00 |  |\n', ''],
      ['$320.00 | 2026-10-15 |\n', '$320.00 | 2026-10-15 |\n| INV-003 | $640.00 | TODAY |\n'],
      [`- 2026-11-19 17:30: Search entered\n${entered}`, 'None'],
    ],
  },
} as const;

test.each(['a', 'b'] as const)(
  'a week on the files of form %s keeps every byte that is not ours',
  async (form) => {
    const week = weeks[form];
    const notion = await NotionShop.open({
      repos: { app: {} },
      agents: { teller: { command: ['sh', '-c', script, program], speaks: 'none' } },
    });
    const { shop } = notion;
    const raw = (file: string) => readFile(shop.path(file), 'utf8');
    const read = async (file: string) =>
      (await raw(file))
        .replaceAll(dayOf(new Date()), 'TODAY')
        .replace(/TODAY \d\d:\d\d/g, 'TODAY NOW')
        .replace(/T-\w{26}/g, 'T');
    const board = () => read('SPRINT_BOARD.md');
    const invoices = () => read('INVOICES.md');
    const run = async (...args: string[]) => {
      const said = await notion.run(...args);
      expect(said, args.join(' ')).toMatchObject({ code: 0 });
      return said.value;
    };
    const blocked = async () =>
      (await shop.json<List<QueueItem>>('queue')).flatMap((one) =>
        one.kind === 'blocked' ? [one.text] : [],
      );
    try {
      await shop.configure({ invoices: { currency: 'USD', rate: 8000, time: 'claim' } });
      await writeFile(shop.path('SPRINT_BOARD.md'), boards[form]);
      await writeFile(shop.path('INVOICES.md'), entries[form]);
      await run('worker', 'start', 'app', 'login', '--agent', 'teller', '--yes');
      await shop.until('its card is in progress', async () =>
        /^.*Login.*feature\/login/m.test(await board()),
      );
      await run('worker', 'send', 'app/login', 'blocked');
      await shop.until('it is blocked', async () => (await blocked())[0] === 'Which | hash?');
      if (form === 'a') expect(await board()).toContain(' | TODAY | Which \\| hash? |\n');
      await run('worker', 'send', 'app/login', 'go');
      await shop.until('it goes on', async () => (await blocked()).length === 0);
      await run('worker', 'send', 'app/login', 'done');
      await shop.until('its card is in review', async () => (await board()).includes(week.review));
      await run('worker', 'finish', 'app/login', '--yes');
      await shop.until('it is entered', async () => /\| Login/.test(await invoices()));
      await shop.until('its card is done', async () => /moved to Done/.test(await board()));
      expect(await board()).toBe(week.board);
      expect(await invoices()).toBe(week.invoices);

      // What has no id cannot be synced: what was noted of it is still pending.
      const database = notion.addSource(invoiceTable);
      await notion.connect('--invoices', database);
      const { withoutId, ...first } = (await run('sync')) as unknown as SyncOutcome;
      expect(first).toMatchObject({ problems: [], conflicts: [] });
      expect(withoutId).toContainEqual({ table: 'invoices', task: 'Login' });
      expect(withoutId?.some(({ table }) => table === 'board') ?? false).toBe(form === 'a');
      expect(await invoices()).toBe(edit(week.invoices, ...week.synced));
      await run('board', 'ids', '--yes');
      if (form === 'a') expect(await board()).toMatch(/Pending changes: 8\n[\s\S]*\d cards got an id/);
      await run('invoice', 'ids', '--yes');
      expect(await invoices()).toMatch(/\d entries got an id/);
      const [, id = ''] = /(T-\w{26}) .*Login/.exec(await raw('INVOICES.md')) ?? [];
      await run('invoice', 'mark', 'invoiced', id);
      await run('invoice', 'mark', 'paid', week.bill === 'T' ? id : week.bill);
      expect(await run('sync')).toMatchObject({ problems: [], conflicts: [] });
      expect(await board()).toBe(edit(week.named(week.board), ...week.synced, ...week.afterBoard));
      const named = withIds(week.invoices, '| Date | Task |', () => 'T');
      expect(await invoices()).toBe(edit(named, ...week.synced, ...week.afterInvoices));
      if (form === 'b') {
        const before = await invoices();
        const who = ['--repo', 'app', '--worker', 'Ann'];
        expect(await notion.run('invoice', 'add', 'Mails', '--time', '1h', ...who)).toMatchObject({
          code: 1,
          value: { error: { code: 'no_place', message: expect.stringContaining('repo, worker') } },
        });
        expect(await invoices()).toBe(before);
        await run('invoice', 'add', 'Mails', '--time', '1h');
      }
      const pages = notion.service.living(database).map((page) => notion.service.values(page));
      expect(pages).toContainEqual(expect.objectContaining({ Task: 'Login', Amount: 640, Status: 'paid' }));
      expect(notion.service.values(notion.page('Login'))).toMatchObject({ Status: 'Done' });
    } finally {
      await notion.close();
    }
  },
);
