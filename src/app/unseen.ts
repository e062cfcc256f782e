import { decidedSubject } from '../core/dialog.ts';
import type { AppState } from '../room/state.ts';
import { definitionOf } from './definitions.ts';
import { type Dialog, dialogOf } from './dialog.ts';

/**
 * Whether a yes would be to something that has not been drawn yet: keys may come many at once, typed ahead or held up
 * on their way, and none of them may answer what came up behind the one before.
 * @param drawn the state of the last picture
 */
export function isUnseen(state: AppState, drawn: AppState | null): boolean {
  const subject = subjectOf(state);
  return subject !== null && subject !== (drawn?.palette === null ? subjectOf(drawn) : null);
}

function subjectOf(state: AppState): string | null {
  const dialog = dialogOf(state);
  const definition = dialog && definitionOf(dialog);
  return dialog && definition ? decidedSubject(definition, state, dialog) : oldSubject(dialog);
}

/** Of the dialogs that have no definition yet only a question decides. */
function oldSubject(dialog: Dialog | null): string | null {
  return dialog?.kind === 'question' ? dialog.kind : null;
}
