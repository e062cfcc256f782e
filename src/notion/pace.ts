import { TokenBucket } from '../lib/limits.ts';
import { SerialQueue } from '../lib/queue.ts';
import type { Clock } from '../lib/schedule.ts';

/** Below the three a second that Notion allows on average. */
const perSecond = 2.5;
const burst = 3;

/** Lets so many requests go a second, a few more at once now and then, and one write at a time. */
export class Pace {
  readonly #clock: Clock;
  readonly #bucket: TokenBucket;
  readonly #requests = new SerialQueue();
  readonly #writes = new SerialQueue();
  #heldUntil = 0;

  constructor(clock: Clock) {
    this.#clock = clock;
    this.#bucket = new TokenBucket(perSecond, burst, () => clock.now());
  }

  /** Waits for the next request's turn. @throws when the signal is aborted meanwhile */
  take(signal: AbortSignal | undefined): Promise<void> {
    return this.#requests.add(() => this.#wait(signal));
  }

  /** Lets nothing go for so many milliseconds: Notion asked for that. */
  hold(ms: number): void {
    this.#heldUntil = Math.max(this.#heldUntil, this.#clock.now() + ms);
  }

  /** Runs writes one after the other: Notion answers two at once with a conflict. */
  inTurn<T>(write: () => Promise<T>): Promise<T> {
    return this.#writes.add(write);
  }

  async #wait(signal: AbortSignal | undefined): Promise<void> {
    signal?.throwIfAborted();
    const held = this.#heldUntil - this.#clock.now();
    if (held > 0) await this.#clock.sleep(held, signal);
    const wait = this.#bucket.untilNext();
    if (wait > 0) await this.#clock.sleep(wait, signal);
    this.#bucket.take();
  }
}
