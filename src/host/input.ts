import { Backoff } from '../lib/schedule.ts';

/** A pseudo-terminal takes about 4 KB before its child reads; small pieces keep what waits on our side. */
const pieceBytes = 1024;
/** Pieces of one terminal per turn of the event loop, so that a large paste holds up nobody. */
const piecesPerTurn = 16;
/** More than any paste; what exceeds it is refused as a whole. */
const maxPendingBytes = 16 * 1024 * 1024;
const firstRetryMs = 5;
const longestRetryMs = 200;

/**
 * What waits to be read by a child. Nothing announces that a pseudo-terminal has room again, so a full one is
 * tried again after a while, and whenever its child prints something.
 */
export class Input {
  readonly #write: (bytes: Uint8Array) => number;
  #waiting: Uint8Array[] = [];
  #bytes = 0;
  #isScheduled = false;
  #retry: NodeJS.Timeout | undefined;
  readonly #retries = new Backoff(firstRetryMs, longestRetryMs);

  /** @param write - takes as many bytes as there is room for, and says how many */
  constructor(write: (bytes: Uint8Array) => number) {
    this.#write = write;
  }

  /** Bytes not taken yet. */
  get pending(): number {
    return this.#bytes;
  }

  /** @returns false when too much is waiting already; then nothing of these bytes is taken */
  push(bytes: Uint8Array, limit = maxPendingBytes): boolean {
    if (this.#bytes + bytes.length > limit) return false;
    const isFirst = this.#bytes === 0;
    this.#waiting.push(bytes);
    this.#bytes += bytes.length;
    if (isFirst) this.#flush();
    return true;
  }

  /** The child has shown that it is alive. */
  nudge(): void {
    if (this.#retry) this.#flush();
  }

  clear(): void {
    clearTimeout(this.#retry);
    this.#retry = undefined;
    this.#waiting = [];
    this.#bytes = 0;
  }

  #flush(): void {
    clearTimeout(this.#retry);
    this.#retry = undefined;
    for (let piece = 0; piece < piecesPerTurn; piece++) {
      const first = this.#waiting[0];
      if (first === undefined) return;
      const taken = this.#write(first.subarray(0, pieceBytes));
      if (taken === 0) {
        this.#tryLater();
        return;
      }
      this.#retries.reset();
      this.#bytes -= taken;
      if (taken < first.length) this.#waiting[0] = first.subarray(taken);
      else this.#waiting.shift();
    }
    this.#continue();
  }

  #continue(): void {
    if (this.#isScheduled) return;
    this.#isScheduled = true;
    setImmediate(() => {
      this.#isScheduled = false;
      if (!this.#retry) this.#flush();
    });
  }

  #tryLater(): void {
    this.#retry = setTimeout(() => this.#flush(), this.#retries.next());
  }
}
