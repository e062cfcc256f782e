import { isIdle } from '../../room/reachable.ts';
import type { AppState } from '../../room/state.ts';
import { type Step, stay, withDialog, withNotice, withoutNotice } from '../../room/step.ts';
import type { MouseToken } from '../../terminal/input.ts';
import { isEnabled } from '../action.ts';
import { boardOf, canChange, moveTo } from '../actions/board.ts';
import { actionFor } from '../actions.ts';
import { moveCard, selectedCard } from '../board.ts';
import { boardHit } from '../boardLayout.ts';
import type { BoardDialog, HeldCard } from '../documentDialog.ts';
import { wheel } from './wheel.ts';

/**
 * The mouse on the board: a click looks at a column or a card, one more on the same card goes to its worker; a card is
 * dragged into another column; the wheel goes through the cards below it. Null while no board is open.
 */
export function updateBoardMouse(state: AppState, token: MouseToken): Step | null {
  const dialog = boardOf(state);
  if (!dialog) return null;
  if (wheel(token) !== 0) return stay(dialog.held ? state : turned(state, dialog, token));
  if (dialog.held && token.action !== 'press') return carry(state, dialog, dialog.held, token);
  return token.action === 'press' && token.button === 'left' ? press(state, dialog, token) : stay(state);
}

function turned(state: AppState, dialog: BoardDialog, token: MouseToken): AppState {
  const hit = boardHit(state, dialog, token.x, token.y);
  const from = hit && hit.column !== dialog.column ? { ...dialog, ...hit } : dialog;
  return withDialog(state, { ...moveCard(state, from, wheel(token)), problem: null });
}

/** What is pressed is looked at. Whether the card is then dragged or was clicked is seen later. */
function press(state: AppState, dialog: BoardDialog, { x, y }: MouseToken): Step {
  const hit = boardHit(state, dialog, x, y);
  if (!hit) return stay(state);
  const before = selectedCard(state, dialog);
  const looking = { ...dialog, ...hit, held: null, problem: null };
  const card = hit.card === null ? null : selectedCard(state, looking);
  const wasSelected = card !== null && card === before;
  const held = card && { card, from: { x, y }, wasSelected, isMoving: false, over: null };
  return stay(withDialog(withoutNotice(state), { ...looking, held }));
}

function carry(state: AppState, dialog: BoardDialog, held: HeldCard, token: MouseToken): Step {
  const { x, y, action, button } = token;
  const down = withDialog(state, { ...dialog, held: null });
  // The button went up where nobody told us of it.
  if (action === 'move' && button === 'none') return stay(down);
  if (action === 'release') return letGo(down, dialog, held);
  if (!held.isMoving) {
    if (x === held.from.x && y === held.from.y) return stay(state);
    const may = canChange(state);
    if (may !== true) return stay(withNotice(down, may));
  }
  const over = boardHit(state, dialog, x, y)?.column ?? null;
  return stay(withDialog(state, { ...dialog, held: { ...held, isMoving: true, over } }));
}

/** @param down the state in which the mouse holds nothing any more */
function letGo(down: AppState, dialog: BoardDialog, { card, over, isMoving, wasSelected }: HeldCard): Step {
  if (isMoving) {
    if (over === null || over === card.column) return stay(down);
    const may = isIdle(down);
    return may === true ? moveTo(down, dialog, card, over) : stay(withNotice(down, may));
  }
  const open = actionFor('board', 'enter', down.settings);
  return wasSelected && open && isEnabled(open, down) === true ? open.run(down) : stay(down);
}
