/** Screens that nobody types into; more of them in a second nobody can tell apart. */
const frameMs = 1000 / 30;

/**
 * When to paint screens that came. The one that is typed into goes at once; the others wait for each other, or for it:
 * four busy panes would otherwise be painted two hundred times a second. Only what is painted is reported as seen, so
 * that nobody makes and sends screens that nobody would look at.
 */
export class PaintPace {
  readonly #paint: () => boolean;
  #unseen: (() => void)[] = [];
  #isOwed = false;
  #last = Number.NEGATIVE_INFINITY;
  #timer: NodeJS.Timeout | undefined;

  /** @param paint - false when there can be no picture now; it is owed until `ready` */
  constructor(paint: () => boolean) {
    this.#paint = paint;
  }

  /** A screen has come; `seen` is told once it is painted, for whoever waits for that wakes another process. */
  ask(isTypedInto: boolean, seen: () => void): void {
    this.#unseen.push(seen);
    const wait = isTypedInto ? 0 : this.#last + frameMs - performance.now();
    if (wait <= 0) this.now();
    else this.#timer ??= setTimeout(() => this.now(), wait);
  }

  /** There can be pictures again. */
  ready(): void {
    if (this.#isOwed) this.now();
  }

  /** Paints all that has come, without waiting. */
  now(): void {
    this.stop();
    this.#last = performance.now();
    this.#isOwed = !this.#paint();
    if (this.#isOwed) return;
    for (const seen of this.#unseen.splice(0)) seen();
  }

  stop(): void {
    clearTimeout(this.#timer);
    this.#timer = undefined;
  }
}
