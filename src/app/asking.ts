import type { Problem } from '../domain/problem.ts';

/** A dialog that waits for an answer, and what the last answer refused. */
export interface Asking {
  /** Tag of the request under way. */
  readonly pending: number | null;
  readonly problem: Problem | null;
}

/** First row shown of what is longer than the dialog. */
export interface Scrolling {
  readonly scroll: number;
}
