import { type Card, type Column, columns } from '../domain/board.ts';
import type { AppState, Size } from '../room/state.ts';
import { cardKey, cardsIn, selectedCard } from './board.ts';
import type { BoardDialog } from './documentDialog.ts';

/** Rows of a card, and of the empty line that parts it from the next one. */
export const cardRows = 3;
const rowsApart = 1;
/** A column's name and the line below it. */
const headRows = 2;
/** Below the columns: what the selected card says in full. */
export const detailRows = 5;
/** Cells of the narrowest column that a text can be read in: at 80 all four stand beside each other. */
const narrowest = 17;
const gap = 2;

/** A column as it is shown; `x` and `width` are cells inside the frame. */
export interface ShownColumn {
  readonly column: Column;
  readonly x: number;
  readonly width: number;
  readonly cards: readonly Card[];
  /** Cards that are out of sight above and below. */
  readonly above: number;
  readonly below: number;
}

/** Where columns and cards are: for drawing and for the mouse. */
export interface BoardLayout {
  /** As many as can be read, the selected one among them. */
  readonly columns: readonly ShownColumn[];
  /** Columns that there is no room for, at the left and at the right; they are named in a row of their own. */
  readonly before: readonly Column[];
  readonly after: readonly Column[];
  /** Rows above the cards. */
  readonly top: number;
  /** Cards that a column has room for. */
  readonly room: number;
}

/** @param width cells inside the frame */
export function boardLayout(state: AppState, dialog: BoardDialog, width: number): BoardLayout {
  const count = Math.max(1, Math.min(columns.length, Math.floor((width + gap) / (narrowest + gap))));
  const first = Math.max(0, columns.indexOf(dialog.column) - count + 1);
  const each = Math.floor((width + gap) / count) - gap;
  const top = headRows + (count < columns.length ? 1 : 0);
  const height = boardHeight(state.size) - top - detailRows + rowsApart;
  const room = Math.max(1, Math.floor(height / (cardRows + rowsApart)));
  const shown = columns.slice(first, first + count);
  return {
    columns: shown.map((column, nth) => ({
      ...{ column, x: nth * (each + gap), width: each },
      ...window(state, dialog, column, room),
    })),
    before: columns.slice(0, first),
    after: columns.slice(first + count),
    top,
    room,
  };
}

/** Rows inside the frame of the board, which takes all between header and footer. */
export function boardHeight({ rows }: Size): number {
  return rows - 2 - 4;
}

/** Rows from one card to the next. */
export const cardStep = cardRows + rowsApart;

/** The cards of a column around the one looked at. Of long columns only a part is known here; the rest is counted. */
function window(state: AppState, dialog: BoardDialog, column: Column, room: number) {
  const all = cardsIn(state, column);
  const untold = Math.max(0, (state.facts?.board?.counts[column] ?? 0) - all.length);
  const selected = column === dialog.column ? selectedCard(state, dialog) : null;
  const isDone = column === 'Done';
  // What was done last stands at the end.
  const at = selected ? all.indexOf(selected) : isDone ? all.length - 1 : 0;
  const from = Math.max(0, Math.min(all.length - room, at - Math.floor(room / 2)));
  const cards = all.slice(from, from + room);
  const below = all.length - from - cards.length;
  return isDone ? { cards, above: from + untold, below } : { cards, above: from, below: below + untold };
}

/** What lies at a cell of the board: a column, and a card where there is one. */
export interface BoardHit {
  readonly column: Column;
  /** See `cardKey`. */
  readonly card: string | null;
}

/** @param x @param y cells of the terminal. @returns null beside the columns */
export function boardHit(state: AppState, dialog: BoardDialog, x: number, y: number): BoardHit | null {
  // The frame begins below the header, its text after a border, an empty row and an empty cell.
  const [column, row] = [x - 2, y - 3];
  const width = state.size.cols - 4;
  const { columns: shown, before, after, top, room } = boardLayout(state, dialog, width);
  if (row < 0 || row >= top + room * cardStep || column < 0 || column >= width) return null;
  if (row < top - headRows) {
    const hidden = column < width / 2 ? before.at(-1) : after[0];
    return hidden === undefined ? null : { column: hidden, card: null };
  }
  const found = shown.find((one) => column >= one.x && column < one.x + one.width);
  if (!found) return null;
  const card = row < top ? undefined : found.cards[Math.floor((row - top) / cardStep)];
  return { column: found.column, card: card ? cardKey(card) : null };
}
