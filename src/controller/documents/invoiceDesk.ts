import { amountOf, dayOf } from '../../core/amounts.ts';
import { cardOf } from '../../core/board.ts';
import {
  type EntryChange,
  type EntryDraft,
  type InvoiceConfig,
  type InvoiceFacts,
  rateFor,
  type TimeEntry,
} from '../../core/invoices.ts';
import { changeDocument, readDocument } from '../../documents/file.ts';
import { changeInvoices, type InvoiceChange } from '../../documents/invoiceChange.ts';
import { type Invoices, parseInvoices, withEntryIds } from '../../documents/invoices.ts';
import { entryFor, owedTimes } from '../../features/invoices/entering.ts';
import { readInvoices, readingOf, selectInvoices } from '../../features/invoices/invoiceReading.ts';
import { SerialQueue } from '../../lib/queue.ts';
import { failure, problemOf, type Result, success } from '../../lib/result.ts';
import { backupsFolder, type DocumentWorld } from './boardDesk.ts';
import { newEntryId } from './entryId.ts';
import { lockedChange } from './lockedEntries.ts';
import { FileWatch } from './watchFile.ts';

/** Reads the invoices whenever they change, and writes what is entered. */
export class InvoiceDesk {
  readonly #world: DocumentWorld;
  readonly #queue = new SerialQueue();
  readonly #watch = new FileWatch(() => void this.#seen().catch((error) => this.#world.fail(error)));
  #config: InvoiceConfig | null = null;
  #followed: Promise<unknown> = Promise.resolve();

  constructor(world: DocumentWorld) {
    this.#world = world;
  }

  /** Reads the invoices of the configuration as it is now, and watches them. */
  follow(): Promise<unknown> {
    const { invoices = null } = this.#world.state().config;
    if (invoices === this.#config) return this.#followed;
    this.#config = invoices;
    this.#followed = this.#watch
      .follow(invoices?.file ?? null)
      .then(() => this.#queue.add(() => this.#look()));
    return this.#followed;
  }

  /** As they are now. @returns `invoices_off`, `document_unreadable` */
  read(): Promise<Result<InvoiceFacts>> {
    return this.#queue.add(async () => {
      const read = await this.#look();
      return read.ok ? success(selectInvoices(read.value, this.#world.state().log) ?? read.value) : read;
    });
  }

  add(draft: EntryDraft): Promise<Result<{ id: string }>> {
    return this.#queue.add(async () => {
      const { invoices } = this.#world.state().config;
      if (!invoices) return invoicesOff();
      const rateCents = draft.rateCents ?? rateFor(invoices.rates, draft);
      const entry: TimeEntry = {
        ...{ ...draft, id: newEntryId(new Date()), rateCents, currency: invoices.currency },
        ...{ amountCents: amountOf(draft.minutes, rateCents), status: 'pending', source: 'edited' },
      };
      const written = await this.#one(invoices, { kind: 'add', entry });
      return written.ok ? success({ id: entry.id }) : written;
    });
  }

  change({ id, fields }: EntryChange): Promise<Result<{ id: string }>> {
    return this.#queue.add(async () => {
      const { invoices } = this.#world.state().config;
      if (!invoices) return invoicesOff();
      const written = await this.#one(invoices, { kind: 'change', entry: { id }, fields });
      return written.ok ? success({ id }) : written;
    });
  }

  /** Gives an id to every sound entry that has none. @returns how many */
  giveIds(): Promise<Result<{ given: number }>> {
    return this.#queue.add(async () => {
      const { invoices } = this.#world.state().config;
      if (!invoices) return invoicesOff();
      return this.#rewrite(invoices, (before) => {
        let given = 0;
        const takeId = () => {
          given += 1;
          return newEntryId(new Date());
        };
        const after = withEntryIds(before, takeId, readingOf(invoices));
        return after.ok ? success({ invoices: after.value, value: { given } }) : after;
      });
    });
  }

  /** Brings all sums to what the entries add up to. @returns lines of those that were not right */
  correctTotals(): Promise<Result<{ corrected: readonly number[] }>> {
    return this.#queue.add(async () => {
      const { invoices } = this.#world.state().config;
      if (!invoices) return invoicesOff();
      return this.#rewrite(invoices, (before) => {
        const done = changeInvoices(before, [], readingOf(invoices));
        if (!done.ok) return done;
        const corrected = done.value.corrected.map(({ line }) => line);
        return success({ invoices: done.value.invoices, value: { corrected } });
      });
    });
  }

  /** Makes entries of what finished workers are owed, and writes those that the file does not have yet. */
  async enter(): Promise<void> {
    const { config, documents } = this.#world.state();
    if (!config.invoices) return;
    const now = new Date();
    for (const { worker, time } of owedTimes(this.#world.state())) {
      const task = cardOf(documents.board?.cards ?? [], worker)?.task ?? worker.task;
      const about = { id: newEntryId(now), date: dayOf(now), task };
      this.#world.tell({ type: 'time-entered', happening: entryFor(config.invoices, worker, time, about) });
    }
    await this.writeMade();
  }

  /** What was made and has not reached the file; a file that refuses it now is tried again when it has changed. */
  async writeMade(): Promise<void> {
    await this.#queue.add(async () => {
      const { config, log } = this.#world.state();
      const made = [...log.madeEntries.values()].flatMap(({ entry, isWritten }) =>
        isWritten ? [] : [entry],
      );
      if (!config.invoices || made.length === 0) return;
      const { invoices } = config;
      const written = await this.#rewrite(invoices, (before) => {
        const adds = made.map((entry): InvoiceChange => ({ kind: 'add', entry }));
        const done = changeInvoices(before, adds, readingOf(invoices));
        return done.ok ? success({ invoices: done.value.invoices, value: done.value.outcomes }) : done;
      });
      for (const [at, entry] of made.entries()) {
        const outcome = written.ok ? written.value[at] : written;
        // Written before we were killed, and not noted.
        if (outcome?.ok || outcome?.problem.code === 'duplicate_id')
          this.#world.tell({ type: 'documented', happening: { type: 'entry-written', entry: entry.id } });
        else if (outcome)
          this.#world.tell({ type: 'noticed', problem: notWritten(entry, outcome.problem.message) });
      }
    });
  }

  /** Plans a change upon the invoices as they are at that moment; for those who change more than one entry. */
  rewrite<T>(plan: (invoices: Invoices) => Result<{ invoices: Invoices; value: T }>): Promise<Result<T>> {
    return this.#queue.add(async () => {
      const { invoices } = this.#world.state().config;
      return invoices ? this.#rewrite(invoices, plan) : invoicesOff();
    });
  }

  async close(): Promise<void> {
    this.#watch.close();
    await this.#queue.onIdle();
  }

  async #seen(): Promise<void> {
    await this.#queue.add(() => this.#look());
    await this.writeMade();
  }

  async #one(config: InvoiceConfig, change: InvoiceChange): Promise<Result<null>> {
    return this.#rewrite(config, (before) => {
      const done = changeInvoices(before, [change], readingOf(config));
      if (!done.ok) return done;
      const [outcome] = done.value.outcomes;
      return outcome?.ok === false ? outcome : success({ invoices: done.value.invoices, value: null });
    });
  }

  async #rewrite<T>(
    config: InvoiceConfig,
    plan: (invoices: Invoices) => Result<{ invoices: Invoices; value: T }>,
  ): Promise<Result<T>> {
    const { root } = this.#world.state().config;
    const changed = await changeDocument({ root, file: config.file }, backupsFolder(root), (text) => {
      const planned = plan(parseInvoices(text, readingOf(config)));
      if (!planned.ok) return planned;
      return success({ text: planned.value.invoices.file.text, value: planned.value.value });
    });
    await this.#look();
    return changed;
  }

  async #look(): Promise<Result<InvoiceFacts>> {
    const { invoices, root } = this.#world.state().config;
    const read = invoices ? await readDocument({ root, file: invoices.file }) : invoicesOff();
    if (!read.ok || !invoices) {
      if (this.#world.state().documents.invoices) this.#world.tell({ type: 'invoices-read', invoices: null });
      if (!read.ok && invoices) this.#world.tell({ type: 'noticed', problem: read.problem });
      return read.ok ? invoicesOff() : read;
    }
    const facts = readInvoices(invoices, parseInvoices(read.value.text, readingOf(invoices)));
    const known = this.#world.state().documents.invoices;
    if (JSON.stringify(facts) !== JSON.stringify(known)) {
      this.#world.tell({ type: 'invoices-read', invoices: facts });
      const problem = known?.file === facts.file ? lockedChange(known.entries, facts.entries) : null;
      if (problem) this.#world.tell({ type: 'noticed', problem });
    }
    return success(facts);
  }
}

function invoicesOff(): Result<never> {
  return failure(
    'invoices_off',
    'Invoices are off.',
    'Say in .orch/config.json: "invoices": {"currency": "EUR", "rate": 8000}',
  );
}

function notWritten({ worker, minutes }: TimeEntry, why: string) {
  return problemOf(
    'entry_unwritten',
    `${minutes} minutes of ${worker} are not in the invoices yet: ${why}`,
    'They are kept, and written once the file allows it.',
  );
}
