import type { Card, Column } from '../../domain/board.ts';
import { refTo, seenOf } from '../../domain/boardFacts.ts';
import { slugFrom } from '../../domain/cardLink.ts';
import { openForm } from '../../features/workers/formDialog.ts';
import { fieldOf } from '../../room/field.ts';
import { selectRow } from '../../room/move.ts';
import { isIdle, isReachable } from '../../room/reachable.ts';
import type { AppState } from '../../room/state.ts';
import { ask, type Step, stay, toList, withDialog } from '../../room/step.ts';
import type { Action } from '../action.ts';
import { cardKey, cardsIn, cardWorkers, columnBeside, moveCard, moveColumn, selectedCard } from '../board.ts';
import { dialogOf } from '../dialog.ts';
import type { BoardDialog } from '../documentDialog.ts';
import { writeCard } from './cardText.ts';

const board = { group: 'Board', where: ['board'] } as const;

/** The sprint board: looking, moving, writing, and from a card to its worker. */
export const boardActions: readonly Action[] = [
  {
    id: 'board',
    title: 'sprint board',
    keys: ['b'],
    palette: 'everywhere',
    group: 'Workers',
    where: ['room'],
    enabled: ({ facts }) =>
      facts?.boardOff === undefined || 'The board is turned off: "board" in .orch/config.json.',
    run: (state) => stay(state.facts?.board ? openBoard(state) : askToBegin(state)),
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
    enabled: isIdle,
    run: (state) => onBoard(state, (dialog) => stay(writeCard(state, dialog, null))),
  },
  {
    ...board,
    id: 'card-edit',
    title: "edit the card's text",
    hint: 'edit',
    keys: ['e'],
    enabled: canChange,
    run: (state) => onBoard(state, (dialog) => stay(writeCard(state, dialog, selectedOf(state)))),
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
    group: 'Dragging a card',
    where: ['board-drag'],
    id: 'card-drop',
    title: 'leave the card that the mouse holds where it was',
    hint: 'leave it there',
    keys: ['escape', 'ctrl-c'],
    run: (state) => onBoard(state, (dialog) => stay(withDialog(state, { ...dialog, held: null }))),
  },
];

function askToBegin(state: AppState): AppState {
  const about = { do: 'begin-board' } as const;
  return withDialog(state, { kind: 'question', about, pending: null, problem: null });
}

/** Looking at a card, or at the first column in which there is something to do. */
export function openBoard(state: AppState, card: Card | null = null): AppState {
  const busy = (['In Progress', 'To Do', 'Review'] as const).find((one) => cardsIn(state, one).length > 0);
  const column = card?.column ?? busy ?? 'To Do';
  const at = card && cardKey(card);
  return withDialog(state, { kind: 'board', column, card: at, held: null, pending: null, problem: null });
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
    palette: 'never',
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
        return card && column ? moveTo(state, dialog, card, column) : stay(state);
      }),
  };
}

/** Asks for another column; the view goes there with the card once it is written. */
export function moveTo(state: AppState, dialog: BoardDialog, card: Card, column: Column): Step {
  const params = { card: refTo(card), seen: seenOf(card), column };
  return ask(state, 'changeCard', params, (next, pending) =>
    withDialog(next, { ...dialog, card: cardKey(card), held: null, pending, problem: null }),
  );
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
  return card ? (cardWorkers(state).get(card) ?? null) : null;
}

/** Whether the card looked at can be changed, or why not. */
export function canChange(state: AppState): true | string {
  const card = selectedOf(state);
  if (!card) return 'There is no card here.';
  if (card.problem !== null) return `Mend the row by hand first: ${card.problem}.`;
  return isIdle(state);
}

function canStart(state: AppState): true | string {
  const card = selectedOf(state);
  if (!card) return 'There is no card here.';
  const worker = workerHere(state);
  return worker ? `${worker.id} is on this card already.` : isReachable(state);
}

/** The form with what the card says; the worker is then found by it. */
function proposing(state: AppState): AppState {
  const card = selectedOf(state);
  if (!card) return state;
  const isKnown = state.facts?.repos.some(({ name }) => name === card.repo) === true;
  const repo = isKnown && card.repo !== null ? { repo: card.repo } : {};
  return openForm(state, { ...repo, task: fieldOf(slugFrom(card.task)), brief: fieldOf(card.task) });
}
