import { type EntryFact, mayBecome } from '../../../core/invoices.ts';
import { type Problem, problemOf } from '../../../lib/result.ts';

/** Fields of an entry that an invoice states. */
const fixed = ['date', 'task', 'repo', 'minutes', 'rateCents', 'amountCents', 'currency'] as const;

const names: Readonly<Record<(typeof fixed)[number], string>> = {
  ...{ date: 'day', task: 'task', repo: 'repository', minutes: 'time in minutes' },
  ...{ rateCents: 'rate in cents', amountCents: 'amount in cents', currency: 'currency' },
};

/**
 * Returns the manual changes of invoiced or paid entries between two readings of the file; null for none.
 * None of our own changes does that. An entry without an id cannot be identified.
 */
export function lockedChange(before: readonly EntryFact[], after: readonly EntryFact[]): Problem | null {
  // Some editors empty a file before they write it.
  if (after.length === 0) return null;
  const now = new Map(after.map((entry) => [entry.id, entry]));
  const [first, ...others] = before.flatMap((entry) => {
    if (entry.status === 'pending' || entry.id === null) return [];
    const found = now.get(entry.id);
    if (!found) return `${entry.id} was ${entry.status} and cannot be found or read any more`;
    const change = changeOf(entry, found);
    return change === null ? [] : `Line ${found.line}: ${entry.id} was ${entry.status} and ${change}`;
  });
  if (first === undefined) return null;
  const rest = others.length === 0 ? '' : ` So it is with ${others.length} more.`;
  return problemOf(
    'locked_changed',
    `${first}.${rest}`,
    'Undo it where it was a slip of the pen; else add an entry that corrects it.',
  );
}

function changeOf(before: EntryFact, after: EntryFact): string | null {
  if (!mayBecome(before.status, after.status)) return `is ${after.status} again`;
  const field = fixed.find((one) => before[one] !== after[one]);
  return field === undefined ? null : `has another ${names[field]}: ${before[field]} became ${after[field]}`;
}
