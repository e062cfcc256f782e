import {
  type Card,
  type CardChanged,
  type CardFields,
  type Column,
  cardFields,
  cardOf,
  refTo,
} from '../../core/board.ts';
import type { Board } from '../../documents/board.ts';
import { type BoardChange, changeBoard } from '../../documents/boardChange.ts';
import type { CardMove } from '../../features/board/boardState.ts';
import { failure, type Result, success } from '../../lib/result.ts';

/** Values by the card's id that tables it stood in had no column for. */
export type KeptValues = ReadonlyMap<string, Readonly<Record<string, string>>>;

export interface BoardStep {
  readonly board: Board;
  readonly changed: CardChanged;
}

/** Makes one change; what the card's last table had no column for is written where there is one again. */
export function stepBoard(
  board: Board,
  change: BoardChange,
  prefix: string,
  kept: KeptValues,
): Result<BoardStep> {
  const known = change.kind === 'change' && 'id' in change.card ? (kept.get(change.card.id) ?? {}) : {};
  const given = change.fields ?? {};
  const restored = Object.fromEntries(
    cardFields.flatMap((field) =>
      known[field] === undefined || field in given ? [] : [[field, known[field]]],
    ),
  );
  const full = change.kind === 'change' ? { ...change, fields: { ...restored, ...given } } : change;
  const done = changeBoard(board, [full], prefix);
  if (!done.ok) return done;
  const [outcome] = done.value.outcomes;
  if (!outcome) return failure('unknown_card', 'Nothing was changed.');
  if (!outcome.ok) return outcome;
  const others = Object.entries(known).filter(([name]) => !(cardFields as readonly string[]).includes(name));
  const left = { ...Object.fromEntries(others), ...outcome.value.left };
  return success({ board: done.value.board, changed: { id: outcome.value.id, left } });
}

/**
 * What a worker's life changes on the board; null where it has no card there, or the card is as it should be.
 * @param today `yyyy-mm-dd`
 */
export function changeFor(
  { cards }: Pick<Board, 'cards'>,
  { worker, from, to, fields, dated }: CardMove,
  today: string,
  autoAdd: boolean,
): BoardChange | null {
  const date = dated === null ? {} : { [dated]: today };
  const card = cardOf(cards, worker);
  if (!card)
    return autoAdd && dated === 'started' && to
      ? { kind: 'add', column: to, fields: { ...fields, ...date, task: titleOf(worker) } }
      : null;
  const moves = to !== null && from.includes(card.column);
  if (to !== null && !moves && from.length > 0 && card.column !== to) return null;
  const written = { ...fields, ...(moves || card.column === to ? missing(card, date) : {}) };
  return changeOf(card, moves ? to : null, { ...written, ...(card.repo !== null && { repo: card.repo }) });
}

function changeOf(card: Card, column: Column | null, fields: Partial<CardFields>): BoardChange | null {
  const news = cardFields.filter((field) => fields[field] !== undefined && fields[field] !== card[field]);
  if (column === null && news.length === 0) return null;
  const only = Object.fromEntries(news.map((field) => [field, fields[field]]));
  return { kind: 'change', card: refTo(card), ...(column && { column }), fields: only };
}

/** A day that stands there already is a person's, or an earlier one. */
function missing(card: Card, date: Partial<CardFields>): Partial<CardFields> {
  return Object.fromEntries(
    cardFields.flatMap((field) =>
      date[field] !== undefined && card[field] === null ? [[field, date[field]]] : [],
    ),
  );
}

/** The first line of a brief is short or no title. */
function titleOf({ brief, task }: CardMove['worker']): string {
  const line = brief.trim().split('\n', 1)[0]?.trim() ?? '';
  return line !== '' && line.length <= 100 ? line : task;
}
