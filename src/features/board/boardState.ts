import type { CardFields, CardOwner, Column } from '../../core/board.ts';
import type { Slice } from '../../core/slice.ts';
import { mapOf, string } from '../../lib/shape.ts';
import { PersistentMap } from '../../lib/store.ts';

/** A card moved to a table without columns for these of its values, by field or by the column's name. */
type BoardEvent = {
  readonly type: 'card-moved';
  readonly card: string;
  readonly left: Readonly<Record<string, string>>;
};

interface BoardState {
  /** By the card's id: values that its tables had no column for. */
  readonly cardValues: PersistentMap<string, Readonly<Record<string, string>>>;
}

/** The board's part of the log's state. */
export const boardSlice: Slice<BoardState, BoardEvent> = {
  start: { cardValues: new PersistentMap() },
  fields: { 'card-moved': { card: string, left: mapOf(string) } },
  on: { 'card-moved': ({ cardValues }, { card, left }) => ({ cardValues: cardValues.with(card, left) }) },
};

/** Change of a card that follows from an event of its worker. The service adds the current day. */
export interface CardMove {
  readonly worker: CardOwner;
  /** Columns that it moves from; it stays in any other. */
  readonly from: readonly Column[];
  /** Null: it stays. */
  readonly to: Column | null;
  readonly fields: Partial<CardFields>;
  /** Field that gets the current day, unless it has one. */
  readonly dated: 'started' | 'completed' | null;
  /** Comment for its page in Notion; absent for none. */
  readonly comment?: string;
}
