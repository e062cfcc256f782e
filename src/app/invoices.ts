import { entryStatuses } from '../domain/entry.ts';
import { type EntryFact, type EntryQuery, isMeant, monthOf } from '../domain/invoiceFacts.ts';
import type { AppState } from '../room/state.ts';
import type { InvoicesDialog } from './documentDialog.ts';

type Known = Pick<AppState, 'facts'>;

/** Months that have entries, newest first; entries without a day are in ''. */
export function periodsOf({ facts }: Known): readonly string[] {
  const months = new Set(facts?.invoices?.entries.map(monthOf));
  return [...months].sort().reverse();
}

/** The month that is shown. */
export function periodOf(state: Known, { period }: InvoicesDialog): string {
  const periods = periodsOf(state);
  return period !== null && periods.includes(period) ? period : (periods[0] ?? '');
}

/** Repositories that any entry names. */
export function invoicedRepos({ facts }: Known): readonly string[] {
  return [...new Set(facts?.invoices?.entries.map(({ repo }) => repo))].sort();
}

/** Entries of the month that the person has chosen, by day. */
export function chosenEntries(state: Known, dialog: InvoicesDialog): readonly EntryFact[] {
  const period = periodOf(state, dialog);
  const { entries = [], clients = [] } = state.facts?.invoices ?? {};
  const repos = clients.find(({ name }) => name === dialog.client)?.repos ?? null;
  return entries
    .filter((entry) => monthOf(entry) === period && isMeant(entry, queryOf(dialog), repos))
    .toSorted((one, other) => one.date.localeCompare(other.date));
}

/** What was chosen beside the month. */
export function queryOf({ repo, status, client }: InvoicesDialog): EntryQuery {
  return {
    ...(repo !== null && { repo }),
    ...(status !== null && { status }),
    ...(client !== null && { client }),
  };
}

/** Entries of months before those that are known here. */
export function olderEntries({ facts }: Known): number {
  if (!facts?.invoices) return 0;
  const { entries, totals } = facts.invoices;
  return entryStatuses.reduce((sum, status) => sum + totals[status].count, 0) - entries.length;
}

/** First and last day of a month; nothing for entries without a day. */
export function daysOf(period: string): { readonly from: string; readonly to: string } | null {
  const [year, month] = period.split('-').map(Number);
  if (year === undefined || month === undefined || Number.isNaN(year + month)) return null;
  const last = new Date(Date.UTC(year, month, 0)).getUTCDate();
  return { from: `${period}-01`, to: `${period}-${last}` };
}
