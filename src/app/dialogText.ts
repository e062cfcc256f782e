import { textNow } from '../core/dialog.ts';
import type { TextField } from '../room/field.ts';
import { definitionOf } from './definitions.ts';
import type { CleanDialog, Dialog, FinishDialog } from './dialog.ts';

/** Whether the task's name must be typed before anything happens: something would be gone for good. */
export function wantsName(dialog: FinishDialog | CleanDialog): boolean {
  if (dialog.kind === 'clean') return dialog.preview?.wantsTypedName ?? false;
  const { preview } = dialog;
  return preview !== null && preview.blockers.length === 0 && preview.ignored.length > 0;
}

/** The text that letters go into; null where letters are keys. */
export function textOf(dialog: Dialog): TextField | null {
  const definition = definitionOf(dialog);
  if (definition) return textNow(definition, dialog);
  switch (dialog.kind) {
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
  const text = definitionOf(dialog)?.text;
  // What comes back is of the kind that went in.
  if (text) return text.with(dialog, field) as Dialog;
  switch (dialog.kind) {
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

/** Reports whether the text that is written has line breaks. */
export function isMultiline(dialog: Dialog): boolean {
  return definitionOf(dialog)?.text?.isMultiline?.(dialog) ?? false;
}
