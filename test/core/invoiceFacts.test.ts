import { expect, it } from 'vitest';
import {
  type EntryFact,
  type EntryQuery,
  type InvoiceFacts,
  matchesQuery,
  sumOf,
  trimInvoices,
} from '../../src/core/invoices.ts';

function entry(id: string, date: string, change: Partial<EntryFact> = {}): EntryFact {
  return {
    ...{ id, date, task: 'Auth', line: 5, worker: '', repo: 'web', minutes: 60, rateCents: 8000 },
    ...{ amountCents: 8000, currency: 'EUR', status: 'pending', source: 'measured' },
    ...{ measured: null, claimed: null, ...change },
  };
}

it('entries are chosen by days, repository, status and the repositories of a client', () => {
  const entries = [entry('T-1', '2026-11-18'), entry('T-2', '2026-12-01', { repo: 'admin', status: 'paid' })];
  const ids = (query: EntryQuery, repos?: readonly string[]) =>
    entries.filter((one) => matchesQuery(one, query, repos)).map(({ id }) => id);
  expect(ids({})).toEqual(['T-1', 'T-2']);
  expect(ids({ from: '2026-11-18', to: '2026-11-30' })).toEqual(['T-1']);
  expect(ids({ repo: 'admin' })).toEqual(['T-2']);
  expect(ids({ status: 'pending' })).toEqual(['T-1']);
  expect(ids({}, ['admin'])).toEqual(['T-2']);
  expect(ids({ repo: 'web' }, ['admin'])).toEqual([]);
});

it('clients get whole months, the newest ones, and the sums of all', () => {
  const months = ['2026-08', '2026-09', '2026-10', '2026-11'];
  const entries = months.flatMap((month) =>
    Array.from({ length: 90 }, (_, n) => entry(`${month} ${n}`, `${month}-10`)),
  );
  const nothing = sumOf([]);
  const facts: InvoiceFacts = {
    ...{ file: '/INVOICES.md', currency: 'EUR', entries, flaws: [], unwritten: 0, clients: [] },
    totals: { pending: sumOf(entries), invoiced: nothing, paid: nothing },
  };
  const told = trimInvoices(facts);
  expect([...new Set(told.entries.map(({ date }) => date))]).toEqual(['2026-10-10', '2026-11-10']);
  expect(told.entries).toHaveLength(180);
  expect(told.totals.pending.count).toBe(360);
  const one = entries.map((each) => ({ ...each, date: '2026-11-10' }));
  expect(trimInvoices({ ...facts, entries: one }).entries).toHaveLength(360);
});
