import { type Card, type Column, refTo, seenOf, slugFrom } from '../../core/board.ts';
import type { Worker } from '../../core/worker.ts';
import type { MouseToken } from '../../terminal/input.ts';
import { defineDialog, type RoomDialogKey } from '../../ui/dialog.ts';
import { fieldOf } from '../../ui/field.ts';
import { type RoomKey, wheel } from '../../ui/keys.ts';
import { selectRow } from '../../ui/select.ts';
import type { AppState } from '../../ui/state.ts';
import {
  askFrom,
  noEffects,
  type Step,
  toList,
  whyBusy,
  whyUnreachable,
  withDialog,
  withNotice,
  withoutNotice,
} from '../../ui/step.ts';
import { notionKeys } from '../notion/syncDialog.ts';
import { openForm } from '../workers/formDialog.ts';
import {
  type BoardDialog,
  boardHit,
  type CardDrag,
  cardKey,
  cardWorkers,
  columnBeside,
  moveCard,
  moveColumn,
  openBoard,
  selectedCard,
} from './boardLayout.ts';
import { boardBody } from './boardView.ts';
import { askToBegin, writeCard } from './cardTextDialog.ts';

export const boardKey: RoomKey = {
  id: 'board',
  title: 'sprint board',
  keys: ['b'],
  palette: 'everywhere',
  group: 'Workers',
  disabledReason: ({ facts }) =>
    facts?.boardOff === undefined ? null : 'The board is turned off: "board" in .orch/config.json.',
  run: (state) => noEffects(state.facts?.board ? openBoard(state) : askToBegin(state)),
};

/** The sprint board: browse, move and edit cards, and go from a card to its worker. */
export const board = defineDialog<BoardDialog>({
  kind: 'board',
  group: 'Board',
  takesTypedAhead: 'A move is visible at once, and the opposite key reverts it.',
  isWide: true,
  isCoverable: ({ drag }) => !drag?.isMoving,
  selected(state, dialog) {
    const card = selectedCard(state, dialog);
    return card && cardKey(card);
  },
  keys: [
    navigationKey('left', ['h', 'left'], (state, dialog) => moveColumn(state, dialog, -1)),
    navigationKey('down', ['j', 'down'], (state, dialog) => moveCard(state, dialog, 1)),
    navigationKey('up', ['k', 'up'], (state, dialog) => moveCard(state, dialog, -1)),
    navigationKey('right', ['l', 'right'], (state, dialog) => moveColumn(state, dialog, 1)),
    navigationKey('first', ['g', 'home'], (state, dialog) =>
      moveCard(state, dialog, Number.NEGATIVE_INFINITY),
    ),
    navigationKey('last', ['G', 'end'], (state, dialog) => moveCard(state, dialog, Number.POSITIVE_INFINITY)),
    moveKey('card-left', 'move the card a column back', ['<', 'H'], -1),
    moveKey('card-right', 'move the card a column on', ['>', 'L'], 1),
    {
      id: 'card-add',
      title: 'add a card to the column',
      hint: 'add',
      keys: ['a'],
      disabledReason: whyBusy,
      run: (state, dialog) => noEffects(writeCard(state, dialog, null)),
    },
    {
      id: 'card-edit',
      title: "edit the card's text",
      hint: 'edit',
      keys: ['e'],
      disabledReason: whyUnchanged,
      run: (state, dialog) => noEffects(writeCard(state, dialog, selectedCard(state, dialog))),
    },
    {
      id: 'card-start',
      title: 'propose a worker for the card',
      hint: 'new worker',
      keys: ['n'],
      disabledReason: whyNotStarted,
      run: (state, dialog) => noEffects(openStartForm(state, dialog)),
    },
    {
      id: 'card-worker',
      title: "to the card's worker",
      hint: (state, dialog) => (selectedWorker(state, dialog) ? 'to worker' : null),
      keys: ['enter'],
      disabledReason: (state, dialog) =>
        selectedWorker(state, dialog) ? null : 'No worker is on this card; n proposes one.',
      run: goToWorker,
    },
    {
      id: 'board-close',
      title: 'close the board',
      hint: 'close',
      keys: ['escape', 'q', 'b', 'ctrl-c'],
      run: (state) => noEffects(toList(state)),
    },
    ...notionKeys,
  ],
  modes: [
    {
      group: 'Dragging a card',
      when: ({ drag }) => drag?.isMoving === true,
      keys: [
        {
          id: 'card-drop',
          title: 'put the dragged card back',
          hint: 'put back',
          keys: ['escape', 'ctrl-c'],
          run: (state, dialog) => noEffects(withDialog(state, { ...dialog, drag: null })),
        },
      ],
    },
  ],
  view: boardBody,
  onMouse,
  // The selection follows the card once it is written; the cards themselves come with the facts.
  onAnswer(state, dialog, { method, params }) {
    if (method !== 'addCard' && method !== 'changeCard') return null;
    const { column = dialog.column } = params;
    return noEffects(withDialog(state, { ...dialog, column, pending: null, problem: null }));
  },
  isStale: ({ facts }) => (facts?.board ? null : 'The board is gone.'),
});

function navigationKey(
  to: string,
  keys: readonly string[],
  next: (state: AppState, dialog: BoardDialog) => BoardDialog,
): RoomDialogKey<BoardDialog> {
  return {
    id: `board-${to}`,
    title: 'through columns and cards',
    keys,
    palette: 'never',
    run: (state, dialog) => noEffects(withDialog(state, { ...next(state, dialog), problem: null })),
  };
}

function moveKey(id: string, title: string, keys: readonly string[], by: -1 | 1): RoomDialogKey<BoardDialog> {
  return {
    id,
    title,
    ...(by > 0 && { hint: 'move' }),
    keys,
    disabledReason: (state, dialog) =>
      columnBeside(dialog.column, by) === null
        ? 'There is no column in that direction.'
        : whyUnchanged(state, dialog),
    run(state, dialog) {
      const card = selectedCard(state, dialog);
      const column = columnBeside(dialog.column, by);
      return card && column ? moveTo(state, dialog, card, column) : noEffects(state);
    },
  };
}

/** Requests another column; the selection follows the card once it is written. */
function moveTo(state: AppState, dialog: BoardDialog, card: Card, column: Column): Step {
  const params = { card: refTo(card), seen: seenOf(card), column };
  return askFrom(state, { ...dialog, card: cardKey(card), drag: null }, 'changeCard', params);
}

function selectedWorker(state: AppState, dialog: BoardDialog): Worker | null {
  const card = selectedCard(state, dialog);
  return card ? (cardWorkers(state).get(card) ?? null) : null;
}

function goToWorker(state: AppState, dialog: BoardDialog): Step {
  const worker = selectedWorker(state, dialog);
  return noEffects(worker ? selectRow(toList(state), 'fleet', { kind: 'worker', id: worker.id }) : state);
}

/** Returns why the selected card cannot be changed; null where it can. */
function whyUnchanged(state: AppState, dialog: BoardDialog): string | null {
  const card = selectedCard(state, dialog);
  if (!card) return 'There is no card here.';
  if (card.problem !== null) return `Fix the row by hand first: ${card.problem}.`;
  return whyBusy(state);
}

function whyNotStarted(state: AppState, dialog: BoardDialog): string | null {
  if (!selectedCard(state, dialog)) return 'There is no card here.';
  const worker = selectedWorker(state, dialog);
  return worker ? `${worker.id} is already on this card.` : whyUnreachable(state);
}

/** Opens the start form with the card's text, by which the worker is later matched to it. */
function openStartForm(state: AppState, dialog: BoardDialog): AppState {
  const card = selectedCard(state, dialog);
  if (!card) return state;
  const isKnown = state.facts?.repos.some(({ name }) => name === card.repo) === true;
  const repo = isKnown && card.repo !== null ? { repo: card.repo } : {};
  return openForm(state, { ...repo, task: fieldOf(slugFrom(card.task)), brief: fieldOf(card.task) });
}

/**
 * Handles the mouse on the board: a click selects a column or a card, another click on the same card goes to
 * its worker; a card is dragged into another column; the wheel scrolls the cards below it.
 */
function onMouse(state: AppState, dialog: BoardDialog, token: MouseToken): Step {
  if (wheel(token) !== 0) return noEffects(dialog.drag ? state : scrolled(state, dialog, token));
  if (dialog.drag && token.action !== 'press') return dragCard(state, dialog, dialog.drag, token);
  return token.action === 'press' && token.button === 'left'
    ? pressCard(state, dialog, token)
    : noEffects(state);
}

function scrolled(state: AppState, dialog: BoardDialog, token: MouseToken): AppState {
  const hit = boardHit(state, dialog, token.x, token.y);
  const from = hit && hit.column !== dialog.column ? { ...dialog, ...hit } : dialog;
  return withDialog(state, { ...moveCard(state, from, wheel(token)), problem: null });
}

/** Selects the pressed card. Later events decide between a drag and a click. */
function pressCard(state: AppState, dialog: BoardDialog, { x, y }: MouseToken): Step {
  const hit = boardHit(state, dialog, x, y);
  if (!hit) return noEffects(state);
  const before = selectedCard(state, dialog);
  const pressed = { ...dialog, ...hit, drag: null, problem: null };
  const card = hit.card === null ? null : selectedCard(state, pressed);
  const wasSelected = card !== null && card === before;
  const drag = card && { card, from: { x, y }, wasSelected, isMoving: false, over: null };
  return noEffects(withDialog(withoutNotice(state), { ...pressed, drag }));
}

function dragCard(state: AppState, dialog: BoardDialog, drag: CardDrag, token: MouseToken): Step {
  const { x, y, action, button } = token;
  const dropped = withDialog(state, { ...dialog, drag: null });
  // The button was released outside of the terminal.
  if (action === 'move' && button === 'none') return noEffects(dropped);
  if (action === 'release') return dropCard(dropped, dialog, drag);
  if (!drag.isMoving) {
    if (x === drag.from.x && y === drag.from.y) return noEffects(state);
    const why = whyUnchanged(state, dialog);
    if (why !== null) return noEffects(withNotice(dropped, why));
  }
  const over = boardHit(state, dialog, x, y)?.column ?? null;
  return noEffects(withDialog(state, { ...dialog, drag: { ...drag, isMoving: true, over } }));
}

/** Ends a press or a drag. @param dropped the state after the release */
function dropCard(
  dropped: AppState,
  dialog: BoardDialog,
  { card, over, isMoving, wasSelected }: CardDrag,
): Step {
  if (isMoving) {
    if (over === null || over === card.column) return noEffects(dropped);
    const why = whyBusy(dropped);
    return why === null ? moveTo(dropped, dialog, card, over) : noEffects(withNotice(dropped, why));
  }
  return wasSelected ? goToWorker(dropped, dialog) : noEffects(dropped);
}
