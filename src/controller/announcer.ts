import type { Facts } from '../core/facts.ts';
import type { ControllerNotices } from '../features/commands.ts';
import { Throttle } from '../lib/schedule.ts';
import type { Link } from '../protocol/link.ts';

/** Some thirty pictures a second: what changes faster is seen by nobody. */
const announceMs = 33;

/** A client with more than this unread, suspended for the night perhaps, hears the rest once it has caught up. */
const maxBacklogBytes = 256 * 1024;

/** Tells every client the whole picture soon after it changed. */
export class Announcer {
  readonly #links: () => Iterable<Link>;
  readonly #facts: () => Facts;
  readonly #behind = new WeakSet<Link>();
  readonly #announcing = new Throttle(() => this.#announce(), announceMs, 'soon');

  constructor(links: () => Iterable<Link>, facts: () => Facts) {
    this.#links = links;
    this.#facts = facts;
  }

  /** A link that will be told. */
  join(link: Link): void {
    link.onDrain(() => {
      if (this.#behind.delete(link)) this.#tell(link, this.#facts());
    });
  }

  /** After a rest at once, with what else changes in the same moment. */
  changed(): void {
    this.#announcing.ask();
  }

  #announce(): void {
    const facts = this.#facts();
    for (const link of this.#links()) this.#tell(link, facts);
  }

  #tell(link: Link, facts: Facts): void {
    if (link.backlog < maxBacklogBytes) link.notify<ControllerNotices>('facts', facts);
    else this.#behind.add(link);
  }
}
