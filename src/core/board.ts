import type { Card } from './boardCards.ts';
import type { Worker } from './worker.ts';

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
  if (card.worker === id || (card.worker === task && card.repo === repo)) return true;
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
  return worker?.includes('/') ?? false;
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
