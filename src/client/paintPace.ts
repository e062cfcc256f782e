/** Screens that nobody types into; more of them in a second nobody can tell apart. */
const frameMs = 1000 / 30;

/**
 * When to paint screens that came. The one that is typed into goes at once; the others wait for each other, or for it:
 * four busy panes would otherwise be painted two hundred times a second.
 */
export class PaintPace {
  readonly #paint: () => void;
  #last = Number.NEGATIVE_INFINITY;
  #timer: NodeJS.Timeout | undefined;

  constructor(paint: () => void) {
    this.#paint = paint;
  }

  /** A screen has come. */
  ask(isTypedInto: boolean): void {
    const wait = isTypedInto ? 0 : this.#last + frameMs - performance.now();
    if (wait <= 0) this.#run();
    else this.#timer ??= setTimeout(() => this.#run(), wait);
  }

  stop(): void {
    clearTimeout(this.#timer);
  }

  #run(): void {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    this.#last = performance.now();
    this.#paint();
  }
}
