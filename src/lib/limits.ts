/* What keeps one who asks from being in the way of others. */

/** So many a second, a few more at once now and then. */
export class TokenBucket {
  readonly #perSecond: number;
  readonly #burst: number;
  readonly #now: () => number;
  #tokens: number;
  #at: number;

  constructor(perSecond: number, burst: number, now = () => performance.now()) {
    this.#perSecond = perSecond;
    this.#burst = burst;
    this.#now = now;
    this.#tokens = burst;
    this.#at = now();
  }

  /** Takes one where there is one. */
  take(): boolean {
    this.#refill();
    const isThere = this.#tokens >= 1;
    this.#tokens = Math.max(0, this.#tokens - 1);
    return isThere;
  }

  /** Returns in how many milliseconds there is one; 0 where there is one now. */
  untilNext(): number {
    this.#refill();
    return this.#tokens >= 1 ? 0 : Math.ceil(((1 - this.#tokens) / this.#perSecond) * 1000);
  }

  #refill(): void {
    const now = this.#now();
    // A clock that was set back gives nothing, and takes nothing away.
    const passed = Math.max(0, now - this.#at);
    this.#tokens = Math.min(this.#burst, this.#tokens + (passed / 1000) * this.#perSecond);
    this.#at = now;
  }
}

/** So many requests per second, a burst of more now and then, for each that asks. */
export class RateLimit {
  readonly #perSecond: number;
  readonly #burst: number;
  readonly #buckets = new Map<string, TokenBucket>();

  constructor(perSecond: number, burst: number) {
    this.#perSecond = perSecond;
    this.#burst = burst;
  }

  /** Takes one request of an id into account. @returns whether it is still within bounds */
  allows(id: string): boolean {
    const bucket = this.#buckets.get(id) ?? new TokenBucket(this.#perSecond, this.#burst);
    this.#buckets.set(id, bucket);
    return bucket.take();
  }
}

/** Those who have come and not shown yet that they may: few, for a short time, and a new one sends the oldest away. */
export class Strangers<T> {
  readonly #most: number;
  readonly #patienceMs: number;
  readonly #sendAway: (one: T) => void;
  /** The oldest first. */
  readonly #waiting = new Map<T, NodeJS.Timeout>();
  #isLooking = false;

  /**
   * @param most that may wait at once
   * @param patienceMs how long each may wait
   */
  constructor(most: number, patienceMs: number, sendAway: (one: T) => void) {
    this.#most = most;
    this.#patienceMs = patienceMs;
    this.#sendAway = sendAway;
  }

  get size(): number {
    return this.#waiting.size;
  }

  add(one: T, patienceMs = this.#patienceMs): void {
    this.remove(one);
    this.#waiting.set(one, setTimeout(() => this.#end(one), patienceMs).unref());
    if (this.#waiting.size <= this.#most || this.#isLooking) return;
    this.#isLooking = true;
    // Many are accepted at once, before anything is read of them: whoever has said already who it is must be heard first.
    setImmediate(() => setImmediate(() => this.#makeRoom()));
  }

  /** It has shown that it may be here, or has gone. */
  remove(one: T): void {
    clearTimeout(this.#waiting.get(one));
    this.#waiting.delete(one);
  }

  #makeRoom(): void {
    this.#isLooking = false;
    for (const one of this.#waiting.keys()) {
      if (this.#waiting.size <= this.#most) return;
      this.#end(one);
    }
  }

  #end(one: T): void {
    this.remove(one);
    this.#sendAway(one);
  }
}
