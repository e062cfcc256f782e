import type { Answered } from '../../room/messages.ts';
import type { AppState } from '../../room/state.ts';
import { withDialog, withNotice } from '../../room/step.ts';
import { counted } from '../../room/text/words.ts';
import { cardKey } from '../board.ts';
import type { Dialog } from '../dialog.ts';

/** An invoice was written; the entries stay in sight. */
export function withInvoice(
  state: AppState,
  waiting: Dialog | null,
  { file, entries }: { file: string; entries: number },
): AppState {
  const back = waiting?.kind === 'invoices' ? withDialog(state, { ...waiting, pending: null }) : state;
  return withNotice(back, `${counted(entries, 'entry', 'entries')} in ${file}`);
}

/** Back on the board, looking at what was written; the cards themselves come with the facts. */
export function withBoardAnswer(
  state: AppState,
  waiting: Dialog | null,
  { params, result }: Answered<'addCard' | 'changeCard'>,
): AppState {
  if (waiting?.kind === 'board') {
    const { column = waiting.column } = params;
    return withDialog(state, { ...waiting, column, pending: null, problem: null });
  }
  if (waiting?.kind !== 'card-text') return state;
  const card = cardKey({ id: result.ok ? result.value.id : null, task: params.fields?.task ?? '' });
  return withDialog(state, { ...waiting.board, card, pending: null, problem: null });
}
