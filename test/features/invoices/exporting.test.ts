import { describe, expect, it } from 'vitest';
import { resolveBoard, resolveInvoices } from '../../../src/config/workspaceConfig.ts';
import { type EntryFact, type InvoiceFacts, sumsByStatus } from '../../../src/core/invoices.ts';
import { exportEntries } from '../../../src/features/invoices/service/exportService.ts';

function entry(id: string, change: Partial<EntryFact> = {}): EntryFact {
  return {
    ...{ id, date: '2026-11-18', task: `Task of ${id}`, line: 9, worker: '', repo: 'web', minutes: 60 },
    ...{ rateCents: 8000, amountCents: 8000, currency: 'EUR', status: 'pending', source: 'measured' },
    ...{ measured: null, claimed: null, ...change },
  };
}

const entries = [
  entry('T-1'),
  entry('T-2', { repo: 'admin', date: '2026-12-01' }),
  entry('T-3', { status: 'paid' }),
];
const facts: InvoiceFacts = {
  ...{ file: '/shop/INVOICES.md', currency: 'EUR', entries, flaws: [], unwritten: 0, clients: [] },
  totals: sumsByStatus(entries),
};
const clients = {
  shop: { name: 'Shop & Sons', repos: ['web'] },
  fair: { name: 'Fair', lines: ['Lane 2'] },
};

const stored = { currency: 'EUR', rate: 8000, from: { name: 'Ann' }, clients, notes: ['Payable at once.'] };

async function exported(wish: Parameters<typeof exportEntries>[2], change = {}) {
  const config = resolveInvoices('/shop', { ...stored, ...change });
  if (!config.ok) throw new Error(config.problem.message);
  return exportEntries(config.value ?? undefined, facts, wish);
}

describe('entries are exported', () => {
  it.each([
    [{ format: 'csv' }, 3],
    [{ format: 'csv', client: 'shop' }, 2],
    [{ format: 'json', client: 'fair', from: '2026-12-01' }, 1],
    [{ format: 'csv', status: 'pending', repo: 'web' }, 1],
    [{ format: 'csv', client: 'shop', repo: 'admin' }, 0],
  ] as const)('as %j', async (wish, count) => {
    expect(await exported(wish)).toMatchObject({ ok: true, value: { entries: count } });
  });

  it('for printing names the given client, else the first one, with the days they span', async () => {
    const first = await exported({ format: 'html' });
    expect(first).toMatchObject({ ok: true, value: { entries: 2 } });
    expect(first.ok && first.value.text).toMatch(
      /Shop &amp; Sons[\s\S]*2026-11-18 – 2026-11-18[\s\S]*Payable/,
    );
    const fair = await exported({ format: 'html', client: 'fair', number: '7', to: '2026-12-31' });
    expect(fair.ok && fair.value.text).toMatch(/Lane 2[\s\S]*>7<[\s\S]*2026-11-18 – 2026-12-31/);
  });

  it.each([
    [{ format: 'html', client: 'constructor' }, 'unknown_client'],
    [{ format: 'html', from: '2027-01-01' }, 'no_entries'],
  ] as const)('not as %j', async (wish, code) => {
    expect(await exported(wish)).toMatchObject({ ok: false, problem: { code } });
  });
});

describe('the configuration', () => {
  it('is one rate for all, or rates by name; a day is configured in hours', () => {
    expect(resolveInvoices('/shop', { currency: 'JPY', rate: 900, hoursPerDay: 7.5 })).toMatchObject({
      value: { file: '/shop/INVOICES.md', rates: { hour: 900, repos: {} }, day: 450, time: 'measured' },
    });
    expect(resolveInvoices('/shop', { currency: 'EUR', rate: { repos: { web: 1 } } })).toMatchObject({
      value: { rates: { hour: 0, repos: { web: 1 } } },
    });
  });

  it('refuses currencies whose cents have three decimals, and is off unless it is there', () => {
    expect(resolveInvoices('/shop', { currency: 'KWD' })).toMatchObject({
      problem: { code: 'bad_currency' },
    });
    expect(resolveInvoices('/shop', undefined)).toEqual({ ok: true, value: null });
    expect(resolveBoard('/shop', false)).toBe(false);
    expect(resolveBoard('/shop', { file: '/elsewhere/B.md' })).toMatchObject({
      file: '/elsewhere/B.md',
      prefix: null,
    });
  });
});
