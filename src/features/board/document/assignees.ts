import { type Assignees, type CardField, formatAssignees, parseAssignees } from '../../../core/board.ts';
import { foldName, isPlaceholder, plainText, type TableRow, tableCell } from '../../../documents/markdown.ts';
import { type BoardTable, personColumn } from './board.ts';

/** Columns of a card's current or next table. */
type Columns = Pick<BoardTable, 'fields'> & { readonly names: readonly string[] };

/** Future content of a row: cell texts by field, and other columns by name. */
export interface RowTexts {
  readonly texts: Map<CardField, string>;
  readonly others: Map<string, string>;
}

export interface AssigneeOptions {
  /** The worker that takes the card, or leaves it where the worker's field is cleared. */
  readonly assignee?: string | undefined;
  /** Values without a column are kept outside of the file. */
  readonly isKept: boolean;
}

/** Assignees of a card by its row. */
interface RowAssignees extends Assignees {
  readonly text: string;
  /** A person is named in a column for workers. */
  readonly isInWorkerColumn: boolean;
}

/** Name under which a person is kept while no column is for people. */
const personKey = 'Assignee';

/**
 * Writes the assignees of a card into its next table: a worker into Worker, a person into Assignee; both
 * into one cell where a column is for both. A worker never replaces a person.
 */
export function writeAssignees(
  from: { readonly at: BoardTable; readonly row: TableRow },
  to: Columns,
  { texts, others }: RowTexts,
  { assignee, isKept }: AssigneeOptions,
): void {
  const people = personColumn(to.names);
  const isShared = people >= 0 && to.fields[people] === 'worker';
  const key = [...others.keys()].find((name) => foldName(name) === foldName(personKey)) ?? personKey;
  const kept = others.get(key) ?? '';
  const given = texts.get('worker');
  if (isShared) others.delete(key);
  // The change itself names the assignee.
  if (assignee === undefined && given !== undefined && parseAssignees(given).worker === null) return;
  const before = readAssignees(from, assignee);
  const now = nextAssignees(before, given, assignee);
  // A single name needs no separation.
  if (assignee === undefined && now.worker === null && !isShared) return;
  const both = { ...now, person: now.person ?? (isPlaceholder(kept) ? null : kept) };
  const isFallback = before.isInWorkerColumn || !isKept || both.worker === null;
  const isBeside = isShared || (people < 0 && to.fields.includes('worker') && isFallback);
  others.delete(key);
  if (!isBeside && both.person !== null) others.set(to.names[people] ?? personKey, both.person);
  const text = isBeside ? formatAssignees(both) : (both.worker ?? '');
  if (assignee !== undefined || given !== undefined || text !== before.text) texts.set('worker', text);
}

function nextAssignees(
  before: RowAssignees,
  given: string | undefined,
  assignee: string | undefined,
): Assignees {
  if (assignee !== undefined) return { person: before.person, worker: given === assignee ? assignee : null };
  return given === undefined ? before : parseAssignees(given);
}

/** Reads the assignees of a row. A worker's own name, such as its task, is not a person's. */
function readAssignees(
  { at: { table, fields }, row }: { readonly at: BoardTable; readonly row: TableRow },
  assignee: string | undefined,
): RowAssignees {
  const people = personColumn(table.names);
  const at = fields.indexOf('worker');
  const raw = tableCell(row, at);
  const plain = plainText(raw);
  const own = people >= 0 && people !== at ? tableCell(row, people) : '';
  const inside = parseAssignees(raw).worker === null ? parseAssignees(plain) : parseAssignees(raw);
  const guest = inside.worker === null ? raw : (inside.person ?? '');
  const isPerson = !isPlaceholder(plainText(guest)) && !isNameOf(plainText(guest), assignee);
  const isOwn = !isPlaceholder(own);
  return {
    text: plain,
    worker: inside.worker,
    person: isOwn ? own : isPerson ? guest : null,
    isInWorkerColumn: !isOwn && isPerson && at !== people,
  };
}

function isNameOf(text: string, assignee: string | undefined): boolean {
  return assignee !== undefined && (text === assignee || text === assignee.slice(assignee.indexOf('/') + 1));
}
