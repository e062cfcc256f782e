import { isDraggedOut } from '../tui/mouse.ts';
import { nextTick } from '../tui/update.ts';
import type { AppState } from '../ui/state.ts';

/** Ages on the screen grow; the timer runs only as often as one of them changes. */
export class AgeTimer {
  readonly #onTick: (now: number) => void;
  #timer: NodeJS.Timeout | undefined;

  /** @param onTick told milliseconds since 1970 */
  constructor(onTick: (now: number) => void) {
    this.#onTick = onTick;
  }

  follow(state: AppState): void {
    clearTimeout(this.#timer);
    const pause = nextTick(state, Date.now());
    if (pause !== null) this.#timer = setTimeout(() => this.#onTick(Date.now()), pause);
  }

  stop(): void {
    clearTimeout(this.#timer);
  }
}

/** Milliseconds between two steps of a view under a mouse that is held beyond it. */
const paceMs = 50;

/** Tells again and again that a mouse is held beyond a pane: held still it says nothing, and the view is to scroll on. */
export class DragTimer {
  readonly #onHeld: () => void;
  #timer: NodeJS.Timeout | undefined;

  constructor(onHeld: () => void) {
    this.#onHeld = onHeld;
  }

  /** Runs as long as the last state given has such a mouse. */
  follow(state: AppState): void {
    if (!isDraggedOut(state)) this.stop();
    else this.#timer ??= setInterval(this.#onHeld, paceMs);
  }

  stop(): void {
    clearInterval(this.#timer);
    this.#timer = undefined;
  }
}
