import { failure, type Problem, type Result, success } from '../lib/result.ts';
import type { Worker } from './worker.ts';

/** Columns of the board, from left to right. */
export const columns = ['To Do', 'In Progress', 'Review', 'Done'] as const;
export type Column = (typeof columns)[number];

/** Editable fields of a card; null where the board has no value. */
export interface CardFields {
  /** Such as `ORC-12`; never given to another card. */
  readonly id: string | null;
  /** The text of the card; lines are separated by `\n`. */
  readonly task: string;
  readonly repo: string | null;
  readonly branch: string | null;
  /** The assignee: a worker, a person by name, or both as `Ann (backend/auth)`; see `parseAssignees`. */
  readonly worker: string | null;
  readonly priority: string | null;
  /** Address or number of a pull request. */
  readonly pr: string | null;
  /** Readiness to merge, in the board's own wording, such as `Yes`. */
  readonly ready: string | null;
  /** Days as written in the file, `yyyy-mm-dd` where this program wrote them. */
  readonly started: string | null;
  readonly completed: string | null;
  readonly blockers: string | null;
  /** As written, such as `60%`. */
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
  'ready',
  'started',
  'completed',
  'blockers',
  'progress',
] as const satisfies readonly (keyof CardFields)[];
export type CardField = (typeof cardFields)[number];

/** One row of the board. */
export interface Card extends CardFields {
  readonly column: Column;
  /** Line in the file, 1-based. */
  readonly line: number;
  /** Why the row is shown but not changed, such as two rows with one id; null for a sound one. */
  readonly problem: string | null;
}

/** Reads a column as people type it, such as `todo` or `in-progress`; `unknown_column` for anything else. */
export function parseColumn(text: string): Result<Column> {
  const letters = (name: string) => name.toLowerCase().replace(/[^a-z]/g, '');
  const column = columns.find((one) => letters(one) === letters(text));
  if (column) return success(column);
  const shown = JSON.stringify(text.slice(0, 40));
  return failure('unknown_column', `There is no column ${shown}.`, `Known: ${columns.join(', ')}.`);
}

/** Returns the percentage in a card's progress, 0–100; null when there is none. */
export function percentOf(progress: string | null): number | null {
  const [, digits] = /^\s*(\d{1,3})(?:\.\d+)?\s*%/.exec(progress ?? '') ?? [];
  const percent = Number(digits);
  return digits === undefined || percent > 100 ? null : percent;
}

/** Location and settings of the board. */
export interface BoardConfig {
  /** Absolute path. */
  readonly file: string;
  /** Prefix of new ids: `ORC` for `ORC-12`; null for the one that most cards have. */
  readonly prefix: string | null;
  /** Adds a card for a worker that starts without one. */
  readonly autoAdd: boolean;
}

/** A problem in one line of a document; the line is shown and not changed. */
export interface Diagnostic extends Problem {
  /** 1-based. */
  readonly line: number;
}

/** SPRINT_BOARD.md as it was last read. */
export interface BoardFacts {
  /** Absolute path. */
  readonly file: string;
  /** In the order of the file. */
  readonly cards: readonly Card[];
  /** Of all cards, also where `cards` has been shortened. */
  readonly counts: Readonly<Record<Column, number>>;
  /** Lines that are not changed, with the reason. */
  readonly flaws: readonly Diagnostic[];
  /**
   * Sound cards without an id: they cannot be synced, and values that their table has no column for cannot
   * be kept.
   */
  readonly withoutId: number;
}

/** References a card by its id, or by its line while that line still holds this text. */
export type CardRef = { readonly id: string } | { readonly line: number; readonly task: string };

export function refTo({ id, line, task }: Pick<Card, 'id' | 'line' | 'task'>): CardRef {
  return id === null ? { line, task } : { id };
}

/** State of a card at the time when a change of it was decided. */
export type SeenCard = Pick<Card, 'column' | 'task'>;

export function seenOf({ column, task }: Card): SeenCard {
  return { column, task };
}

/** A change of a card: another column, other texts; null clears a field. */
export interface CardChange {
  readonly card: CardRef;
  /**
   * The answer is `card_changed` where the file differs from it by now; absent: the change always applies.
   */
  readonly seen?: SeenCard;
  readonly column?: Column;
  readonly fields?: Partial<CardFields>;
}

/** Result of a card's change. */
export interface CardChanged {
  readonly id: string | null;
  /** Values that its table has no column for. They are kept, and restored in a table with such a column. */
  readonly left: Readonly<Record<string, string>>;
}

export function boardFacts(file: string, cards: readonly Card[], flaws: readonly Diagnostic[]): BoardFacts {
  const counts = Object.fromEntries(
    columns.map((column) => [column, cards.filter((card) => card.column === column).length]),
  ) as Record<Column, number>;
  const withoutId = cards.filter(({ id, problem }) => id === null && problem === null).length;
  return { file, cards, counts, flaws, withoutId };
}

/** Most cards of a column, and most diagnostics, in the facts that clients get. */
const mostCards = 100;

/**
 * Returns the board as it is broadcast to clients: short enough to look through. `Done` grows without limit,
 * so its latest cards are kept.
 */
export function trimBoard(board: BoardFacts): BoardFacts {
  const kept = columns.flatMap((column) => {
    const all = board.cards.filter((card) => card.column === column);
    return column === 'Done' ? all.slice(-mostCards) : all.slice(0, mostCards);
  });
  return { ...board, cards: kept, flaws: board.flaws.slice(0, mostCards) };
}

/** Fields of a worker that decide which card it is on. */
export type CardOwner = Pick<Worker, 'id' | 'repo' | 'task' | 'branch' | 'brief'>;

/**
 * Returns the card that a worker is on: the one that names it or its branch; else the open one whose id or
 * text it was named or briefed after. Null where several match: a wrong card is worse than none.
 */
export function cardOf(cards: readonly Card[], worker: CardOwner): Card | null {
  return cardFinder(cards)(worker);
}

/**
 * Returns the worker on one of the cards, or null. A cheap test excludes most workers first, because there
 * may be thousands of cards.
 */
export function workerOn<Known extends CardOwner>(
  cards: readonly Card[],
  card: Card,
  workers: Iterable<Known>,
): Known | null {
  const find = cardFinder(cards);
  for (const worker of workers) if (mayBeOn(card, worker) && find(worker) === card) return worker;
  return null;
}

/** Returns the worker on each card that has one; the first one where several match. */
export function workersOn<Known extends CardOwner>(
  cards: readonly Card[],
  workers: readonly Known[],
): ReadonlyMap<Card, Known> {
  const find = cardFinder(cards);
  const found = new Map<Card, Known>();
  for (const worker of workers) {
    const card = find(worker);
    if (card && !found.has(card)) found.set(card, worker);
  }
  return found;
}

/**
 * Returns a lookup of a worker's card. The indexes are built once for all workers, and only when a card does
 * not name its worker.
 */
function cardFinder(cards: readonly Card[]): (worker: CardOwner) => Card | null {
  const sound = cards.filter(({ problem }) => problem === null);
  const open = sound.filter(({ column, worker }) => column !== 'Done' && !isWorkerId(worker));
  let texts: { byLine: Map<string, Card[]>; bySlug: Map<string, Card[]> } | null = null;
  return (worker) => {
    const isHere = ({ repo }: Card) => (repo ?? worker.repo) === worker.repo;
    // Of several that name it, the lowest in the file was written last.
    const named = sound.findLast((card) => isHere(card) && isNamed(card, worker));
    if (named) return named;
    const begins = idTest(worker);
    const byId = only(open.filter((card) => isHere(card) && card.id !== null && begins(card.id)));
    if (byId) return byId;
    texts ??= {
      byLine: Map.groupBy(open, ({ task }) => firstLine(task)),
      bySlug: Map.groupBy(open, ({ task }) => slugFrom(task)),
    };
    return (
      only((texts.byLine.get(firstLine(worker.brief)) ?? []).filter(isHere)) ??
      only((texts.bySlug.get(worker.task.toLowerCase()) ?? []).filter(isHere))
    );
  };
}

function isNamed(card: Card, { id, repo, task, branch }: CardOwner): boolean {
  const { worker } = parseAssignees(card.worker ?? '');
  if (card.worker === id || worker === id || (card.worker === task && card.repo === repo)) return true;
  return card.branch === branch && (card.repo === repo || card.worker === null);
}

/** Reports whether any of the rules of `cardFinder` could lead to this card. */
function mayBeOn(card: Card, worker: CardOwner): boolean {
  return (
    isNamed(card, worker) ||
    (card.id !== null && idTest(worker)(card.id)) ||
    firstLine(card.task) === firstLine(worker.brief) ||
    slugFrom(card.task) === worker.task.toLowerCase()
  );
}

/** Reports whether a worker holds the card already; another worker does not take it by its name alone. */
function isWorkerId(worker: string | null): boolean {
  return parseAssignees(worker ?? '').worker !== null;
}

/** Assignees of a card. */
export interface Assignees {
  /** As written; null for none. */
  readonly person: string | null;
  /** The worker's id; null for none. */
  readonly worker: string | null;
}

/**
 * Splits an assignee cell: `Ann`, `backend/auth`, or `Ann (backend/auth)`. Two capitalised names, such as
 * `Ann/Ben`, are people.
 */
export function parseAssignees(text: string): Assignees {
  const all = text.trim();
  const [, person, beside = all] = /^([\s\S]+?)\s+\(([^\s()]+)\)$/.exec(all) ?? [];
  const isWorker = /^[^\s()/:]+\/[^\s()/:]+$/.test(beside) && !/^\p{Lu}\p{Ll}+\/\p{Lu}\p{Ll}+$/u.test(beside);
  return isWorker ? { person: person ?? null, worker: beside } : { person: all || null, worker: null };
}

/** Returns the text of a cell that holds both. */
export function formatAssignees({ person, worker }: Assignees): string {
  return person !== null && worker !== null ? `${person} (${worker})` : (person ?? worker ?? '');
}

/**
 * Returns a test whether `orc-12`, `ORC-12-retry` or a brief that begins with `ORC-12` is named after an id.
 */
function idTest({ task, brief }: CardOwner): (id: string) => boolean {
  const texts = [task, brief.slice(0, longestId)].map((text) => text.toLowerCase());
  return (id) =>
    texts.some((text) => text.startsWith(id.toLowerCase()) && !/^\p{N}/u.test(text.slice(id.length)));
}

/** No id is longer; briefs may be pages long. */
const longestId = 100;

function firstLine(text: string): string {
  return text.trim().split('\n', 1)[0]?.trim() ?? '';
}

function only<T>(items: readonly T[]): T | null {
  return items.length === 1 ? (items[0] ?? null) : null;
}

/** Longest proposed name; a branch and a folder have to be readable. */
const slugLength = 40;

/**
 * Returns a task name made of a text: `Fix the migration (again)` becomes `fix-the-migration-again`; may be
 * empty.
 */
export function slugFrom(text: string): string {
  const words = firstLine(text)
    .normalize('NFKD')
    .toLowerCase()
    .replace(/\p{M}+/gu, '')
    .replace(/[^a-z0-9]+/g, '-')
    .replace(/^-+/, '');
  const cut = words.length <= slugLength ? words : words.slice(0, slugLength + 1).replace(/-[^-]*$/, '');
  return cut.slice(0, slugLength).replace(/-+$/, '');
}
