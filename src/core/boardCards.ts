import { failure, type Result, success } from '../lib/result.ts';

/** Where a card can stand, from left to right. */
export const columns = ['To Do', 'In Progress', 'Review', 'Done'] as const;
export type Column = (typeof columns)[number];

/** What a person or a worker can say of a card; null where the board says nothing. */
export interface CardFields {
  /** Such as `ORC-12`; never given to another card. */
  readonly id: string | null;
  /** The text of the card; lines are parted by `\n`. */
  readonly task: string;
  readonly repo: string | null;
  readonly branch: string | null;
  /** Who is on it: a worker, or a person by name. */
  readonly worker: string | null;
  readonly priority: string | null;
  /** Address or number of a pull request. */
  readonly pr: string | null;
  /** Days as they stand there, `yyyy-mm-dd` where we wrote them. */
  readonly started: string | null;
  readonly completed: string | null;
  readonly blockers: string | null;
  /** As it stands there, such as `60%`. */
  readonly progress: string | null;
}

export const cardFields = [
  'id',
  'task',
  'repo',
  'branch',
  'worker',
  'priority',
  'pr',
  'started',
  'completed',
  'blockers',
  'progress',
] as const satisfies readonly (keyof CardFields)[];
export type CardField = (typeof cardFields)[number];

/** One row of the board. */
export interface Card extends CardFields {
  readonly column: Column;
  /** Of the file, from 1 on. */
  readonly line: number;
  /** Why the row is shown but left alone, such as two rows with one id; null for a sound one. */
  readonly problem: string | null;
}

/** A column as people type it, such as `todo` or `in-progress`; `unknown_column` for anything else. */
export function parseColumn(text: string): Result<Column> {
  const letters = (name: string) => name.toLowerCase().replace(/[^a-z]/g, '');
  const column = columns.find((one) => letters(one) === letters(text));
  if (column) return success(column);
  const shown = JSON.stringify(text.slice(0, 40));
  return failure('unknown_column', `There is no column ${shown}.`, `Known: ${columns.join(', ')}.`);
}

/** A percentage out of what a card says of its progress, 0–100; null when it says none. */
export function percentOf(progress: string | null): number | null {
  const [, digits] = /^\s*(\d{1,3})(?:\.\d+)?\s*%/.exec(progress ?? '') ?? [];
  const percent = Number(digits);
  return digits === undefined || percent > 100 ? null : percent;
}
