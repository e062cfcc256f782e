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

/** What a yes in a dialog is to; null where nothing is decided. */
function oldSubject(dialog: Dialog | null): string | null {
  switch (dialog?.kind) {
    case 'finish':
    case 'clean':
      return `${dialog.kind} ${dialog.id} ${dialog.preview?.tip}`;
    case 'start-several':
      return `start-several ${dialog.scroll}`;
    case 'question':
    case 'go-on':
      return dialog.kind;
    default:
      return null;
  }
}
