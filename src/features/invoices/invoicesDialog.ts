import { formatDuration, formatMoney } from '../../core/amounts.ts';
import {
  type EntryFact,
  type EntryQuery,
  type EntryStatus,
  type EntrySum,
  entryStatuses,
  matchesQuery,
  monthOf,
  sumOf,
} from '../../core/invoices.ts';
import { type DialogBody, defineDialog, marked, problemRows, type RoomDialogKey } from '../../ui/dialog.ts';
import { counted } from '../../ui/format.ts';
import type { RoomKey } from '../../ui/keys.ts';
import { type AppState, type PendingRequest, type Scrolling, unasked } from '../../ui/state.ts';
import { askFrom, noEffects, type Step, toList, whyBusy, withDialog, withNotice } from '../../ui/step.ts';
import { fitLine, type Line, line, span, spreadLine, type Tone } from '../../ui/text.ts';
import { notionKeys } from '../notion/syncDialog.ts';

/**
 * Filters of the dialog: a month, `yyyy-mm`; null for the newest with entries. In the other fields null
 * means all.
 */
interface InvoicesDialog extends PendingRequest, Scrolling {
  readonly kind: 'invoices';
  readonly period: string | null;
  readonly repo: string | null;
  readonly status: EntryStatus | null;
  /** Short name of the invoice's client. */
  readonly client: string | null;
}

export const invoicesKey: RoomKey = {
  id: 'invoices',
  title: 'time entries and invoices',
  keys: ['i'],
  palette: 'everywhere',
  group: 'Workers',
  disabledReason: ({ facts }) =>
    facts?.invoices ? null : 'Invoices are off: add "invoices" to .orch/config.json, then press R.',
  run(state) {
    const dialog: InvoicesDialog = {
      ...{ kind: 'invoices', period: null, repo: null, status: null, client: null },
      ...{ scroll: 0, ...unasked },
    };
    return noEffects(withDialog(state, dialog));
  },
};

/** Shows time entries month by month, and writes invoices. */
export const invoices = defineDialog<InvoicesDialog>({
  kind: 'invoices',
  group: 'Invoices',
  takesTypedAhead: 'It only displays; an invoice is a separate file that changes no entry.',
  keys: [
    monthKey('earlier', 'the month before', ['h', 'left'], 1),
    monthKey('later', 'the month after', ['l', 'right'], -1),
    filterKey('repo', 'only one repository, the next one, or all again', 'r', invoicedRepos),
    filterKey('status', 'only what is pending, invoiced or paid, or all again', 'f', () => entryStatuses),
    filterKey('client', 'for one client, the next one, or all again', 'w', clientNames),
    {
      id: 'invoice-export',
      title: 'write an invoice over what is shown, to print, beside the entries',
      hint: 'invoice',
      keys: ['x'],
      disabledReason: whyNotExported,
      run(state, dialog) {
        const query = { ...daysOf(periodOf(state, dialog)), ...queryOf(dialog) };
        return askFrom(state, dialog, 'saveInvoice', query);
      },
    },
    {
      id: 'invoices-close',
      title: 'close',
      hint: 'close',
      keys: ['escape', 'q', 'i', 'ctrl-c'],
      run: (state) => noEffects(toList(state)),
    },
    ...notionKeys,
  ],
  view,
  // The dialog stays open with the entries.
  onAnswer(state, dialog, answer) {
    if (answer.method !== 'saveInvoice' || !answer.result.ok) return null;
    return noEffects(invoiceWritten(withDialog(state, { ...dialog, pending: null }), answer.result.value));
  },
});

/** Shows a notice about a written invoice. */
export function invoiceWritten(
  state: AppState,
  { file, entries }: { file: string; entries: number },
): AppState {
  return withNotice(state, `${counted(entries, 'entry', 'entries')} in ${file}`);
}

function monthKey(
  id: string,
  title: string,
  keys: readonly string[],
  by: -1 | 1,
): RoomDialogKey<InvoicesDialog> {
  return {
    id: `invoices-${id}`,
    title,
    ...(by > 0 && { hint: (state: AppState) => (periodsOf(state).length > 1 ? 'month' : null) }),
    keys,
    run(state, dialog) {
      const periods = periodsOf(state);
      const at = periods.indexOf(periodOf(state, dialog)) + by;
      const period = periods[Math.max(0, Math.min(periods.length - 1, at))] ?? null;
      return noEffects(withDialog(state, { ...dialog, period, scroll: 0, problem: null }));
    },
  };
}

/** Cycles through several values, then all of them. */
function filterKey<What extends 'repo' | 'status' | 'client'>(
  what: What,
  title: string,
  key: string,
  among: (state: AppState) => readonly NonNullable<InvoicesDialog[What]>[],
): RoomDialogKey<InvoicesDialog> {
  return {
    id: `invoices-${what}`,
    title,
    hint: (state) => (among(state).length > 1 ? what : null),
    keys: [key],
    run(state, dialog): Step {
      const all = among(state);
      const now = dialog[what];
      const next = all[now === null ? 0 : all.indexOf(now) + 1] ?? null;
      return noEffects(withDialog(state, { ...dialog, [what]: next, scroll: 0, problem: null }));
    },
  };
}

function clientNames({ facts }: AppState): readonly string[] {
  return facts?.invoices?.clients.map(({ name }) => name) ?? [];
}

function whyNotExported(state: AppState, dialog: InvoicesDialog): string | null {
  if (chosenEntries(state, dialog).length === 0) return 'There is nothing to invoice here.';
  if (dialog.client === null && clientNames(state).length > 1) return 'Choose a client first: w.';
  return whyBusy(state);
}

type Known = Pick<AppState, 'facts'>;

/** Returns the months with entries, newest first; '' for entries without a day. */
function periodsOf({ facts }: Known): readonly string[] {
  const months = new Set(facts?.invoices?.entries.map(monthOf));
  return [...months].sort().reverse();
}

/** Returns the shown month. */
function periodOf(state: Known, { period }: InvoicesDialog): string {
  const periods = periodsOf(state);
  return period !== null && periods.includes(period) ? period : (periods[0] ?? '');
}

/** Returns the repositories of all entries. */
function invoicedRepos({ facts }: Known): readonly string[] {
  return [...new Set(facts?.invoices?.entries.map(({ repo }) => repo))].sort();
}

/** Returns the entries that match the filters, by day. */
export function chosenEntries(state: Known, dialog: InvoicesDialog): readonly EntryFact[] {
  const period = periodOf(state, dialog);
  const { entries = [], clients = [] } = state.facts?.invoices ?? {};
  const repos = clients.find(({ name }) => name === dialog.client)?.repos ?? null;
  return entries
    .filter((entry) => monthOf(entry) === period && matchesQuery(entry, queryOf(dialog), repos))
    .toSorted((one, other) => one.date.localeCompare(other.date));
}

/** Returns the filters other than the month. */
function queryOf({ repo, status, client }: InvoicesDialog): EntryQuery {
  return {
    ...(repo !== null && { repo }),
    ...(status !== null && { status }),
    ...(client !== null && { client }),
  };
}

/** Returns the number of entries before the months in the facts. */
function olderEntries({ facts }: Known): number {
  if (!facts?.invoices) return 0;
  const { entries, totals } = facts.invoices;
  return entryStatuses.reduce((sum, status) => sum + totals[status].count, 0) - entries.length;
}

/** Returns the first and last day of a month; null for entries without a day. */
function daysOf(period: string): { readonly from: string; readonly to: string } | null {
  const [year, month] = period.split('-').map(Number);
  if (year === undefined || month === undefined || Number.isNaN(year + month)) return null;
  const last = new Date(Date.UTC(year, month, 0)).getUTCDate();
  return { from: `${period}-01`, to: `${period}-${last}` };
}

/** Marks of statuses, readable without colour; a filled square is locked. */
const looks: Readonly<Record<EntryStatus, readonly [mark: string, tone: Tone]>> = {
  pending: ['·', 'plain'],
  invoiced: ['■', 'warning'],
  paid: ['✓', 'good'],
};

/** Renders the time entries of a month, their sums, and problems. */
function view(state: AppState, dialog: InvoicesDialog, width: number): DialogBody {
  const period = periodOf(state, dialog);
  const periods = periodsOf(state);
  const nth = periods.length > 1 ? ` (${periods.indexOf(period) + 1} of ${periods.length})` : '';
  const entries = chosenEntries(state, dialog);
  const file = state.facts?.invoices?.file ?? '';
  const only = [dialog.repo, dialog.status, dialog.client && `for ${dialog.client}`].filter(
    (word) => word !== null,
  );
  return {
    title: [
      span(`Invoices · ${period || 'no day'}`, 'strong'),
      span(nth, 'muted'),
      ...only.map((word) => span(` · ${word || 'no repository'}`, 'notice')),
    ],
    aside: line(dialog.pending === null ? file.slice(file.lastIndexOf('/') + 1) : 'writing …', 'muted'),
    rows: [
      ...problemRows(dialog.problem, width),
      ...(entries.length === 0 ? [line(nothing(periods, only), 'muted')] : []),
      ...entries.map((entry) => entryLine(entry, width)),
    ],
    tail: [line('─'.repeat(width), 'border'), ...totals(entries, width), ...remarks(state, width)],
    caret: null,
  };
}

function nothing(periods: readonly string[], only: readonly unknown[]): string {
  if (periods.length === 0) return 'No entries yet: they are added when workers finish.';
  return only.length > 0 ? 'Nothing like that in this month.' : 'Nothing in this month.';
}

/** Renders remarks about hidden entries and problems of the file. */
function remarks(state: AppState, width: number): readonly Line[] {
  const { flaws = [], unwritten = 0 } = state.facts?.invoices ?? {};
  const older = olderEntries(state);
  const more = flaws.length - flawsShown;
  return [
    ...(older > 0
      ? [line(`${counted(older, 'older entry', 'older entries')}: orch-tui invoice`, 'muted')]
      : []),
    ...(unwritten > 0
      ? marked('!', `${counted(unwritten, 'entry', 'entries')} could not be written yet.`, width, 'bad')
      : []),
    ...flaws.slice(0, flawsShown).flatMap(({ message }) => marked('!', message, width, 'warning')),
    ...(more > 0 ? marked('!', `${counted(more, 'more line')}: orch-tui invoice`, width, 'warning') : []),
  ];
}

/** Most shown problems; the command line lists the rest. */
const flawsShown = 3;

function entryLine(entry: EntryFact, width: number): Line {
  const { date, repo, task, minutes, amountCents, currency, status, measured, claimed } = entry;
  const [mark, tone] = looks[status];
  const said =
    claimed !== null && measured !== null && claimed !== measured
      ? ` (${formatDuration(claimed)} claimed)`
      : '';
  const right = [
    span(said, 'muted'),
    span(formatDuration(minutes).padStart(8)),
    span(formatMoney(amountCents, currency).padStart(15), 'strong'),
  ];
  const left = [
    span(`${mark} `, tone),
    span(`${date.slice(8)} `, 'muted'),
    ...fitLine(line(repo, 'muted'), 10),
    span(` ${task.replaceAll('\n', ' ')}`),
  ];
  return spreadLine(left, right, width);
}

function totals(entries: readonly EntryFact[], width: number): readonly Line[] {
  const rows = entryStatuses.flatMap((status) => {
    const sum = sumOf(entries.filter((entry) => entry.status === status));
    const remark = status === 'pending' ? '' : ', locked';
    return sum.count === 0 ? [] : [totalLine(`${looks[status][0]} ${status}`, sum, remark, width)];
  });
  return [...rows, totalLine('  all', sumOf(entries), '', width)];
}

function totalLine(name: string, { count, minutes, amounts }: EntrySum, remark: string, width: number): Line {
  const money = Object.entries(amounts).map(([currency, cents]) => formatMoney(cents, currency));
  const left = [span(name.padEnd(12)), span(counted(count, 'entry', 'entries') + remark, 'muted')];
  const right = [
    span(formatDuration(minutes).padStart(8)),
    span((money.join(' + ') || '–').padStart(15), 'strong'),
  ];
  return spreadLine(left, right, width);
}
