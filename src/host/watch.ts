import { encodeScreen } from '../terminal/codec.ts';
import { createScreen, type Screen } from '../terminal/screen.ts';

/** A repaint every 16 ms is all an eye can use. */
const frameMs = 1000 / 60;
/** Longer than the emulator waits for the end of a synchronized frame. */
const heldMs = 160;

/** Room for a terminal, in cells. */
export interface Size {
  readonly cols: number;
  readonly rows: number;
}

/**
 * One link looking at one terminal. Keeps what the other side has, and sends the difference: an echo at once,
 * anything else at most 60 times a second, and never a second frame before the first has been taken in. So a
 * slow link gets a newer screen later, and one frame is all that ever waits for it.
 */
export class Watch {
  /** What the link has room for, once it has said so. */
  room: Size | null = null;
  readonly #read: () => Screen | null;
  readonly #send: (update: Buffer) => void;
  #shadow: Screen = createScreen(0, 0);
  #isDirty = false;
  #isUrgent = false;
  #isAwaited = false;
  #isHeld = false;
  #lastFrame = Number.NEGATIVE_INFINITY;
  #timer: NodeJS.Timeout | undefined;

  /** @param read - the screen as it is, or null while it should not be looked at */
  constructor(read: () => Screen | null, send: (update: Buffer) => void) {
    this.#read = read;
    this.#send = send;
  }

  /** The screen may be another one. */
  changed(isEcho: boolean): void {
    this.#isDirty = true;
    this.#isUrgent ||= isEcho;
    if (!this.#isAwaited && !this.#isHeld) this.#plan();
  }

  /** The last frame has been taken in. */
  seen(): void {
    this.#isAwaited = false;
    if (this.#isDirty && !this.#isHeld) this.#plan();
  }

  /** Sends nothing while held, for the link gets something newer than screens; after that a whole one. */
  hold(isHeld: boolean): void {
    if (this.#isHeld === isHeld) return;
    this.#isHeld = isHeld;
    clearTimeout(this.#timer);
    this.#timer = undefined;
    if (isHeld) return;
    this.#shadow = createScreen(0, 0);
    this.changed(true);
  }

  stop(): void {
    clearTimeout(this.#timer);
    this.#isHeld = true;
  }

  #plan(): void {
    const wait = this.#isUrgent ? 0 : this.#lastFrame + frameMs - performance.now();
    if (wait <= 0) this.#paint();
    else this.#timer ??= setTimeout(() => this.#paint(), wait);
  }

  #paint(): void {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    const screen = this.#read();
    if (screen === null) {
      this.#timer = setTimeout(() => this.#paint(), heldMs);
      return;
    }
    this.#isDirty = false;
    this.#isUrgent = false;
    const update = encodeScreen(screen, this.#shadow);
    if (update === null) return;
    this.#lastFrame = performance.now();
    this.#isAwaited = true;
    this.#send(update);
  }
}

/** The size that fits all who look: the smallest of their rooms, or null when nobody has said anything. */
export function smallestRoom(rooms: readonly (Size | null)[]): Size | null {
  const known = rooms.filter((room) => room !== null);
  if (known.length === 0) return null;
  return {
    cols: Math.min(...known.map((room) => room.cols)),
    rows: Math.min(...known.map((room) => room.rows)),
  };
}
