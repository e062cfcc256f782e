import type { Size, Watch } from './watch.ts';

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
