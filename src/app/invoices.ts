import type { EntryFact } from '../domain/invoiceFacts.ts';
import type { InvoicesDialog } from './documentDialog.ts';
import type { AppState } from './state.ts';

/** Months that have entries, newest first; entries without a day are in ''. */
export function periodsOf({ facts }: Pick<AppState, 'facts'>): readonly string[] {
  const months = new Set(facts?.invoices?.entries.map(({ date }) => date.slice(0, 7)));
  return [...months].sort().reverse();
}

/** The month that is shown. */
export function periodOf(state: Pick<AppState, 'facts'>, { period }: InvoicesDialog): string {
  const periods = periodsOf(state);
  return period !== null && periods.includes(period) ? period : (periods[0] ?? '');
}

export function entriesOf({ facts }: Pick<AppState, 'facts'>, period: string): readonly EntryFact[] {
  const entries = facts?.invoices?.entries.filter(({ date }) => date.slice(0, 7) === period) ?? [];
  return entries.toSorted((one, other) => one.date.localeCompare(other.date));
}

/** First and last day of a month; nothing for entries without a day. */
export function daysOf(period: string): { readonly from: string; readonly to: string } | null {
  const [year, month] = period.split('-').map(Number);
  if (year === undefined || month === undefined || Number.isNaN(year + month)) return null;
  const last = new Date(Date.UTC(year, month, 0)).getUTCDate();
  return { from: `${period}-01`, to: `${period}-${last}` };
}
