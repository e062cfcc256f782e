import type { Card } from '../../domain/board.ts';
import { refTo } from '../../domain/boardFacts.ts';
import { slugFrom } from '../../domain/cardLink.ts';
import type { Action } from '../action.ts';
import { cardKey, columnBeside, moveCard, moveColumn, selectedCard, workerOf } from '../board.ts';
import type { BoardDialog } from '../dialog.ts';
import { openForm } from '../dialogs.ts';
import { emptyField, fieldOf } from '../field.ts';
import { formOf } from '../form.ts';
import { selectRow } from '../move.ts';
import { type AppState, dialogOf } from '../state.ts';
import { ask, type Step, stay, toList, withDialog } from '../step.ts';
import { isIdle } from './card.ts';
import { isReachable } from './reachable.ts';

const board = { group: 'Board', where: ['board'] } as const;
const text = { group: 'Board', where: ['card-text'] } as const;

/** The sprint board: looking, moving, writing, and from a card to its worker. */
export const boardActions: readonly Action[] = [
  {
    id: 'board',
    title: 'sprint board',
    keys: ['b'],
    group: 'Workers',
    where: ['room'],
    enabled: ({ facts }) =>
      facts?.board !== undefined || 'There is no board yet: orch-tui board add "…" begins one.',
    run: (state) => stay(withDialog(state, opened(state))),
  },
  looking('left', ['h', 'left'], (state, dialog) => moveColumn(state, dialog, -1)),
  looking('down', ['j', 'down'], (state, dialog) => moveCard(state, dialog, 1)),
  looking('up', ['k', 'up'], (state, dialog) => moveCard(state, dialog, -1)),
  looking('right', ['l', 'right'], (state, dialog) => moveColumn(state, dialog, 1)),
  looking('first', ['g', 'home'], (state, dialog) => moveCard(state, dialog, Number.NEGATIVE_INFINITY)),
  looking('last', ['G', 'end'], (state, dialog) => moveCard(state, dialog, Number.POSITIVE_INFINITY)),
  moving('card-left', 'move the card a column back', ['<', 'H'], -1),
  moving('card-right', 'move the card a column on', ['>', 'L'], 1),
  {
    ...board,
    id: 'card-add',
    title: 'add a card to the column',
    hint: 'add',
    keys: ['a'],
    enabled: isFree,
    run: (state) => stay(writing(state, null)),
  },
  {
    ...board,
    id: 'card-edit',
    title: "edit the card's text",
    hint: 'edit',
    keys: ['e'],
    enabled: canChange,
    run: (state) => stay(writing(state, selectedOf(state))),
  },
  {
    ...board,
    id: 'card-start',
    title: 'propose a worker for the card',
    hint: 'new worker',
    keys: ['n'],
    enabled: canStart,
    run: (state) => stay(proposing(state)),
  },
  {
    ...board,
    id: 'card-worker',
    title: "to the card's worker",
    hint: (state) => (workerHere(state) ? 'to worker' : null),
    keys: ['enter'],
    enabled: (state) => workerHere(state) !== null || 'No worker is on this card; n proposes one.',
    run(state) {
      const worker = workerHere(state);
      return stay(worker ? selectRow(toList(state), 'fleet', { kind: 'worker', id: worker.id }) : state);
    },
  },
  {
    ...board,
    id: 'board-close',
    title: 'close the board',
    hint: 'close',
    keys: ['escape', 'q', 'b', 'ctrl-c'],
    run: (state) => stay(toList(state)),
  },
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
      return stay(dialog?.kind === 'card-text' ? withDialog(state, dialog.board) : state);
    },
  },
];

function opened(state: AppState): BoardDialog {
  const column = (['In Progress', 'To Do', 'Review'] as const).find((one) =>
    state.facts?.board?.cards.some((card) => card.column === one),
  );
  return { kind: 'board', column: column ?? 'To Do', card: null, pending: null, problem: null };
}

function looking(
  to: string,
  keys: readonly string[],
  next: (state: AppState, dialog: BoardDialog) => BoardDialog,
): Action {
  return {
    ...board,
    id: `board-${to}`,
    title: 'through columns and cards',
    keys,
    run: (state) =>
      onBoard(state, (dialog) => stay(withDialog(state, { ...next(state, dialog), problem: null }))),
  };
}

function moving(id: string, title: string, keys: readonly string[], by: -1 | 1): Action {
  return {
    ...board,
    id,
    title,
    ...(by > 0 && { hint: 'move' }),
    keys,
    enabled(state) {
      const dialog = boardOf(state);
      if (dialog && columnBeside(dialog.column, by) === null) return 'There is no column further that way.';
      return canChange(state);
    },
    run: (state) =>
      onBoard(state, (dialog) => {
        const card = selectedCard(state, dialog);
        const column = columnBeside(dialog.column, by);
        if (!card || !column) return stay(state);
        return ask(state, 'changeCard', { card: refTo(card), column }, (next, pending) =>
          withDialog(next, { ...dialog, column, card: cardKey(card), pending, problem: null }),
        );
      }),
  };
}

export function boardOf(state: AppState): BoardDialog | null {
  const dialog = dialogOf(state);
  return dialog?.kind === 'board' ? dialog : null;
}

function onBoard(state: AppState, use: (dialog: BoardDialog) => Step): Step {
  const dialog = boardOf(state);
  return dialog ? use(dialog) : stay(state);
}

function selectedOf(state: AppState): Card | null {
  const dialog = boardOf(state);
  return dialog ? selectedCard(state, dialog) : null;
}

function workerHere(state: AppState) {
  const card = selectedOf(state);
  return card ? workerOf(state, card) : null;
}

function isFree(state: AppState): true | string {
  const reachable = isReachable(state);
  return reachable === true ? isIdle(state) : reachable;
}

function canChange(state: AppState): true | string {
  const card = selectedOf(state);
  if (!card) return 'There is no card here.';
  if (card.problem !== null) return `Mend the row by hand first: ${card.problem}.`;
  return isFree(state);
}

function canStart(state: AppState): true | string {
  const card = selectedOf(state);
  if (!card) return 'There is no card here.';
  const worker = workerHere(state);
  return worker ? `${worker.id} is on this card already.` : isReachable(state);
}

function writing(state: AppState, card: Card | null): AppState {
  const dialog = boardOf(state);
  if (!dialog) return state;
  const field = card ? fieldOf(card.task.replaceAll('\n', ' ')) : emptyField;
  const editing = card ? refTo(card) : null;
  return withDialog(state, {
    kind: 'card-text',
    board: dialog,
    editing,
    text: field,
    pending: null,
    problem: null,
  });
}

function canSave(state: AppState): true | string {
  const dialog = dialogOf(state);
  if (dialog?.kind === 'card-text' && dialog.text.text.trim() === '') return 'A card needs a text.';
  return isFree(state);
}

function save(state: AppState): Step {
  const dialog = dialogOf(state);
  if (dialog?.kind !== 'card-text') return stay(state);
  const task = dialog.text.text.trim();
  const waiting = (next: AppState, pending: number) =>
    withDialog(next, { ...dialog, pending, problem: null });
  return dialog.editing
    ? ask(state, 'changeCard', { card: dialog.editing, fields: { task } }, waiting)
    : ask(state, 'addCard', { column: dialog.board.column, fields: { task } }, waiting);
}

/** The form with what the card says; the worker is then found by it. */
function proposing(state: AppState): AppState {
  const card = selectedOf(state);
  if (!card) return state;
  const form = formOf(openForm(state));
  if (!form) return state;
  const repo = state.facts?.repos.some(({ name }) => name === card.repo)
    ? (card.repo ?? form.repo)
    : form.repo;
  return withDialog(state, { ...form, repo, task: fieldOf(slugFrom(card.task)), brief: fieldOf(card.task) });
}
