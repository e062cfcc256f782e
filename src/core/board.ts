import { failure, type Problem, type Result, success } from '../lib/result.ts';
import type { Worker } from './worker.ts';

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
  /** Who is on it: a worker, a person by name, or both as `Ann (backend/auth)`; see `holdersIn`. */
  readonly worker: string | null;
  readonly priority: string | null;
  /** Address or number of a pull request. */
  readonly pr: string | null;
  /** Whether it can be merged, in the board's words, such as `Yes`. */
  readonly ready: string | null;
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

/** Where the board is and what it is asked to do. */
export interface BoardConfig {
  /** Absolute path. */
  readonly file: string;
  /** Of ids that new cards get: `ORC` for `ORC-12`; null for the one that most cards have. */
  readonly prefix: string | null;
  /** Whether a worker without a card gets one when it starts. */
  readonly autoAdd: boolean;
}

/** What is wrong with one line of a person's document: shown, and the line left alone. */
export interface Diagnostic extends Problem {
  /** From 1 on. */
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
  /** Lines that are left alone, and why. */
  readonly flaws: readonly Diagnostic[];
  /** Sound cards without an id: they cannot be synced, nor keep what a table has no column for. */
  readonly withoutId: number;
}

/** A card by its id, or by its line while that still holds this text. */
export type CardRef = { readonly id: string } | { readonly line: number; readonly task: string };

export function refTo({ id, line, task }: Pick<Card, 'id' | 'line' | 'task'>): CardRef {
  return id === null ? { line, task } : { id };
}

/** What was seen of a card when a change of it was decided on. */
export type SeenCard = Pick<Card, 'column' | 'task'>;

export function seenOf({ column, task }: Card): SeenCard {
  return { column, task };
}

/** What a person wants of a card: another column, other texts; null clears one. */
export interface CardChange {
  readonly card: CardRef;
  /** `card_changed` is the answer where the file says something else by now; absent: whatever it says. */
  readonly seen?: SeenCard;
  readonly column?: Column;
  readonly fields?: Partial<CardFields>;
}

/** What became of that. */
export interface CardChanged {
  readonly id: string | null;
  /** Values that its table has no column for; kept, and put back where one has. */
  readonly left: Readonly<Record<string, string>>;
}

export function boardFacts(file: string, cards: readonly Card[], flaws: readonly Diagnostic[]): BoardFacts {
  const counts = Object.fromEntries(
    columns.map((column) => [column, cards.filter((card) => card.column === column).length]),
  ) as Record<Column, number>;
  const withoutId = cards.filter(({ id, problem }) => id === null && problem === null).length;
  return { file, cards, counts, flaws, withoutId };
}

/** Most cards of a column that clients are told of without asking, and most flaws. */
const cardsTold = 100;

/** What clients are told again and again: not more than can be looked through. What is done grows for ever. */
export function brieflyBoard(board: BoardFacts): BoardFacts {
  const told = columns.flatMap((column) => {
    const all = board.cards.filter((card) => card.column === column);
    return column === 'Done' ? all.slice(-cardsTold) : all.slice(0, cardsTold);
  });
  return { ...board, cards: told, flaws: board.flaws.slice(0, cardsTold) };
}

/** What tells which card a worker is on. */
export type CardOwner = Pick<Worker, 'id' | 'repo' | 'task' | 'branch' | 'brief'>;

/**
 * The card that a worker is on: the one that names it or its branch; else the open one whose id or text it was named or
 * briefed after. Null where that could be several: a wrong card is worse than none.
 */
export function cardOf(cards: readonly Card[], worker: CardOwner): Card | null {
  return cardFinder(cards)(worker);
}

/** The worker on one of the cards, or null. Whoever cannot be is passed over at once: there may be thousands of cards. */
export function workerOn<Known extends CardOwner>(
  cards: readonly Card[],
  card: Card,
  workers: Iterable<Known>,
): Known | null {
  const find = cardFinder(cards);
  for (const worker of workers) if (couldBeOn(card, worker) && find(worker) === card) return worker;
  return null;
}

/** The worker on each card that has one; the first one where several say so. */
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

/** What takes time is done once for all workers, and not before one has no card that names it. */
function cardFinder(cards: readonly Card[]): (worker: CardOwner) => Card | null {
  const sound = cards.filter(({ problem }) => problem === null);
  const open = sound.filter(({ column, worker }) => column !== 'Done' && !isWorkerId(worker));
  let texts: { byLine: Map<string, Card[]>; bySlug: Map<string, Card[]> } | null = null;
  return (worker) => {
    const isHere = ({ repo }: Card) => (repo ?? worker.repo) === worker.repo;
    // Of several that name it the lowest in the file was written last.
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
  const { worker } = holdersIn(card.worker ?? '');
  if (card.worker === id || worker === id || (card.worker === task && card.repo === repo)) return true;
  return card.branch === branch && (card.repo === repo || card.worker === null);
}

/** Whether any of the ways in which a card is found leads to this one. */
function couldBeOn(card: Card, worker: CardOwner): boolean {
  return (
    isNamed(card, worker) ||
    (card.id !== null && idTest(worker)(card.id)) ||
    firstLine(card.task) === firstLine(worker.brief) ||
    slugFrom(card.task) === worker.task.toLowerCase()
  );
}

/** Held by a worker already: no other one takes it by its name alone. */
function isWorkerId(worker: string | null): boolean {
  return holdersIn(worker ?? '').worker !== null;
}

/** Who is on a card. */
export interface Holders {
  /** As they are written there; null where none is. */
  readonly person: string | null;
  /** The worker's id; null for none. */
  readonly worker: string | null;
}

/**
 * Divides a cell for people: `Ann`, `backend/auth`, or `Ann (backend/auth)`. Two names with capitals, such
 * as `Ann/Ben`, are people.
 */
export function holdersIn(text: string): Holders {
  const all = text.trim();
  const [, person, beside = all] = /^([\s\S]+?)\s+\(([^\s()]+)\)$/.exec(all) ?? [];
  const isWorker = /^[^\s()/:]+\/[^\s()/:]+$/.test(beside) && !/^\p{Lu}\p{Ll}+\/\p{Lu}\p{Ll}+$/u.test(beside);
  return isWorker ? { person: person ?? null, worker: beside } : { person: all || null, worker: null };
}

/** What a cell says that is there for both. */
export function holdersText({ person, worker }: Holders): string {
  return person !== null && worker !== null ? `${person} (${worker})` : (person ?? worker ?? '');
}

/** Whether `orc-12`, `ORC-12-retry` or a brief that begins with `ORC-12` is named after an id. */
function idTest({ task, brief }: CardOwner): (id: string) => boolean {
  const texts = [task, brief.slice(0, longestId)].map((text) => text.toLowerCase());
  return (id) =>
    texts.some((text) => text.startsWith(id.toLowerCase()) && !/^\p{N}/u.test(text.slice(id.length)));
}

/** No id is longer, and briefs may be pages. */
const longestId = 100;

function firstLine(text: string): string {
  return text.trim().split('\n', 1)[0]?.trim() ?? '';
}

function only<T>(items: readonly T[]): T | null {
  return items.length === 1 ? (items[0] ?? null) : null;
}

/** Longest name that we propose; a branch and a folder have to be read. */
const slugLength = 40;

/** A task name made of a text: `Fix the migration (again)` becomes `fix-the-migration-again`; may be empty. */
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
