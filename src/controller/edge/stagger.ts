/** Lets starts happen one after the other, some time apart. */
export class Stagger {
  #next = 0;

  /** Resolves when it is this one's turn; at once for the first after a while. `gapMs`: milliseconds. */
  turn(gapMs: number): Promise<void> {
    const now = performance.now();
    const at = Math.max(now, this.#next);
    this.#next = at + gapMs;
    return at === now ? Promise.resolve() : new Promise((resolve) => setTimeout(resolve, at - now));
  }
}
