import type { Problem } from '../lib/result.ts';

/** A dialog that waits for an answer, and what the last answer refused. */
export interface Asking {
  /** Tag of the request under way. */
  readonly pending: number | null;
  readonly problem: Problem | null;
}

/** Of a dialog that has just been opened. */
export const unasked = { pending: null, problem: null } as const;

/** How much of what a yes is to has been in sight, from its first row on without a gap. */
export interface Seen {
  /** What it was seen of: another width or another plan has other rows. */
  readonly of: string;
  readonly rows: number;
  readonly all: number;
}

/** First row shown of what is longer than the dialog. */
export interface Scrolling {
  readonly scroll: number;
}

/** A dialog as all of the room sees it. What else it holds is known to its own file. */
export interface AnyDialog extends Partial<Asking & Scrolling> {
  readonly kind: string;
  readonly seen?: Seen;
}
