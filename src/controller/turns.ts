/** Does one thing after the other, in the order in which they are asked for. */
export class Turns {
  #last: Promise<unknown> = Promise.resolve();

  take<T>(work: () => Promise<T>): Promise<T> {
    const next = this.#last.then(work);
    // Who asked is told of a fault; it keeps nobody else from their turn.
    this.#last = next.catch(() => {});
    return next;
  }

  /** Resolves once all that was asked for so far is done. */
  get done(): Promise<unknown> {
    return this.#last;
  }
}
