import { Throttle } from '../lib/schedule.ts';
import type { MouseToken, Token } from '../terminal/input.ts';
import { isDraggedOut } from '../tui/mouse.ts';
import { nextTick } from '../tui/update.ts';
import type { AppState } from '../ui/state.ts';
import type { ScreenMessage } from '../ui/step.ts';

/** Ticks whenever an age on the screen changes. */
export class AgeTimer {
  readonly #onTick: (now: number) => void;
  #timer: NodeJS.Timeout | undefined;

  /** @param onTick receives milliseconds since 1970 */
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

/** Milliseconds between two steps of a view while the mouse is held outside of it. */
const paceMs = 50;

/** Repeats that the mouse is held outside of a pane: held still it sends no events, but the view must keep scrolling. */
export class DragTimer {
  readonly #onHeld: () => void;
  #timer: NodeJS.Timeout | undefined;

  constructor(onHeld: () => void) {
    this.#onHeld = onHeld;
  }

  /** Starts or stops the timer by the state. */
  follow(state: AppState): void {
    if (!isDraggedOut(state)) this.stop();
    else this.#timer ??= setInterval(this.#onHeld, paceMs);
  }

  stop(): void {
    clearInterval(this.#timer);
    this.#timer = undefined;
  }
}

/** Milliseconds between drawings for workers: the rate of their screens, since a higher one is not visible. */
const workersMs = 1000 / 30;

const ofWorkers: ReadonlySet<ScreenMessage['type']> = new Set([
  'factsArrived',
  'terminalChanged',
  'terminalForgotten',
  'bellRang',
  'ticked',
]);

/**
 * Decides when to draw the chrome again. Messages by the person are drawn at once, those of one moment together;
 * messages by workers at once after a rest, otherwise together at a limited rate.
 */
export class DrawPace {
  readonly #draw: () => void;
  readonly #workers = new Throttle(() => this.#run(), workersMs, 'soon');
  #soon: NodeJS.Immediate | undefined;

  constructor(draw: () => void) {
    this.#draw = draw;
  }

  /** Requests a drawing. @param type of the message that changed the state */
  ask(type: ScreenMessage['type']): void {
    if (ofWorkers.has(type)) this.#workers.ask();
    else this.#soon ??= setImmediate(() => this.#run());
  }

  /** Cancels the drawings requested so far. */
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

/** The longest time between the presses of a double click, in milliseconds, as on desktops. */
const doubleClickMs = 500;

/** Counts quick presses of the left button in one cell, because terminals report no double clicks. */
export class ClickCounter {
  #last: { readonly x: number; readonly y: number; readonly at: number } | null = null;
  #count: 0 | 1 | 2 | 3 = 0;

  /**
   * Returns the token, with its count if it is a press of the left button.
   * @param at milliseconds of a monotonic clock
   */
  counted(token: Token, at: number): Token {
    if (token.kind !== 'mouse' || token.action !== 'press') return token;
    return token.button === 'left' ? { ...token, clicks: this.#next(token, at) } : token;
  }

  /** Returns the count of a press; a fourth press starts over at 1. */
  #next({ x, y }: MouseToken, at: number): 1 | 2 | 3 {
    const last = this.#last;
    const follows = last?.x === x && last.y === y && at - last.at < doubleClickMs;
    const count = follows && this.#count === 1 ? 2 : follows && this.#count === 2 ? 3 : 1;
    this.#last = { x, y, at };
    this.#count = count;
    return count;
  }
}
