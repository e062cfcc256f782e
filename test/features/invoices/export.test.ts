import { describe, expect, it } from 'vitest';
import { sumOf, type TimeEntry } from '../../../src/core/invoices.ts';
import type { WrittenEntry } from '../../../src/features/invoices/document/entries.ts';
import { changeInvoices } from '../../../src/features/invoices/document/invoiceChange.ts';
import { parseInvoices } from '../../../src/features/invoices/document/invoices.ts';
import { entriesCsv, entriesJson } from '../../../src/features/invoices/service/exportService.ts';
import { printInvoice } from '../../../src/features/invoices/service/print.tsx';
import { randomOf } from '../../support/random.ts';

const entry: TimeEntry = {
  id: 'T-1',
  worker: 'web/cart',
  repo: 'web',
  task: 'Cart',
  date: '2026-11-18',
  minutes: 90,
  rateCents: 8000,
  amountCents: 12000,
  currency: 'EUR',
  status: 'pending',
  source: 'measured',
};

describe('comma separated values', () => {
  it('have a header and lines that end in CRLF', () => {
    expect(entriesCsv([entry])).toBe(
      'id,date,repo,task,worker,minutes,hours,rate,amount,currency,status,source\r\n' +
        'T-1,2026-11-18,web,Cart,web/cart,90,1.5,80.00,120.00,EUR,pending,measured\r\n',
    );
  });

  it.each([
    ['a "quoted", one', '"a ""quoted"", one"'],
    ['two\nlines', '"two\nlines"'],
    ['=HYPERLINK("http://x")', `"'=HYPERLINK(""http://x"")"`],
    ['+1', `"'+1"`],
    ['-1', `"'-1"`],
    ['@SUM(A1)', `"'@SUM(A1)"`],
    [' =1', `"' =1"`],
    ['a-b', 'a-b'],
  ])('keep %j harmless', (task, cell) => {
    expect(
      entriesCsv([{ ...entry, task }])
        .split('web,')[1]
        ?.startsWith(`${cell},`),
    ).toBe(true);
  });
});

it('sums are per currency, and in the JSON', () => {
  const entries = [entry, { ...entry, id: null }, { ...entry, currency: 'JPY', amountCents: 900 }];
  expect(sumOf(entries)).toEqual({ count: 3, minutes: 270, amounts: { EUR: 24000, JPY: 900 } });
  expect(JSON.parse(entriesJson(entries))).toEqual({
    entries,
    totals: { minutes: 270, amounts: { EUR: 24000, JPY: 900 } },
  });
});

describe('a printed invoice', () => {
  const paper = {
    number: '2026-014',
    date: '2026-11-30',
    period: { from: '2026-11-01', to: '2026-11-30' },
    from: { name: 'Ada & Co', lines: ['1 Lane', 'VAT 1'] },
    client: { name: '<script>alert(1)</script>', lines: ['Town'] },
    entries: [
      entry,
      { ...entry, date: '2026-11-20', amountCents: 12001 },
      { ...entry, repo: 'admin', task: 'Bold "<b>"' },
    ],
    notes: ['Payable in 14 days.'],
  };
  const page = printInvoice(paper);

  it('groups by repository and task, and adds up to the cent', () => {
    const rows = [...page.matchAll(/<tr[^>]*>(.*?)<\/tr>/g)].map(([, cells = '']) =>
      cells.replace(/<\/t[hd]>/g, ' | ').replace(/<[^>]+>/g, ''),
    );
    expect(rows).toEqual([
      'Task | Date | Hours | Rate | Amount | ',
      'web | 3:00 |  | 240.01 EUR | ',
      'Cart | 2026-11-18 – 11-20 | 3:00 | 80.00 EUR | 240.01 EUR | ',
      'admin | 1:30 |  | 120.00 EUR | ',
      'Bold &quot;&lt;b&gt;&quot; | 2026-11-18 | 1:30 | 80.00 EUR | 120.00 EUR | ',
      'Total | 4:30 |  | 360.01 EUR | ',
    ]);
  });

  it('runs and loads nothing from the documents', () => {
    expect(page).not.toMatch(/<script|<b>|<link|<img|url\(|@import/);
    expect(page).toContain('&lt;script&gt;alert(1)&lt;/script&gt;');
    expect(page).toContain('default-src &#x27;none&#x27;');
  });

  it('is laid out for A4', () => {
    expect(page).toMatch(/^<!doctype html>\n<html lang="en">/);
    expect(page).toContain('@page { size: A4;');
    expect(page).toContain('address > * { display: block;');
  });
});

it('ten thousand entries add up to the cent in the file, in sums, in CSV and on paper, as whole numbers of any size do', () => {
  const random = randomOf(11);
  let minutes = 0n;
  let cents = 0n;
  const rows = Array.from({ length: 10_000 }, (_, n) => {
    const [time, rate] = [random.below(10_000), random.below(50_000)];
    const amount = (BigInt(time) * BigInt(rate) * 2n + 60n) / 120n;
    minutes += BigInt(time);
    cents += amount;
    return `| T-${n} | 2026-11-${10 + (n % 20)} | Task ${n % 7} | web | ${time} min | ${euros(BigInt(rate))} | ${euros(amount)} |`;
  });
  const head = '| ID | Date | Task | Repo | Time | Rate | Amount |\n|--|--|--|--|--|--|--|';
  const text = `${head}\n${rows.join('\n')}\n\nTotal: 0.00 EUR\n`;
  const changed = changeInvoices(parseInvoices(text, { currency: 'EUR' }), [], { currency: 'EUR' });
  if (!changed.ok) throw new Error(changed.problem.message);
  const { file, rows: read } = changed.value.invoices;
  expect(file.text.endsWith(`\nTotal: ${euros(cents)} EUR\n`)).toBe(true);
  const entries = read.flatMap((row) => (row.entry ? [row.entry] : []));
  expect(entries).toHaveLength(10_000);
  expect(sumOf(entries)).toEqual({
    count: 10_000,
    minutes: Number(minutes),
    amounts: { EUR: Number(cents) },
  });
  const amounts = entriesCsv(entries)
    .trim()
    .split('\r\n')
    .slice(1)
    .map((line) => BigInt(line.split(',')[8]?.replace('.', '') ?? ''));
  expect(amounts.reduce((sum, amount) => sum + amount, 0n)).toBe(cents);
  const page = printInvoice({ ...paperOf(entries), period: { from: '2026-11-10', to: '2026-11-29' } });
  const total = euros(cents).replace(/\B(?=(\d{3})+\.)/g, ',');
  expect(page.split('Total')[1]).toContain(`>${total} EUR<`);
});

function euros(cents: bigint): string {
  const text = String(cents).padStart(3, '0');
  return `${text.slice(0, -2)}.${text.slice(-2)}`;
}

function paperOf(entries: readonly WrittenEntry[]) {
  const nobody = { name: 'Ada', lines: [] };
  return { number: '1', date: '2026-11-30', from: nobody, client: nobody, entries };
}
