import { type Card, type Column, columns, workersOn } from '../../core/board.ts';
import type { Worker } from '../../core/worker.ts';
import { type AppState, type PendingRequest, type ScreenSize, unasked } from '../../ui/state.ts';
import { withDialog } from '../../ui/step.ts';

/** The sprint board; `card` is the key of the selected one, see `cardKey`. */
export interface BoardDialog extends PendingRequest {
  readonly kind: 'board';
  readonly column: Column;
  readonly card: string | null;
  readonly drag: CardDrag | null;
}

/** A card that the mouse button is held on. */
export interface CardDrag {
  /** Its state when it was picked up. */
  readonly card: Card;
  /** Cell of the terminal where it was picked up. */
  readonly from: { readonly x: number; readonly y: number };
  /** It was selected before: releasing the button at once opens it. */
  readonly wasSelected: boolean;
  /** The mouse has left that cell, so this is a drag. */
  readonly isMoving: boolean;
  /** The column it would drop into; null for none. */
  readonly over: Column | null;
}

/** Opens the board at a card, or at the first column with open work. */
export function openBoard(state: AppState, card: Card | null = null): AppState {
  const busy = (['In Progress', 'To Do', 'Review'] as const).find((one) => cardsIn(state, one).length > 0);
  return withDialog(state, boardAt(card?.column ?? busy ?? 'To Do', card && cardKey(card)));
}

/** Creates a board dialog without a pending request. */
export function boardAt(column: Column, card: string | null): BoardDialog {
  return { kind: 'board', column, card, drag: null, ...unasked };
}

/** Returns a key of a card that stays valid when lines shift; its text where it has no id. */
export function cardKey({ id, task }: Pick<Card, 'id' | 'task'>): string {
  return id ?? `: ${task}`;
}

function cardsIn({ facts }: Pick<AppState, 'facts'>, column: Column): readonly Card[] {
  return facts?.board?.cards.filter((card) => card.column === column) ?? [];
}

/** Returns the card that keys act on: the selected one, else the first of its column. */
export function selectedCard(state: Pick<AppState, 'facts'>, { column, card }: BoardDialog): Card | null {
  const cards = cardsIn(state, column);
  return cards.find((one) => cardKey(one) === card) ?? cards[0] ?? null;
}

/** Returns the worker on each card that has one. */
export function cardWorkers({ facts }: Pick<AppState, 'facts'>): ReadonlyMap<Card, Worker> {
  return workersOn(facts?.board?.cards ?? [], facts?.workers ?? []);
}

/** Selects a column further left or right, stopping at the edges, and the card at the same height. */
export function moveColumn(state: AppState, dialog: BoardDialog, by: -1 | 1): BoardDialog {
  const column = columnBeside(dialog.column, by);
  if (column === null) return dialog;
  const selected = selectedCard(state, dialog);
  const at = selected ? cardsIn(state, dialog.column).indexOf(selected) : 0;
  const cards = cardsIn(state, column);
  const card = cards[Math.min(at, cards.length - 1)];
  return { ...dialog, column, card: card ? cardKey(card) : null };
}

export function columnBeside(column: Column, by: -1 | 1): Column | null {
  return columns[columns.indexOf(column) + by] ?? null;
}

/** Selects a card further down or up, stopping at the ends. */
export function moveCard(state: AppState, dialog: BoardDialog, by: number): BoardDialog {
  const cards = cardsIn(state, dialog.column);
  const selected = selectedCard(state, dialog);
  if (!selected) return dialog;
  const card = cards[Math.max(0, Math.min(cards.length - 1, cards.indexOf(selected) + by))] ?? selected;
  return { ...dialog, card: cardKey(card) };
}

/** Rows of a card, and of the empty line between two. */
export const cardRows = 3;
const rowsApart = 1;
/** A column's name and the line below it. */
const headRows = 2;
/** Rows below the columns: details of the selected card. */
export const detailRows = 5;
/** Cells of the narrowest readable column: at 80 cells all four fit side by side. */
const minColumnWidth = 17;
const gap = 2;

/** A visible column; `x` and `width` are cells inside the frame. */
export interface ShownColumn {
  readonly column: Column;
  readonly x: number;
  readonly width: number;
  readonly cards: readonly Card[];
  /** Hidden cards above and below. */
  readonly above: number;
  readonly below: number;
}

/** Geometry of columns and cards: for drawing and for the mouse. */
export interface BoardLayout {
  /** The readable columns, including the selected one. */
  readonly columns: readonly ShownColumn[];
  /** Hidden columns at the left and at the right; a separate row names them. */
  readonly before: readonly Column[];
  readonly after: readonly Column[];
  /** Rows above the cards. */
  readonly top: number;
  /** Number of cards that a column shows. */
  readonly capacity: number;
}

/** Computes the layout. @param width cells inside the frame */
export function boardLayout(state: AppState, dialog: BoardDialog, width: number): BoardLayout {
  const count = Math.max(1, Math.min(columns.length, Math.floor((width + gap) / (minColumnWidth + gap))));
  const first = Math.max(0, columns.indexOf(dialog.column) - count + 1);
  const each = Math.floor((width + gap) / count) - gap;
  const top = headRows + (count < columns.length ? 1 : 0);
  const height = boardHeight(state.size) - top - detailRows + rowsApart;
  const capacity = Math.max(1, Math.floor(height / (cardRows + rowsApart)));
  const shown = columns.slice(first, first + count);
  return {
    columns: shown.map((column, nth) => ({
      ...{ column, x: nth * (each + gap), width: each },
      ...window(state, dialog, column, capacity),
    })),
    before: columns.slice(0, first),
    after: columns.slice(first + count),
    top,
    capacity,
  };
}

/** Returns the rows inside the board's frame, which fills the space between header and footer. */
export function boardHeight({ rows }: ScreenSize): number {
  return rows - 2 - 4;
}

/** Rows from one card to the next. */
export const cardStep = cardRows + rowsApart;

/**
 * Returns the visible cards of a column around the selected one. The facts hold only a part of long columns;
 * the rest is counted.
 */
function window(state: AppState, dialog: BoardDialog, column: Column, capacity: number) {
  const all = cardsIn(state, column);
  const hidden = Math.max(0, (state.facts?.board?.counts[column] ?? 0) - all.length);
  const selected = column === dialog.column ? selectedCard(state, dialog) : null;
  const isDone = column === 'Done';
  // The latest done card is at the end.
  const at = selected ? all.indexOf(selected) : isDone ? all.length - 1 : 0;
  const from = Math.max(0, Math.min(all.length - capacity, at - Math.floor(capacity / 2)));
  const cards = all.slice(from, from + capacity);
  const below = all.length - from - cards.length;
  return isDone ? { cards, above: from + hidden, below } : { cards, above: from, below: below + hidden };
}

/** The column, and the card if any, at a cell of the board. */
interface BoardHit {
  readonly column: Column;
  /** See `cardKey`. */
  readonly card: string | null;
}

/**
 * Finds the column and card at a cell. @param x @param y cells of the terminal. @returns null beside the
 * columns
 */
export function boardHit(state: AppState, dialog: BoardDialog, x: number, y: number): BoardHit | null {
  // The frame begins below the header, its text after a border, an empty row and an empty cell.
  const [column, row] = [x - 2, y - 3];
  const width = state.size.cols - 4;
  const { columns: shown, before, after, top, capacity } = boardLayout(state, dialog, width);
  if (row < 0 || row >= top + capacity * cardStep || column < 0 || column >= width) return null;
  if (row < top - headRows) {
    const hidden = column < width / 2 ? before.at(-1) : after[0];
    return hidden === undefined ? null : { column: hidden, card: null };
  }
  const found = shown.find((one) => column >= one.x && column < one.x + one.width);
  if (!found) return null;
  const card = row < top ? undefined : found.cards[Math.floor((row - top) / cardStep)];
  return { column: found.column, card: card ? cardKey(card) : null };
}
