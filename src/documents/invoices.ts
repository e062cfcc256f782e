import { currencyDigits, formatHours, formatMoney, parseAmount, parseDuration } from '../core/amounts.ts';
import type { Flaw } from '../core/board.ts';
import {
  type EntryFact,
  type InvoiceConfig,
  type InvoiceFacts,
  rateFor,
  sumsByStatus,
} from '../core/invoices.ts';
import { type Result, success } from '../lib/result.ts';
import { flawAt } from './board.ts';
import {
  amountLike,
  bareUnit,
  type EntryRow,
  type EntryTable,
  entryAliases,
  entryTable,
  type InvoiceReading,
  isOverridden,
  isTotalRow,
  readEntry,
  statusIn,
  timeLike,
  type WrittenEntry,
} from './entries.ts';
import {
  cellText,
  foldName,
  type LineEdit,
  type MarkdownFile,
  marked,
  matchFields,
  parseMarkdown,
  plainText,
  type Row,
  setCells,
  type Table,
} from './markdown.ts';
import { setIds } from './tableEdit.ts';

/** INVOICES.md as it was read; changes are made to its text by `changeInvoices`. */
export interface Invoices {
  readonly file: MarkdownFile;
  /** ISO 4217, of all amounts that do not say another one. */
  readonly currency: string;
  readonly tables: readonly EntryTable[];
  readonly rows: readonly EntryRow[];
  readonly totals: readonly Total[];
  /** What a person has to look at, totals that do not add up included. */
  readonly flaws: readonly Flaw[];
}

/**
 * Reads invoices. It never fails: what cannot be read is among the flaws.
 * @param before the same file with the same `reading` a change ago: rows that stayed are not read again
 */
export function parseInvoices(text: string, reading: InvoiceReading, before?: Invoices): Invoices {
  const file = parseMarkdown(text);
  const currency = fileCurrency(file) ?? reading.currency;
  const tables = file.tables.flatMap((table) => entryTable(table) ?? []);
  const known = before?.currency === currency ? soundRows(before) : new Map<string, EntryRow>();
  const read = tables.flatMap((one) =>
    one.table.rows
      .filter((row) => !one.totals.includes(row))
      .map((row) => {
        const same = known.get(rowKey(one, row));
        return same ? { ...same, line: row.line + 1 } : readEntry(one, row, { ...reading, currency });
      }),
  );
  const rows = markDuplicates(read);
  const totals = findTotals({ file, tables, rows, currency });
  const markers = file.markers.map((line) =>
    flawAt(line, 'conflict_markers', 'git left two versions beside each other here.'),
  );
  const flaws = [
    ...markers,
    ...rows.flatMap(({ flaw }) => flaw ?? []),
    ...rows.flatMap(({ entry, line }) =>
      entry && isOverridden(entry)
        ? [flawAt(line - 1, 'amount_by_hand', 'the amount is not time times rate; it is kept.')]
        : [],
    ),
    ...totals.flatMap(({ flaw }) => flaw ?? []),
  ];
  return { file, currency, tables, rows, totals, flaws: flaws.sort((a, b) => a.line - b.line) };
}

/** Rows by all that decides what they say. */
function soundRows({ tables, rows }: Invoices): Map<string, EntryRow> {
  const byLine = new Map(rows.map((row) => [row.line - 1, row]));
  return new Map(
    tables.flatMap((one) =>
      one.table.rows.flatMap((row) => {
        const read = byLine.get(row.line);
        return read?.entry ? [[rowKey(one, row), read] as const] : [];
      }),
    ),
  );
}

function rowKey({ table, status }: EntryTable, { text }: Row): string {
  return `${table.header.text}\n${status}\n${text}`;
}

function fileCurrency(file: MarkdownFile): string | null {
  for (const line of file.prose) {
    const [, code] = /\bcurrency\b[*_]*\s*:[*_\s]*([A-Z]{3})\b/i.exec(file.lines[line]?.text ?? '') ?? [];
    if (code !== undefined && currencyDigits(code).ok) return code;
  }
  return null;
}

function markDuplicates(rows: readonly EntryRow[]): EntryRow[] {
  const first = new Map<string, number>();
  const twice = new Set<string>();
  for (const { id, line } of rows)
    if (id !== null && first.has(id)) twice.add(id);
    else if (id !== null) first.set(id, line);
  return rows.map((row) => {
    if (row.id === null || !twice.has(row.id) || row.flaw?.code === 'damaged_row') return row;
    const why = `the id ${row.id.slice(0, 40)} stands here more than once.`;
    return { ...row, entry: null, flaw: flawAt(row.line - 1, 'duplicate_id', why) };
  });
}

/** The invoices with an id on each row that had none, in a new column where there was no column for it. */
export function withEntryIds(
  invoices: Invoices,
  takeId: () => string,
  reading: InvoiceReading,
): Result<Invoices> {
  const tables = invoices.tables.map(({ table, fields, totals }) => ({
    table,
    column: fields.indexOf('id'),
    without: totals,
  }));
  const text = setIds(invoices.file, tables, takeId);
  return text.ok ? success(parseInvoices(text.value, reading)) : text;
}

/** One sum that the file shows. It is ours: whatever stands there is replaced by what the entries add up to. */
export interface Total {
  /** From 1 on. */
  readonly line: number;
  readonly kind: 'time' | 'amount';
  /** Minutes or cents. */
  readonly value: number;
  /** How it would be written there. */
  readonly text: string;
  /** That it says something else, or why there is no sum. */
  readonly flaw: Flaw | null;
  readonly place: CellPlace | SpanPlace;
}

interface CellPlace {
  readonly kind: 'cell';
  readonly cell: number;
  readonly delimiters: readonly string[];
}

interface SpanPlace {
  readonly kind: 'span';
  readonly from: number;
  readonly to: number;
}

interface Summing {
  readonly file: MarkdownFile;
  readonly tables: readonly EntryTable[];
  readonly rows: readonly EntryRow[];
  readonly currency: string;
}

/** All sums: rows below entries, rows of summaries, and lines such as `Total pending: 120.00 EUR`. */
function findTotals(summing: Summing): Total[] {
  const own = summing.tables.flatMap((one) => one.totals.flatMap((row) => ownTotals(summing, one, row)));
  const tables = new Set(summing.tables.map(({ table }) => table));
  const summaries = summing.file.tables
    .filter((table) => !tables.has(table))
    .flatMap((table) => table.rows.filter(isTotalRow).flatMap((row) => summaryTotals(summing, table, row)));
  const lines = summing.file.prose.flatMap((line) => lineTotals(summing, line));
  return [...own, ...summaries, ...lines].sort((a, b) => a.line - b.line);
}

/** The edits that make stale sums right; those that are right stay as they are written. */
export function totalEdits(file: MarkdownFile, totals: readonly Total[]): LineEdit[] {
  const stale = totals.filter(({ flaw }) => flaw?.code === 'stale_total');
  return [...Map.groupBy(stale, ({ line }) => line - 1)].map(([line, ones]) => {
    let text = file.lines[line]?.text ?? '';
    for (const { place, text: value } of ones.toReversed())
      text =
        place.kind === 'cell'
          ? setCells(text, place.delimiters, new Map([[place.cell, value]]))
          : text.slice(0, place.from) + value + text.slice(place.to);
    return { kind: 'replace', line, text };
  });
}

/** A total of a table adds up all of its entries, a subtotal those since the sum before. */
function ownTotals(summing: Summing, { table, fields, totals }: EntryTable, row: Row): Total[] {
  const isSub = /^sub/.test(
    foldName(
      cellText(
        row,
        row.cells.find((cell) => cellText(row, cell) !== ''),
      ),
    ),
  );
  const from = isSub
    ? (totals.findLast(({ line }) => line < row.line)?.line ?? table.header.line)
    : table.header.line;
  const last = isSub ? row.line : table.header.line + 1 + table.rows.length;
  const entries = entriesBetween(summing, from, last);
  return cellTotals(
    summing,
    table,
    row,
    fields.indexOf('time'),
    fields.indexOf('amount'),
    bareUnit(table.names, fields),
    entries,
  );
}

/** In a summary the columns say what is what, or, where there are two, the row's own name. */
function summaryTotals(summing: Summing, table: Table, row: Row): Total[] {
  const label = labelOf(cellText(row, row.cells[0]));
  if (label === null) return [];
  const entries = scopeOf(summing, row.line, label).filter(label.isMeant);
  const fields = matchFields(table.names, entryAliases);
  const [time, amount] = [fields.indexOf('time'), fields.indexOf('amount')];
  if (table.names.length > 2) return cellTotals(summing, table, row, time, amount, 60, entries);
  return cellTotals(summing, table, row, label.isTime ? 1 : -1, label.isTime ? -1 : 1, 60, entries);
}

function cellTotals(
  summing: Summing,
  table: Table,
  row: Row,
  time: number,
  amount: number,
  bare: 1 | 60,
  entries: readonly WrittenEntry[],
): Total[] {
  if (row.cells.length !== table.names.length) return [];
  const make = (kind: Total['kind'], cell: number) => {
    const raw = cellText(row, row.cells[cell]);
    const model = plainText(raw) === '' ? modelAbove(table, row, cell) : plainText(raw);
    const total = totalOf(summing, kind, row.line, { shown: plainText(raw), model, bare }, entries);
    return [
      {
        ...total,
        text: marked(total.text, raw),
        place: { kind: 'cell' as const, cell, delimiters: table.delimiters },
      },
    ];
  };
  return [...(time < 0 ? [] : make('time', time)), ...(amount < 0 ? [] : make('amount', amount))];
}

function modelAbove(table: Table, row: Row, cell: number): string {
  const above = table.rows.findLast(
    (one) => one.line < row.line && /\d/.test(cellText(one, one.cells[cell])),
  );
  return above === undefined ? '' : plainText(cellText(above, above.cells[cell]));
}

const totalLine = /^([\s>*+_`-]*((?:grand |sub-?)?totals?\b[^:|]*?)[*_`]*\s*:[*_`\s]*)(.*)$/i;

function lineTotals(summing: Summing, line: number): Total[] {
  const [, before = '', name = '', rest] = totalLine.exec(summing.file.lines[line]?.text ?? '') ?? [];
  const label = rest === undefined ? null : labelOf(name);
  if (rest === undefined || label === null) return [];
  const entries = scopeOf(summing, line, label).filter(label.isMeant);
  return [...rest.matchAll(/(?:[^,;·|()*_`]|,(?=\d))+/g)].flatMap(({ 0: part, index }) => {
    const shown = part.trim();
    const isTime = label.isTime || parseDuration(shown).ok;
    if (!isTime && !/^\W{0,3}\d[\d.,' ]*(?:\W{1,2}|\s?[A-Z]{3})?$|^[A-Z]{3} ?\d/.test(shown)) return [];
    const from = before.length + index + (part.length - part.trimStart().length);
    const total = totalOf(
      summing,
      isTime ? 'time' : 'amount',
      line,
      { shown, model: shown, bare: 60 },
      entries,
    );
    return [{ ...total, place: { kind: 'span' as const, from, to: from + shown.length } }];
  });
}

interface Label {
  readonly isTime: boolean;
  readonly isGrand: boolean;
  readonly isMeant: (entry: WrittenEntry) => boolean;
}

/** What a sum's name says; null for one of something else, such as `Total for Ann`. */
function labelOf(name: string): Label | null {
  const words = foldName(name);
  const rest = words.replace(/\b(?:grand|sub|totals?|hours?|time|amount|value|all|in|eur|usd)\b/g, '').trim();
  const status = statusIn(rest);
  if (rest !== '' && status === null) return null;
  return {
    isTime: /\b(?:hours?|time)\b/.test(words),
    isGrand: /^grand\b/.test(words),
    isMeant: (entry) => status === null || entry.status === status,
  };
}

/** The entries of the innermost section around a line that has any tables of them, else of the whole file. */
function scopeOf(summing: Summing, line: number, { isGrand }: Label): WrittenEntry[] {
  const { file, tables } = summing;
  const around = file.headings.findLast(
    (one) =>
      one.line < line &&
      line < one.end &&
      tables.some(({ table }) => one.line < table.header.line && table.header.line < one.end),
  );
  return isGrand || !around
    ? entriesBetween(summing, -1, file.lines.length)
    : entriesBetween(summing, around.line, around.end);
}

function entriesBetween({ rows }: Summing, from: number, to: number): WrittenEntry[] {
  return rows.flatMap(({ entry, line }) => (entry && from < line - 1 && line - 1 < to ? [entry] : []));
}

interface Shown {
  readonly shown: string;
  /** A number that shows how to write one here. */
  readonly model: string;
  readonly bare: 1 | 60;
}

function totalOf(
  summing: Summing,
  kind: Total['kind'],
  line: number,
  { shown, model, bare }: Shown,
  entries: readonly WrittenEntry[],
): Omit<Total, 'place'> {
  const currencies = new Set(entries.map(({ currency }) => currency));
  const currency = entries[0]?.currency ?? summing.currency;
  const value = entries.reduce((sum, one) => sum + (kind === 'time' ? one.minutes : one.amountCents), 0);
  const base = { line: line + 1, kind, value };
  if (kind === 'amount' && currencies.size > 1)
    return {
      ...base,
      text: shown,
      flaw: flawAt(line, 'mixed_currencies', 'these entries have several currencies and no sum.'),
    };
  const text = kind === 'time' ? timeLike(model, value, bare === 1) : amountLike(model, value, currency);
  const said = kind === 'time' ? parseDuration(shown, { bare }) : parseAmount(shown, currency);
  if (said.ok && said.value === value) return { ...base, text, flaw: null };
  const right = kind === 'time' ? `${formatHours(value)} hours` : formatMoney(value, currency);
  const why = `the total says ${JSON.stringify(shown.slice(0, 40))}, the entries add up to ${right}.`;
  return { ...base, text, flaw: flawAt(line, 'stale_total', why) };
}

/** Returns how the file is read: with what the configuration says where the file does not. */
export function readingOf({ currency, day, rates }: InvoiceConfig): InvoiceReading {
  return {
    currency,
    ...(day !== undefined && { day }),
    // Without any rate a row without one needs a person.
    rateFor: (row) => rateFor(rates, row) || null,
  };
}

/** Returns the file as clients see it, before the log adds what it knows. */
export function readInvoices(
  { file, clients }: InvoiceConfig,
  { rows, currency, flaws }: Invoices,
): InvoiceFacts {
  const entries = rows.flatMap(({ entry, line }): EntryFact[] =>
    entry ? [{ ...entry, line, measured: null, claimed: null }] : [],
  );
  const totals = sumsByStatus(entries);
  const known = Object.entries(clients).map(([name, { repos = null }]) => ({ name, repos }));
  return { file, currency, entries, totals, flaws, unwritten: 0, clients: known };
}
