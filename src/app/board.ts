import { type Card, type Column, columns } from '../domain/board.ts';
import { workersOn } from '../domain/cardLink.ts';
import type { Worker } from '../domain/worker.ts';
import type { AppState } from '../room/state.ts';
import type { BoardDialog } from './documentDialog.ts';

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

/** The worker on each card that has one. */
export function cardWorkers({ facts }: Pick<AppState, 'facts'>): ReadonlyMap<Card, Worker> {
  return workersOn(facts?.board?.cards ?? [], facts?.workers ?? []);
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
