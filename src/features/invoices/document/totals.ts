import { formatHours, formatMoney, parseAmount, parseDuration } from '../../../core/amounts.ts';
import type { Diagnostic } from '../../../core/board.ts';
import type { EntryStatus } from '../../../core/invoices.ts';
import {
  foldName,
  type LineEdit,
  type MarkdownFile,
  matchFields,
  plainText,
  setCells,
  styledLike,
  type Table,
  type TableRow,
  tableCell,
} from '../../../documents/markdown.ts';
import { diagnosticAt } from '../../board/document/board.ts';
import type { Bill, BillTable } from './bills.ts';
import {
  amountLike,
  bareUnit,
  type EntryRow,
  type EntryTable,
  entryAliases,
  firstName,
  isTotalRow,
  statusIn,
  timeLike,
} from './entries.ts';

/** A sum in the file. It is derived: its text is replaced by the entries' sum. */
export interface Total {
  /** 1-based. */
  readonly line: number;
  readonly kind: 'time' | 'amount';
  /** Minutes or cents. */
  readonly value: number;
  /** The correct text in the file's style. */
  readonly text: string;
  /** The sum is wrong, or has no value. */
  readonly flaw: Diagnostic | null;
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
  readonly billTables: readonly BillTable[];
  readonly bills: readonly Bill[];
  readonly currency: string;
}

/** An item of a sum: an entry, or an invoice, which has no time. */
interface Item {
  /** Null where unknown. */
  readonly minutes: number | null;
  readonly amountCents: number;
  readonly currency: string;
  readonly status: EntryStatus;
}

/** Finds all sums: rows below entries, rows of summaries, and lines such as `Total pending: 120.00 EUR`. */
export function findTotals(summing: Summing): Total[] {
  const own = summing.tables.flatMap((one) => one.totals.flatMap((row) => ownTotals(summing, one, row)));
  const tables = new Set(summing.tables.map(({ table }) => table));
  const summaries = summing.file.tables
    .filter((table) => !tables.has(table))
    .flatMap((table) =>
      table.rows.filter((row) => isSumRow(table, row)).flatMap((row) => summaryTotals(summing, table, row)),
    );
  const lines = summing.file.prose.flatMap((line) => lineTotals(summing, line));
  return [...own, ...summaries, ...lines].sort((a, b) => a.line - b.line);
}

/** Returns the edits that correct stale sums; correct ones keep their text. */
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

/** Sums up a table: a total covers all of its entries, a subtotal those since the previous sum. */
function ownTotals(summing: Summing, { table, fields, totals }: EntryTable, row: TableRow): Total[] {
  const isSub = firstName(row).startsWith('sub');
  const from = isSub
    ? (totals.findLast(({ line }) => line < row.line)?.line ?? table.header.line)
    : table.header.line;
  const last = isSub ? row.line : table.header.line + 1 + table.rows.length;
  const entries = itemsBetween(summing, from, last);
  const columns = { time: fields.indexOf('time'), amount: fields.indexOf('amount') };
  return cellTotals(summing, { table, row, ...columns, bare: bareUnit(table.names, fields) }, entries);
}

/**
 * Reports whether a row is a sum: by its name, or by a status beside money or time below a heading of sums.
 */
function isSumRow(table: Table, row: TableRow): boolean {
  const name = tableCell(row, 0);
  return isTotalRow(row) || (table.path.some(isOfSums) && table.names.length === 2 && labelOf(name) !== null);
}

function isOfSums({ text }: { readonly text: string }): boolean {
  return /\b(?:totals?|sub ?totals?|summary|sums?)\b/.test(foldName(text));
}

/** Reads a summary row. The columns name the values, or, where there are two, the row's own name. */
function summaryTotals(summing: Summing, table: Table, row: TableRow): Total[] {
  const label = labelOf(tableCell(row, 0));
  if (label === null) return [];
  const entries = scopeOf(summing, row.line, label).filter(label.covers);
  const fields = matchFields(table.names, entryAliases);
  const columns =
    table.names.length > 2
      ? { time: fields.indexOf('time'), amount: fields.indexOf('amount') }
      : { time: label.isTime ? 1 : -1, amount: label.isTime ? -1 : 1 };
  return cellTotals(summing, { table, row, ...columns, bare: 60 }, entries);
}

/** A row of sums, and its columns of time and amount; -1 for none. */
interface SumCells {
  readonly table: Table;
  readonly row: TableRow;
  readonly time: number;
  readonly amount: number;
  readonly bare: 1 | 60;
}

function cellTotals(
  summing: Summing,
  { table, row, time, amount, bare }: SumCells,
  entries: readonly Item[],
): Total[] {
  if (row.cells.length !== table.names.length) return [];
  const make = (kind: Total['kind'], cell: number): Total[] => {
    if (cell < 0) return [];
    const raw = tableCell(row, cell);
    const shown = plainText(raw);
    const model = shown === '' ? modelAbove(table, row, cell) : shown;
    const total = totalOf(summing, kind, row.line, { shown, model, bare }, entries);
    const place = { kind: 'cell', cell, delimiters: table.delimiters } as const;
    return [{ ...total, text: styledLike(total.text, raw), place }];
  };
  return [...make('time', time), ...make('amount', amount)];
}

function modelAbove(table: Table, row: TableRow, cell: number): string {
  const above = table.rows.findLast((one) => one.line < row.line && /\d/.test(tableCell(one, cell)));
  return above === undefined ? '' : plainText(tableCell(above, cell));
}

const sumLine = /^([\s>*+_`-]*(\p{L}[^:|]*?)[*_`]*\s*:[*_`\s]*)(.*)$/u;

/** Money with its sign or cents, or a time with its unit, which are unambiguous. */
const certain = /[€$£¥₩]|\b[A-Z]{3}\b|\d[.,]\d{2}(?!\d)|\d\s*(?:h|m|hrs?|hours?|min(?:ute)?s?)\b/i;

/** Reads lines such as `Total: 120.00 EUR`, and unambiguous ones such as `Uninvoiced: $600`. */
function lineTotals(summing: Summing, line: number): Total[] {
  const [, before = '', name = '', rest] = sumLine.exec(summing.file.lines[line]?.text ?? '') ?? [];
  if (rest === undefined) return [];
  const words = foldName(name);
  const isTotal = /^(?:grand |sub ?)?totals?\b/.test(words);
  const isAmongSums = summing.file.headings.some((one) => one.line < line && line < one.end && isOfSums(one));
  const isCounted = /\b(?:entries|changes|invoices|tasks|count|number)\b/.test(words);
  if (!isTotal && (isCounted || !(isAmongSums || certain.test(rest)))) return [];
  const label = labelOf(name);
  if (label === null || (!isTotal && !isAmongSums && label.status === null))
    return (isTotal || isAmongSums) && certain.test(rest) ? unknownTotal(line, words, rest) : [];
  const items = scopeOf(summing, line, label).filter(label.covers);
  return [...rest.matchAll(/(?:[^,;·|()*_`]|,(?=\d))+/g)].flatMap(({ 0: part, index }) => {
    const shown = part.trim();
    const isTime = label.isTime || parseDuration(shown).ok;
    if (!isTime && !/^\W{0,3}\d[\d.,'’\s]*(?:\W{1,2}|\s?[A-Z]{3})?$|^[A-Z]{3}\s?\d/.test(shown)) return [];
    const from = before.length + index + (part.length - part.trimStart().length);
    const total = totalOf(
      summing,
      isTime ? 'time' : 'amount',
      line,
      { shown, model: shown, bare: 60 },
      items,
    );
    return [{ ...total, place: { kind: 'span' as const, from, to: from + shown.length } }];
  });
}

/** Lines among the sums that are no sums. */
const otherNumbers = /\b(?:rate|price|budget|limit|goal|target|average|tax|vat|discount|per)\b/;

/** Reports a sum whose entries are unknown, without changing it. */
function unknownTotal(line: number, words: string, shown: string): Total[] {
  if (otherNumbers.test(words)) return [];
  const flaw = diagnosticAt(
    line,
    'unknown_total',
    `it is unknown what ${JSON.stringify(words)} adds up; left as it is.`,
  );
  const place = { kind: 'span', from: 0, to: 0 } as const;
  return [{ line: line + 1, kind: 'amount', value: 0, text: shown, flaw, place }];
}

interface Label {
  readonly isTime: boolean;
  readonly isGrand: boolean;
  /** Null: all statuses. */
  readonly status: EntryStatus | null;
  readonly covers: (item: Item) => boolean;
}

/** Reads a sum's name; null for a sum of anything else, such as `Total for Ann`. */
function labelOf(name: string): Label | null {
  const words = foldName(name);
  const rest = words
    .replace(
      /\b(?:grand|sub|totals?|sums?|hours?|time|amount|value|all|in|work|so far|to date|yet|eur|usd|gbp|chf)\b/g,
      '',
    )
    .replace(/\s+/g, ' ')
    .trim();
  const status = statusIn(rest);
  if (rest !== '' && status === null) return null;
  return {
    isTime: /\b(?:hours?|time)\b/.test(words),
    isGrand: /^grand\b/.test(words),
    status,
    covers: (item) => status === null || item.status === status,
  };
}

/** Returns the items of the innermost section around a line that has tables, else of the whole file. */
function scopeOf(summing: Summing, line: number, { isGrand }: Label): Item[] {
  const { file } = summing;
  const tables = [...summing.tables, ...summing.billTables];
  const around = file.headings.findLast(
    (one) =>
      one.line < line &&
      line < one.end &&
      tables.some(({ table }) => one.line < table.header.line && table.header.line < one.end),
  );
  return isGrand || !around
    ? itemsBetween(summing, -1, file.lines.length)
    : itemsBetween(summing, around.line, around.end);
}

function itemsBetween({ rows, bills }: Summing, from: number, to: number): Item[] {
  const isIn = ({ line }: { readonly line: number }) => from < line - 1 && line - 1 < to;
  return [
    ...rows.filter(isIn).flatMap(({ entry }) => entry ?? []),
    ...bills.filter(isIn).flatMap((bill) => (bill.flaw ? [] : [{ ...bill, minutes: null }])),
  ];
}

interface Shown {
  readonly shown: string;
  /** A number whose style is used here. */
  readonly model: string;
  readonly bare: 1 | 60;
}

function totalOf(
  summing: Summing,
  kind: Total['kind'],
  line: number,
  { shown, model, bare }: Shown,
  entries: readonly Item[],
): Omit<Total, 'place'> {
  if (kind === 'time' && entries.some(({ minutes }) => minutes === null)) {
    const why = 'invoices have no time, so this sum is left as it is.';
    return { line: line + 1, kind, value: 0, text: shown, flaw: diagnosticAt(line, 'unknown_total', why) };
  }
  const currencies = new Set(entries.map(({ currency }) => currency));
  const currency = entries[0]?.currency ?? summing.currency;
  const value = entries.reduce(
    (sum, one) => sum + (kind === 'time' ? (one.minutes ?? 0) : one.amountCents),
    0,
  );
  const base = { line: line + 1, kind, value };
  if (kind === 'amount' && currencies.size > 1)
    return {
      ...base,
      text: shown,
      flaw: diagnosticAt(line, 'mixed_currencies', 'these entries have several currencies and no sum.'),
    };
  const text = kind === 'time' ? timeLike(model, value, bare === 1) : amountLike(model, value, currency);
  const said = kind === 'time' ? parseDuration(shown, { bare }) : parseAmount(shown, currency);
  if (said.ok && said.value === value) return { ...base, text, flaw: null };
  const right = kind === 'time' ? `${formatHours(value)} hours` : formatMoney(value, currency);
  const why = `the total says ${JSON.stringify(shown.slice(0, 40))}, the entries add up to ${right}.`;
  return { ...base, text, flaw: diagnosticAt(line, 'stale_total', why) };
}
