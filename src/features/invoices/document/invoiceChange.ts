import { amountOf, parseDuration } from '../../../core/amounts.ts';
import { type EntryRef, type EntryStatus, mayBecome, type TimeEntry } from '../../../core/invoices.ts';
import {
  editLines,
  foldName,
  matchFields,
  plainText,
  setCells,
  styledLike,
  type Table,
  type TableRow,
  tableCell,
  unmerged,
} from '../../../documents/markdown.ts';
import {
  addRow,
  type Insertion,
  insertionEdits,
  insertionInto,
  modelCells,
  newTable,
  placeBefore,
  placeUnder,
  splitRow,
  type UnwrittenFields,
} from '../../../documents/tableEdit.ts';
import { failure, type Result, success } from '../../../lib/result.ts';
import {
  type Billed,
  type Billing,
  billRows,
  hasBills,
  noColumn,
  noStatusPlace,
  payBill,
} from './billing.ts';
import {
  amountLike,
  bareUnit,
  dayLike,
  type EntryField,
  type EntryRow,
  type EntryTable,
  entryAliases,
  type InvoiceReading,
  readRate,
  timeLike,
  type WrittenEntry,
} from './entries.ts';
import { type Invoices, parseInvoices } from './invoices.ts';
import { type Total, totalEdits } from './totals.ts';

type EntryFields = Omit<TimeEntry, 'currency'>;

/** A change of the invoices. Entries cannot be removed. */
export type InvoiceChange =
  | { readonly kind: 'add'; readonly entry: TimeEntry }
  | { readonly kind: 'change'; readonly entry: EntryRef; readonly fields: Partial<EntryFields> }
  | MarkChange
  /** Pays an invoice. */
  | { readonly kind: 'pay'; readonly number: string; readonly on: string };

/** Sets the status of all entries, or of none: in its column, below its heading, or by one invoice. */
interface MarkChange {
  readonly kind: 'mark';
  readonly entries: readonly EntryRef[];
  readonly status: EntryStatus;
  /** `yyyy-mm-dd`, the date of an invoice or of its payment. */
  readonly on: string;
  /** Number of the invoice; absent: the next one. */
  readonly number?: string | undefined;
}

export interface EntryOutcome {
  readonly id: string | null;
  /** Values without a column in the entry's table. */
  readonly left: UnwrittenFields;
  /** Result of an invoice; absent where there is none. */
  readonly billed?: Billed;
}

interface InvoicesChanged {
  readonly invoices: Invoices;
  /** One for each change; a refused one changes nothing, the others are applied. */
  readonly outcomes: readonly Result<EntryOutcome>[];
  /**
   * Sums that were wrong before any change, by manual edits, and are now corrected. Lines refer to the
   * previous text.
   */
  readonly corrected: readonly Total[];
}

interface Editing extends Billing {
  readonly assignedIds: Set<string>;
  /** By the line before them: entries of one batch may go to several tables. */
  readonly insertions: Map<number, Insertion<EntryField>>;
  readonly places: ReadonlyMap<number, { readonly at: EntryTable; readonly row: TableRow }>;
  readonly rowsById: ReadonlyMap<string | null, EntryRow>;
}

/**
 * Changes INVOICES.md cell by cell, then updates every sum. Invoiced and paid entries are locked, except for
 * their status, which only moves forwards. Without changes it only corrects the sums.
 * @returns the changed invoices; `conflict_markers` for a file with git's conflict markers
 */
export function changeInvoices(
  invoices: Invoices,
  changes: readonly InvoiceChange[],
  reading: InvoiceReading,
): Result<InvoicesChanged> {
  const refused = unmerged(invoices.file);
  if (refused) return refused;
  const editing: Editing = {
    invoices,
    edits: [],
    touched: new Set(),
    billInsertions: new Map(),
    numbers: new Set(),
    assignedIds: new Set(),
    insertions: new Map(),
    places: new Map(invoices.tables.flatMap((at) => at.table.rows.map((row) => [row.line + 1, { at, row }]))),
    rowsById: new Map(invoices.rows.map((row) => [row.id, row])),
  };
  const outcomes = changes.map((change) => makeChange(editing, change));
  const insertions = [...editing.insertions.values(), ...editing.billInsertions.values()];
  const edits = [...editing.edits, ...insertionEdits(insertions)];
  const between =
    edits.length === 0 ? invoices : parseInvoices(editLines(invoices.file.lines, edits), reading, invoices);
  const added = insertions.reduce((sum, { rows }) => sum + rows.length, 0);
  const removed = edits.filter(({ kind }) => kind === 'remove').length;
  const rowCount = ({ rows, bills }: Invoices) => rows.length + bills.length;
  if (rowCount(between) !== rowCount(invoices) + added - removed)
    return failure(
      'unsafe_change',
      'The change would have hidden entries.',
      'Look for code or comments that do not end.',
    );
  const sums = totalEdits(between.file, between.totals);
  const after =
    sums.length === 0 ? between : parseInvoices(editLines(between.file.lines, sums), reading, between);
  const corrected = invoices.totals.filter(({ flaw }) => flaw?.code === 'stale_total');
  return success({ invoices: after, outcomes, corrected });
}

function makeChange(editing: Editing, change: InvoiceChange): Result<EntryOutcome> {
  switch (change.kind) {
    case 'add':
      return addEntry(editing, change.entry);
    case 'change':
      return changeEntry(editing, change);
    case 'mark':
      return markEntries(editing, change);
    case 'pay':
      return payInvoice(editing, change);
  }
}

function payInvoice(editing: Editing, { number, on }: InvoiceChange & { kind: 'pay' }): Result<EntryOutcome> {
  const bill = editing.invoices.bills.find((one) => one.number === number);
  if (!bill) return failure('unknown_entry', `There is no invoice ${number}.`);
  const billed = payBill(editing, bill, on);
  return billed.ok ? success({ id: number, left: billed.value.left, billed: billed.value }) : billed;
}

function markEntries(editing: Editing, { entries, status, on, number }: MarkChange): Result<EntryOutcome> {
  const seen = new Set<number>();
  const billable: { at: EntryTable; row: TableRow; entry: WrittenEntry }[] = [];
  const others: EntryRef[] = [];
  for (const ref of entries) {
    const found = findEntry(editing, ref);
    if (!found.ok) return found;
    const { at, row, entryRow } = found.value;
    if (seen.has(row.line)) return failure('changed_twice', `Line ${row.line + 1} is named twice.`);
    seen.add(row.line);
    const refused = refuseMark(editing, found.value, status);
    if (refused) return refused;
    if (at.fields.includes('status') || !hasBills(editing.invoices)) others.push(ref);
    else if (entryRow.entry) billable.push({ at, row, entry: entryRow.entry });
  }
  // Only an invoice has a number.
  if (number !== undefined && others.length > 0) return noColumn('of these entries', ["an invoice's number"]);
  const wish = { status: status === 'paid' ? status : ('invoiced' as const), on, number };
  const billed = billable.length === 0 ? null : billRows(editing, billable, wish);
  if (billed?.ok === false) return billed;
  for (const entry of others) {
    const changed = changeEntry(editing, { kind: 'change', entry, fields: { status } });
    if (!changed.ok) return changed;
  }
  const [first] = entries;
  const id = first && 'id' in first ? first.id : null;
  return success({ id, left: billed?.value.left ?? {}, ...(billed && { billed: billed.value }) });
}

/** Returns why an entry cannot be marked, which refuses the whole batch; null where it can. */
function refuseMark(
  editing: Editing,
  { at, row, entryRow }: FoundEntry,
  status: EntryStatus,
): Result<never> | null {
  const { entry, id, flaw } = entryRow;
  const refused = refuseChange(editing, entryRow, { status });
  if (refused) return refused;
  if (entry?.status === status)
    return failure('marked_already', `${id ?? `Line ${row.line + 1}`} is ${status} already.`);
  if (at.fields.includes('status')) return null;
  const isBilled = hasBills(editing.invoices);
  if (entry && !isBilled && movesTo(at, status)) {
    const insertion = entryInsertion(editing.invoices, entry.date, status);
    const lost = Object.keys(moveEntry(insertion, at, row, { status }, entry.currency));
    if (lost.length > 0) return noColumn(`for what is ${status}`, lost);
  }
  if (status === 'pending' || !(isBilled || at.status !== null)) return noStatusPlace(at, status);
  return isBilled && !entry
    ? failure(flaw?.code ?? 'bad_amount', flaw?.message ?? 'It has no amount.', 'Correct the row first.')
    : null;
}

function addEntry(editing: Editing, entry: TimeEntry): Result<EntryOutcome> {
  const bad = badNumbers(entry);
  if (bad) return bad;
  if (entry.task.trim() === '') return failure('empty_task', 'An entry needs a task.');
  const taken = takenId(editing, entry.id);
  if (taken) return taken;
  const insertion = entryInsertion(editing.invoices, entry.date, entry.status);
  if (entry.currency !== editing.invoices.currency && !insertion.fields.includes('currency'))
    return failure(
      'other_currency',
      `The entry is in ${entry.currency}, the file in ${editing.invoices.currency}.`,
      'Add a column Currency to its table.',
    );
  editing.assignedIds.add(entry.id);
  const { invoices } = editing;
  const { currency, status, ...left } = fillEntry(shared(editing, insertion), entry, invoices);
  // The file or a heading states these two where no column does.
  if (currency !== undefined && currency !== invoices.currency) Object.assign(left, { currency });
  const isStated = entry.status === 'pending' || invoices.tables.some((one) => one.status === entry.status);
  if (status !== undefined && !isStated) Object.assign(left, { status });
  return success({ id: entry.id, left });
}

function shared(editing: Editing, insertion: Insertion<EntryField>): Insertion<EntryField> {
  const same = editing.insertions.get(insertion.after) ?? insertion;
  editing.insertions.set(insertion.after, same);
  return same;
}

function changeEntry(
  editing: Editing,
  { entry: ref, fields }: InvoiceChange & { kind: 'change' },
): Result<EntryOutcome> {
  const found = findEntry(editing, ref);
  if (!found.ok) return found;
  const { at, row, entryRow } = found.value;
  const refused = refuseChange(editing, entryRow, fields);
  if (refused) return refused;
  const saysStatus = at.fields.includes('status') || (at.status !== null && !hasBills(editing.invoices));
  if (fields.status !== undefined && fields.status !== entryRow.entry?.status && !saysStatus)
    return noStatusPlace(at, fields.status);
  editing.touched.add(row.line);
  const { entry } = entryRow;
  const written = tableCell(row, at.fields.indexOf('rate'));
  const rate = readRate(written, editing.invoices.currency);
  const minutes = fields.minutes ?? entry?.minutes;
  const rateCents = fields.rateCents ?? entry?.rateCents ?? (rate?.ok ? rate.value : undefined);
  const isCounted = fields.minutes !== undefined || fields.rateCents !== undefined;
  const amount =
    isCounted && minutes !== undefined && rateCents !== undefined
      ? { amountCents: amountOf(minutes, rateCents) }
      : {};
  const all = { ...amount, ...fields };
  const currency = entry?.currency ?? editing.invoices.currency;
  const id = fields.id ?? entryRow.id;
  if (movesTo(at, fields.status)) {
    const insertion = entryInsertion(
      editing.invoices,
      fields.date ?? entry?.date ?? '',
      fields.status ?? 'pending',
    );
    editing.edits.push({ kind: 'remove', line: row.line });
    return success({ id, left: moveEntry(shared(editing, insertion), at, row, all, currency) });
  }
  const { text, left } = editEntry(at, row, all, currency);
  if (text !== row.text) editing.edits.push({ kind: 'replace', line: row.line, text });
  return success({ id, left });
}

interface FoundEntry {
  readonly entryRow: EntryRow;
  readonly at: EntryTable;
  readonly row: TableRow;
}

function findEntry(editing: Editing, ref: EntryRef): Result<FoundEntry> {
  const entryRow =
    'id' in ref
      ? editing.rowsById.get(ref.id)
      : editing.invoices.rows.find(({ line, task }) => line === ref.line && task === ref.task);
  const place = entryRow && editing.places.get(entryRow.line);
  return entryRow && place
    ? success({ entryRow, ...place })
    : failure('unknown_entry', `There is no entry ${'id' in ref ? ref.id : `on line ${ref.line}`}.`);
}

/** Reports whether a status change moves the entry, because the table's heading states the status. */
function movesTo({ status, fields }: EntryTable, next: EntryStatus | undefined): boolean {
  return next !== undefined && status !== null && status !== next && !fields.includes('status');
}

function refuseChange(
  editing: Editing,
  { entry, flaw, line, id }: EntryRow,
  fields: Partial<EntryFields>,
): Result<never> | null {
  if (flaw?.code === 'damaged_row' || flaw?.code === 'duplicate_id')
    return failure(flaw.code, flaw.message, 'Fix the rows by hand.');
  if (editing.touched.has(line - 1)) return failure('changed_twice', `Line ${line} is changed already.`);
  const { status = entry?.status ?? 'pending', ...others } = fields;
  if (entry && entry.status !== 'pending' && Object.keys(others).length > 0)
    return failure(
      'entry_locked',
      `Line ${line} is ${entry.status} and locked.`,
      'Add an entry that corrects it.',
    );
  if (entry && !mayBecome(entry.status, status))
    return failure('entry_locked', `Line ${line} is ${entry.status} and does not become ${status} again.`);
  const taken = fields.id === undefined || fields.id === id ? null : takenId(editing, fields.id);
  return taken ?? badNumbers(fields);
}

/** Refuses an id of another entry. */
function takenId({ rowsById, assignedIds }: Editing, id: string): Result<never> | null {
  return rowsById.has(id) || assignedIds.has(id)
    ? failure('duplicate_id', `There is an entry ${id} already.`)
    : null;
}

/** Refuses negative and broken numbers, so that they never reach the file. */
function badNumbers({
  minutes = 0,
  rateCents = 0,
  amountCents = 0,
}: Partial<EntryFields>): Result<never> | null {
  if (!Number.isSafeInteger(minutes) || minutes < 0)
    return failure('negative_time', `${minutes} is not a number of minutes.`);
  for (const cents of [rateCents, amountCents])
    if (!Number.isSafeInteger(cents) || cents < 0)
      return failure('bad_amount', `${cents} is not a number of cents.`);
  return null;
}

/**
 * Returns the place of a new entry: among those of its month where headings name months, else of its status
 * where they name that, else in the last table; in a new table where there is none.
 */
function entryInsertion(invoices: Invoices, date: string, status: EntryStatus): Insertion<EntryField> {
  const { tables, file } = invoices;
  const fitting = tables.filter((one) => one.status === null || one.status === status);
  const table = fitting.findLast((one) => isOfMonth(one, date)) ?? fitting.at(-1);
  if (table) return insertionAfter(invoices, table);
  const names = tables.at(-1)?.table.names ?? usualNames;
  const heading = file.headings.find(({ text }) => foldName(text) === status);
  const title = `${'#'.repeat(tables.at(-1)?.table.path.at(-1)?.level ?? 2)} ${tables.length === 0 ? 'Entries' : headings[status]}`;
  const place = heading ? placeUnder(file, heading.line) : placeBefore(file, file.lines.length, title);
  return newTable(names, matchFields(names, entryAliases), tables.at(-1)?.table, place);
}

const usualNames = ['ID', 'Date', 'Task', 'Repo', 'Worker', 'Hours', 'Rate', 'Amount', 'Status'];
const headings: Readonly<Record<EntryStatus, string>> = {
  pending: 'Pending',
  invoiced: 'Invoiced',
  paid: 'Paid',
};

/** Returns the place after the last entry, before the sums. */
function insertionAfter({ rows }: Invoices, { table, fields, totals }: EntryTable): Insertion<EntryField> {
  const sound = new Set(rows.flatMap(({ entry, line }) => (entry ? [line - 1] : [])));
  const entries = table.rows.filter((row) => !totals.includes(row));
  const models = entries.filter(({ line }) => sound.has(line));
  return insertionInto(table, fields, entries, models.length > 0 ? models : entries);
}

const months = [
  ...['january', 'february', 'march', 'april', 'may', 'june'],
  ...['july', 'august', 'september', 'october', 'november', 'december'],
];

function isOfMonth({ table }: EntryTable, date: string): boolean {
  const [year = '', month = ''] = date.split('-');
  const name = months[Number(month) - 1] ?? '';
  return table.path.some(({ text }) => {
    const heading = foldName(text);
    return (
      heading.includes(`${year} ${month}`) ||
      (heading.includes(year) && heading.split(' ').some((word) => word.length >= 3 && name.startsWith(word)))
    );
  });
}

/** Returns the line with these fields changed, each in its previous style. */
function editEntry(
  at: EntryTable,
  row: TableRow,
  entry: Partial<TimeEntry>,
  currency: string,
): { readonly text: string; readonly left: UnwrittenFields } {
  const model = (field: EntryField) => modelIn(at, row, at.fields.indexOf(field), field);
  const texts = textsOf(entry, currency, model, bareUnit(at.table.names, at.fields) === 1);
  const values = new Map<number, string>();
  for (const [field, text] of texts) {
    const column = at.fields.indexOf(field);
    if (column >= 0) values.set(column, styledLike(text, tableCell(row, column)));
  }
  const left = [...texts].filter(([field, text]) => text !== '' && !at.fields.includes(field));
  return { text: setCells(row.text, at.table.delimiters, values), left: Object.fromEntries(left) };
}

/** Returns a cell with this column's style: the row's own where it has a number, else another row's. */
function modelIn({ table }: EntryTable, row: TableRow, column: number, field: EntryField): string {
  const text = (one: TableRow) => plainText(tableCell(one, column));
  const isModel = (one: TableRow) =>
    field === 'time' ? parseDuration(text(one), { bare: 60 }).ok : /\d/.test(text(one)) || field === 'status';
  const model = isModel(row) ? row : table.rows.findLast(isModel);
  return model === undefined ? '' : text(model);
}

/** Writes an entry into a insertion. @returns values without a column */
function fillEntry(insertion: Insertion<EntryField>, entry: TimeEntry, invoices: Invoices): UnwrittenFields {
  const cells = modelCells(insertion);
  const model = (field: EntryField) =>
    plainText(cells[insertion.fields.indexOf(field)] ?? '') ||
    (insertion.isNew ? fileStyle(invoices, field) : '');
  const isMinutes = bareUnit(insertion.names, insertion.fields) === 1;
  return addRow(insertion, textsOf(entry, entry.currency, model, isMinutes), new Map(), cells);
}

/** Returns the file's style for a table without rows: that of the last such cell, else of its rate. */
function fileStyle({ tables, billTables, file }: Invoices, field: EntryField): string {
  const shown = (table: Table, column: number) =>
    table.rows.map((row) => plainText(tableCell(row, column))).filter((text) => /\d/.test(text));
  const own = tables.flatMap(({ table, fields }) => shown(table, fields.indexOf(field))).at(-1);
  if (own !== undefined || !['rate', 'amount', 'date'].includes(field)) return own ?? '';
  const name = field === 'date' ? 'date' : 'amount';
  const billed = billTables.flatMap(({ table, fields }) => shown(table, fields.indexOf(name))).at(-1);
  if (billed !== undefined || field === 'date') return billed ?? '';
  const said = file.prose.flatMap(
    (line) =>
      /\brate\b[*_]*\s*:[*_\s]*(.*?)\s*(?:\/|per\b.*)?\s*$/i.exec(file.lines[line]?.text ?? '')?.[1] ?? [],
  );
  return said[0]?.replace(/\s*(?:\/|per )\s*h.*$/i, '') ?? '';
}

/** Moves a row to the table of another status. @returns values without a column */
function moveEntry(
  insertion: Insertion<EntryField>,
  at: EntryTable,
  row: TableRow,
  entry: Partial<TimeEntry>,
  currency: string,
): UnwrittenFields {
  const { texts, others } = splitRow(at, row);
  const changed = textsOf(entry, currency, (field) => texts.get(field) ?? '', false);
  // The heading states the status there, so nothing is lost without a column.
  if (!insertion.fields.includes('status')) changed.delete('status');
  return addRow(insertion, new Map([...texts, ...changed]), others, []);
}

/** Returns the cell texts of these fields, in the style of the models. */
function textsOf(
  entry: Partial<TimeEntry>,
  currency: string,
  model: (field: EntryField) => string,
  isMinutes: boolean,
): Map<EntryField, string> {
  const texts = new Map<EntryField, string>();
  for (const field of ['id', 'date', 'task', 'repo', 'worker', 'currency', 'source'] as const) {
    const text = entry[field];
    if (text !== undefined) texts.set(field, field === 'date' ? dayLike(model(field), text) : text);
  }
  const { minutes, rateCents, amountCents, status } = entry;
  if (minutes !== undefined) texts.set('time', timeLike(model('time'), minutes, isMinutes));
  if (rateCents !== undefined) texts.set('rate', amountLike(model('rate'), rateCents, currency));
  if (amountCents !== undefined) texts.set('amount', amountLike(model('amount'), amountCents, currency));
  if (status !== undefined)
    texts.set(
      'status',
      /^\p{Lu}/u.test(model('status')) || model('status') === ''
        ? status.replace(/^./, (c) => c.toUpperCase())
        : status,
    );
  return texts;
}
