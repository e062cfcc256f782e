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
  #pieces: string[] = [];
  #length = 0;

  constructor(onPaste: (id: string, text: string) => void) {
    this.#onPaste = onPaste;
  }

  add({ id, text, last }: PastePiece): void {
    this.#pieces.push(text);
    this.#length += text.length;
    if (!last && this.#length < longestPaste) return;
    const whole = this.#pieces.join('');
    this.#pieces = [];
    this.#length = 0;
    if (whole !== '') this.#onPaste(id, whole);
  }
}
