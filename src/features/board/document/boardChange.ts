import {
  type Card,
  type CardField,
  type CardFields,
  type CardRef,
  type Column,
  cardFields,
  columns,
  type SeenCard,
} from '../../../core/board.ts';
import {
  editLines,
  foldName,
  headingNames,
  type LineEdit,
  type MarkdownFile,
  matchFields,
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
  idGenerator,
  insertionEdits,
  insertionInto,
  modelCells,
  newTable,
  placeBefore,
  placeholderOf,
  placeUnder,
  type UnwrittenFields,
} from '../../../documents/tableEdit.ts';
import { failure, type Result, success } from '../../../lib/result.ts';
import { type AssigneeOptions, type RowTexts, writeAssignees } from './assignees.ts';
import { type Board, type BoardTable, boardAliases, parseBoard, readField, sectionOf } from './board.ts';

export type BoardChange =
  | {
      readonly kind: 'add';
      readonly column: Column;
      readonly fields: Partial<CardFields> & { readonly task: string };
    }
  | {
      readonly kind: 'change';
      readonly card: CardRef;
      /** Refused with `card_changed` where the card differs by now. */
      readonly seen?: SeenCard;
      /** New place, at the end of that table. */
      readonly column?: Place;
      /** Null clears a cell. */
      readonly fields?: Partial<CardFields>;
      /** The worker that takes the card or leaves it, according to `fields.worker`; a person on it stays. */
      readonly assignee?: string;
      /**
       * Values that earlier tables had no column for, by column name; written where a column exists again.
       */
      readonly others?: Readonly<Record<string, string>>;
    };

/** Result of one change. */
interface CardOutcome {
  readonly id: string | null;
  /** Values that the card's table has no column for. */
  readonly left: UnwrittenFields;
}

interface BoardChanged {
  readonly board: Board;
  /** One for each change; a refused one changes nothing, the others are applied. */
  readonly outcomes: readonly Result<CardOutcome>[];
}

interface Editing {
  readonly board: Board;
  readonly places: ReadonlyMap<number, { readonly at: BoardTable; readonly row: TableRow }>;
  readonly cardsById: ReadonlyMap<string | null, Card>;
  /** Ids that this batch has assigned. */
  readonly assignedIds: Set<string>;
  readonly edits: LineEdit[];
  readonly touched: Set<number>;
  readonly insertions: Map<Place, Insertion<CardField>>;
  readonly nextId: (() => string) | null;
}

/**
 * Changes a board's text: a changed field changes one line, a moved card is cut and inserted, all else stays
 * byte for byte.
 * @param prefix of the ids that new cards get where their table has a column for it; null for none
 * @returns the changed board; `conflict_markers` for a file with git's conflict markers
 */
export function changeBoard(
  board: Board,
  changes: readonly BoardChange[],
  prefix: string | null = null,
): Result<BoardChanged> {
  const refused = unmerged(board.file);
  if (refused) return refused;
  const editing: Editing = {
    board,
    places: new Map(board.tables.flatMap((at) => at.table.rows.map((row) => [row.line + 1, { at, row }]))),
    cardsById: new Map(board.cards.map((card) => [card.id, card])),
    assignedIds: new Set(),
    edits: [],
    touched: new Set(),
    insertions: new Map(),
    nextId: prefix === null ? null : idGenerator(board.file.text, prefix),
  };
  const outcomes = changes.map((change) =>
    change.kind === 'add' ? addCard(editing, change) : changeCard(editing, change),
  );
  const after = parseBoard(
    editLines(board.file.lines, [...editing.edits, ...insertionEdits(orderedInsertions(editing.insertions))]),
  );
  const added = [...editing.insertions].reduce(
    (sum, [place, { rows }]) => sum + (place === 'Archive' ? 0 : rows.length),
    0,
  );
  const removed = editing.edits.filter(({ kind }) => kind === 'remove').length;
  if (after.cards.length !== board.cards.length + added - removed)
    return failure(
      'unsafe_change',
      'The change would have hidden rows of the board.',
      'Look for code or comments that do not end.',
    );
  return success({ board: after, outcomes });
}

function orderedInsertions(insertions: ReadonlyMap<Place, Insertion<CardField>>): Insertion<CardField>[] {
  return [...columns, 'Archive' as const].flatMap((place) => insertions.get(place) ?? []);
}

function addCard(editing: Editing, { column, fields }: BoardChange & { kind: 'add' }): Result<CardOutcome> {
  if (fields.task.trim() === '') return failure('empty_task', 'A card needs a text.');
  const insertion = insertionFor(editing, column);
  if (!insertion.ok) return insertion;
  const made = insertion.value.fields.includes('id') ? editing.nextId?.() : undefined;
  const id = fields.id ?? made ?? null;
  const taken = takenId(editing, id, null);
  if (taken) return taken;
  return success({ id, left: fillRow(insertion.value, textsOf({ ...fields, id }), new Map()) });
}

function changeCard(editing: Editing, change: BoardChange & { kind: 'change' }): Result<CardOutcome> {
  const found = findCard(editing, change.card);
  if (!found.ok) return found;
  const { card, at, row } = found.value;
  if (card.problem !== null)
    return failure('damaged_row', `Line ${card.line}: ${card.problem}.`, 'Fix the row by hand.');
  const changed = changedSince(card, change.seen);
  if (changed) return changed;
  if (editing.touched.has(row.line)) return failure('changed_twice', `Line ${card.line} is changed already.`);
  if (change.fields?.task?.trim() === '') return failure('empty_task', 'A card needs a text.');
  const id = change.fields?.id ?? card.id;
  const taken = takenId(editing, id, card.id);
  if (taken) return taken;
  const texts = textsOf(change.fields ?? {});
  const ready = texts.get('ready');
  if (ready !== undefined) texts.set('ready', readyWord(editing.board, ready));
  const isKept = id !== null;
  if (change.column === undefined || change.column === card.column) {
    const to = { fields: at.fields, names: at.table.names };
    if (change.assignee !== undefined)
      writeAssignees({ at, row }, to, { texts, others: new Map() }, { assignee: change.assignee, isKept });
    const { text, left } = editRow(at, row, texts);
    editing.touched.add(row.line);
    if (text !== row.text) editing.edits.push({ kind: 'replace', line: row.line, text });
    return success({ id, left: { ...change.others, ...left } });
  }
  const insertion = insertionFor(editing, change.column);
  if (!insertion.ok) return insertion;
  editing.touched.add(row.line);
  editing.edits.push({ kind: 'remove', line: row.line });
  const others = new Map(Object.entries(change.others ?? {}));
  return success({
    id,
    left: moveRow(insertion.value, { at, row }, { texts, others }, { assignee: change.assignee, isKept }),
  });
}

/** Returns the cell texts by field; '' clears. */
function textsOf(fields: Partial<CardFields>): Map<CardField, string> {
  return new Map(
    cardFields.flatMap((field) => (fields[field] === undefined ? [] : [[field, fields[field] ?? '']])),
  );
}

/** Common spellings of yes and no. */
const yesNoWords = ['Yes/No', 'yes/no', 'YES/NO', 'Y/N', 'y/n', 'true/false', 'True/False']
  .concat(['✅/❌', '✓/✗', '✔/✘', '[x]/[ ]'])
  .map((words) => words.split('/'));

/** Returns yes or no in the spelling of the board's other cards. */
function readyWord({ cards }: Board, text: string): string {
  const at = ['Yes', 'No'].indexOf(text);
  if (at < 0) return text;
  const used = cards.flatMap(({ ready }) => ready ?? []);
  const style = yesNoWords.find((words) => words.some((word) => used.includes(word)));
  return style?.[at] ?? text;
}

function insertionFor(editing: Editing, place: Place): Result<Insertion<CardField>> {
  const known = editing.insertions.get(place);
  if (known) return success(known);
  const insertion = insertionPoint(editing.board, place);
  if (insertion.ok) editing.insertions.set(place, insertion.value);
  return insertion;
}

/** Refuses an id of another card; registers a new one. */
function takenId(
  { cardsById, assignedIds }: Editing,
  id: string | null,
  before: string | null,
): Result<never> | null {
  if (id === null || id === before) return null;
  if (cardsById.has(id) || assignedIds.has(id))
    return failure('duplicate_id', `There is a card ${id} already.`);
  assignedIds.add(id);
  return null;
}

/** Refuses a change that was decided on an older text. */
function changedSince(
  { id, line, column, task }: Card,
  seen: SeenCard = { column, task },
): Result<never> | null {
  if (seen.column === column && seen.task === task) return null;
  const what = seen.column === column ? 'has another text' : `is in ${column}`;
  return failure(
    'card_changed',
    `${id ?? 'The card'} was changed meanwhile: on line ${line} it ${what} now.`,
    'Nothing was written; look at it again.',
  );
}

function findCard(
  { board, places, cardsById }: Editing,
  ref: CardRef,
): Result<{ card: Card; at: BoardTable; row: TableRow }> {
  const card =
    'id' in ref
      ? cardsById.get(ref.id)
      : board.cards.find(({ line, task }) => line === ref.line && task === ref.task);
  const place = card && places.get(card.line);
  if (card && place) return success({ card, ...place });
  const which = 'id' in ref ? ref.id : `with this text on line ${ref.line}`;
  return failure('unknown_card', `There is no card ${which}.`, 'See them with "orch-tui board".');
}

/** Target of a card: a column, or the archive. */
type Place = Column | 'Archive';

/**
 * Finds the place for new rows of a column: its first table that is not about the past, else a new one under
 * its heading, else a new section in the order of the columns. Refuses `damaged_section` where rows outside
 * of a table exist, because a second table would hide them.
 */
function insertionPoint(board: Board, place: Place): Result<Insertion<CardField>> {
  const { file } = board;
  const tables = board.tables.filter(({ column }) => column === place);
  const known = tables.find(({ table }) => !isPast(table)) ?? tables[0] ?? archiveTable(board, place);
  if (known) return success(insertionInto(known.table, known.fields));
  const heading = file.headings.find(({ text }) => isHeadingOf(place, text));
  const stray = board.flaws.find(
    ({ code, line }) => code === 'stray_row' && heading && heading.line < line - 1 && line - 1 < heading.end,
  );
  if (stray) return failure('damaged_section', stray.message, 'Fix the table by hand.');
  const sibling = board.tables[0];
  const names = namesFor(place, sibling?.table, sibling?.fields ?? []);
  const where = heading ? placeUnder(file, heading.line) : newSection(file, place);
  return success(newTable(names, matchFields(names, boardAliases), sibling?.table, where));
}

/** Reports whether a table is about the past, as below `Done (Last Sprint)`. */
function isPast({ path }: Table): boolean {
  return path.some(({ text }) => /\b(?:last|previous|earlier|old)\b/.test(foldName(text)));
}

function isHeadingOf(place: Place, text: string): boolean {
  return place === 'Archive'
    ? headingNames(text).some((name) => /^archived?$/.test(name))
    : sectionOf(text) === place;
}

function archiveTable({ file }: Board, place: Place) {
  if (place !== 'Archive') return undefined;
  const table = file.tables.find(({ path }) => isHeadingOf('Archive', path.at(-1)?.text ?? ''));
  return table && { table, fields: matchFields(table.names, boardAliases) };
}

/**
 * Places a new section before the next column's section, else after the board's last one, else at the end.
 */
function newSection(file: MarkdownFile, place: Place) {
  const ofBoard = file.headings.filter(({ text }) => typeof sectionOf(text) === 'string');
  const level = ofBoard[0]?.level ?? 2;
  const later = place === 'Archive' ? [] : columns.slice(columns.indexOf(place) + 1);
  const next = ofBoard.find(({ text }) => later.some((column) => sectionOf(text) === column));
  const line = next?.line ?? ofBoard.at(-1)?.end ?? file.lines.length;
  return placeBefore(file, line, `${'#'.repeat(level)} ${place}`);
}

const commonFields: readonly CardField[] = ['id', 'task', 'priority', 'repo', 'branch', 'worker'];

/** Additional columns by place. */
const extraFields: Readonly<Record<Place, readonly CardField[]>> = {
  'To Do': [],
  'In Progress': ['branch', 'worker', 'started'],
  Review: ['branch', 'worker', 'pr'],
  Done: ['completed'],
  Archive: ['branch', 'worker', 'completed'],
};

const titles: Readonly<Partial<Record<CardField, string>>> = {
  ...{ id: 'ID', task: 'Task', priority: 'Priority', repo: 'Repo', branch: 'Branch', worker: 'Worker' },
  ...{ started: 'Started', pr: 'PR', completed: 'Completed' },
};

/**
 * Returns the column names of a new table: those of the board's first table that any card has, and the
 * additional ones of this place.
 */
function namesFor(place: Place, like: Table | undefined, fields: readonly (CardField | null)[]): string[] {
  const base = like
    ? like.names.filter((_, at) => commonFields.some((field) => field === fields[at]))
    : commonFields.filter((field) => field !== 'branch').map((field) => titles[field] ?? field);
  const present = matchFields(base, boardAliases);
  return [
    ...base,
    ...extraFields[place].filter((field) => !present.includes(field)).map((field) => titles[field] ?? field),
  ];
}

/** Returns the line with these fields changed; '' clears one. */
function editRow(
  at: BoardTable,
  row: TableRow,
  texts: ReadonlyMap<CardField, string>,
): { readonly text: string; readonly left: UnwrittenFields } {
  const values = new Map<number, string>();
  for (const [field, text] of texts) {
    const column = at.fields.indexOf(field);
    if (column < 0) continue;
    const before = tableCell(row, column);
    values.set(
      column,
      text === '' ? placeholderOf(at.table) : field === 'task' ? text : styledLike(text, before),
    );
  }
  const left = [...texts].filter(([field, value]) => value !== '' && !at.fields.includes(field));
  return { text: setCells(row.text, at.table.delimiters, values), left: Object.fromEntries(left) };
}

/** Moves a row to another table: unchanged where the columns are equal, else cell by cell. */
function moveRow(
  insertion: Insertion<CardField>,
  { at, row }: { readonly at: BoardTable; readonly row: TableRow },
  { texts, others }: RowTexts,
  options: AssigneeOptions,
): UnwrittenFields {
  const isSame =
    insertion.names.length === at.table.names.length &&
    insertion.names.every((name, n) => foldName(name) === foldName(at.table.names[n] ?? ''));
  if (isSame && texts.size === 0) {
    insertion.rows.push(row.text);
    return {};
  }
  // The card's own cells take precedence over kept values.
  for (const [column, field] of at.fields.entries()) {
    const name = at.table.names[column] ?? '';
    if (field !== null) continue;
    for (const kept of [...others.keys()]) if (foldName(kept) === foldName(name)) others.delete(kept);
    others.set(name, tableCell(row, column));
  }
  writeAssignees({ at, row }, insertion, { texts, others }, options);
  for (const [column, field] of at.fields.entries())
    if (field !== null && !texts.has(field)) texts.set(field, tableCell(row, column));
  return fillRow(insertion, texts, others);
}

/** Writes a row into a insertion. @returns values without a column */
function fillRow(
  insertion: Insertion<CardField>,
  texts: ReadonlyMap<CardField, string>,
  others: ReadonlyMap<string, string>,
): UnwrittenFields {
  const left = addRow(insertion, texts, others, modelCells(insertion));
  const shown = cardFields.flatMap((field) =>
    texts.has(field) && left[field] !== undefined ? [[field, readField(field, left[field])]] : [],
  );
  return { ...left, ...Object.fromEntries(shown) };
}
