import { type Card, type Column, columns } from '../domain/board.ts';
import { workerOn } from '../domain/cardLink.ts';
import type { Worker } from '../domain/worker.ts';
import type { BoardDialog } from './dialog.ts';
import type { AppState, Size } from './state.ts';

/** A name for a card that outlives edits above it; its text where it has no id. */
export function cardKey({ id, task }: Pick<Card, 'id' | 'task'>): string {
  return id ?? `: ${task}`;
}

export function cardsIn({ facts }: Pick<AppState, 'facts'>, column: Column): readonly Card[] {
  return facts?.board?.cards.filter((card) => card.column === column) ?? [];
}

/** The card that keys act on: the one looked at, else the first of its column. */
export function selectedCard(state: Pick<AppState, 'facts'>, { column, card }: BoardDialog): Card | null {
  const cards = cardsIn(state, column);
  return cards.find((one) => cardKey(one) === card) ?? cards[0] ?? null;
}

export function workerOf({ facts }: Pick<AppState, 'facts'>, card: Card): Worker | null {
  return workerOn(card, facts?.board?.cards ?? [], facts?.workers ?? []);
}

/** A column further left or right, stopping at the edges; the card at the same height is looked at. */
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

/** Cards further down or up, stopping at the ends. */
export function moveCard(state: AppState, dialog: BoardDialog, by: number): BoardDialog {
  const cards = cardsIn(state, dialog.column);
  const selected = selectedCard(state, dialog);
  if (!selected) return dialog;
  const card = cards[Math.max(0, Math.min(cards.length - 1, cards.indexOf(selected) + by))] ?? selected;
  return { ...dialog, card: cardKey(card) };
}

/** Rows of a card, with the empty one below it. */
export const cardRows = 3;
/** Rows of a column's head. */
export const headRows = 2;
/** Below the columns: what the selected card says in full. */
export const detailRows = 5;
/** Cells of the narrowest column that a text can be read in. */
const narrowest = 24;
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

/** Where columns and cards are: for drawing and for the mouse. As many columns as can be read, the selected one among them. */
export function boardLayout(
  state: AppState,
  dialog: BoardDialog,
  width: number,
): { readonly columns: readonly ShownColumn[]; readonly rows: number } {
  const rows = Math.max(1, Math.floor((boardHeight(state.size) - headRows - detailRows) / cardRows));
  const count = Math.max(1, Math.min(columns.length, Math.floor((width + gap) / (narrowest + gap))));
  const at = columns.indexOf(dialog.column);
  const first = Math.max(0, Math.min(columns.length - count, at - Math.floor((count - 1) / 2)));
  const each = Math.floor((width + gap) / count) - gap;
  const shown = columns.slice(first, first + count).map((column, nth): ShownColumn => {
    const all = cardsIn(state, column);
    const selected = column === dialog.column ? selectedCard(state, dialog) : null;
    // What was done last stands at the end.
    const index = selected ? all.indexOf(selected) : column === 'Done' ? all.length - 1 : 0;
    const above = Math.max(0, Math.min(all.length - rows, index - Math.floor(rows / 2)));
    const cards = all.slice(above, above + rows);
    return {
      column,
      x: nth * (each + gap),
      width: each,
      cards,
      above,
      below: all.length - above - cards.length,
    };
  });
  return { columns: shown, rows };
}

/** Rows inside the frame of the board, which takes all between header and footer. */
export function boardHeight({ rows }: Size): number {
  return rows - 2 - 4;
}

/** The card at a cell of the terminal; null for none. */
export function cardAt(
  state: AppState,
  dialog: BoardDialog,
  x: number,
  y: number,
): { column: Column; card: string | null } | null {
  // The frame begins below the header, its text after a border, an empty row and an empty cell.
  const [column, row] = [x - 2, y - 3 - headRows];
  const { columns: shown, rows } = boardLayout(state, dialog, state.size.cols - 4);
  const found = shown.find((one) => column >= one.x && column < one.x + one.width);
  if (!found || row < -headRows || row >= rows * cardRows) return null;
  const card = row < 0 ? undefined : found.cards[Math.floor(row / cardRows)];
  return { column: found.column, card: card ? cardKey(card) : null };
}
