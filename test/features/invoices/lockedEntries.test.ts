import { expect, it } from 'vitest';
import type { EntryFact } from '../../../src/core/invoices.ts';
import { lockedChange } from '../../../src/features/invoices/document/invoices.ts';

function entry(id: string, change: Partial<EntryFact> = {}): EntryFact {
  return {
    ...{ id, date: '2026-11-18', task: 'Auth', line: 9, worker: '', repo: 'web', minutes: 60 },
    ...{ rateCents: 8000, amountCents: 8000, currency: 'EUR', status: 'paid', source: 'measured' },
    ...{ measured: null, claimed: null, ...change },
  };
}

it.each<[string, readonly EntryFact[], string]>([
  ['another amount', [entry('T-1', { amountCents: 9000 })], 'Line 9: T-1 was paid and has another amount'],
  ['another time', [entry('T-1', { minutes: 30, line: 12 })], 'Line 12: T-1 was paid and has another time'],
  ['a status that went back', [entry('T-1', { status: 'pending' })], 'T-1 was paid and is pending again'],
  ['a row that is gone', [entry('T-2')], 'T-1 was paid and can no longer be found'],
])('reports a paid entry with its line after a manual edit: %s', (_, after, message) => {
  expect(lockedChange([entry('T-1')], after)).toMatchObject({
    code: 'locked_changed',
    message: expect.stringContaining(message),
  });
});

it('several are one message', () => {
  const before = ['T-1', 'T-2', 'T-3'].map((id) => entry(id));
  const after = before.map((one) => ({ ...one, rateCents: 1 }));
  expect(lockedChange(before, after)?.message).toMatch(
    /T-1 .*8000 became 1\. 2 more were changed as well\.$/,
  );
});

it.each<[string, EntryFact, readonly EntryFact[]]>([
  ['what is pending', entry('T-1', { status: 'pending' }), [entry('T-1', { minutes: 1, status: 'pending' })]],
  ['what is paid after it was invoiced', entry('T-1', { status: 'invoiced' }), [entry('T-1')]],
  ['another place in the file', entry('T-1'), [entry('T-1', { line: 30 })]],
  ['a file that is empty for a moment', entry('T-1'), []],
])('reports nothing for %s', (_, before, after) => {
  expect(lockedChange([before], after)).toBeNull();
});
