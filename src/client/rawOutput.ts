/** Where bytes go, one piece at a time; it takes the next once the last is out. */
export interface Outlet {
  readonly isReady: boolean;
  write(bytes: Uint8Array): void;
}

interface Piece {
  readonly bytes: Buffer;
  readonly taken: () => void;
}

/** A program's own bytes on their way to the person's terminal. What is not out yet can be dropped. */
export class RawOutput {
  readonly #outlet: Outlet;
  #waiting: Piece[] = [];
  #flying: Piece | null = null;
  #tail = '';

  constructor(outlet: Outlet) {
    this.#outlet = outlet;
  }

  /** @param taken told once the bytes are out, or dropped */
  push(bytes: Buffer, taken: () => void): void {
    this.#waiting.push({ bytes, taken });
    if (!this.#flying) this.ready();
  }

  /** The outlet has taken what it got. */
  ready(): void {
    if (!this.#outlet.isReady) return;
    this.#flying?.taken();
    this.#flying = this.#waiting.shift() ?? null;
    if (this.#flying) this.#outlet.write(this.#withPastesMarked(this.#flying.bytes));
  }

  drop(): void {
    for (const piece of [this.#flying, ...this.#waiting]) piece?.taken();
    this.#flying = null;
    this.#waiting = [];
    this.#tail = '';
  }

  /**
   * The person's terminal goes on marking pastes when the program turns that off: the leave key must not be found in
   * one. The marks go no further than the host.
   */
  #withPastesMarked(bytes: Buffer): Buffer {
    const known = this.#tail.length;
    const text = this.#tail + bytes.toString('latin1');
    this.#tail = /\x1b(?:\[[?;\d]*)?$/.exec(text.slice(-longestReset))?.[0] ?? '';
    if (!text.includes('2004')) return bytes;
    return Buffer.from(text.replace(pasteReset, '$&\x1b[?2004h').slice(known), 'latin1');
  }
}

/** Resets of some modes, bracketed paste among them. */
const pasteReset = /\x1b\[\?(?:\d*;)*2004(?:;\d*)*l/g;
/** Bytes; longer ones are nobody's. */
const longestReset = 64;
