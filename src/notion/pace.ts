import type { Clock } from './clock.ts';

/** Below the three a second that Notion allows on average. */
const perSecond = 2.5;
const burst = 3;

/** Lets so many requests go a second, a few more at once now and then, and one write at a time. */
export class Pace {
  readonly #clock: Clock;
  #tokens = burst;
  #at: number;
  #heldUntil = 0;
  #turn: Promise<unknown> = Promise.resolve();
  #write: Promise<unknown> = Promise.resolve();

  constructor(clock: Clock) {
    this.#clock = clock;
    this.#at = clock.now();
  }

  /** Waits for the next request's turn. @throws when the signal is aborted meanwhile */
  take(signal: AbortSignal | undefined): Promise<void> {
    const turn = this.#turn.then(() => this.#wait(signal));
    // Who gave up waiting does not hold up the next one.
    this.#turn = turn.catch(() => undefined);
    return turn;
  }

  /** Lets nothing go for so many milliseconds: Notion asked for that. */
  hold(ms: number): void {
    this.#heldUntil = Math.max(this.#heldUntil, this.#clock.now() + ms);
  }

  /** Runs writes one after the other: Notion answers two at once with a conflict. */
  inTurn<T>(write: () => Promise<T>): Promise<T> {
    const result = this.#write.then(write);
    this.#write = result.catch(() => undefined);
    return result;
  }

  async #wait(signal: AbortSignal | undefined): Promise<void> {
    signal?.throwIfAborted();
    const held = this.#heldUntil - this.#clock.now();
    if (held > 0) await this.#clock.sleep(held, signal);
    this.#refill();
    if (this.#tokens < 1) {
      await this.#clock.sleep(Math.ceil(((1 - this.#tokens) / perSecond) * 1000), signal);
      this.#refill();
    }
    this.#tokens -= 1;
  }

  #refill(): void {
    const now = this.#clock.now();
    // A clock that was set back gives nothing, and takes nothing away.
    const passed = Math.max(0, now - this.#at);
    this.#tokens = Math.min(burst, this.#tokens + (passed / 1000) * perSecond);
    this.#at = now;
  }
}
