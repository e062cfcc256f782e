import { Debounce } from '../lib/schedule.ts';
import type { ScrollbackLimits } from '../protocol/hostApi.ts';

/** At 200 columns 1000 lines are 5 MB: nobody misses the older ones of a worker that nobody looks at. */
export const defaultScrollback: ScrollbackLimits = { visible: 5000, hidden: 1000 };
/** More would be a file to search in rather than something to look back through. */
const mostLines = 100_000;
/** Long enough to page through all panes and come back. */
const hiddenAfterMs = 60_000;

/** Keeps fewer lines of a terminal once nobody has looked at it for a while. */
export class Scrollback {
  readonly #limits: ScrollbackLimits;
  readonly #keep: (lines: number) => void;
  readonly #hiding: Debounce;

  /** A terminal begins unseen, with room for as many lines as one that is looked at. */
  constructor(limits: ScrollbackLimits, keep: (lines: number) => void, afterMs = hiddenAfterMs) {
    this.#limits = limits;
    this.#keep = keep;
    const { visible, hidden } = limits;
    this.#hiding = new Debounce(() => keep(Math.min(visible, hidden)), afterMs);
    this.hide();
  }

  show(): void {
    this.stop();
    this.#keep(this.#limits.visible);
  }

  hide(): void {
    this.#hiding.ask();
  }

  stop(): void {
    this.#hiding.cancel();
  }
}

/** Whether both are whole numbers of lines in the range allowed. */
export function areLimits({ visible, hidden }: ScrollbackLimits): boolean {
  return [visible, hidden].every((lines) => Number.isInteger(lines) && lines >= 0 && lines <= mostLines);
}
