import { resolve } from 'node:path';
import { dayOf, formatDuration, formatMoney, parseAmount } from '../core/amounts.ts';
import {
  type EntryFact,
  type EntryQuery,
  type EntryStatus,
  type EntrySum,
  type ExportFormat,
  entryStatuses,
  isMeant,
  sumOf,
  sumsByStatus,
} from '../core/invoices.ts';
import { writeNew } from '../lib/durable.ts';
import { counted } from '../ui/words.ts';
import { demandYes } from './ask.ts';
import { columns } from './describe/rows.ts';
import { demand, type Output, refuse } from './output.ts';
import { withController } from './session.ts';

/** Commands around time entries and invoices. */

/** `invoice`: the entries of a period. */
export async function showEntries(out: Output, query: EntryQuery): Promise<void> {
  await withController('.', async (call) => {
    const { entries, flaws, unwritten } = demand(await call('invoices', {}));
    const chosen = entries.filter((entry) => isMeant(entry, query));
    const warnings = flaws.map(({ message }) => `! ${message}`);
    if (unwritten > 0) warnings.push(`! ${counted(unwritten, 'entry', 'entries')} could not be written yet.`);
    const rows = chosen.length === 0 ? 'No entries.' : columns(chosen.map(entryRow));
    out.result(chosen, [rows, `Total  ${sumText(sumOf(chosen))}`, ...warnings].join('\n'));
  });
}

function entryRow({
  date,
  task,
  repo,
  worker,
  minutes,
  amountCents,
  currency,
  ...rest
}: EntryFact): string[] {
  const both = [
    ...(rest.measured === null ? [] : [`measured ${formatDuration(rest.measured)}`]),
    ...(rest.claimed === null ? [] : [`claimed ${formatDuration(rest.claimed)}`]),
  ];
  return [
    rest.id ?? `:${rest.line}`,
    date,
    repo,
    task.replaceAll('\n', ' '),
    worker,
    formatDuration(minutes),
    formatMoney(amountCents, currency),
    rest.status,
    both.join(', '),
  ];
}

function sumText({ count, minutes, amounts }: EntrySum): string {
  const money = Object.entries(amounts).map(([currency, cents]) => formatMoney(cents, currency));
  return [counted(count, 'entry', 'entries'), formatDuration(minutes), ...money].join('  ');
}

export async function addEntry(
  out: Output,
  task: string,
  options: {
    /** Minutes. */
    readonly time: number;
    readonly repo: string;
    readonly worker: string;
    readonly date?: string;
    readonly rate?: string;
  },
): Promise<void> {
  const { time: minutes, repo, worker, date = dayOf(new Date()), rate } = options;
  await withController('.', async (call) => {
    const { currency } = demand(await call('invoices', {}));
    const rateCents = rate === undefined ? {} : { rateCents: demand(parseAmount(rate, currency)) };
    const { id } = demand(await call('addEntry', { task, repo, worker, date, minutes, ...rateCents }));
    out.result({ id, task, repo, worker, date, minutes }, `${id}: ${formatDuration(minutes)} on ${date}.`);
  });
}

/** `invoice mark`: stops at the first that is refused; those before it stay marked, and are named. */
export async function markEntries(out: Output, status: EntryStatus, ids: readonly string[]): Promise<void> {
  await withController('.', async (call) => {
    for (const id of ids) {
      demand(await call('changeEntry', { id, fields: { status } }));
      out.say(`${id} is ${status}.`);
    }
    if (out.json) out.result({ ids, status }, '');
  });
}

/** `invoice totals`: sums by status, of the entries that are meant. */
export async function showTotals(
  out: Output,
  { write = false, ...query }: EntryQuery & { readonly write?: boolean },
): Promise<void> {
  await withController('.', async (call) => {
    const { corrected } = write ? demand(await call('correctTotals', {})) : { corrected: [] };
    const { entries, flaws } = demand(await call('invoices', {}));
    const chosen = entries.filter((entry) => isMeant(entry, query));
    const totals = sumsByStatus(chosen);
    const rows = [
      ...entryStatuses.map((status) => [status, sumText(totals[status])]),
      ['all', sumText(sumOf(chosen))],
    ];
    const stale = flaws.filter(({ code }) => code === 'stale_total').map(({ message }) => `! ${message}`);
    const mended = corrected.length === 0 ? [] : [`Corrected on line ${corrected.join(', ')}.`];
    out.result({ ...totals, corrected }, [columns(rows), ...stale, ...mended].join('\n'));
  });
}

export async function giveIds(out: Output, { yes = false }: { readonly yes?: boolean }): Promise<void> {
  await withController('.', async (call) => {
    const { entries } = demand(await call('invoices', {}));
    const without = entries.filter(({ id }) => id === null).length;
    const question = `Give an id to ${counted(without, 'entry', 'entries')}? Tables without a column for it get one.`;
    await demandYes(out, yes || without === 0, question);
    const { given } = demand(await call('giveEntryIds', {}));
    const text = given === 0 ? 'All entries have an id.' : `${counted(given, 'entry', 'entries')} got an id.`;
    out.result({ given }, text);
  });
}

interface ExportOptions extends EntryQuery {
  readonly number?: string;
  readonly out?: string;
}

/** `invoice export`: to standard output, or into a new file. */
export async function exportInvoice(
  output: Output,
  format: ExportFormat,
  { out: file, ...query }: ExportOptions,
): Promise<void> {
  await withController('.', async (call) => {
    const { text, entries } = demand(await call('exportEntries', { ...query, format }));
    if (file !== undefined) saveNew(resolve(file), text);
    if (file === undefined) output.screen(format === 'json' ? JSON.parse(text) : text, text);
    else
      output.result({ file: resolve(file), entries }, `${counted(entries, 'entry', 'entries')} in ${file}.`);
  });
}

function saveNew(file: string, text: string): void {
  try {
    writeNew(file, [text], { mode: 0o644 });
  } catch (error) {
    const why = (error as NodeJS.ErrnoException).code === 'EEXIST' ? 'it exists' : (error as Error).message;
    refuse('not_written', `${file} was not written: ${why}.`, 'Name another file.');
  }
}
