import type { TextField } from '../room/field.ts';
import type { AppState } from '../room/state.ts';
import type { CleanDialog, Dialog, FinishDialog } from './dialog.ts';
import { dialogOf } from './dialog.ts';

/** Whether the task's name must be typed before anything happens: something would be gone for good. */
export function wantsName(dialog: FinishDialog | CleanDialog): boolean {
  if (dialog.kind === 'clean') return dialog.preview?.wantsTypedName ?? false;
  const { preview } = dialog;
  return preview !== null && preview.blockers.length === 0 && preview.ignored.length > 0;
}

/** The text that letters go into; null where letters are keys. */
export function textOf(dialog: Dialog): TextField | null {
  switch (dialog.kind) {
    case 'form':
      return dialog.field === 'task' || dialog.field === 'brief' ? dialog[dialog.field] : null;
    case 'reject':
    case 'deny':
      return dialog.why;
    case 'radar-note':
    case 'card-text':
      return dialog.text;
    case 'finish':
    case 'clean':
      return wantsName(dialog) ? dialog.typed : null;
    case 'sync-conflicts':
      return dialog.typed;
    default:
      return null;
  }
}

export function withText(dialog: Dialog, field: TextField): Dialog {
  switch (dialog.kind) {
    case 'form':
      return { ...dialog, [dialog.field]: field };
    case 'reject':
    case 'deny':
      return { ...dialog, why: field };
    case 'radar-note':
      return { ...dialog, text: field };
    case 'card-text':
      return { ...dialog, text: field };
    case 'finish':
      return { ...dialog, typed: field };
    case 'clean':
      return { ...dialog, typed: field };
    case 'sync-conflicts':
      return { ...dialog, typed: field };
    default:
      return dialog;
  }
}

/** Whether the open dialog waits for an answer of the controller. */
export function isWaiting(state: AppState): boolean {
  const dialog = dialogOf(state);
  return dialog !== null && 'pending' in dialog && dialog.pending !== null;
}

export const waitingText = 'Waiting for the controller; esc closes.';

/** Only a brief has line breaks. */
export function isMultiline(dialog: Dialog): boolean {
  return dialog.kind === 'form' && dialog.field === 'brief';
}
