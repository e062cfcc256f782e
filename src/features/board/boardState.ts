import type { CardFields, CardOwner, Column } from '../../core/board.ts';
import type { Slice } from '../../core/slice.ts';
import { mapOf, string } from '../../lib/shape.ts';
import { PersistentMap } from '../../lib/store.ts';

/** A card went to a table without columns for these of its values, by field or by the column's name. */
type BoardEvent = {
  readonly type: 'card-moved';
  readonly card: string;
  readonly left: Readonly<Record<string, string>>;
};

interface BoardState {
  /** By the card's id: what tables it stood in had no column for. */
  readonly cardValues: PersistentMap<string, Readonly<Record<string, string>>>;
}

/** What the log remembers of the board. */
export const boardSlice: Slice<BoardState, BoardEvent> = {
  start: { cardValues: new PersistentMap() },
  fields: { 'card-moved': { card: string, left: mapOf(string) } },
  on: { 'card-moved': ({ cardValues }, { card, left }) => ({ cardValues: cardValues.with(card, left) }) },
};

/** What a worker's life makes of its card. The edge knows what day it is. */
export interface CardMove {
  readonly worker: CardOwner;
  /** Columns it moves from; it stays where it is in any other. */
  readonly from: readonly Column[];
  /** Null: it stays. */
  readonly to: Column | null;
  readonly fields: Partial<CardFields>;
  /** The day is written there, unless one stands there already. */
  readonly dated: 'started' | 'completed' | null;
  /** For those who look at it in Notion; absent where there is nothing to say. */
  readonly comment?: string;
}
