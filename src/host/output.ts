/** Small enough that sixteen flooding terminals still leave a key's echo a millisecond or two. */
const sliceBytes = 16 * 1024;
/** A chunk of this size is an answer to a key rather than part of a flood. */
const smallBytes = 4 * 1024;
/** Above the first the child has to wait, below the second it goes on. */
const pauseAboveBytes = 128 * 1024;
const resumeBelowBytes = 32 * 1024;

export interface OutputSink {
  parse(bytes: Buffer): void;
  pause(): void;
  resume(): void;
}

/**
 * What a child printed and nobody has parsed yet. A small chunk that finds nothing waiting is parsed at once;
 * everything else goes in slices, one per terminal and turn of the event loop, so that terminals are fair.
 */
export class Output {
  readonly #sink: OutputSink;
  #waiting: Buffer[] = [];
  #bytes = 0;
  #isPaused = false;
  /** A turn is scheduled; what comes before it has to wait for it. */
  #isScheduled = false;
  #whenEmpty: (() => void) | null = null;

  constructor(sink: OutputSink) {
    this.#sink = sink;
  }

  push(bytes: Buffer): void {
    const isAtOnce = bytes.length < smallBytes && !this.#isScheduled;
    if (isAtOnce) this.#sink.parse(bytes);
    else {
      this.#waiting.push(bytes);
      this.#bytes += bytes.length;
    }
    if (!this.#isPaused && this.#bytes > pauseAboveBytes) {
      this.#isPaused = true;
      this.#sink.pause();
    }
    this.#schedule();
  }

  /** Parses all that waits, now. */
  flush(): void {
    while (this.#bytes > 0) this.#turn();
  }

  /** Calls back, once, when nothing waits any more. */
  whenEmpty(callback: () => void): void {
    if (this.#bytes === 0) callback();
    else this.#whenEmpty = callback;
  }

  #schedule(): void {
    if (this.#isScheduled) return;
    this.#isScheduled = true;
    setImmediate(() => {
      this.#isScheduled = false;
      if (this.#bytes > 0) this.#turn();
    });
  }

  #turn(): void {
    this.#sink.parse(this.#take());
    if (this.#isPaused && this.#bytes < resumeBelowBytes) {
      this.#isPaused = false;
      this.#sink.resume();
    }
    if (this.#bytes > 0) {
      this.#schedule();
      return;
    }
    const callback = this.#whenEmpty;
    this.#whenEmpty = null;
    callback?.();
  }

  #take(): Buffer {
    const slice: Buffer[] = [];
    let room = sliceBytes;
    while (room > 0) {
      const first = this.#waiting[0];
      if (first === undefined) break;
      const part = first.subarray(0, room);
      slice.push(part);
      room -= part.length;
      if (part.length < first.length) this.#waiting[0] = first.subarray(part.length);
      else this.#waiting.shift();
    }
    this.#bytes -= sliceBytes - room;
    return slice.length === 1 && slice[0] ? slice[0] : Buffer.concat(slice);
  }
}
