import { type Card, type CardChange, refTo, seenOf } from '../../core/board.ts';
import { type DialogBody, defineDialog, defineQuestion, labelled, problemRows } from '../../ui/dialog.ts';
import { emptyField, fieldOf, oneLineField, type TextField } from '../../ui/field.ts';
import { type AppState, type PendingRequest, unasked } from '../../ui/state.ts';
import { askFrom, noEffects, type Step, toList, whyBusy, withDialog } from '../../ui/step.ts';
import { line } from '../../ui/text.ts';
import { type BoardDialog, boardAt, cardKey } from './boardLayout.ts';

/** The text of a new or edited card, and the board that the dialog returns to. */
interface CardTextDialog extends PendingRequest {
  readonly kind: 'card-text';
  readonly board: BoardDialog;
  readonly editing: Required<Pick<CardChange, 'card' | 'seen'>> | null;
  readonly text: TextField;
}

/** Opens an input for the text of this card, or of a new one in the selected column. */
export function writeCard(state: AppState, board: BoardDialog, card: Card | null): AppState {
  const dialog: CardTextDialog = {
    kind: 'card-text',
    board,
    editing: card ? { card: refTo(card), seen: seenOf(card) } : null,
    text: card ? fieldOf(inOneLine(card.task)) : emptyField,
    ...unasked,
  };
  return withDialog(state, dialog);
}

/** Edits a card's text. */
export const cardText = defineDialog<CardTextDialog>({
  kind: 'card-text',
  group: 'Writing a card',
  takesTypedAhead: 'Keys only type the text until enter sends it.',
  text: { of: ({ text }) => text, with: (dialog, text) => ({ ...dialog, text }) },
  keys: [
    {
      id: 'card-save',
      title: "write the card's text",
      hint: 'write',
      keys: ['enter'],
      disabledReason: (state, { text }) =>
        text.text.trim() === '' ? 'A card needs a text.' : whyBusy(state),
      run: save,
    },
    {
      id: 'card-cancel',
      title: 'back to the board',
      hint: 'cancel',
      keys: ['escape', 'ctrl-c'],
      run: (state, { board }) => noEffects(state.facts?.board ? withDialog(state, board) : toList(state)),
    },
  ],
  view: (_, dialog, width) => view(dialog, width),
  // Returns to the board with the written card selected; the cards themselves come with the facts.
  onAnswer(state, { board }, { method, params, result }) {
    if (method !== 'addCard' && method !== 'changeCard') return null;
    const card = cardKey({ id: result.ok ? result.value.id : null, task: params.fields?.task ?? '' });
    return noEffects(withDialog(state, { ...board, card, ...unasked }));
  },
});

/** Joins lines. An unchanged text keeps its line breaks. */
function inOneLine(task: string): string {
  return task.replaceAll('\n', ' ');
}

function save(state: AppState, dialog: CardTextDialog): Step {
  const { editing, board } = dialog;
  const fields = { task: dialog.text.text.trim() };
  if (editing && fields.task === inOneLine(editing.seen.task)) return noEffects(withDialog(state, board));
  return editing
    ? askFrom(state, dialog, 'changeCard', { ...editing, fields })
    : askFrom(state, dialog, 'addCard', { column: board.column, fields });
}

function view(dialog: CardTextDialog, width: number): DialogBody {
  const title = line(
    dialog.editing === null ? `New card in ${dialog.board.column}` : 'Edit the card',
    'strong',
  );
  const { line: field, column } = oneLineField('', dialog.text, width);
  const rows = dialog.pending === null ? [] : labelled('', 'Writing …', width, 'muted');
  return {
    title,
    aside: [],
    rows: [...problemRows(dialog.problem, width), ...rows],
    tail: [field],
    caret: { row: 0, column },
  };
}

interface BeginDialog extends PendingRequest {
  readonly kind: 'begin-board';
}

/** Asks whether to create a board; its first card creates it. */
export function askToBegin(state: AppState): AppState {
  const dialog: BeginDialog = { kind: 'begin-board', ...unasked };
  return withDialog(state, dialog);
}

export const beginBoard = defineQuestion<BeginDialog>({
  kind: 'begin-board',
  title: () => 'Create a sprint board?',
  text: () =>
    'This workspace has none yet. The first card creates it in SPRINT_BOARD.md, or in the file that the configuration names; nothing is written before that.',
  agree: (state) => noEffects(writeCard(state, boardAt('To Do', null), null)),
});
