import type { FileSides } from '../domain/radar.ts';
import type { Asking, Scrolling } from '../room/asking.ts';
import type { TextField } from '../room/field.ts';
import { type AppState, shownDialog } from '../room/state.ts';
import type { DefinedDialog } from './definitions.ts';
import type {
  BoardDialog,
  CardTextDialog,
  ConflictsDialog,
  InvoicesDialog,
  SyncDialog,
} from './documentDialog.ts';

/** Returns the open dialog, of which there is at most one. */
export function dialogOf(state: AppState): Dialog | null {
  return shownDialog(state) as Dialog | null;
}

/** What lies over the room and takes all keys. */
export type Dialog =
  | DefinedDialog
  | QuestionDialog
  | BoardDialog
  | InvoicesDialog
  | SyncDialog
  | ConflictsDialog
  | CardTextDialog
  | RadarDialog
  | SidesDialog
  | NoteDialog
  | HelpDialog;

/** What asked, to go back to: the card of a proposal, the repository's dialog, or the room. */
export type CameFrom = { readonly card: number } | 'repo' | null;

export interface QuestionDialog extends Asking {
  readonly kind: 'question';
  readonly about: { readonly do: 'begin-board' };
}

/** Two workers of a repository, or one and the branch it goes to: then `b` is null. */
interface Pair {
  readonly repo: string;
  readonly a: string;
  readonly b: string | null;
}

/** Which work will not merge, as a matrix; the pair is the cell that the keys are at. */
export interface RadarDialog extends Asking, Scrolling, Pair {
  readonly kind: 'radar';
}

/** A file as the two have changed it. */
export interface SidesDialog extends Asking, Scrolling, Pair {
  readonly kind: 'radar-file';
  readonly path: string;
  /** Null until they have come. */
  readonly sides: FileSides | null;
}

/** A message to those whose work meets. */
export interface NoteDialog extends Asking, Pair {
  readonly kind: 'radar-note';
  /** Who has not got it yet, and who has. */
  readonly to: readonly string[];
  readonly sent: readonly string[];
  readonly text: TextField;
}

export interface HelpDialog extends Scrolling {
  readonly kind: 'help';
}
