import { Throttle } from '../lib/schedule.ts';
import type { MouseToken, Token } from '../terminal/input.ts';
import { isDraggedOut } from '../tui/mouse.ts';
import { nextTick } from '../tui/update.ts';
import type { AppState } from '../ui/state.ts';
import type { ScreenMessage } from '../ui/step.ts';

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

/** Milliseconds: what workers do is drawn at the rate of their screens, and a higher one cannot be seen. */
const workersMs = 1000 / 30;

const ofWorkers: ReadonlySet<ScreenMessage['type']> = new Set([
  'factsArrived',
  'terminalChanged',
  'terminalForgotten',
  'bellRang',
  'ticked',
]);

/**
 * Decides when to draw the chrome again: at once for what a person does, several messages of one moment together; and for what
 * workers do at once after a rest, else with the others that come meanwhile.
 */
export class DrawPace {
  readonly #draw: () => void;
  readonly #workers = new Throttle(() => this.#run(), workersMs, 'soon');
  #soon: NodeJS.Immediate | undefined;

  constructor(draw: () => void) {
    this.#draw = draw;
  }

  /** @param type of the message after which the picture is another one */
  ask(type: ScreenMessage['type']): void {
    if (ofWorkers.has(type)) this.#workers.ask();
    else this.#soon ??= setImmediate(() => this.#run());
  }

  /** Draws nothing of what was asked for so far: it is drawn by other means, or not any more. */
  stop(): void {
    clearImmediate(this.#soon);
    this.#soon = undefined;
    this.#workers.cancel();
  }

  #run(): void {
    this.stop();
    this.#draw();
  }
}

/** Milliseconds between two presses that are one double click; what desktops use. */
const doubleClickMs = 500;

/** Counts presses of the left button that follow quickly upon each other at one place. Terminals do not say when. */
export class ClickCounter {
  #last: { readonly x: number; readonly y: number; readonly at: number } | null = null;
  #count: 0 | 1 | 2 | 3 = 0;

  /**
   * The token with its count, if it is a press of the left button.
   * @param at milliseconds of any clock that only goes forward
   */
  counted(token: Token, at: number): Token {
    if (token.kind !== 'mouse' || token.action !== 'press') return token;
    return token.button === 'left' ? { ...token, clicks: this.#next(token, at) } : token;
  }

  /** A fourth press is a first one again. */
  #next({ x, y }: MouseToken, at: number): 1 | 2 | 3 {
    const last = this.#last;
    const follows = last?.x === x && last.y === y && at - last.at < doubleClickMs;
    const count = follows && this.#count === 1 ? 2 : follows && this.#count === 2 ? 3 : 1;
    this.#last = { x, y, at };
    this.#count = count;
    return count;
  }
}
