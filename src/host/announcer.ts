import { Throttle } from '../lib/schedule.ts';
import type { HostNotices, TerminalRecord } from '../protocol/hostApi.ts';
import type { Link } from '../protocol/link.ts';

/** A program can change its title thousands of times a second; nobody needs to hear of each. */
const announceMs = 50;
/** A link with more than this unread hears the rest once it has caught up. */
const maxBacklogBytes = 256 * 1024;

/**
 * Tells all links of terminals' records, bells and ends. A record replaces the one before it, so whoever is
 * slow is told less often and still ends up with the truth.
 */
export class Announcer {
  readonly #recordOf: (id: string) => TerminalRecord | null;
  /** Per link, the terminals it has yet to hear of. */
  readonly #missed = new Map<Link, Set<string>>();
  readonly #announcing = new Map<string, Throttle>();
  readonly #rang = new Set<string>();

  constructor(recordOf: (id: string) => TerminalRecord | null) {
    this.#recordOf = recordOf;
  }

  join(link: Link): void {
    this.#missed.set(link, new Set());
    link.onDrain(() => this.#catchUp(link));
    void link.closed.then(() => this.#missed.delete(link));
  }

  changed(id: string): void {
    const announcing =
      this.#announcing.get(id) ?? new Throttle(() => this.#announce(id), announceMs, 'at-once');
    this.#announcing.set(id, announcing);
    announcing.ask();
  }

  bell(id: string): void {
    if (this.#rang.has(id)) return;
    this.#rang.add(id);
    setTimeout(() => this.#rang.delete(id), announceMs);
    for (const link of this.#missed.keys())
      if (link.backlog < maxBacklogBytes) link.notify<HostNotices>('bell', { id });
  }

  forgotten(id: string): void {
    this.#announcing.get(id)?.cancel();
    this.#announcing.delete(id);
    for (const [link, missed] of this.#missed) {
      missed.delete(id);
      link.notify<HostNotices>('forgotten', { id });
    }
  }

  /** Tells at once what would have been told a moment later, of one terminal or of all. */
  flush(only?: string): void {
    for (const [id, announcing] of this.#announcing)
      if (announcing.isPending && (only === undefined || id === only)) announcing.runNow();
  }

  #announce(id: string): void {
    for (const link of this.#missed.keys()) this.#tell(link, id);
  }

  #tell(link: Link, id: string): void {
    const record = this.#recordOf(id);
    if (record === null) return;
    if (link.backlog < maxBacklogBytes) link.notify<HostNotices>('terminal', record);
    else this.#missed.get(link)?.add(id);
  }

  #catchUp(link: Link): void {
    const missed = this.#missed.get(link);
    if (!missed) return;
    const ids = [...missed];
    missed.clear();
    for (const id of ids) this.#tell(link, id);
  }
}
