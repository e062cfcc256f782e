import { dayOf } from '../../../core/amounts.ts';
import { type CardFields, cardFields, columns } from '../../../core/board.ts';
import { entrySources, entryStatuses, type InvoiceConfig, type TimeEntry } from '../../../core/invoices.ts';
import type { FieldValue } from '../../../core/notion.ts';
import { unmerged } from '../../../documents/markdown.ts';
import { prefixOf } from '../../../documents/tableEdit.ts';
import { type Result, success } from '../../../lib/result.ts';
import { type Board, type BoardTable, usualPrefix } from '../../board/document/board.ts';
import type { BoardChange } from '../../board/document/boardChange.ts';
import type { BoardDocuments } from '../../board/service/boardService.ts';
import type { EntryField, EntryTable } from '../../invoices/document/entries.ts';
import { changeInvoices, type InvoiceChange } from '../../invoices/document/invoiceChange.ts';
import { type Invoices, readingOf } from '../../invoices/document/invoices.ts';
import { type InvoiceDocuments, newEntryId } from '../../invoices/service/invoiceService.ts';
import type { Fields, LocalChange, LocalTable, SyncRow } from './plan.ts';
import { normaliseDay, normaliseText } from './rowCodec.ts';

/**
 * Returns the board as a sync's table: sound cards with an id, and the fields that their tables have columns
 * for.
 */
export function syncedBoard(documents: BoardDocuments, prefix: string | null): LocalTable {
  return {
    rows: async () =>
      documents.rewrite(
        (board) => unmerged(board.file) ?? success({ text: board.file.text, value: cardRows(board) }),
      ),
    apply: async (changes) => {
      const applied = await documents.rewrite((board) => {
        const requested = requestedChanges(changes, cardRows(board), cardChange);
        const done = documents.plan(board, [...requested.values()]);
        if (!done.ok) return done;
        const { board: after, outcomes } = done.value;
        return success({
          text: after.file.text,
          value: { left: unapplied(changes, requested, outcomes), outcomes },
        });
      });
      if (!applied.ok) return applied;
      documents.keep(applied.value.outcomes.flatMap((one) => (one.ok ? [one.value] : [])));
      return success(applied.value.left);
    },
    newId(taken) {
      const own = prefixOf(taken, prefix, usualPrefix);
      const numbers = [...taken].flatMap((id) =>
        id.startsWith(`${own}-`) ? [Number(id.slice(own.length + 1)) || 0] : [],
      );
      return `${own}-${Math.max(0, ...numbers) + 1}`;
    },
  };
}

/** Returns the invoices as a sync's table: sound entries with an id. Rows are never removed. */
export function syncedInvoices(documents: InvoiceDocuments, config: InvoiceConfig): LocalTable {
  return {
    rows: () =>
      documents.rewrite((invoices) =>
        success({
          text: invoices.file.text,
          value: [...entryRows(invoices), ...billedRows(documents, invoices)],
        }),
      ),
    apply: async (changes) => {
      const applied = await documents.rewrite((invoices) => {
        const rows = [...entryRows(invoices), ...billedRows(documents, invoices)];
        const requested = requestedChanges(changes, rows, (change, now) => {
          const wanted = entryChange(change, now, config.currency);
          return wanted?.kind === 'change' ? markChange(documents, invoices, wanted) : wanted;
        });
        const done = changeInvoices(invoices, [...requested.values()], readingOf(config));
        if (!done.ok) return done;
        const { invoices: after, outcomes } = done.value;
        return success({
          text: after.file.text,
          value: { left: unapplied(changes, requested, outcomes), outcomes },
        });
      });
      if (!applied.ok) return applied;
      documents.noteBilled(applied.value.outcomes);
      return success(applied.value.left);
    },
    newId(taken) {
      for (;;) {
        const id = newEntryId(new Date());
        if (!taken.has(id)) return id;
      }
    },
  };
}

/** Returns the document changes by id; none for a row that was edited meanwhile. */
function requestedChanges<Wanted>(
  changes: readonly LocalChange[],
  rows: readonly SyncRow[],
  wantedFor: (change: LocalChange, now: Fields | undefined) => Wanted | null,
): ReadonlyMap<string, Wanted> {
  const now = new Map(rows.map(({ id, fields }) => [id, fields]));
  return new Map(
    changes.flatMap((change) => {
      const wanted = wantedFor(change, now.get(change.id));
      return wanted ? [[change.id, wanted] as const] : [];
    }),
  );
}

/** Returns the ids of rows that were not changed. */
function unapplied(
  changes: readonly LocalChange[],
  requested: ReadonlyMap<string, unknown>,
  outcomes: readonly Result<unknown>[],
): readonly string[] {
  const made = new Set([...requested.keys()].filter((_, at) => outcomes[at]?.ok));
  return changes.map(({ id }) => id).filter((id) => !made.has(id));
}

function cardChange(change: LocalChange, now: Fields | undefined): BoardChange | null {
  const card = { id: change.id };
  if (change.do === 'add') {
    const task = textIn(change.fields, 'task');
    const column = columnIn(change.fields);
    if (now || task === null || !column) return null;
    return { kind: 'add', column, fields: { ...fieldsIn(change.fields), task, id: change.id } };
  }
  if (!now || !isUnchanged(now, change.from)) return null;
  if (change.do === 'archive') return { kind: 'change', card, column: 'Archive' };
  const column = columnIn(change.to);
  return { kind: 'change', card, ...(column && { column }), fields: fieldsIn(change.to) };
}

function columnIn(fields: Fields) {
  return columns.find((column) => column === fields.column);
}

function fieldsIn(fields: Fields): Partial<CardFields> {
  const given = cardFields.filter((field) => field !== 'id' && fields[field] !== undefined);
  return Object.fromEntries(given.map((field) => [field, textIn(fields, field)]));
}

function cardRows({ tables, cards }: Board): SyncRow[] {
  const fieldsAt = fieldsByLine(tables);
  return cards.flatMap((card) => {
    if (card.id === null || card.problem !== null) return [];
    const shown = (fieldsAt.get(card.line) ?? []).flatMap((field) =>
      field === null || field === 'id' ? [] : [[field, card[field]] as const],
    );
    return [{ id: card.id, fields: { column: card.column, ...Object.fromEntries(shown) } }];
  });
}

/** Returns the fields of a row's table, by the row's 1-based line. */
function fieldsByLine<One extends Pick<BoardTable | EntryTable, 'table' | 'fields'>>(tables: readonly One[]) {
  return new Map(
    tables.flatMap(({ table, fields }) =>
      table.rows.map((row): [number, One['fields']] => [row.line + 1, fields]),
    ),
  );
}

function entryChange(
  change: LocalChange,
  now: Fields | undefined,
  usualCurrency: string,
): InvoiceChange | null {
  if (change.do === 'archive') return null;
  if (change.do === 'add')
    return now ? null : { kind: 'add', entry: entryIn(change.id, change.fields, usualCurrency) };
  if (!now || !isUnchanged(now, change.from) || change.to.currency !== undefined) return null;
  const { currency: _, id: __, ...whole } = entryIn(change.id, change.to, usualCurrency);
  const named = Object.entries(whole).filter(([field]) => change.to[field] !== undefined);
  return { kind: 'change', entry: { id: change.id }, fields: Object.fromEntries(named) };
}

/**
 * Returns the change that marks an entry, for a change of the status alone, which may move the row to an
 * invoice.
 */
function markChange(
  documents: InvoiceDocuments,
  invoices: Invoices,
  change: InvoiceChange & { kind: 'change' },
): InvoiceChange | null {
  const { status, ...others } = change.fields;
  if (status === undefined || Object.keys(others).length > 0) return change;
  const wanted = documents.markChanges(invoices, { status, entries: [change.entry] }, dayOf(new Date()));
  return wanted.ok ? (wanted.value[0] ?? null) : null;
}

/** Returns rows of billed entries with an id. */
function billedRows(documents: InvoiceDocuments, invoices: Invoices): SyncRow[] {
  return documents.billedIn(invoices).flatMap(({ id, cells: _, ...values }) => {
    if (id === null) return [];
    const fields = Object.entries(values).map(([field, value]): [string, FieldValue] => [
      field,
      value === '' ? null : value,
    ]);
    return [{ id, fields: Object.fromEntries(fields) }];
  });
}

function entryIn(id: string, fields: Fields, currency: string): TimeEntry {
  const number = (field: string) => (typeof fields[field] === 'number' ? fields[field] : 0);
  const text = (field: string) => textIn(fields, field) ?? '';
  return {
    ...{ id, task: text('task'), worker: text('worker'), repo: text('repo'), date: text('date') },
    ...{ minutes: number('minutes'), rateCents: number('rateCents'), amountCents: number('amountCents') },
    currency: textIn(fields, 'currency') ?? currency,
    status: entryStatuses.find((one) => one === fields.status) ?? 'pending',
    source: entrySources.find((one) => one === fields.source) ?? 'edited',
  };
}

/** Columns of the fields; other fields are known for every entry. */
const columnOf: Readonly<Record<string, EntryField>> = {
  ...{ worker: 'worker', repo: 'repo', date: 'date', minutes: 'time' },
  ...{ rateCents: 'rate', amountCents: 'amount', source: 'source' },
};

function entryRows({ tables, rows }: Invoices): SyncRow[] {
  const fieldsAt = fieldsByLine(tables);
  return rows.flatMap(({ id, entry, line }) => {
    if (id === null || entry === null) return [];
    const { id: _, ...values } = entry;
    const shown = Object.entries(values).filter(([field]) => {
      const column = columnOf[field];
      return column === undefined || fieldsAt.get(line)?.includes(column);
    });
    const fields = shown.map(([field, value]): [string, FieldValue] => [field, value === '' ? null : value]);
    return [{ id, fields: Object.fromEntries(fields) }];
  });
}

/** Reports whether a document still has the values that a sync read, which are normalised. */
function isUnchanged(fields: Fields, from: Fields): boolean {
  return Object.entries(from).every(([field, read]) => {
    const written = fields[field] ?? null;
    if (written === read || typeof written !== 'string') return written === read;
    return normaliseText(written) === read || normaliseDay(written) === read;
  });
}

/** Returns the text of a Notion value; null for an empty one. */
function textIn(fields: Fields, field: string): string | null {
  const value = fields[field] ?? null;
  return value === null ? null : String(value);
}
