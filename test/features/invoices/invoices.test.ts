import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import type { TimeEntry } from '../../../src/core/invoices.ts';
import { changeInvoices, type InvoiceChange } from '../../../src/features/invoices/document/invoiceChange.ts';
import { parseInvoices, withEntryIds } from '../../../src/features/invoices/document/invoices.ts';

const reading = { currency: 'EUR' };
const fixture = (name: string) =>
  readFileSync(join(import.meta.dirname, '../../documents/fixtures', name), 'utf8');
const read = (name: string) => parseInvoices(fixture(name), reading);

const newEntry: TimeEntry = {
  id: 'T-9',
  worker: 'backend/mails',
  repo: 'backend',
  task: 'Mails | letters',
  date: '2026-11-21',
  minutes: 72,
  rateCents: 8050,
  amountCents: 9660,
  currency: 'EUR',
  status: 'pending',
  source: 'measured',
};

function change(text: string, ...changes: InvoiceChange[]) {
  const result = changeInvoices(parseInvoices(text, reading), changes, reading);
  if (!result.ok) throw new Error(result.problem.message);
  const { invoices, outcomes, corrected } = result.value;
  return { text: invoices.file.text, invoices, outcomes, corrected };
}

/** Returns the removed and the added lines. */
function difference(before: string, after: string): string[] {
  const [old, now] = [before.split('\n'), after.split('\n')];
  return [
    ...old.filter((line) => !now.includes(line)).map((line) => `-${line}`),
    ...now.filter((line) => !old.includes(line)).map((line) => `+${line}`),
  ];
}

describe('invoices', () => {
  it('are read by the names of their columns, in whole minutes and cents', () => {
    const rows = read('invoices-hours.md').rows.map(
      ({ entry }) => entry && [entry.minutes, entry.rateCents, entry.amountCents, entry.status],
    );
    expect(rows).toEqual([
      [120, 8000, 16000, 'paid'],
      [90, 8000, 12000, 'invoiced'],
      [45, 8000, 6000, 'pending'],
      null,
      null,
    ]);
  });

  it('have the status of the heading they stand under', () => {
    const rows = read('invoices-ids.md').rows.map(({ id, entry }) => [
      id?.slice(-1),
      entry?.minutes,
      entry?.status,
    ]);
    expect(rows).toEqual([
      ['1', 45, 'pending'],
      ['2', 80, 'pending'],
      ['3', undefined, undefined],
      ['4', undefined, undefined],
      ['5', 60, 'pending'],
      ['0', 120, 'paid'],
    ]);
  });

  it('name the line of every entry that needs a person', () => {
    const flaws = (name: string) => read(name).flaws.map(({ line, code }) => `${line} ${code}`);
    expect(flaws('invoices-hours.md')).toEqual(['12 bad_time', '13 bad_time', '22 stale_total']);
    expect(flaws('invoices-ids.md')).toEqual([
      '11 negative_time',
      '12 bad_amount',
      '13 amount_by_hand',
      '15 stale_total',
      '15 stale_total',
    ]);
  });

  it.each([
    ['| 2026-02-30 | a | 1 | 80 | |', 'bad_date'],
    ['| 2026-11-22 | a | 1 | 80 |', 'damaged_row'],
    ['| 2026-11-22 | a | 1 | eighty | |', 'bad_rate'],
    ['| 2026-11-22 | a | 1 | | |', 'no_rate'],
    ['| 2026-11-22 | a | 1 | 80 | $80 |', 'bad_amount'],
    ['| 2026-11-22 | a | 1 | 80.001 | |', 'bad_rate'],
  ])('do not guess: %s', (row, code) => {
    const { rows } = parseInvoices(
      `| Date | Task | Hours | Rate | Amount |\n|--|--|--|--|--|\n${row}\n`,
      reading,
    );
    expect(rows).toMatchObject([{ line: 3, entry: null, flaw: { line: 3, code } }]);
  });

  it('take the length of a day and missing rates from the options', () => {
    const text =
      '| Date | Task | Repo | Time | Rate |\n|--|--|--|--|--|\n| 2026-11-22 | a | web | 1 day | |\n';
    const { rows } = parseInvoices(text, {
      currency: 'EUR',
      day: 480,
      rateFor: ({ repo }) => (repo === 'web' ? 9000 : null),
    });
    expect(rows).toMatchObject([{ entry: { minutes: 480, rateCents: 9000, amountCents: 72000 } }]);
  });

  it('add up per currency, and say so where there is none sum for several', () => {
    const text =
      '| Task | Hours | Rate | Amount | Currency |\n|--|--|--|--|--|\n| a | 1 | 80 | 80 | EUR |\n| b | 1 | 9000 | 9000 | JPY |\n\nTotal: 80.00\n';
    const { rows, flaws } = parseInvoices(text, reading);
    expect(rows.map(({ entry }) => entry?.amountCents)).toEqual([8000, 9000]);
    expect(flaws).toMatchObject([{ line: 6, code: 'mixed_currencies' }]);
  });
});

describe('a change', () => {
  it('writes an entry as those above it, in front of the sums, and corrects these', () => {
    const before = fixture('invoices-hours.md');
    const { text, outcomes, corrected } = change(before, { kind: 'add', entry: newEntry });
    expect(difference(before, text)).toEqual([
      '-| **Total** | | | **4h 15m** | | **€340.00** | |',
      '-- **Total hours:** 4h 15m',
      '-- **Total pending:** €60.00',
      '-- Grand total: €999.00',
      '+| 2026-11-21 | Mails \\| letters | backend/mails | 72 min | €80.50 | €96.60 | Pending |',
      '+| **Total** | | | **5h 27m** | | **€436.60** | |',
      '+- **Total hours:** 5h 27m',
      '+- **Total pending:** €156.60',
      '+- Grand total: €436.60',
    ]);
    expect(outcomes).toMatchObject([
      { value: { id: 'T-9', left: { id: 'T-9', repo: 'backend', source: 'measured' } } },
    ]);
    expect(corrected.map(({ line }) => line)).toEqual([22]);
  });

  it('recomputes an amount from time and rate, or keeps a given one', () => {
    const [id, price] = ['T-01JD0000000000000000000001', 'T-01JD0000000000000000000002'];
    const { invoices } = change(
      fixture('invoices-ids.md'),
      { kind: 'change', entry: { id }, fields: { minutes: 100 } },
      { kind: 'change', entry: { id: price }, fields: { amountCents: 123456 } },
    );
    expect(invoices.rows[0]?.entry).toMatchObject({ minutes: 100, amountCents: 13333 });
    expect(invoices.rows[1]?.entry).toMatchObject({ minutes: 80, amountCents: 123456, source: 'edited' });
    expect(invoices.file.text).toContain('|  1.67 | 80.00 |   133.33 |');
    expect(invoices.file.text).toContain('\nTotal: 4 h, 2367.89 EUR\n');
  });

  it('accepts a correction of an entry that needed a person', () => {
    const { invoices } = change(
      fixture('invoices-hours.md'),
      { kind: 'change', entry: { line: 12, task: 'Planning' }, fields: { minutes: 480 } },
      { kind: 'change', entry: { line: 13, task: 'Icons' }, fields: { minutes: 180 } },
    );
    expect(invoices.rows.slice(3).map(({ entry }) => [entry?.minutes, entry?.amountCents])).toEqual([
      [480, 64000],
      [180, 24000],
    ]);
    expect(invoices.flaws).toEqual([]);
  });

  it('moves an entry to the heading of its new status', () => {
    const before = fixture('invoices-ids.md');
    const { text, invoices } = change(before, {
      kind: 'change',
      entry: { id: 'T-01JD0000000000000000000001' },
      fields: { status: 'invoiced' },
    });
    expect(invoices.rows.find(({ id }) => id?.endsWith('1'))?.entry?.status).toBe('invoiced');
    expect(difference(before, text)).toEqual([
      '-Total: 2.08 h, 166.67 EUR',
      '-Total: 0.00 EUR',
      '+Total: 2.33 h, 1106.67 EUR',
      '+Total: 60.00 EUR',
    ]);
  });

  it.each<[string, InvoiceChange, string]>([
    [
      'what is paid',
      { kind: 'change', entry: { line: 9, task: 'Set up CI' }, fields: { minutes: 1 } },
      'entry_locked',
    ],
    [
      'what is invoiced',
      { kind: 'change', entry: { line: 10, task: 'User auth' }, fields: { task: 'x' } },
      'entry_locked',
    ],
    [
      'a status that goes back',
      { kind: 'change', entry: { line: 9, task: 'Set up CI' }, fields: { status: 'pending' } },
      'entry_locked',
    ],
    ['an entry without a task', { kind: 'add', entry: { ...newEntry, task: ' ' } }, 'empty_task'],
    ['a negative time', { kind: 'add', entry: { ...newEntry, minutes: -1 } }, 'negative_time'],
    ['half a cent', { kind: 'add', entry: { ...newEntry, amountCents: 0.5 } }, 'bad_amount'],
    ['another currency', { kind: 'add', entry: { ...newEntry, currency: 'USD' } }, 'other_currency'],
    [
      'an entry that is gone',
      { kind: 'change', entry: { id: 'T-7' }, fields: { minutes: 1 } },
      'unknown_entry',
    ],
  ])('is refused for %s', (_, one, code) => {
    const { outcomes, text } = change(fixture('invoices-hours.md'), one);
    expect(outcomes).toMatchObject([{ ok: false, problem: { code } }]);
    expect(text).toBe(fixture('invoices-hours.md').replace('€999.00', '€340.00'));
  });

  it('lets an invoiced entry be paid', () => {
    const { invoices } = change(fixture('invoices-hours.md'), {
      kind: 'change',
      entry: { line: 10, task: 'User auth' },
      fields: { status: 'paid' },
    });
    expect(invoices.file.text).toContain('| €120.00 | Paid |');
    expect(invoices.file.text).toContain('**Total paid:** €280.00');
  });

  it('starts a file', () => {
    const { text, invoices } = change('', { kind: 'add', entry: newEntry });
    expect(invoices.rows).toMatchObject([
      { id: 'T-9', entry: { minutes: 72, amountCents: 9660, status: 'pending' } },
    ]);
    expect(text).toMatch(/^## Entries\n\n\| ID \| Date \|/);
  });

  it('is refused where git left two versions', () => {
    const invoices = parseInvoices(`${fixture('invoices-ids.md')}\n<<<<<<< HEAD\n`, reading);
    expect(changeInvoices(invoices, [], reading)).toMatchObject({
      ok: false,
      problem: { code: 'conflict_markers' },
    });
  });
});

it('entries get ids in a column of their own, sums get none', () => {
  let next = 0;
  const result = withEntryIds(read('invoices-hours.md'), () => `T-${++next}`, reading);
  if (!result.ok) throw new Error(result.problem.message);
  expect(result.value.rows.map(({ id }) => id)).toEqual(['T-1', 'T-2', 'T-3', 'T-4', 'T-5']);
  expect(result.value.totals).toHaveLength(7);
});
