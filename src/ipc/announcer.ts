import { Throttle } from '../lib/schedule.ts';
import type { Link } from './link.ts';

/** A link with more unread bytes than this, perhaps of a suspended client, gets the rest once it has caught up. */
const maxBacklogBytes = 256 * 1024;

/** A kind of subject whose newest state a daemon sends to its links. */
interface News<K, T> {
  /** Milliseconds from one announcement of a subject to the next. */
  readonly everyMs: number;
  /** After a rest: within the call, or with what else changes in the same moment. */
  readonly first: 'at-once' | 'soon';
  /** Returns the newest state of a subject; null where there is none. */
  read(subject: K): T | null;
  send(link: Link, newest: T): void;
}

/**
 * Sends the newest state of changed subjects to all links. Each announcement replaces the one before it, so a slow link gets
 * fewer of them and still ends up with the newest.
 */
export class Publisher<K, T> {
  readonly #news: News<K, T>;
  /** Per link, the subjects whose newest state was not sent to it. */
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

  /** Drops a subject that no longer exists. */
  forget(subject: K): void {
    this.#announcing.get(subject)?.cancel();
    this.#announcing.delete(subject);
    for (const missed of this.#missed.values()) missed.delete(subject);
  }

  /** Sends pending announcements at once, of one subject or of all. */
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

/** Reports whether a link reads fast enough for announcements to arrive in time. */
export function keepsUp(link: Link): boolean {
  return link.backlog < maxBacklogBytes;
}
