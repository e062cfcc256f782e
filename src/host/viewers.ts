import { ScreenEncoder } from '../terminal/codec.ts';
import type { Screen } from '../terminal/screen.ts';

/** A repaint every 16 ms is all an eye can use. */
const frameMs = 1000 / 60;
/** Longer than the emulator waits for the end of a synchronized frame. */
const heldMs = 160;

/**
 * Gives the screen as it is, or null while it should not be looked at; `changed` gets the rows that look different than
 * at the last time.
 */
export type ReadScreen = (changed: number[]) => Screen | null;

/** Room for a terminal, in cells. */
export interface Size {
  readonly cols: number;
  readonly rows: number;
}

/**
 * One link looking at one terminal. Sends what has changed since the last frame: an echo at once, anything else at most 60 times a second, and never a second frame before the first has been taken in. So a
 * slow link gets a newer screen later, and one frame is all that ever waits for it.
 */
export class Watch {
  /** What the link has room for, once it has said so. */
  room: Size | null = null;
  readonly #read: ReadScreen;
  readonly #send: (update: Buffer) => void;
  readonly #encoder = new ScreenEncoder();
  #isDirty = false;
  #isUrgent = false;
  #isAwaited = false;
  #isHeld = false;
  #lastFrame = Number.NEGATIVE_INFINITY;
  #timer: NodeJS.Timeout | undefined;

  constructor(read: ReadScreen, send: (update: Buffer) => void) {
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
    this.#encoder.restart();
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
    const changed: number[] = [];
    const screen = this.#read(changed);
    if (screen === null) {
      this.#timer = setTimeout(() => this.#paint(), heldMs);
      return;
    }
    this.#isDirty = false;
    this.#isUrgent = false;
    const update = this.#encoder.encode(screen, changed);
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

/** Bytes on their way to a terminal; one that takes them slower than they come gets a newer screen instead. */
const maxUntakenBytes = 256 * 1024;
/** A size that is being negotiated, or the end of a sequence, comes before that; for longer, screens are sent. */
const settleMs = 100;

type State = 'unwanted' | 'waiting' | 'streaming';

/** What a stream needs to know of its terminal. */
export interface RawSource {
  readonly size: Size;
  readonly breaks: number;
  wholeScreen(): string | null;
}

/**
 * The child's own bytes for a link whose room is exactly the terminal's size: first a whole screen that brings a real
 * terminal to where ours is, then everything the child prints, byte for byte. Where that is impossible the link's
 * watch sends screens as to anybody. Neither the child nor the host ever waits for the link: one that falls behind
 * misses what was printed meanwhile, and goes on from a whole screen once it has taken all it was sent.
 */
export class RawStream {
  readonly #watch: Watch;
  readonly #source: RawSource;
  readonly #send: (bytes: Uint8Array) => void;
  #state: State = 'unwanted';
  #untaken = 0;
  #breaks = 0;
  #settling: NodeJS.Timeout | undefined;

  constructor(watch: Watch, source: RawSource, send: (bytes: Uint8Array) => void) {
    this.#watch = watch;
    this.#source = source;
    this.#send = send;
  }

  /** Begins, anew if it had begun, or ends in favour of screens. */
  want(isWanted: boolean): void {
    if (isWanted) this.#wait();
    else if (this.#state !== 'unwanted') {
      this.#leave('unwanted');
      this.#watch.hold(false);
    }
  }

  /** The terminal has parsed these bytes; null when it changed by itself. */
  output(bytes: Buffer | null): void {
    if (this.#state === 'waiting') this.#begin();
    else if (this.#state === 'streaming') {
      if (bytes !== null && this.#isUnbroken(bytes.length)) this.#pass(bytes);
      else this.#wait();
    }
  }

  /** So many bytes are on the link's terminal. */
  taken(bytes: number): void {
    this.#untaken = Math.max(0, this.#untaken - bytes);
    if (this.#state === 'waiting') this.#begin();
  }

  stop(): void {
    this.#leave('unwanted');
  }

  #wait(): void {
    this.#leave('waiting');
    this.#watch.hold(true);
    this.#begin();
  }

  #begin(): void {
    // What is still under way was made for a screen of the past.
    if (this.#untaken > 0) return;
    const whole = this.#fits() ? this.#source.wholeScreen() : null;
    if (whole === null) {
      this.#settling ??= setTimeout(() => this.#watch.hold(false), settleMs);
      return;
    }
    this.#leave('streaming');
    this.#watch.hold(true);
    this.#breaks = this.#source.breaks;
    this.#pass(Buffer.from(whole));
  }

  #leave(state: State): void {
    clearTimeout(this.#settling);
    this.#settling = undefined;
    this.#state = state;
  }

  #isUnbroken(bytes: number): boolean {
    return this.#fits() && this.#breaks === this.#source.breaks && this.#untaken + bytes <= maxUntakenBytes;
  }

  #fits(): boolean {
    const { room } = this.#watch;
    const { cols, rows } = this.#source.size;
    return room !== null && room.cols === cols && room.rows === rows;
  }

  #pass(bytes: Uint8Array): void {
    this.#untaken += bytes.length;
    this.#send(bytes);
  }
}
