/** A piece of a paste on its way to a worker. */
export interface PastePiece {
  readonly id: string;
  readonly text: string;
  readonly last: boolean;
}

/** Characters; what a person pastes fits, and a terminal gone mad does not fill the memory. */
const longestPaste = 8_000_000;

/** Puts the pieces of a paste together: programs take one paste as one thing. */
export class PasteCollector {
  readonly #onPaste: (id: string, text: string) => void;
  #id: string | null = null;
  #pieces: string[] = [];
  #length = 0;

  constructor(onPaste: (id: string, text: string) => void) {
    this.#onPaste = onPaste;
  }

  add({ id, text, last }: PastePiece): void {
    // The rest of a paste may have gone elsewhere; its beginning must not appear in another worker.
    if (id !== this.#id) this.#clear(id);
    this.#pieces.push(text);
    this.#length += text.length;
    if (!last && this.#length < longestPaste) return;
    const whole = this.#pieces.join('');
    this.#clear(null);
    if (whole !== '') this.#onPaste(id, whole);
  }

  #clear(next: string | null): void {
    this.#id = next;
    this.#pieces = [];
    this.#length = 0;
  }
}
