import type { GoneOn } from '../../domain/usageLimit.ts';
import type { Answered } from '../../room/messages.ts';
import type { AppState } from '../../room/state.ts';
import { problemLine, toList, withDialog, withNotice } from '../../room/step.ts';
import { counted } from '../../room/text/words.ts';
import type { Dialog, Listed, StartSeveralDialog } from '../dialog.ts';
import { dialogOf } from '../dialog.ts';
import { withStarted } from './facts.ts';

/**
 * What one of several approvals came to; null for an approval that no dialog of several waits for. The dialog stays
 * as long as anything was not started, and says why.
 */
export function withApproved(state: AppState, { tag, params, result }: Answered<'approve'>): AppState | null {
  const dialog = dialogOf(state);
  if (dialog?.kind !== 'start-several' || !dialog.listed.some((one) => one.tag === tag)) return null;
  const outcome = result.ok ? 'started' : result.problem;
  const listed = dialog.listed.map((one): Listed => (one.tag === tag ? { ...one, outcome } : one));
  const known = result.ok ? withStarted(state, result.value, params.n) : state;
  const isOver = listed.every((one) => one.tag === null || one.outcome !== null);
  // What came of it begins at the top, wherever the list was read to its end.
  const asked = isOver ? { pending: null, scroll: 0 } : {};
  return afterApproval(known, { ...dialog, listed, ...asked });
}

function afterApproval(state: AppState, dialog: StartSeveralDialog): AppState {
  const { listed, pending } = dialog;
  const isWell = listed.every(({ outcome }) => outcome === 'started');
  if (pending !== null || !isWell) return withDialog(state, dialog);
  return withNotice(toList(state), `${counted(listed.length, 'worker')} started.`);
}

/** Those that were told show it by themselves; of the others the dialog, or a line, says why. */
export function withGoneOn(state: AppState, waiting: Dialog | null, { going, left }: GoneOn): AppState {
  const told = `${going.join(', ')} ${going.length === 1 ? 'is' : 'are'} told to go on.`;
  const [first] = left;
  if (waiting?.kind === 'go-on' && first)
    return withDialog(state, { ...waiting, going, resuming: [], left, pending: null });
  const rest = waiting ? toList(state) : state;
  return first ? withNotice(rest, problemLine(first.problem), 'problem') : withNotice(rest, told);
}
