import { randomBytes } from 'node:crypto';
import { amountOf, dayOf, formatDuration } from '../../../core/amounts.ts';
import { cardOf } from '../../../core/board.ts';
import {
  type BilledEntry,
  type EntryAdded,
  type EntryChange,
  type EntryDraft,
  type EntryQuery,
  type EntryRef,
  type InvoiceConfig,
  type InvoiceFacts,
  type MarkOutcome,
  type MarkRequest,
  rateFor,
  type TimeEntry,
} from '../../../core/invoices.ts';
import type { SkippedRow } from '../../../core/notion.ts';
import { changeDocument, FileWatch, type PlannedText, readDocument } from '../../../documents/file.ts';
import { withPendingNote, withSyncNote } from '../../../documents/syncNotes.ts';
import type { UnwrittenFields } from '../../../documents/tableEdit.ts';
import { SerialQueue } from '../../../lib/queue.ts';
import { failure, problemOf, type Result, success } from '../../../lib/result.ts';
import { backupsFolder, type DocumentDeps, minuteOf } from '../../board/service/boardService.ts';
import { type Billed, noColumn } from '../document/billing.ts';
import type { Bill } from '../document/bills.ts';
import { changeInvoices, type EntryOutcome, type InvoiceChange } from '../document/invoiceChange.ts';
import {
  type Invoices,
  lockedChange,
  parseInvoices,
  readInvoices,
  readingOf,
  withEntryIds,
} from '../document/invoices.ts';
import { entryFor, owedTimes } from '../timeEntries.ts';
import { selectInvoices } from '../workTime.ts';
import { type ExportRequest, exportEntries, saveInvoice } from './exportService.ts';

/** Plans the invoices' new text. */
type InvoicePlan<T> = (invoices: Invoices, config: InvoiceConfig) => Result<PlannedText<T>>;

/** Reads the invoices whenever they change, and writes entries. */
export class InvoiceDocuments {
  readonly #deps: DocumentDeps;
  readonly #queue = new SerialQueue();
  readonly #watch = new FileWatch(() => void this.#fileChanged().catch((error) => this.#deps.fail(error)));
  #config: InvoiceConfig | null = null;
  #followed: Promise<unknown> = Promise.resolve();

  constructor(deps: DocumentDeps) {
    this.#deps = deps;
  }

  /** Reads the currently configured invoices, and watches them. */
  follow(): Promise<unknown> {
    const { invoices = null } = this.#deps.state().config;
    if (invoices === this.#config) return this.#followed;
    this.#config = invoices;
    this.#followed = this.#watch
      .follow(invoices?.file ?? null)
      .then(() => this.#queue.add(() => this.#readFile()));
    return this.#followed;
  }

  /** Reads the current invoices. @returns `invoices_off`, `document_unreadable` */
  read(): Promise<Result<InvoiceFacts>> {
    return this.#queue.add(async () => {
      const read = await this.#readFile();
      return read.ok ? success(selectInvoices(read.value, this.#deps.state().log) ?? read.value) : read;
    });
  }

  add(draft: EntryDraft): Promise<Result<EntryAdded>> {
    const now = new Date();
    const id = newEntryId(now);
    const wanted = ({ rates, currency }: InvoiceConfig): InvoiceChange => {
      const rateCents = draft.rateCents ?? rateFor(rates, draft);
      const amountCents = amountOf(draft.minutes, rateCents);
      const entry: TimeEntry = {
        ...{ ...draft, id, rateCents, currency, amountCents, status: 'pending', source: 'edited' },
      };
      return { kind: 'add', entry };
    };
    return this.#changeOne(id, wanted, (left) => draftedFields(draft, left, dayOf(now)));
  }

  change({ id, fields }: EntryChange): Promise<Result<{ id: string }>> {
    const { status, ...others } = fields;
    if (status !== undefined && Object.keys(others).length === 0)
      return this.mark({ status, entries: [{ id }] }).then((marked) =>
        marked.ok ? success({ id }) : marked,
      );
    const wanted = (): InvoiceChange => ({ kind: 'change', entry: { id }, fields });
    return this.#changeOne(id, wanted, () => askedFields(fields)).then((done) =>
      done.ok ? success({ id }) : done,
    );
  }

  /** Sets the status of all these entries, or of none. @returns the numbers of invoices written or paid */
  async mark(marked: MarkRequest): Promise<Result<MarkOutcome>> {
    const done = await this.rewrite((before, config) => {
      const changes = this.markChanges(before, marked, dayOf(new Date()));
      if (!changes.ok) return changes;
      const after = changed(before, changes.value, config);
      if (!after.ok) return after;
      const refused = after.value.value.find((outcome) => !outcome.ok);
      if (refused?.ok === false) return refused;
      return after.value.text === before.file.text ? nothingWritten(marked.status) : after;
    });
    if (!done.ok) return done;
    const billed = this.noteBilled(done.value);
    return success({
      invoices: billed.map(({ number }) => number),
      left: Object.fromEntries(billed.flatMap(({ left }) => Object.entries(left))),
    });
  }

  /** Returns the changes that mark these entries; some may be on invoices already. */
  markChanges(
    before: Invoices,
    { status, entries, number }: MarkRequest,
    on: string,
  ): Result<InvoiceChange[]> {
    const paid = new Set<string>();
    const others: EntryRef[] = [];
    for (const ref of entries) {
      const bill = 'id' in ref ? this.#billOf(before, ref.id) : undefined;
      if (bill && bill.status === status)
        return failure('marked_already', `${'id' in ref ? ref.id : bill.number} is ${status} already.`);
      if (bill && status !== 'paid')
        return failure(
          'entry_locked',
          `${bill.number} is ${bill.status} and does not become ${status} again.`,
          'If it was a mistake, remove the invoice by hand; its rows are in .orch/backups/documents.',
        );
      if (bill) paid.add(bill.number);
      else others.push(ref);
    }
    if (number !== undefined && others.length === 0 && !paid.has(number))
      return failure(
        'number_unused',
        `${[...paid].join(', ')} has a number already, and does not become ${number}.`,
        'Leave the number out.',
      );
    const pays = [...paid].map((one): InvoiceChange => ({ kind: 'pay', number: one, on }));
    return success(
      others.length === 0 ? pays : [...pays, { kind: 'mark', entries: others, status, on, number }],
    );
  }

  /** Logs billed entries, because their rows have left the file. */
  noteBilled(outcomes: readonly Result<EntryOutcome>[]): readonly Billed[] {
    const billed = outcomes.flatMap((one) => (one.ok && one.value.billed ? [one.value.billed] : []));
    for (const { number, entries, left } of billed)
      this.#deps.dispatch({ type: 'documented', happening: { type: 'billed', number, entries, left } });
    return billed;
  }

  /** Returns the entries on this file's invoices, with the invoices' statuses. */
  billedIn({ bills, rows }: Invoices): readonly BilledEntry[] {
    const ids = new Set(rows.map(({ id }) => id));
    return bills.flatMap(({ number, status }) =>
      (this.#deps.state().log.billed.get(number)?.entries ?? [])
        .filter(({ id }) => id !== null && !ids.has(id))
        .map((entry) => ({ ...entry, status })),
    );
  }

  #billOf(before: Invoices, id: string): Bill | undefined {
    if (before.rows.some((row) => row.id === id)) return undefined;
    const { billed } = this.#deps.state().log;
    return (
      before.bills.find(({ number }) => number === id) ??
      before.bills.find(({ number }) => billed.get(number)?.entries.some((entry) => entry.id === id))
    );
  }

  /** Adds an id to every sound entry without one. @returns their number */
  giveIds(): Promise<Result<{ given: number }>> {
    return this.rewrite((before, config) => {
      let given = 0;
      const takeId = () => {
        given += 1;
        return newEntryId(new Date());
      };
      const after = withEntryIds(before, takeId, readingOf(config));
      if (!after.ok) return after;
      const { text } = after.value.file;
      const what = `${given} ${given === 1 ? 'entry' : 'entries'} got an id`;
      const noted = given === 0 ? text : withPendingNote(text, minuteOf(new Date()), what);
      return success({ text: noted, value: { given } });
    });
  }

  /** Returns sound entries without an id, which no sync covers. */
  async withoutId(): Promise<readonly SkippedRow[]> {
    const read = await this.rewrite((before) => success({ text: before.file.text, value: before }));
    // The sync itself has reported why the invoices cannot be read.
    if (!read.ok) return [];
    const { rows, bills } = read.value;
    return [
      ...rows.flatMap(({ id, entry, task }): SkippedRow[] =>
        id === null && entry !== null ? [{ table: 'invoices', task }] : [],
      ),
      ...bills.flatMap(({ number }) =>
        this.#billedWithoutId(number).map(
          ({ task }): SkippedRow => ({ table: 'invoices', task, isBilled: true }),
        ),
      ),
    ];
  }

  #billedWithoutId(number: string): readonly BilledEntry[] {
    return (this.#deps.state().log.billed.get(number)?.entries ?? []).filter(({ id }) => id === null);
  }

  /** Updates all sums. @returns lines of those that were wrong */
  correctTotals(): Promise<Result<{ corrected: readonly number[] }>> {
    return this.rewrite((before, config) => {
      const done = changeInvoices(before, [], readingOf(config));
      if (!done.ok) return done;
      const corrected = done.value.corrected.map(({ line }) => line);
      return success({ text: done.value.invoices.file.text, value: { corrected } });
    });
  }

  async export(wish: ExportRequest): Promise<Result<{ text: string; entries: number }>> {
    const read = await this.read();
    return read.ok ? exportEntries(this.#deps.state().config.invoices, read.value, wish) : read;
  }

  /** Writes a printable invoice as a new file beside the entries. */
  async save(query: EntryQuery): Promise<Result<{ file: string; entries: number }>> {
    const read = await this.read();
    const { invoices, root } = this.#deps.state().config;
    return read.ok ? saveInvoice(invoices, root, read.value, query) : read;
  }

  /** Creates entries for the owed times of finished workers, and writes those that the file lacks. */
  async enter(): Promise<void> {
    const { config, documents } = this.#deps.state();
    if (!config.invoices) return;
    const now = new Date();
    for (const { worker, time } of owedTimes(this.#deps.state())) {
      const task = cardOf(documents.board?.cards ?? [], worker)?.task ?? worker.task;
      const about = { id: newEntryId(now), date: dayOf(now), task };
      const happening = entryFor(config.invoices, worker, time, about);
      this.#deps.dispatch({ type: 'time-entered', happening });
      if (worker.openTime)
        this.#deps.dispatch({
          type: 'noticed',
          problem: openTimeOf(worker.id, worker.openTime.text, happening.entry),
        });
    }
    await this.writeMade();
  }

  /** Writes created entries that are not in the file; after a refusal it is retried when the file changes. */
  async writeMade(): Promise<void> {
    await this.#queue.add(async () => {
      const { config, log } = this.#deps.state();
      const made = [...log.madeEntries.values()].flatMap(({ entry, isWritten }) =>
        isWritten ? [] : [entry],
      );
      if (!config.invoices || made.length === 0) return;
      const adds = made.map((entry): InvoiceChange => ({ kind: 'add', entry }));
      const written = await this.#rewrite((before, invoices) => changed(before, adds, invoices));
      for (const [at, entry] of made.entries()) {
        const outcome = written.ok ? written.value[at] : written;
        // It was written before a crash, and not logged.
        if (outcome?.ok || outcome?.problem.code === 'duplicate_id')
          this.#deps.dispatch({ type: 'documented', happening: { type: 'entry-written', entry: entry.id } });
        else if (outcome)
          this.#deps.dispatch({ type: 'noticed', problem: notWritten(entry, outcome.problem.message) });
      }
    });
  }

  /** Plans a change on the current invoices; for callers that change several entries. */
  rewrite<T>(plan: InvoicePlan<T>): Promise<Result<T>> {
    return this.#queue.add(() => this.#rewrite(plan));
  }

  /**
   * Updates the lines about the last sync, where the file has them.
   * @param pending ids of entries that could not be synced
   */
  async noteSync(at: Date, pending: ReadonlySet<string>): Promise<void> {
    await this.rewrite((before) => {
      const known = [...before.rows, ...this.billedIn(before)];
      const rows = known.flatMap(({ id, task }) => (id !== null && pending.has(id) ? [{ id, task }] : []));
      const texts = [
        ...known.filter(({ id }) => id === null).map(({ task }) => task),
        ...this.#unsynced(before),
      ];
      return success({ text: withSyncNote(before, minuteOf(at), { rows, texts }), value: null });
    });
  }

  /** Returns the names of billed work without an id, and of its invoices, which no sync covers. */
  #unsynced({ bills }: Invoices): readonly string[] {
    return bills.flatMap(({ number }) => {
      const without = this.#billedWithoutId(number);
      return without.length === 0 ? [] : [number, ...without.map(({ task }) => task)];
    });
  }

  async close(): Promise<void> {
    this.#watch.close();
    await this.#queue.onIdle();
  }

  async #fileChanged(): Promise<void> {
    await this.#queue.add(() => this.#readFile());
    await this.writeMade();
  }

  /** @param asked returns the columns that the user gave, none of which may be lost; derived ones may */
  async #changeOne(
    id: string,
    wanted: (config: InvoiceConfig) => InvoiceChange,
    asked: (left: UnwrittenFields) => readonly string[],
  ): Promise<Result<EntryAdded>> {
    return this.rewrite((before, config) => {
      const change = wanted(config);
      const done = changed(before, [change], config);
      if (!done.ok) return done;
      const [outcome] = done.value.value;
      if (outcome?.ok === false) return outcome;
      const left = outcome?.value.left ?? {};
      const names = Object.keys(left).filter((name) => asked(left).includes(name));
      if (names.length > 0) return noColumn(change.kind === 'change' ? `of ${id}` : 'for new entries', names);
      return success({ text: done.value.text, value: { id, left } });
    });
  }

  async #rewrite<T>(plan: InvoicePlan<T>): Promise<Result<T>> {
    const { root, invoices } = this.#deps.state().config;
    if (!invoices) return invoicesOff();
    const { file } = invoices;
    const done = await changeDocument({ root, file }, backupsFolder(root), (text) =>
      plan(parseInvoices(text, readingOf(invoices)), invoices),
    );
    await this.#readFile();
    return done;
  }

  async #readFile(): Promise<Result<InvoiceFacts>> {
    const { invoices, root } = this.#deps.state().config;
    const read = invoices ? await readDocument({ root, file: invoices.file }) : invoicesOff();
    if (!read.ok || !invoices) {
      if (this.#deps.state().documents.invoices)
        this.#deps.dispatch({ type: 'invoices-read', invoices: null });
      if (!read.ok && invoices) this.#deps.dispatch({ type: 'noticed', problem: read.problem });
      return read.ok ? invoicesOff() : read;
    }
    const facts = readInvoices(invoices, parseInvoices(read.value.text, readingOf(invoices)));
    const known = this.#deps.state().documents.invoices;
    if (JSON.stringify(facts) !== JSON.stringify(known)) {
      this.#deps.dispatch({ type: 'invoices-read', invoices: facts });
      const problem = known?.file === facts.file ? lockedChange(known.entries, facts.entries) : null;
      if (problem) this.#deps.dispatch({ type: 'noticed', problem });
    }
    return success(facts);
  }
}

/** Returns the columns that the user asked to change, without derived ones. */
function askedFields({
  minutes,
  rateCents,
  amountCents,
  ...others
}: EntryChange['fields']): readonly string[] {
  return [
    ...Object.keys(others),
    ...(minutes === undefined ? [] : ['time']),
    ...(rateCents === undefined ? [] : ['rate']),
    ...(amountCents === undefined ? [] : ['amount']),
  ];
}

/**
 * Returns the columns that the user gave for a new entry. The default day is today. A written amount
 * contains the rate.
 */
function draftedFields(
  { date, repo, worker, rateCents }: EntryDraft,
  left: UnwrittenFields,
  today: string,
): readonly string[] {
  return [
    ...['task', 'time'],
    ...(date === today ? [] : ['date']),
    ...(repo === '' ? [] : ['repo']),
    ...(worker === '' ? [] : ['worker']),
    ...(rateCents === undefined || !('amount' in left) ? [] : ['rate', 'amount']),
  ];
}

/** Returns the text after these changes, and the outcome of each. */
function changed(before: Invoices, changes: readonly InvoiceChange[], config: InvoiceConfig) {
  const done = changeInvoices(before, changes, readingOf(config));
  if (!done.ok) return done;
  const { invoices, outcomes } = done.value;
  const notes = outcomes.flatMap((one, at) => (one.ok ? noteOf(changes[at]) : []));
  const isChanged = invoices.file.text !== before.file.text;
  const text = (isChanged ? notes : []).reduce(
    (all, note) => withPendingNote(all, note.at, note.what),
    invoices.file.text,
  );
  return success({ text, value: outcomes });
}

/** Describes a change for the list of pending entries. */
function noteOf(change: InvoiceChange | undefined): readonly { at: string; what: string }[] {
  const at = minuteOf(new Date());
  if (change?.kind === 'add') {
    const { date, task, minutes, worker } = change.entry;
    return [{ at: date, what: `${task} - ${formatDuration(minutes)}${worker === '' ? '' : ` (${worker})`}` }];
  }
  if (change?.kind === 'pay') return [{ at, what: `${change.number} paid` }];
  if (change?.kind !== 'mark') return [];
  return change.entries.map((entry) => ({
    at,
    what: `${'id' in entry ? entry.id : entry.task} ${change.status}`,
  }));
}

function nothingWritten(status: string): Result<never> {
  return failure(
    'no_place',
    `The file would not change: it has no place for ${status}.`,
    'Look at its columns.',
  );
}

function invoicesOff(): Result<never> {
  return failure(
    'invoices_off',
    'Invoices are off.',
    'Add to .orch/config.json: "invoices": {"currency": "EUR", "rate": 8000}',
  );
}

function openTimeOf(worker: string, said: string, entry: TimeEntry | null) {
  const has = entry ? `its entry ${entry.id} has ${formatDuration(entry.minutes)}` : 'it has no entry';
  return problemOf(
    'time_open',
    `${worker} reported its time as ${JSON.stringify(said)}. Only you can judge that; ${has}.`,
    'If it is wrong, correct the entry: press i in the room.',
  );
}

function notWritten({ worker, minutes }: TimeEntry, why: string) {
  return problemOf(
    'entry_unwritten',
    `${minutes} minutes of ${worker} are not in the invoices yet: ${why}`,
    'They are kept, and written as soon as the file allows it.',
  );
}

/** Crockford's digits, which avoid similar letters. */
const digits = '0123456789ABCDEFGHJKMNPQRSTVWXYZ';

/**
 * Creates an id of a time entry: `T-` and a ULID, which sorts by its time. See https://github.com/ulid/spec
 */
export function newEntryId(date: Date): string {
  let time = '';
  for (let rest = date.getTime(); time.length < 10; rest = Math.floor(rest / 32))
    time = digit(rest % 32) + time;
  const chance = Array.from(randomBytes(16), (byte) => digit(byte % 32)).join('');
  return `T-${time}${chance}`;
}

function digit(value: number): string {
  return digits.charAt(value);
}
