import { type CardChanged, cardFields } from '../../../core/board.ts';
import { failure, type Result, success } from '../../../lib/result.ts';
import type { Board } from './board.ts';
import { type BoardChange, changeBoard } from './boardChange.ts';

/** Values that tables had no column for, by the key of their card. */
type KeptValues = Pick<ReadonlyMap<string, Readonly<Record<string, string>>>, 'get'>;

/** Result of a card's change, and the key under which values without a column are kept. */
export interface KeyedChange extends CardChanged {
  readonly key: string;
  /** Previous key of its values, where it differs. */
  readonly staleKey: string | null;
}

interface CardName {
  readonly id: string | null;
  readonly task: string;
}

/**
 * Returns the key of a card's kept values: its id, or its text where it has none. No id begins with a colon
 * and a blank.
 */
function keyOf({ id, task }: CardName): string {
  return id ?? `: ${task}`;
}

/**
 * Applies changes, and restores kept values where a column exists again. A card without an id is identified
 * by its text. Where several have that text, kept values could not be restored to the right one: `no_id`.
 */
export function changeCards(
  board: Board,
  changes: readonly BoardChange[],
  prefix: string | null,
  kept: KeptValues,
): Result<{ readonly board: Board; readonly outcomes: readonly Result<KeyedChange>[] }> {
  const named = changes.map((change) => nameOf(board, change));
  const full = changes.map((change, at) => withKept(board, change, named[at] ?? null, kept));
  const done = changeBoard(board, full, prefix);
  if (!done.ok) return done;
  const outcomes = done.value.outcomes.map((outcome, at) => {
    const change = changes[at];
    if (!outcome.ok || !change) return outcome as Result<never>;
    return keyedChange(done.value.board, outcome.value, { change, before: named[at] ?? null, kept });
  });
  const refused = outcomes.find((outcome) => !outcome.ok && outcome.problem.code === 'no_id');
  if (refused?.ok !== false) return success({ board: done.value.board, outcomes });
  const sound = changes.filter((_, at) => outcomes[at] !== refused);
  // The others are applied without it: a refused change changes nothing.
  const again = changeCards(board, sound, prefix, kept);
  if (!again.ok) return again;
  const rest = [...again.value.outcomes];
  const all = outcomes.map((one) => (one === refused ? refused : (rest.shift() ?? refused)));
  return success({ board: again.value.board, outcomes: all });
}

function nameOf({ cards }: Board, change: BoardChange): CardName | null {
  if (change.kind === 'add') return null;
  const { card } = change;
  if (!('id' in card)) return { id: null, task: card.task };
  return cards.find(({ id }) => id === card.id) ?? { ...card, task: '' };
}

/** Returns a card's kept values. A card that got its id only now is still kept by its text. */
function keptFor(named: CardName, kept: KeptValues) {
  return kept.get(keyOf(named)) ?? (named.task === '' ? undefined : kept.get(keyOf({ ...named, id: null })));
}

function withKept(
  { cards }: Board,
  change: BoardChange,
  named: CardName | null,
  kept: KeptValues,
): BoardChange {
  if (change.kind === 'add' || !named || (named.id === null && textCount(cards, named.task) > 1))
    return change;
  const known = keptFor(named, kept) ?? {};
  const given = change.fields ?? {};
  const restored = Object.fromEntries(
    cardFields.flatMap((field) =>
      known[field] === undefined || field in given ? [] : [[field, known[field]]],
    ),
  );
  const others = Object.fromEntries(
    Object.entries(known).filter(([name]) => !(cardFields as readonly string[]).includes(name)),
  );
  return { ...change, fields: { ...restored, ...given }, others: { ...others, ...change.others } };
}

function keyedChange(
  { cards }: Board,
  { id, left }: CardChanged,
  { change, before, kept }: { change: BoardChange; before: CardName | null; kept: KeptValues },
): Result<KeyedChange> {
  const task = change.fields?.task ?? before?.task ?? '';
  const names = Object.keys(left);
  const isOne = id !== null || textCount(cards, task) <= 1;
  if (names.length > 0 && !isOne)
    return failure(
      'no_id',
      `Several cards without an id say ${JSON.stringify(task.slice(0, 60))}: the ${names.join(', ')} of one would be lost.`,
      'Nothing was written. Give them ids: orch-tui board ids',
    );
  const key = keyOf({ id, task });
  const byText = before && keyOf({ ...before, id: null });
  const older =
    before && [keyOf(before), byText ?? ''].find((one) => one !== key && kept.get(one) !== undefined);
  return success({ id, left, key, staleKey: older ?? null });
}

/** Counts the cards without an id that have this text. */
function textCount(cards: Board['cards'], task: string): number {
  return cards.filter((card) => card.id === null && card.task === task).length;
}
