import type { Card } from '../../domain/board.ts';
import { refTo, seenOf } from '../../domain/boardFacts.ts';
import { emptyField, fieldOf } from '../../room/field.ts';
import { isIdle } from '../../room/reachable.ts';
import type { AppState } from '../../room/state.ts';
import { ask, type Step, stay, toList, withDialog } from '../../room/step.ts';
import type { Action } from '../action.ts';
import { dialogOf } from '../dialog.ts';
import type { BoardDialog } from '../documentDialog.ts';

const text = { group: 'Writing a card', where: ['card-text'] } as const;

/** Writing a card's text. */
export const cardTextActions: readonly Action[] = [
  {
    ...text,
    id: 'card-save',
    title: "write the card's text",
    hint: 'write',
    keys: ['enter'],
    enabled: canSave,
    run: save,
  },
  {
    ...text,
    id: 'card-cancel',
    title: 'back to the board',
    hint: 'cancel',
    keys: ['escape', 'ctrl-c'],
    run(state) {
      const dialog = dialogOf(state);
      if (dialog?.kind !== 'card-text') return stay(state);
      return stay(state.facts?.board ? withDialog(state, dialog.board) : toList(state));
    },
  },
];

/** A field for the text of this card, or of a new one in the column looked at. */
export function writeCard(state: AppState, board: BoardDialog, card: Card | null): AppState {
  return withDialog(state, {
    kind: 'card-text',
    board,
    editing: card ? { card: refTo(card), seen: seenOf(card) } : null,
    text: card ? fieldOf(inOneLine(card.task)) : emptyField,
    pending: null,
    problem: null,
  });
}

/** The first card of all begins the board. */
export function beginBoard(state: AppState): AppState {
  const board = { kind: 'board', column: 'To Do', card: null, held: null } as const;
  return writeCard(state, { ...board, pending: null, problem: null }, null);
}

/** A text of several lines keeps them as long as nothing is changed. */
function inOneLine(task: string): string {
  return task.replaceAll('\n', ' ');
}

function canSave(state: AppState): true | string {
  const dialog = dialogOf(state);
  if (dialog?.kind === 'card-text' && dialog.text.text.trim() === '') return 'A card needs a text.';
  return isIdle(state);
}

function save(state: AppState): Step {
  const dialog = dialogOf(state);
  if (dialog?.kind !== 'card-text') return stay(state);
  const { editing, board } = dialog;
  const fields = { task: dialog.text.text.trim() };
  if (editing && fields.task === inOneLine(editing.seen.task)) return stay(withDialog(state, board));
  const waiting = (next: AppState, pending: number) =>
    withDialog(next, { ...dialog, pending, problem: null });
  return editing
    ? ask(state, 'changeCard', { ...editing, fields }, waiting)
    : ask(state, 'addCard', { column: board.column, fields }, waiting);
}
