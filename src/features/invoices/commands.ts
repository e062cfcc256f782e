import { dayOf, formatDuration, formatMoney, parseAmount, parseDuration } from '../../core/amounts.ts';
import {
  type EntryAdded,
  type EntryFact,
  type EntryQuery,
  type EntryRef,
  type EntryStatus,
  type EntrySum,
  entryStatuses,
  exportFormats,
  type InvoiceFacts,
  type MarkOutcome,
  matchesQuery,
  sumOf,
  sumsByStatus,
} from '../../core/invoices.ts';
import { day, demand, type Printed, refuse, yesOption } from '../../core/verb.ts';
import { alignColumns, counted } from '../../ui/format.ts';
import { defineServed, type VerbCall } from '../define.ts';

const period = {
  '--from <day>': { about: 'first day, yyyy-mm-dd', parse: day },
  '--to <day>': { about: 'last day, yyyy-mm-dd', parse: day },
  '--repo <name>': 'only of this repository',
  '--status <status>': { about: 'only these', oneOf: entryStatuses },
} as const;

const shown = { what: 'look at the invoices', options: period, run: showEntries } as const;

/** Returns all entries; `invoices_off`. */
const invoices = defineServed<InvoiceFacts>()({
  name: 'invoices',
  by: 'anyone',
  onForeignState: true,
  params: ({ nothing }) => nothing,
  handle: (services) => services.invoices.read(),
  verbs: [
    { usage: 'invoice', about: 'time entries and what they add up to', ...shown },
    { usage: 'invoice show', about: 'the same as invoice', ...shown },
  ],
});

async function showEntries(call: VerbCall, _: unknown, query: EntryQuery): Promise<Printed> {
  const { entries, flaws, unwritten } = await call.ask(invoices, {});
  const chosen = entries.filter((entry) => matchesQuery(entry, query));
  const warnings = flaws.map(({ message }) => `! ${message}`);
  if (unwritten > 0) warnings.push(`! ${entriesText(unwritten)} could not be written yet.`);
  const rows = chosen.length === 0 ? 'No entries.' : alignColumns(chosen.map(entryRow));
  return { value: chosen, text: [rows, `Total  ${sumText(sumOf(chosen))}`, ...warnings].join('\n') };
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
  return [entriesText(count), formatDuration(minutes), ...money].join('  ');
}

function entriesText(count: number): string {
  return counted(count, 'entry', 'entries');
}

const addEntry = defineServed<EntryAdded>()({
  name: 'addEntry',
  by: 'person',
  what: 'enter time; its tool is report_progress',
  params: ({ entryDraft }) => entryDraft,
  handle: (services, draft) => services.invoices.add(draft),
  verbs: [
    {
      usage: 'invoice add <task>',
      about: 'add an entry',
      options: {
        '--time <text>': { about: 'such as 1h 30m', parse: parseDuration, required: true },
        '--repo <name>': { about: 'its repository', fallback: '' },
        '--worker <id>': { about: 'who worked', fallback: '' },
        '--date <day>': { about: 'yyyy-mm-dd; default: today', parse: day },
        '--rate <amount>': 'per hour, such as 80.00; default: as configured',
      },
      run: enterTime,
    },
  ],
});

interface EntryOptions {
  /** Minutes. */
  readonly time: number;
  readonly repo: string;
  readonly worker: string;
  readonly date?: string;
  readonly rate?: string;
}

async function enterTime(
  call: VerbCall,
  [task = '']: readonly string[],
  { time: minutes, repo, worker, date = dayOf(new Date(call.now)), rate }: EntryOptions,
): Promise<Printed> {
  const { currency } = await call.ask(invoices, {});
  const rateCents = rate === undefined ? {} : { rateCents: demand(parseAmount(rate, currency)) };
  // An older controller does not report values without a column.
  const { id, left = {} } = await call.ask(addEntry, { task, repo, worker, date, minutes, ...rateCents });
  const value = { id, task, repo, worker, date, minutes, left };
  const { id: isUnnamed, ...others } = left;
  const lost = Object.entries(others).map(([name, text]) => `${name} ${text}`);
  const unwritten =
    lost.length === 0 ? '' : ` Not written, because its table has no column for it: ${lost.join(', ')}.`;
  const { entries } = isUnnamed === undefined ? { entries: [] } : await call.ask(invoices, {});
  const line = entries.findLast((one) => one.id === null && one.task === task && one.date === date)?.line;
  const unnamed = line === undefined ? '' : ` Its table has no column for ids: name it :${line}.`;
  const name = isUnnamed === undefined ? id : task.replaceAll('\n', ' ');
  return { value, text: `${name}: ${formatDuration(minutes)} on ${date}.${unwritten}${unnamed}` };
}

const changeEntry = defineServed<{ id: string }>()({
  name: 'changeEntry',
  by: 'person',
  what: 'change the invoices',
  params: ({ entryChange }) => entryChange,
  handle: (services, change) => services.invoices.change(change),
});

const markEntries = defineServed<MarkOutcome>()({
  name: 'markEntries',
  by: 'person',
  what: 'mark entries',
  params: ({ entriesMarked }) => entriesMarked,
  handle: (services, marked) => services.invoices.mark(marked),
  verbs: [
    {
      usage: 'invoice mark <status> <ids...>',
      about: 'mark entries, named by id or :LINE, as invoiced or paid, all on one invoice; this locks them',
      what: 'mark entries',
      values: { status: { oneOf: entryStatuses } },
      options: { '--number <text>': 'of the invoice; without it the next one' },
      run: runMark,
    },
  ],
});

/** Marks all entries or none; those billed together are on one invoice. */
async function runMark(
  call: VerbCall,
  [status, names]: readonly [EntryStatus, readonly string[]],
  { number }: { readonly number?: string },
): Promise<Printed> {
  const known = names.some((name) => name.startsWith(':')) ? (await call.ask(invoices, {})).entries : [];
  const entries = names.map((name) => refOf(known, name));
  const outcome = await call.ask(markEntries, { status, entries, ...(number !== undefined && { number }) });
  const by = outcome.invoices.length === 0 ? '' : `: ${outcome.invoices.join(', ')}`;
  const lost = Object.entries(outcome.left).map(([name, text]) => `${name} ${text}`);
  const kept = lost.length === 0 ? '' : ` Kept, because there is no column for it: ${lost.join(', ')}.`;
  const text = names.map((name) => `${name} is ${status}${by}.`).join('\n') + kept;
  return { value: { ids: names, status, ...outcome }, text };
}

/**
 * References an entry by its id, or by its line with a colon in front; one on an invoice by the invoice's
 * number.
 */
function refOf(entries: readonly EntryFact[], name: string): EntryRef {
  const [, line] = /^:(\d{1,7})$/.exec(name) ?? [];
  if (line === undefined) return { id: name };
  const found = entries.find((one) => one.line === Number(line));
  if (!found)
    return refuse('unknown_entry', `There is no entry ${JSON.stringify(name)}.`, 'See: orch-tui invoice');
  if (found.invoice !== undefined) return { id: found.invoice };
  return found.id === null ? { line: found.line, task: found.task } : { id: found.id };
}

const giveEntryIds = defineServed<{ given: number }>()({
  name: 'giveEntryIds',
  by: 'person',
  what: 'change the invoices',
  params: ({ nothing }) => nothing,
  handle: (services) => services.invoices.giveIds(),
  verbs: [
    {
      usage: 'invoice ids',
      about: 'give an id to every entry that has none',
      options: yesOption,
      run: giveIds,
    },
  ],
});

async function giveIds(call: VerbCall, _: unknown, { yes = false }: { yes?: boolean }): Promise<Printed> {
  const { entries } = await call.ask(invoices, {});
  const without = entries.filter(({ id }) => id === null).length;
  const question = `Give an id to ${entriesText(without)}? Tables without a column for it get one.`;
  await call.requireYes(yes || without === 0, question);
  const { given } = await call.ask(giveEntryIds, {});
  const text = given === 0 ? 'All entries have an id.' : `${entriesText(given)} got an id.`;
  return { value: { given }, text };
}

/** Updates all sums in the file. */
const correctTotals = defineServed<{ corrected: readonly number[] }>()({
  name: 'correctTotals',
  by: 'person',
  what: 'change the invoices',
  params: ({ nothing }) => nothing,
  handle: (services) => services.invoices.correctTotals(),
  verbs: [
    {
      usage: 'invoice totals',
      about: 'sums by status',
      by: 'anyone',
      what: 'look at the invoices',
      withOption: { name: 'write', by: 'person', what: 'change the invoices' },
      options: { ...period, '--write': 'correct the sums in the file' },
      run: showTotals,
    },
  ],
});

/** Shows sums by status of the selected entries. */
async function showTotals(
  call: VerbCall,
  _: unknown,
  { write = false, ...query }: EntryQuery & { readonly write?: boolean },
): Promise<Printed> {
  const { corrected } = write ? await call.ask(correctTotals, {}) : { corrected: [] };
  const { entries, flaws } = await call.ask(invoices, {});
  const chosen = entries.filter((entry) => matchesQuery(entry, query));
  const totals = sumsByStatus(chosen);
  const rows = [
    ...entryStatuses.map((status) => [status, sumText(totals[status])]),
    ['all', sumText(sumOf(chosen))],
  ];
  const stale = flaws.filter(({ code }) => code === 'stale_total').map(({ message }) => `! ${message}`);
  const done = corrected.length === 0 ? [] : [`Corrected on line ${corrected.join(', ')}.`];
  return { value: { ...totals, corrected }, text: [alignColumns(rows), ...stale, ...done].join('\n') };
}

const exportEntries = defineServed<{ text: string; entries: number }>()({
  name: 'exportEntries',
  by: 'anyone',
  onForeignState: true,
  params: ({ z, text, queryFields }) =>
    z.strictObject({ ...queryFields, format: z.enum(exportFormats), number: text.exactOptional() }),
  handle: (services, wanted) => services.invoices.export(wanted),
  verbs: [
    {
      usage: 'invoice export',
      about: 'entries as CSV or JSON, or an invoice to print',
      what: 'look at the invoices',
      options: {
        ...period,
        '--csv': 'comma-separated values',
        '--html': 'an invoice as one page',
        '--client <name>': 'whose entries, by the short name of the configuration',
        '--number <text>': 'of the invoice',
        '--out <file>': 'write to this new file',
      },
      run: exportInvoice,
    },
  ],
});

interface ExportOptions extends EntryQuery {
  readonly csv?: boolean;
  readonly html?: boolean;
  readonly json?: boolean;
  readonly number?: string;
  readonly out?: string;
}

/** Writes to standard output, or into a new file. */
async function exportInvoice(
  call: VerbCall,
  _: unknown,
  { csv = false, html = false, json = false, out, ...query }: ExportOptions,
): Promise<Printed> {
  const [format, ...others] = exportFormats.filter((one) => ({ csv, html, json })[one]);
  if (!format || others.length > 0) return call.refuseUsage('use one of --csv, --json and --html');
  const { text, entries } = await call.ask(exportEntries, { ...query, format });
  if (out === undefined) return { value: format === 'json' ? JSON.parse(text) : text, text, isScreen: true };
  const file = call.saveNew(out, text);
  return { value: { file, entries }, text: `${entriesText(entries)} in ${out}.` };
}

/** Writes a printable invoice over these entries into a new file beside them. */
const saveInvoice = defineServed<{ file: string; entries: number }>()({
  name: 'saveInvoice',
  by: 'person',
  what: 'write invoices',
  params: ({ entryQuery }) => entryQuery,
  handle: (services, query) => services.invoices.save(query),
});

export const invoiceCommands = [
  invoices,
  addEntry,
  changeEntry,
  markEntries,
  giveEntryIds,
  correctTotals,
  exportEntries,
  saveInvoice,
] as const;
