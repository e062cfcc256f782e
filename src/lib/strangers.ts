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
