import type { CleanPreview, FinishPreview } from '../domain/finish.ts';
import type { Problem } from '../domain/problem.ts';
import type { Proposal, StartPlan } from '../domain/proposal.ts';
import type { FileSides } from '../domain/radar.ts';
import type { Update } from '../domain/update.ts';
import type { GoneOn } from '../domain/usageLimit.ts';
import type { Asking, Scrolling, Seen } from '../room/asking.ts';
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
  | StartSeveralDialog
  | GoOnDialog
  | FinishDialog
  | CleanDialog
  | QuestionDialog
  | BoardDialog
  | InvoicesDialog
  | SyncDialog
  | ConflictsDialog
  | CardTextDialog
  | RadarDialog
  | SidesDialog
  | NoteDialog
  | TimelineDialog
  | ProblemDialog
  | NoticesDialog
  | HelpDialog;

/** All proposals that can be started, as they were when the dialog was opened: one yes means these and no others. */
export interface StartSeveralDialog extends Asking, Scrolling {
  readonly kind: 'start-several';
  readonly listed: readonly Listed[];
  readonly seen?: Seen;
}

/** A proposal with the plan that was shown, and what its approval came to. */
export interface Listed {
  readonly proposal: Proposal & { readonly plan: StartPlan };
  /** Tag of its request, once the person has said yes. */
  readonly tag: number | null;
  readonly outcome: 'started' | Problem | null;
}

/** Workers that stopped at a usage limit and are to go on: those listed when the dialog was opened. */
export interface GoOnDialog extends Asking, Scrolling {
  readonly kind: 'go-on';
  readonly going: readonly string[];
  /** Whose processes have ended. */
  readonly resuming: readonly string[];
  /** Those that could not be told, and why; null before the yes. */
  readonly left: GoneOn['left'] | null;
}

interface EndDialog<Preview> extends Asking, Scrolling {
  readonly id: string;
  /** Null until it has come. */
  readonly preview: Preview | null;
  /** The task's name, where it must be typed. */
  readonly typed: TextField;
}

export interface FinishDialog extends EndDialog<FinishPreview> {
  readonly kind: 'finish';
}

export interface CleanDialog extends EndDialog<CleanPreview> {
  readonly kind: 'clean';
}

/** What asked, to go back to: the card of a proposal, the repository's dialog, or the room. */
export type CameFrom = { readonly card: number } | 'repo' | null;

export interface QuestionDialog extends Asking {
  readonly kind: 'question';
  readonly about:
    | { readonly do: 'stop'; readonly id: string }
    | { readonly do: 'stop-all' }
    /** A worker that was finished or cleaned. */
    | { readonly do: 'undo'; readonly id: string }
    /** Where there is no board: its first card. */
    | { readonly do: 'begin-board' };
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

/** What a worker reported, and its messages. */
export interface TimelineDialog extends Asking, Scrolling {
  readonly kind: 'timeline';
  readonly id: string;
  /** Newest first; null until they have come. */
  readonly updates: readonly Update[] | null;
}

/** What is too long for one line, word for word. */
export interface ProblemDialog extends Scrolling {
  readonly kind: 'problem';
  readonly title: string;
  readonly problem: Problem;
}

/** All that the controller had to say. */
export interface NoticesDialog extends Scrolling {
  readonly kind: 'notices';
}

export interface HelpDialog extends Scrolling {
  readonly kind: 'help';
}
