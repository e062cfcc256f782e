import { formatDuration } from '../../domain/duration.ts';
import { type EntryStatus, entryStatuses } from '../../domain/entry.ts';
import { type EntryFact, type EntrySum, sumOf } from '../../domain/invoiceFacts.ts';
import { formatMoney } from '../../domain/money.ts';
import type { InvoicesDialog } from '../documentDialog.ts';
import { entriesOf, periodOf, periodsOf } from '../invoices.ts';
import type { AppState } from '../state.ts';
import { fitLine, type Line, line, span, spreadLine, type Tone } from '../text/line.ts';
import { counted } from '../text/words.ts';
import { type DialogBody, marked, problemRows } from './dialogBody.ts';

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
  const entries = entriesOf(state, period);
  const invoices = state.facts?.invoices;
  const file = invoices?.file.slice(invoices.file.lastIndexOf('/') + 1) ?? '';
  const flaws = (invoices?.flaws ?? [])
    .slice(0, 3)
    .flatMap(({ message }) => marked('!', message, width, 'warning'));
  const waiting = invoices?.unwritten ?? 0;
  const unwritten =
    waiting === 0
      ? []
      : marked('!', `${counted(waiting, 'entry', 'entries')} could not be written yet.`, width, 'bad');
  return {
    title: [span(`Invoices · ${period || 'no day'}`, 'strong'), span(nth, 'muted')],
    aside: line(dialog.pending === null ? file : 'writing …', 'muted'),
    rows: [
      ...problemRows(dialog.problem, width),
      ...(entries.length === 0 ? [line('No entries yet: a finished worker brings the first.', 'muted')] : []),
      ...entries.map((entry) => entryLine(entry, width)),
    ],
    tail: [line('─'.repeat(width), 'border'), ...totals(entries, width), ...unwritten, ...flaws],
    caret: null,
  };
}

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
    return sum.count === 0 ? [] : [totalLine(`${looks[status][0]} ${status}`, sum, width)];
  });
  return [...rows, totalLine('  all', sumOf(entries), width)];
}

function totalLine(name: string, { count, minutes, amounts }: EntrySum, width: number): Line {
  const money = Object.entries(amounts).map(([currency, cents]) => formatMoney(cents, currency));
  const left = [span(name.padEnd(12)), span(counted(count, 'entry', 'entries'), 'muted')];
  const right = [
    span(formatDuration(minutes).padStart(8)),
    span((money.join(' + ') || '–').padStart(15), 'strong'),
  ];
  return spreadLine(left, right, width);
}
