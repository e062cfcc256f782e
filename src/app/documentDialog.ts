import type { Card, Column } from '../domain/board.ts';
import type { CardChange } from '../domain/boardFacts.ts';
import type { EntryStatus } from '../domain/entry.ts';
import type { RebuildOutcome, SyncOutcome } from '../domain/notionFacts.ts';
import type { Asking, Scrolling } from '../room/asking.ts';
import type { TextField } from '../room/field.ts';

/** The sprint board; `card` is the one looked at, see `cardKey`. */
export interface BoardDialog extends Asking {
  readonly kind: 'board';
  readonly column: Column;
  readonly card: string | null;
  readonly held: HeldCard | null;
}

/** A card on which the mouse's button is held down. */
export interface HeldCard {
  /** As it was when it was picked up. */
  readonly card: Card;
  /** Cell of the terminal where that was. */
  readonly from: { readonly x: number; readonly y: number };
  /** It was looked at before: letting go of it at once opens it. */
  readonly wasSelected: boolean;
  /** It has left that cell, so this is no click any more. */
  readonly isMoving: boolean;
  /** The column it would drop into; null for none. */
  readonly over: Column | null;
}

/** Time entries of a month, `yyyy-mm`; null for the newest that has any. Of the rest null means all. */
export interface InvoicesDialog extends Asking, Scrolling {
  readonly kind: 'invoices';
  readonly period: string | null;
  readonly repo: string | null;
  readonly status: EntryStatus | null;
  /** Short name of whom an invoice is for. */
  readonly client: string | null;
}

/** A sync with Notion, or what is known of Notion made anew; the outcome is null until it has ended. */
export interface SyncDialog extends Asking, Scrolling {
  readonly kind: 'sync';
  readonly outcome: SyncOutcome | RebuildOutcome | null;
}

/** What changed on both sides, one after the other; `typed` is what is to be taken instead of either. */
export interface ConflictsDialog extends Asking {
  readonly kind: 'sync-conflicts';
  readonly at: number;
  readonly typed: TextField | null;
}

/** The text of a new card, or of the one being edited; the board it is written from. */
export interface CardTextDialog extends Asking {
  readonly kind: 'card-text';
  readonly board: BoardDialog;
  readonly editing: Required<Pick<CardChange, 'card' | 'seen'>> | null;
  readonly text: TextField;
}
