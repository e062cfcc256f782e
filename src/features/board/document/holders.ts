import { type CardField, type Holders, holdersIn, holdersText } from '../../../core/board.ts';
import {
  foldName,
  isPlaceholder,
  plainText,
  type TableRow,
  tableCellText,
} from '../../../documents/markdown.ts';
import { type BoardTable, personColumn } from './board.ts';

/** Columns of a table that a card is in, or comes to. */
type Columns = Pick<BoardTable, 'fields'> & { readonly names: readonly string[] };

/** What a row will say, as it is gathered: fields in the words of a cell, and other columns by name. */
export interface RowTexts {
  readonly texts: Map<CardField, string>;
  readonly others: Map<string, string>;
}

export interface Holding {
  /** The worker that takes the card, or leaves it where the worker's field is cleared. */
  readonly holder?: string | undefined;
  /** Whether values that find no column are kept outside of the file. */
  readonly isKept: boolean;
}

/** Who is on a card by its row. */
interface Seat extends Holders {
  readonly text: string;
  /** Whether a person is named in a column for workers. */
  readonly isGuest: boolean;
}

/** What a person is kept under while no column is for people. */
const personKey = 'Assignee';

/**
 * Writes who is on a card where its next table has a place for them: a worker into Worker, a person into Assignee; one
 * beside the other where there is one column for both. A worker is never written over a person.
 */
export function seatHolders(
  from: { readonly at: BoardTable; readonly row: TableRow },
  to: Columns,
  { texts, others }: RowTexts,
  { holder, isKept }: Holding,
): void {
  const people = personColumn(to.names);
  const isShared = people >= 0 && to.fields[people] === 'worker';
  const key = [...others.keys()].find((name) => foldName(name) === foldName(personKey)) ?? personKey;
  const kept = others.get(key) ?? '';
  const given = texts.get('worker');
  if (isShared) others.delete(key);
  // The change names who is on it.
  if (holder === undefined && given !== undefined && holdersIn(given).worker === null) return;
  const before = seatOf(from, holder);
  const now = holdersNow(before, given, holder);
  // One name alone goes wherever a name is written.
  if (holder === undefined && now.worker === null && !isShared) return;
  const both = { ...now, person: now.person ?? (isPlaceholder(kept) ? null : kept) };
  const isFallback = before.isGuest || !isKept || both.worker === null;
  const isBeside = isShared || (people < 0 && to.fields.includes('worker') && isFallback);
  others.delete(key);
  if (!isBeside && both.person !== null) others.set(to.names[people] ?? personKey, both.person);
  const text = isBeside ? holdersText(both) : (both.worker ?? '');
  if (holder !== undefined || given !== undefined || text !== before.text) texts.set('worker', text);
}

function holdersNow(before: Seat, given: string | undefined, holder: string | undefined): Holders {
  if (holder !== undefined) return { person: before.person, worker: given === holder ? holder : null };
  return given === undefined ? before : holdersIn(given);
}

/** A worker's own name, such as its task, is no person's. */
function seatOf(
  { at: { table, fields }, row }: { readonly at: BoardTable; readonly row: TableRow },
  holder: string | undefined,
): Seat {
  const people = personColumn(table.names);
  const at = fields.indexOf('worker');
  const raw = tableCellText(row, row.cells[at]);
  const plain = plainText(raw);
  const own = people >= 0 && people !== at ? tableCellText(row, row.cells[people]) : '';
  const inside = holdersIn(raw).worker === null ? holdersIn(plain) : holdersIn(raw);
  const guest = inside.worker === null ? raw : (inside.person ?? '');
  const isPerson = !isPlaceholder(plainText(guest)) && !isNameOf(plainText(guest), holder);
  const isOwn = !isPlaceholder(own);
  return {
    text: plain,
    worker: inside.worker,
    person: isOwn ? own : isPerson ? guest : null,
    isGuest: !isOwn && isPerson && at !== people,
  };
}

function isNameOf(text: string, holder: string | undefined): boolean {
  return holder !== undefined && (text === holder || text === holder.slice(holder.indexOf('/') + 1));
}
