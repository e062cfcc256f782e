import { formatDuration } from '../../domain/duration.ts';
import { type EntryStatus, entryStatuses } from '../../domain/entry.ts';
import { type EntryFact, type EntrySum, sumOf } from '../../domain/invoiceFacts.ts';
import { formatMoney } from '../../domain/money.ts';
import { type DialogBody, marked, problemRows } from '../../room/dialogBody.ts';
import type { AppState } from '../../room/state.ts';
import { fitLine, type Line, line, span, spreadLine, type Tone } from '../../room/text/line.ts';
import { counted } from '../../room/text/words.ts';
import type { InvoicesDialog } from '../documentDialog.ts';
import { chosenEntries, olderEntries, periodOf, periodsOf } from '../invoices.ts';

/** Locked is what was invoiced; readable without colour. */
const looks: Readonly<Record<EntryStatus, readonly [mark: string, tone: Tone]>> = {
  pending: ['·', 'plain'],
  invoiced: ['■', 'warning'],
  paid: ['✓', 'good'],
};

/** Time entries of a month, what they add up to, and what a person has to look at. */
export function invoicesBody(state: AppState, dialog: InvoicesDialog, width: number): DialogBody {
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
  if (periods.length === 0) return 'No entries yet: a finished worker brings the first.';
  return only.length > 0 ? 'Nothing like that in this month.' : 'Nothing in this month.';
}

/** What is not among the rows, and what is wrong with the file. */
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

/** The rest is told by the command line. */
const flawsShown = 3;

function entryLine(entry: EntryFact, width: number): Line {
  const { date, repo, task, minutes, amountCents, currency, status, measured, claimed } = entry;
  const [mark, tone] = looks[status];
  const said =
    claimed !== null && measured !== null && claimed !== measured ? ` (${formatDuration(claimed)} said)` : '';
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
