import {
  type EntryStatus,
  entrySources,
  entryStatuses,
  type InvoiceConfig,
  type TimeEntry,
} from '../../core/invoices.ts';
import type { EntryField } from '../../documents/entries.ts';
import { changeInvoices, type InvoiceChange } from '../../documents/invoiceChange.ts';
import type { Invoices } from '../../documents/invoices.ts';
import { readingOf } from '../../features/invoices/invoiceReading.ts';
import { type Result, success } from '../../lib/result.ts';
import type { Fields, LocalChange, LocalTable, Row } from '../../notion/row.ts';
import { newEntryId } from '../documents/entryId.ts';
import type { InvoiceDesk } from '../documents/invoiceDesk.ts';
import { stillSays, textIn } from './sameValue.ts';

/** The invoices, as a sync sees them: sound entries with an id. Nothing is ever removed. */
export class InvoiceTable implements LocalTable {
  readonly #desk: InvoiceDesk;
  readonly #config: InvoiceConfig;

  constructor(desk: InvoiceDesk, config: InvoiceConfig) {
    this.#desk = desk;
    this.#config = config;
  }

  rows(): Promise<Result<readonly Row[]>> {
    return this.#desk.rewrite((invoices) => success({ invoices, value: entryRowsOf(invoices) }));
  }

  apply(changes: readonly LocalChange[]): Promise<Result<readonly string[]>> {
    return this.#desk.rewrite((invoices) => {
      const now = new Map(entryRowsOf(invoices).map(({ id, fields }) => [id, fields]));
      const asked = changes.flatMap((change) => {
        const wanted = this.#change(change, now.get(change.id));
        return wanted ? [{ id: change.id, wanted }] : [];
      });
      const wanted = asked.map((one) => one.wanted);
      const done = changeInvoices(invoices, wanted, readingOf(this.#config));
      if (!done.ok) return done;
      const made = new Set(asked.flatMap(({ id }, at) => (done.value.outcomes[at]?.ok ? [id] : [])));
      const left = changes.map(({ id }) => id).filter((id) => !made.has(id));
      return success({ invoices: done.value.invoices, value: left });
    });
  }

  newId(taken: ReadonlySet<string>): string {
    for (;;) {
      const id = newEntryId(new Date());
      if (!taken.has(id)) return id;
    }
  }

  #change(change: LocalChange, now: Fields | undefined): InvoiceChange | null {
    if (change.do === 'archive') return null;
    if (change.do === 'add')
      return now ? null : { kind: 'add', entry: entryIn(change.id, change.fields, this.#config.currency) };
    if (!now || !stillSays(now, change.from) || change.to.currency !== undefined) return null;
    const { currency: _, id: __, ...whole } = entryIn(change.id, change.to, this.#config.currency);
    const named = Object.entries(whole).filter(([field]) => change.to[field] !== undefined);
    return { kind: 'change', entry: { id: change.id }, fields: Object.fromEntries(named) };
  }
}

function entryIn(id: string, fields: Fields, currency: string): TimeEntry {
  const number = (field: string) => (typeof fields[field] === 'number' ? fields[field] : 0);
  const status: EntryStatus = entryStatuses.find((one) => one === fields.status) ?? 'pending';
  return {
    id,
    ...{ task: textIn(fields, 'task') ?? '', worker: textIn(fields, 'worker') ?? '' },
    ...{ repo: textIn(fields, 'repo') ?? '', date: textIn(fields, 'date') ?? '' },
    ...{ minutes: number('minutes'), rateCents: number('rateCents'), amountCents: number('amountCents') },
    ...{ currency: textIn(fields, 'currency') ?? currency, status },
    source: entrySources.find((one) => one === fields.source) ?? 'edited',
  };
}

/** Which columns the fields stand in; the others are known of every entry. */
const columnOf: Readonly<Record<string, EntryField>> = {
  worker: 'worker',
  repo: 'repo',
  date: 'date',
  minutes: 'time',
  rateCents: 'rate',
  amountCents: 'amount',
  source: 'source',
};

function entryRowsOf({ tables, rows }: Invoices): Row[] {
  const fieldsAt = new Map(
    tables.flatMap(({ table, fields }) => table.rows.map((row) => [row.line + 1, fields])),
  );
  return rows.flatMap(({ id, entry, line }) => {
    if (id === null || entry === null) return [];
    const { id: _, ...values } = entry;
    const shown = Object.entries(values).filter(([field]) => {
      const column = columnOf[field];
      return column === undefined || fieldsAt.get(line)?.includes(column);
    });
    return [
      { id, fields: Object.fromEntries(shown.map(([field, value]) => [field, value === '' ? null : value])) },
    ];
  });
}
