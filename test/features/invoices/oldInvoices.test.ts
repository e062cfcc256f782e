import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import type { TimeEntry } from '../../../src/core/invoices.ts';
import { nextNumber } from '../../../src/features/invoices/document/bills.ts';
import { changeInvoices, type InvoiceChange } from '../../../src/features/invoices/document/invoiceChange.ts';
import { parseInvoices } from '../../../src/features/invoices/document/invoices.ts';

const fixture = (name: string) =>
  readFileSync(join(import.meta.dirname, '../../documents/fixtures', name), 'utf8');
const on = '2026-11-23';

function change(text: string, currency: string, ...changes: InvoiceChange[]) {
  const done = changeInvoices(parseInvoices(text, { currency }), changes, { currency });
  if (!done.ok) throw new Error(done.problem.message);
  return { text: done.value.invoices.file.text, outcomes: done.value.outcomes, after: done.value.invoices };
}

/** Returns the removed and the added lines. */
function difference(before: string, after: string): string[] {
  const [old, now] = [before.split('\n'), after.split('\n')];
  return [
    ...old.filter((line) => !now.includes(line)).map((line) => `-${line}`),
    ...now.filter((line) => !old.includes(line)).map((line) => `+${line}`),
  ];
}

const formA = fixture('invoices-form-a.md');
const formB = fixture('invoices-form-b.md');
/** In this form a heading states the status, and only pending entries have notes. */
const headed = `## Pending

| Date | Task | Hours | Rate | Notes |
|------|------|-------|------|-------|
| 2026-11-19 | Mails | 1 | $80 | agreed |

## Invoiced

| Date | Task | Hours | Rate |
|------|------|-------|------|
`;
const [ci, search] = [
  { line: 12, task: 'Set up CI' },
  { line: 13, task: 'Search' },
];
const mark = (
  status: 'pending' | 'invoiced' | 'paid',
  entries: Extract<InvoiceChange, { kind: 'mark' }>['entries'],
  number?: string,
): InvoiceChange => ({ kind: 'mark', status, entries, on, number });

describe('work without a status is billed by an invoice', () => {
  it('with the next number, its day and its amount, and the row leaves the unbilled ones', () => {
    const { text, outcomes } = change(formB, 'USD', mark('invoiced', [ci]));
    expect(difference(formB, text)).toEqual([
      '-| 2026-11-12 | Set up CI | 12.5 | $80.00 | $1,000.00 | fixed \\| agreed |',
      '+| INV-003 | 2026-11-23 | $1,000.00 | Sent |',
    ]);
    expect(outcomes).toMatchObject([
      {
        value: {
          billed: { number: 'INV-003', entries: [{ cells: { Notes: 'fixed | agreed', Hours: '12.5' } }] },
        },
      },
    ]);
    const paid = change(text, 'USD', { kind: 'pay', number: 'INV-003', on: '2026-11-30' });
    expect(difference(text, paid.text)).toEqual([
      '-| INV-003 | 2026-11-23 | $1,000.00 | Sent |',
      '+| INV-003 | $1,000.00 | 2026-11-30 |',
    ]);
    expect(paid.outcomes).toMatchObject([{ value: { left: { date: '2026-11-23' } } }]);
    const again = changeInvoices(paid.after, [{ kind: 'pay', number: 'INV-003', on }], { currency: 'USD' });
    expect(again).toMatchObject({ value: { outcomes: [{ problem: { code: 'marked_already' } }] } });
  });

  it('several rows by one, to the cent, with a column that both tables have; or paid at once', () => {
    const noted = formB
      .replace(
        'Amount | Status |\n|-----------|------|-------:|--------|',
        'Amount | Status | Notes |\n|-----------|------|-------:|--------|---|',
      )
      .replace('| Sent |', '| Sent | - |');
    const both = change(noted, 'USD', mark('invoiced', [search, ci], 'X-1')).text;
    expect(both).toContain('| X-1 | 2026-11-23 | $1,600.00 | Sent | fixed \\| agreed |');
    expect(change(formB, 'USD', mark('paid', [search])).text).toContain('| INV-003 | $600.00 | 2026-11-23 |');
  });

  it.each([
    [
      '1.000,00 €',
      '| INV-003 | 2026-11-23 | 1.600,00 € |',
      'EUR',
      '600,00 €',
      '480,00 €',
      '320,00 €',
      '80,00 €',
    ],
    [
      "CHF 1'000.00",
      "| INV-003 | 2026-11-23 | CHF 1'600.00 |",
      'CHF',
      'CHF 600.00',
      'CHF 480.00',
      'CHF 320.00',
      'CHF 80',
    ],
    ['£1,000', '| INV-003 | 2026-11-23 | £1,600 |', 'GBP', '£600', '£480', '£320', '£80/h'],
    [
      '1 000,00 EUR',
      '| INV-003 | 2026-11-23 | 1 600,00 EUR |',
      'EUR',
      '600,00 EUR',
      '480,00 EUR',
      '320,00 EUR',
      '80 EUR',
    ],
  ])('in the numbers of the file: %s', (thousand, row, currency, six, four, three, rate) => {
    const text = formB
      .replaceAll('$80.00', rate)
      .replace('$1,000.00', thousand)
      .replace('$600.00', six)
      .replace('$480.00', four)
      .replace('$320.00', three);
    expect(parseInvoices(text, { currency }).flaws).toEqual([]);
    expect(change(text, currency, mark('invoiced', [ci, search])).text).toContain(row);
  });

  it('with any line ends, any text before it, and a table without outer pipes', () => {
    const bare = formB.replace(/^\| (.*) \|$/gm, '$1').replace(/^\|(-.*)\|$/gm, '$1');
    for (const base of [formB, bare])
      for (const end of ['\n', '\r\n'])
        for (const text of [base, `\ufeff${base}`, base.trimEnd()]) {
          const before = text.replaceAll('\n', end);
          const { text: after } = change(before, 'USD', mark('invoiced', [ci]));
          const parts = (one: string) => one.split(end).filter((line) => !/Set up CI|INV-003/.test(line));
          expect(parts(after)).toEqual(parts(before));
          expect(parseInvoices(after, { currency: 'USD' }).bills.map(({ number }) => number)).toContain(
            'INV-003',
          );
        }
  });

  it.each<[string, string, InvoiceChange, string]>([
    [
      'no section of invoices',
      formB
        .replace(/## Pending Inv[\s\S]*?## Pending C/, '## Pending C')
        .replace('## Unbilled Work', '## Work'),
      mark('invoiced', [ci]),
      'no_place',
    ],
    [
      'no column for the number',
      formB.replace('| Invoice # | Date |', '| Client | Date |'),
      mark('invoiced', [ci]),
      'no_place',
    ],
    [
      'no column for what a row says where the status is its heading',
      headed,
      mark('invoiced', [{ line: 5, task: 'Mails' }]),
      'no_place',
    ],
    [
      'no invoice that a number could be of',
      formA,
      mark('invoiced', [{ line: 11, task: 'Search' }], 'X'),
      'no_place',
    ],
    ['no such row', formB, mark('invoiced', [{ line: 14, task: 'x' }]), 'unknown_entry'],
    ['a number that is taken', formB, mark('invoiced', [ci], 'INV-001'), 'duplicate_id'],
    ['nothing to change', formB, mark('pending', [ci]), 'marked_already'],
    ['a row named twice', formB, mark('invoiced', [ci, ci]), 'changed_twice'],
    [
      'one of several that cannot be read',
      formB.replace('7.5 |', 'a while |'),
      mark('invoiced', [ci, search]),
      'bad_time',
    ],
  ])('never without a place for it: %s', (_, text, wish, code) => {
    const done = changeInvoices(parseInvoices(text, { currency: 'USD' }), [wish], { currency: 'USD' });
    expect(done).toMatchObject({ ok: true, value: { outcomes: [{ ok: false, problem: { code } }] } });
    expect(done.ok && done.value.invoices.file.text).toBe(text);
  });

  it('begins the first table below a heading that has none yet', () => {
    const text = formB.replace(
      /(## Pending Invoices\n)[\s\S]*?(\n## Paid\n)[\s\S]*?(\n## Pending C)/,
      '$1$2$3',
    );
    const { text: after } = change(text, 'USD', mark('invoiced', [search]));
    expect(after).toMatch(
      /## Pending Invoices\n\n\| Invoice # \| Date \| Amount \| Status \|\n\|-+\|-+\|-+\|-+\|\n\| INV-001 +\| 2026-11-23 +\| \$600.00 +\| Pending +\|\n\n## Paid/,
    );
  });

  it.each([
    [['INV-009', 'INV-2'], '', 'INV-010'],
    [['2025-014', '2026-003'], 'on 2026-11-20', '2026-004'],
    [['#7', '#8'], '', '#9'],
    [['INV-001'], 'INV-004 was cancelled', 'INV-005'],
    [['RE-2026/099'], '', 'RE-2026/100'],
    [['A', 'B'], '', 'INV-001'],
    [['9007199254740993'], '', '9007199254740994'],
  ])('after %j comes the next number', (numbers, text, next) => {
    expect(nextNumber(numbers, text)).toBe(next);
  });
});

describe('sums', () => {
  const formA = fixture('invoices-form-a.md');

  it('of a status are kept right beside all others', () => {
    expect(parseInvoices(formA, { currency: 'USD' }).flaws).toEqual([]);
    const stale = formA.replace('- Uninvoiced: $600', '* **Uninvoiced:** $1,250.50');
    expect(parseInvoices(stale, { currency: 'USD' }).flaws).toMatchObject([{ code: 'stale_total' }]);
    expect(change(stale, 'USD').text).toContain('* **Uninvoiced:** $600.00\n');
    const marked = change(formA, 'USD', mark('invoiced', [{ line: 11, task: 'Search' }])).text;
    expect(difference(formA, marked)).toEqual([
      '-| 2026-11-19 | Search | Ben | 7.5 hours | $80 | $600 | Pending |',
      '-- Uninvoiced: $600',
      '+| 2026-11-19 | Search | Ben | 7.5 hours | $80 | $600 | Invoiced |',
      '+- Uninvoiced: $0',
    ]);
  });

  it.each([
    ['Unbilled hours: 7 h', 'Unbilled hours: 7h 30m'],
    ['Not yet invoiced: $1.00', 'Not yet invoiced: $600.00'],
    ['Invoiced so far: $1.00', 'Invoiced so far: $1000.00'],
    ['Uninvoiced amount: USD 1', 'Uninvoiced amount: USD 600'],
    ['| Sums | |\n|--|--|\n| Uninvoiced | $1 |\n| Hours | 2 |', '| Uninvoiced | $600 |\n| Hours | 20 |'],
  ])('are found whatever they are called: %s', (line, right) => {
    const text = formA.replace('- Uninvoiced: $600', `\n${line}\n`);
    expect(change(text, 'USD').text).toContain(right);
  });

  it('that are not known are named and left', () => {
    const text = formA.replace('- Uninvoiced: $600', '- Balance due: $600\n- Rate: $80');
    expect(parseInvoices(text, { currency: 'USD' }).flaws).toMatchObject([
      { code: 'unknown_total', line: 17 },
    ]);
    expect(change(text, 'USD').text).toBe(text);
  });
});

describe('the style of a file', () => {
  const entry: TimeEntry = {
    ...{ id: 'T-1', task: 'Mails', repo: 'app', worker: 'Ann', date: '2026-12-01', minutes: 90 },
    ...{ rateCents: 8000, amountCents: 12000, currency: 'USD', status: 'pending', source: 'edited' },
  };

  it('is known for a table without rows, and values without a column are named', () => {
    const empty = change(formB, 'USD', mark('invoiced', [ci, search])).text;
    const { text, outcomes } = change(empty, 'USD', { kind: 'add', entry });
    expect(text).toMatch(/\| 2026-12-01 \| Mails +\| +1.5 \| \$80.00 \| \$120.00 \|/);
    expect(outcomes).toMatchObject([{ value: { left: { id: 'T-1', repo: 'app', worker: 'Ann' } } }]);
    const bare = empty.replace(/## Pending Inv[\s\S]*?## Pending C/, '## Pending C');
    expect(change(bare, 'USD', { kind: 'add', entry }).text).toMatch(/\| +1.5 \| \$80 +\| +\$120 \|/);
  });

  it.each([
    ['22.11.2026', '01.12.2026'],
    ['2.1.2026', '1.12.2026'],
    ['22. 11. 2026', '01. 12. 2026'],
  ])('are days such as %s, too', (day, written) => {
    const text = formB.replace('2026-11-19', day).replace('$600.00', '$600.00');
    const before = parseInvoices(text, { currency: 'USD' });
    expect(before.flaws).toEqual([]);
    expect(before.rows[1]?.entry?.date).toMatch(/^2026-\d\d-\d\d$/);
    expect(change(text, 'USD', { kind: 'add', entry }).text).toContain(`| ${written} | Mails |`);
  });

  it.each([
    ['Fr. 1’000.00', 'Fr. 600.00', 'Fr. 80.00', 'Fr. 1’600.00'],
    ['1’000.00 Fr.', '600.00 Fr.', '80.– Fr.', '1’600.00 Fr.'],
    ['SFr. 1\u202f000.00', 'SFr. 600.00', 'SFr. 80.00', 'SFr. 1\u202f600.00'],
  ])('is money such as %s, too', (thousand, six, rate, sum) => {
    const text = formB
      .replaceAll('$80.00', rate)
      .replace('$1,000.00', thousand)
      .replace('$600.00', six)
      .replace('$480.00', '480.00')
      .replace('$320.00', '320.00');
    expect(parseInvoices(text, { currency: 'CHF' }).flaws).toEqual([]);
    expect(parseInvoices(text, { currency: 'EUR' }).flaws).not.toEqual([]);
    expect(change(text, 'CHF', mark('invoiced', [ci, search])).text).toContain(`| ${sum} |`);
  });
});
