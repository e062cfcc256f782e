import type { Problem } from '../lib/result.ts';

/** What is wrong with one line of a person's document: shown, and the line left alone. */
export interface Flaw extends Problem {
  /** From 1 on. */
  readonly line: number;
}
