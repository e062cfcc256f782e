import type { Facts } from '../core/facts.ts';
import type { ControllerApi, ControllerNotices } from '../features/commands.ts';
import { failure, type Result, success } from '../lib/result.ts';
import type { Link } from '../protocol/link.ts';

/** How things stand, as the controller tells it again and again. */
export class FactsWatch {
  /** Told of all facts that come. */
  onFacts: (facts: Facts) => void = () => {};
  readonly #link: Link;
  readonly #looks = new Set<(facts: Facts) => void>();
  #latest: Facts | null = null;

  constructor(link: Link) {
    this.#link = link;
    link.onNotice<ControllerNotices, 'facts'>('facts', (facts) => this.#take(facts));
  }

  /**
   * The first facts for which something holds, those of now included.
   * @param limitMs how long to wait, milliseconds; without it as long as it takes
   * @returns `disconnected`, `too_slow`
   */
  async until(holds: (facts: Facts) => boolean, limitMs?: number): Promise<Result<Facts>> {
    const { promise, resolve } = Promise.withResolvers<Result<Facts>>();
    const look = (facts: Facts) => holds(facts) && resolve(success(facts));
    this.#looks.add(look);
    void this.#link.closed.then(() => resolve(lost()));
    const limit = limitMs && setTimeout(() => resolve(late(this.#latest)), limitMs);
    if (this.#latest) look(this.#latest);
    else {
      const facts = await this.#link.caller<ControllerApi>()('facts', {});
      if (facts.ok) this.#take(facts.value);
      else resolve(facts);
    }
    return promise.finally(() => {
      this.#looks.delete(look);
      clearTimeout(limit);
    });
  }

  #take(facts: Facts): void {
    this.#latest = facts;
    this.onFacts(facts);
    for (const look of this.#looks) look(facts);
  }
}

function late(facts: Facts | null): Result<never> {
  const states = facts?.workers.map((worker) => `${worker.id} ${worker.state}`).join(', ');
  return failure('too_slow', `This takes too long: ${states || 'there is no worker yet'}.`);
}

function lost(): Result<never> {
  return failure('disconnected', 'The controller went away meanwhile.', 'See: orch-tui status');
}
