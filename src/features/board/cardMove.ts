import type { CardFields, CardOwner, Column } from '../../core/board.ts';

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
