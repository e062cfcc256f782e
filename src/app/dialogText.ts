import { textNow } from '../core/dialog.ts';
import type { TextField } from '../room/field.ts';
import { definitionOf } from './definitions.ts';
import type { Dialog } from './dialog.ts';

/** The text that letters go into; null where letters are keys. */
export function textOf(dialog: Dialog): TextField | null {
  const definition = definitionOf(dialog);
  if (definition) return textNow(definition, dialog);
  switch (dialog.kind) {
    case 'radar-note':
    case 'card-text':
      return dialog.text;
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
