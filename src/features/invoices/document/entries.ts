import {
  amountOf,
  currencyDigits,
  formatCents,
  formatClock,
  formatHours,
  parseAmount,
  parseDuration,
} from '../../../core/amounts.ts';
import type { Diagnostic } from '../../../core/board.ts';
import { type EntryStatus, entrySources, type TimeEntry } from '../../../core/invoices.ts';
import {
  type Aliases,
  foldName,
  headingNames,
  isPlaceholder,
  matchFields,
  plainText,
  plainValue,
  rowProblem,
  type Table,
  type TableRow,
  tableCell,
  tableCells,
} from '../../../documents/markdown.ts';
import type { Result } from '../../../lib/result.ts';
import { diagnosticAt } from '../../board/document/board.ts';

export type EntryField =
  | ('id' | 'date' | 'task' | 'repo' | 'worker' | 'time')
  | ('rate' | 'amount' | 'status' | 'currency' | 'source');

export interface EntryTable {
  readonly table: Table;
  readonly fields: readonly (EntryField | null)[];
  /** Status of all rows, where a heading names it and no column does. */
  readonly status: EntryStatus | null;
  /** Rows with sums. */
  readonly totals: readonly TableRow[];
}

/** An entry as written in the file: its id may be missing. */
export type WrittenEntry = Omit<TimeEntry, 'id'> & { readonly id: string | null };

/** A row of a table of entries. */
export interface EntryRow {
  readonly line: number;
  readonly id: string | null;
  /** The task's text, even where the rest is unreadable. */
  readonly task: string;
  /** Null while a person has to check it; `flaw` has the reason. */
  readonly entry: WrittenEntry | null;
  readonly flaw: Diagnostic | null;
}

export interface InvoiceReading {
  /** Default where the file names none. */
  readonly currency: string;
  /** Working time of a day in minutes; without it `1 day` needs a person to decide. */
  readonly day?: number;
  /** Returns cents per hour for a row without a rate; null for none. */
  readonly rateFor?: (row: {
    readonly repo: string;
    readonly task: string;
    readonly worker: string;
  }) => number | null;
}

export const entryAliases: Aliases<EntryField> = {
  id: ['id', 'entry id', 'entry', 'orch id', '#', 'no'],
  date: ['date', 'day', 'when', 'completed'],
  task: ['task', 'description', 'work', 'item', 'title'],
  repo: ['repo', 'repository', 'project'],
  worker: ['worker', 'assignee', 'who', 'owner', 'agent'],
  time: ['hours', 'time', 'hrs', 'duration', 'time spent', 'minutes', 'mins'],
  rate: ['rate', 'hourly rate', 'rate h', 'price'],
  amount: ['amount', 'total', 'cost', 'sum', 'value'],
  status: ['status', 'state'],
  currency: ['currency'],
  source: ['source'],
};

const statusWords: Readonly<Record<EntryStatus, readonly string[]>> = {
  pending: [
    ...['pending', 'open', 'unbilled', 'uninvoiced', 'draft', 'to invoice', 'not invoiced', 'not billed'],
    ...['to bill', 'to be invoiced', 'not yet invoiced', 'not yet billed'],
  ],
  invoiced: ['invoiced', 'billed', 'sent'],
  paid: ['paid', 'settled'],
};

/** Returns the status that a cell or heading names. */
export function statusIn(text: string): EntryStatus | null {
  const names = headingNames(text).map((name) => name.replace(/ (?:entries|invoices|time|hours|work)$/, ''));
  const found = Object.entries(statusWords).find(([, words]) => names.some((name) => words.includes(name)));
  return (found?.[0] as EntryStatus | undefined) ?? null;
}

/** Reports whether a person wrote an amount other than time times rate. */
export function isOverridden({ minutes, rateCents, amountCents }: WrittenEntry): boolean {
  return amountCents !== amountOf(minutes, rateCents);
}

/** Returns a table of entries; null for any other. */
export function entryTable(table: Table): EntryTable | null {
  const fields = matchFields(table.names, entryAliases);
  if (
    !fields.includes('task') ||
    !fields.includes('time') ||
    !(fields.includes('date') || fields.includes('rate'))
  )
    return null;
  const status =
    table.path
      .toReversed()
      .map(({ text }) => statusIn(text))
      .find((one) => one !== null) ?? null;
  return { table, fields, status, totals: table.rows.filter(isTotalRow) };
}

/** Reports whether a row's first text names a sum. */
export function isTotalRow(row: TableRow): boolean {
  return /^(?:grand |sub ?)?totals?\b/.test(firstName(row));
}

/** Returns the first text of a row, normalised; empty for a row without texts. */
export function firstName(row: TableRow): string {
  return foldName(tableCells(row).find((text) => text !== '') ?? '');
}

/** Reads one row of a table of entries. */
export function readEntry(one: EntryTable, row: TableRow, reading: InvoiceReading): EntryRow {
  const { table, fields } = one;
  const cell = (field: EntryField) => tableCell(row, fields.indexOf(field));
  const id = plainValue(cell('id'));
  const task = plainText(cell('task'));
  const base = { line: row.line + 1, id, task };
  const refuse = (code: string, why: string): EntryRow => ({
    ...base,
    entry: null,
    flaw: diagnosticAt(row.line, code, why),
  });
  const damage = rowProblem(table, row);
  if (damage !== null) return refuse('damaged_row', `${damage}.`);
  const day = fields.includes('date') ? isoDay(cell('date')) : '';
  if (day === null)
    return refuse(
      'bad_date',
      `${JSON.stringify(cell('date').slice(0, 40))} is not a day such as 2026-11-22.`,
    );
  const status = fields.includes('status') ? statusOf(cell('status')) : (one.status ?? 'pending');
  if (status === null)
    return refuse(
      'bad_status',
      `${JSON.stringify(cell('status').slice(0, 40))} is none of pending, invoiced, paid.`,
    );
  const currency = plainValue(cell('currency'))?.toUpperCase() ?? reading.currency;
  const minutes = parseDuration(plainText(cell('time')), {
    bare: bareUnit(table.names, fields),
    ...(reading.day === undefined ? {} : { day: reading.day }),
  });
  if (!minutes.ok) return refuse(minutes.problem.code, minutes.problem.message);
  const who = { repo: plainValue(cell('repo')) ?? '', task, worker: plainValue(cell('worker')) ?? '' };
  const rate = readRate(cell('rate'), currency);
  if (rate?.ok === false) return refuse('bad_rate', rate.problem.message);
  const amount = optionalAmount(cell('amount'), currency);
  if (amount?.ok === false) return refuse('bad_amount', amount.problem.message);
  // Without a rate an amount is fixed, even where other rows have a rate.
  const rateCents = rate?.value ?? (amount === null ? reading.rateFor?.(who) : 0);
  if (rateCents == null) return refuse('no_rate', 'there is neither a rate nor an amount.');
  const amountCents = amount?.value ?? amountOf(minutes.value, rateCents);
  const isByHand = amountCents !== amountOf(minutes.value, rateCents);
  const source = isByHand
    ? 'edited'
    : (entrySources.find((name) => name === foldName(cell('source'))) ?? 'edited');
  const entry = {
    id,
    ...who,
    date: day,
    minutes: minutes.value,
    rateCents,
    amountCents,
    currency,
    status,
    source,
  };
  return { ...base, entry, flaw: null };
}

/** Reads a rate, with or without `/h`; null for an empty cell. */
export function readRate(text: string, currency: string): Result<number> | null {
  return optionalAmount(withoutHour(text), currency);
}

/** Returns the minutes per unit of a bare number, by the column's name. */
export function bareUnit(names: readonly string[], fields: readonly (EntryField | null)[]): 1 | 60 {
  return /^min/.test(foldName(names[fields.indexOf('time')] ?? '')) ? 1 : 60;
}

function statusOf(text: string): EntryStatus | null {
  return isPlaceholder(text) ? 'pending' : statusIn(text);
}

function optionalAmount(text: string, currency: string): Result<number> | null {
  const value = plainValue(text);
  return value === null ? null : parseAmount(value, currency);
}

/** Returns `yyyy-mm-dd` of an existing day, written so or as `22.11.2026`; null for any other text. */
function isoDay(text: string): string | null {
  const shown = plainText(text).replaceAll('/', '-');
  const day = shown.replace(
    dottedDay,
    (_, date: string, _gap: string, month: string, year: string) =>
      `${year}-${month.padStart(2, '0')}-${date.padStart(2, '0')}`,
  );
  const [, year, month, date] = /^(\d{4})-(\d\d)-(\d\d)$/.exec(day) ?? [];
  // `Date` moves a non-existent day into the next month.
  const isDay =
    new Date(Date.UTC(Number(year), Number(month) - 1, Number(date))).getUTCDate() === Number(date);
  return isDay && Number(month) >= 1 && Number(month) <= 12 ? day : null;
}

const dottedDay = /^(\d{1,2})\.( ?)(\d{1,2})\. ?(\d{4})$/;

/** Formats a day like another one in the file. @param day `yyyy-mm-dd` */
export function dayLike(model: string, day: string): string {
  const [, first = '', gap = '', second = ''] = dottedDay.exec(plainText(model)) ?? [];
  const [year, month = '', date = ''] = day.split('-');
  if (first === '') return day;
  const isPadded = [first, second].every((part) => part.length === 2);
  const [left, middle] = [date, month].map((part) => (isPadded ? part : String(Number(part))));
  return `${left}.${gap}${middle}.${gap}${year}`;
}

/**
 * Formats an amount like another one in the file: its currency sign, its separators, `/h` after a rate.
 * Falls back to the plain number where the model is no amount.
 */
export function amountLike(model: string, cents: number, currency: string): string {
  const styled = styledAmount(model, cents, currency);
  const again = parseAmount(withoutHour(styled), currency);
  const digits = currencyDigits(currency);
  return again.ok && again.value === cents ? styled : formatCents(cents, digits.ok ? digits.value : 2);
}

/** Removes `/h` or `per hour` from a rate. */
function withoutHour(rate: string): string {
  return rate.replace(/\s*(?:\/|per)\s*h(?:ou)?r?s?$/i, '');
}

function styledAmount(model: string, cents: number, currency: string): string {
  const digits = currencyDigits(currency);
  const places = digits.ok ? digits.value : 2;
  const [, before = '', number = '', after = ''] =
    /^([^\d]*)(\d[\d.,'’\s]*\d|\d)(.*)$/.exec(model.trim()) ?? [];
  const isBare = places === 2 && /^\d+(?:[,'’\s]\d{3})*$/.test(number) && cents % 100 === 0;
  const [units = '', decimals] = formatCents(cents, places).split('.');
  const hasComma = /,\d{1,2}$/.test(number);
  const group = /\d([.,'’\s])\d{3}(?!\d)/.exec(number)?.[1];
  const grouped = group === undefined ? units : units.replace(/\B(?=(\d{3})+$)/g, group);
  return (
    before + grouped + (decimals === undefined || isBare ? '' : (hasComma ? ',' : '.') + decimals) + after
  );
}

/**
 * Formats a time like another one in the file: `1:30`, `1h 30m`, `90 min`, `1.5h` or hours as a number.
 * @param isMinutes a bare number means minutes there
 */
export function timeLike(model: string, minutes: number, isMinutes: boolean): string {
  const styled = styledTime(model, minutes, isMinutes);
  const again = parseDuration(styled, { bare: isMinutes ? 1 : 60 });
  if (again.ok && again.value === minutes) return styled;
  return isMinutes ? String(minutes) : formatHours(minutes);
}

function styledTime(model: string, minutes: number, isMinutes: boolean): string {
  const text = model.trim();
  const [hours, rest] = [Math.floor(minutes / 60), minutes % 60];
  if (/^\d+:\d\d/.test(text)) return formatClock(minutes);
  const [, gap = '', unit = ''] = /^\d+(?:[.,]\d+)?(\s*)([a-z]+)$/i.exec(text) ?? [];
  if (/^m/i.test(unit)) return `${minutes}${gap}${unit}`;
  if (/^hours?$/i.test(unit)) return `${formatHours(minutes)}${gap}${minutes === 60 ? 'hour' : 'hours'}`;
  const parts = [...(hours > 0 || rest === 0 ? [`${hours}h`] : []), ...(rest > 0 ? [`${rest}m`] : [])];
  if (/^h/i.test(unit))
    return /[.,]/.test(text) || rest === 0 ? `${formatHours(minutes)}${gap}${unit}` : parts.join(' ');
  if (/h/i.test(text) && /m/i.test(text)) return parts.join(' ');
  if (isMinutes) return String(minutes);
  const decimals = /[.,](\d+)$/.exec(text)?.[1]?.length;
  return decimals === undefined
    ? formatHours(minutes)
    : Number(formatHours(minutes)).toFixed(Math.max(2, decimals));
}
