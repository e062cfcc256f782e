import { type Card, type CardFields, type Column, columns } from './boardCards.ts';
import type { Flaw } from './flaw.ts';

/** SPRINT_BOARD.md as it was last read. */
export interface BoardFacts {
  /** Absolute path. */
  readonly file: string;
  /** In the order of the file. */
  readonly cards: readonly Card[];
  /** Of all cards, also where `cards` has been shortened. */
  readonly counts: Readonly<Record<Column, number>>;
  /** Lines that are left alone, and why. */
  readonly flaws: readonly Flaw[];
  /** Sound cards without an id: they cannot be synced, nor keep what a table has no column for. */
  readonly withoutId: number;
}

/** A card by its id, or by its line while that still holds this text. */
export type CardRef = { readonly id: string } | { readonly line: number; readonly task: string };

export function refTo({ id, line, task }: Pick<Card, 'id' | 'line' | 'task'>): CardRef {
  return id === null ? { line, task } : { id };
}

/** What was seen of a card when a change of it was decided on. */
export type SeenCard = Pick<Card, 'column' | 'task'>;

export function seenOf({ column, task }: Card): SeenCard {
  return { column, task };
}

/** What a person wants of a card: another column, other texts; null clears one. */
export interface CardChange {
  readonly card: CardRef;
  /** `card_changed` is the answer where the file says something else by now; absent: whatever it says. */
  readonly seen?: SeenCard;
  readonly column?: Column;
  readonly fields?: Partial<CardFields>;
}

/** What became of that. */
export interface CardChanged {
  readonly id: string | null;
  /** Values that its table has no column for; kept, and put back where one has. */
  readonly left: Readonly<Record<string, string>>;
}

export function boardFacts(file: string, cards: readonly Card[], flaws: readonly Flaw[]): BoardFacts {
  const counts = Object.fromEntries(
    columns.map((column) => [column, cards.filter((card) => card.column === column).length]),
  ) as Record<Column, number>;
  const withoutId = cards.filter(({ id, problem }) => id === null && problem === null).length;
  return { file, cards, counts, flaws, withoutId };
}

/** Most cards of a column that clients are told of without asking, and most flaws. */
const cardsTold = 100;

/** What clients are told again and again: not more than can be looked through. What is done grows for ever. */
export function brieflyBoard(board: BoardFacts): BoardFacts {
  const told = columns.flatMap((column) => {
    const all = board.cards.filter((card) => card.column === column);
    return column === 'Done' ? all.slice(-cardsTold) : all.slice(0, cardsTold);
  });
  return { ...board, cards: told, flaws: board.flaws.slice(0, cardsTold) };
}
