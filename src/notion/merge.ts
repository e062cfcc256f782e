import type { Fields, Value } from './row.ts';

/** A field that changed on both sides, or where it must not. Written to neither. */
export interface FieldConflict {
  readonly field: string;
  readonly base: Value;
  readonly ours: Value;
  readonly theirs: Value;
}

/** `mine` is the file's value, `theirs` is Notion's. */
export type Choice = 'mine' | 'theirs' | { readonly edited: Value };

export interface MergeInput {
  /** Undefined for a row that was never the same on both sides. */
  readonly base: Fields | undefined;
  readonly unseen: readonly string[];
  /** Of a field that the base does not have nobody knows what it was: an empty cell may have been emptied. */
  readonly isPartial: boolean;
  readonly local: Fields;
  readonly remote: Fields;
  /** What a person decided about exactly these values; undefined where nobody did. */
  readonly chosen: (conflict: FieldConflict) => Choice | undefined;
  readonly lock: Lock | null;
}

/** A row whose `field` is one of `values` is not written over; the field itself may go forwards in `order`. */
export interface Lock {
  readonly field: string;
  readonly values: readonly string[];
  readonly order: readonly string[];
}

export interface Merged {
  /** What Notion is to be given. */
  readonly push: Fields;
  /** What the file is to be given. */
  readonly pull: Fields;
  /** What both sides have already, or only one can say. */
  readonly same: Fields;
  /** Fields that the file has no place for. */
  readonly unseen: readonly string[];
  readonly conflicts: readonly FieldConflict[];
}

/**
 * Compares the two sides with what they had in common, field by field: a change on one side is carried to the other,
 * the same change on both is none, and different changes are a conflict. Nothing is ever won by being newer.
 */
export function mergeFields(input: MergeInput): Merged {
  const push: Record<string, Value> = {};
  const pull: Record<string, Value> = {};
  const same: Record<string, Value> = {};
  const unseen: string[] = [];
  const conflicts: FieldConflict[] = [];
  for (const [field, theirs] of Object.entries(input.remote)) {
    const ours = input.local[field];
    if (ours === undefined) {
      same[field] = theirs;
      unseen.push(field);
      continue;
    }
    const base = input.base?.[field] ?? null;
    const conflict = { field, base, ours, theirs };
    const verdict = ours === theirs ? 'same' : decide(input, conflict);
    if (verdict === 'same') same[field] = ours;
    else if (verdict === 'push') push[field] = ours;
    else if (verdict === 'pull') pull[field] = theirs;
    else takeChoice(input.chosen(conflict));

    function takeChoice(choice: Choice | undefined): void {
      if (choice === undefined) conflicts.push(conflict);
      else if (choice === 'mine') push[field] = conflict.ours;
      else if (choice === 'theirs') pull[field] = conflict.theirs;
      else {
        if (choice.edited !== conflict.theirs) push[field] = choice.edited;
        if (choice.edited !== conflict.ours) pull[field] = choice.edited;
      }
    }
  }
  return { push, pull, same, unseen, conflicts };
}

function decide(
  { unseen, isPartial, lock, local, remote, base: baseFields }: MergeInput,
  { field, base, ours, theirs }: FieldConflict,
): 'push' | 'pull' | 'conflict' {
  if (isPartial && baseFields?.[field] === undefined) return 'conflict';
  // The row came back to a table with this column: its empty cell was never filled, so nobody emptied it.
  const isUnfilled = ours === null && unseen.includes(field);
  const side = ours === base || isUnfilled ? 'pull' : theirs === base ? 'push' : 'conflict';
  if (side === 'conflict' || lock === null) return side;
  const next = side === 'pull' ? theirs : ours;
  if (field === lock.field && isForwards(lock, base, next)) return side;
  const target = side === 'pull' ? local : remote;
  return isLocked(lock, baseFields) || isLocked(lock, target) ? 'conflict' : side;
}

/** Whether a row with these values is not to be written over. */
export function isLocked(lock: Lock | null, fields: Fields | undefined): boolean {
  const value = lock === null ? null : fields?.[lock.field];
  return typeof value === 'string' && lock?.values.includes(value) === true;
}

function isForwards({ order }: Lock, from: Value, to: Value): boolean {
  return typeof to === 'string' && order.indexOf(to) > order.indexOf(String(from));
}
