import type { AppState } from '../room/state.ts';
import type { Dialog } from './dialog.ts';
import { dialogOf } from './dialog.ts';

/**
 * Whether a yes would be to something that has not been drawn yet: keys may come many at once, typed ahead or held up
 * on their way, and none of them may answer what came up behind the one before.
 * @param drawn the state of the last picture
 */
export function isUnseen(state: AppState, drawn: AppState | null): boolean {
  const subject = subjectOf(dialogOf(state));
  const seen = drawn?.palette === null ? dialogOf(drawn) : null;
  return subject !== null && subject !== subjectOf(seen);
}

/** What a yes in a dialog is to; null where nothing is decided. */
function subjectOf(dialog: Dialog | null): string | null {
  switch (dialog?.kind) {
    case 'card':
      return `card ${dialog.n} ${dialog.digest} ${dialog.changed} ${dialog.overLimit} ${dialog.scroll}`;
    case 'ask':
      return `ask ${dialog.request} ${dialog.picked.length} ${dialog.marked}`;
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
