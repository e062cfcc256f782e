import { Throttle } from '../lib/schedule.ts';
import type { Link } from './link.ts';

/** A link with more unread bytes than this, suspended for the night perhaps, hears the rest once it has caught up. */
const maxBacklogBytes = 256 * 1024;

/** What a daemon tells its links of one kind of subject. */
interface News<K, T> {
  /** Milliseconds from one announcement of a subject to the next. */
  readonly everyMs: number;
  /** After a rest: within the call, or with what else changes in the same moment. */
  readonly first: 'at-once' | 'soon';
  /** Returns the newest of a subject; null where there is nothing to tell. */
  read(subject: K): T | null;
  send(link: Link, newest: T): void;
}

/**
 * Tells all links what changed, and how it is now. Each announcement replaces the one before it, so a slow link gets
 * fewer of them and still ends up with the truth.
 */
export class Publisher<K, T> {
  readonly #news: News<K, T>;
  /** Per link, the subjects whose newest it has not been sent. */
  readonly #missed = new Map<Link, Set<K>>();
  readonly #announcing = new Map<K, Throttle>();

  constructor(news: News<K, T>) {
    this.#news = news;
  }

  /** All links that have joined and are open. */
  get links(): Iterable<Link> {
    return this.#missed.keys();
  }

  join(link: Link): void {
    this.#missed.set(link, new Set());
    link.onDrain(() => this.#catchUp(link));
    void link.closed.then(() => this.#missed.delete(link));
  }

  changed(subject: K): void {
    const { everyMs, first } = this.#news;
    const announcing =
      this.#announcing.get(subject) ?? new Throttle(() => this.#announce(subject), everyMs, first);
    this.#announcing.set(subject, announcing);
    announcing.ask();
  }

  /** Drops a subject that is no more. */
  forget(subject: K): void {
    this.#announcing.get(subject)?.cancel();
    this.#announcing.delete(subject);
    for (const missed of this.#missed.values()) missed.delete(subject);
  }

  /** Tells at once what would have been told a moment later, of one subject or of all. */
  flush(only?: K): void {
    for (const [subject, announcing] of this.#announcing)
      if (announcing.isPending && (only === undefined || subject === only)) announcing.runNow();
  }

  #announce(subject: K): void {
    const newest = this.#news.read(subject);
    if (newest === null) return;
    for (const [link, missed] of this.#missed)
      if (keepsUp(link)) this.#news.send(link, newest);
      else missed.add(subject);
  }

  #catchUp(link: Link): void {
    const missed = this.#missed.get(link);
    if (!missed) return;
    const subjects = [...missed];
    missed.clear();
    for (const subject of subjects) {
      const newest = this.#news.read(subject);
      if (newest !== null && keepsUp(link)) this.#news.send(link, newest);
      else if (newest !== null) missed.add(subject);
    }
  }
}

/** Reports whether a link reads what it is sent, so that news of the moment reach it in time. */
export function keepsUp(link: Link): boolean {
  return link.backlog < maxBacklogBytes;
}
