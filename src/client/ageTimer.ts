import { nextTick } from '../app/clock.ts';
import type { AppState } from '../room/state.ts';

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
