import { failure, type Result, success } from '../lib/result.ts';
import { readIfThere, replaceFile, setAside, wordsOf } from './durable.ts';
import type { Choice } from './merge.ts';
import { type RowConflict, wholeRow } from './plan.ts';
import type { TableSpec } from './tables.ts';

/** A conflict that waits for a person, or for the sync that does what the person decided. */
export interface KeptConflict extends RowConflict {
  readonly table: TableSpec['table'];
  /** ISO 8601, when it was first seen. */
  readonly seenAt: string;
  readonly choice?: Choice;
}

interface Stored {
  readonly version: 1;
  readonly conflicts: readonly KeptConflict[];
}

/** All that is kept. A file that cannot be read is put aside: the next sync finds the conflicts again. @throws for what is no file */
export function readConflicts(file: string): readonly KeptConflict[] {
  const text = readIfThere(file);
  if (!text.ok) throw new Error(wordsOf(text.problem));
  if (text.value === null) return [];
  try {
    const stored = JSON.parse(text.value) as Partial<Stored> | null;
    if (stored?.version === 1 && Array.isArray(stored.conflicts)) return stored.conflicts;
  } catch {
    // Not JSON: put aside below.
  }
  setAside(file);
  return [];
}

/**
 * Writes down a person's decision; the next sync does it, if both sides still are as they were shown.
 * @param id of the row
 * @returns the conflict; `no_conflict`, or `bad_choice` for a text in the place of a whole row or a number
 */
export function resolveConflict(
  file: string,
  id: string,
  field: string,
  choice: Choice,
): Result<KeptConflict> {
  const conflicts = readConflicts(file);
  const found = conflicts.find((one) => one.id === id && one.field === field);
  if (!found)
    return failure(
      'no_conflict',
      `There is no conflict over ${field} of ${id}.`,
      'See `orch-tui sync conflicts`.',
    );
  if (!fits(found, choice))
    return failure('bad_choice', `${field} of ${id} cannot be that.`, 'Choose mine or theirs.');
  const decided = { ...found, choice };
  save(
    file,
    conflicts.map((one) => (one === found ? decided : one)),
  );
  return success(decided);
}

function fits({ field, ours, theirs }: RowConflict, choice: Choice): boolean {
  if (typeof choice === 'string') return true;
  if (field === wholeRow) return false;
  const isNumber = typeof ours === 'number' || typeof theirs === 'number';
  return !isNumber || (typeof choice.edited === 'number' && Number.isSafeInteger(choice.edited));
}

/** The decision about exactly these values. */
export function choiceAbout(
  conflicts: readonly KeptConflict[],
  table: TableSpec['table'],
  conflict: RowConflict,
): Choice | undefined {
  return conflicts.find((one) => one.table === table && isSame(one, conflict))?.choice;
}

/** Puts what a sync found in the place of what was kept for its table. */
export function keepConflicts(
  file: string,
  table: TableSpec['table'],
  found: readonly RowConflict[],
  at: Date,
): void {
  const kept = readConflicts(file);
  const now = found.map((conflict): KeptConflict => {
    const known = kept.find((one) => one.table === table && isSame(one, conflict));
    return known ?? { table, ...conflict, seenAt: at.toISOString() };
  });
  const next = [...kept.filter((one) => one.table !== table), ...now];
  if (JSON.stringify(next) !== JSON.stringify(kept)) save(file, next);
}

function isSame(one: RowConflict, other: RowConflict): boolean {
  return (
    one.id === other.id && one.field === other.field && one.ours === other.ours && one.theirs === other.theirs
  );
}

function save(file: string, conflicts: readonly KeptConflict[]): void {
  replaceFile(file, `${JSON.stringify({ version: 1, conflicts } satisfies Stored, null, 2)}\n`);
}
