import { withoutControls } from '../lib/sanitize.ts';
import { pasteFlags } from '../protocol/link.ts';

/** What a program that asked for bracketed paste finds around one (xterm's control sequences, mode 2004). */
const pasteStart = '\x1b[200~';
const pasteEnd = '\x1b[201~';

/** As much as may wait for a child; see input.ts. */
const longestPaste = 16 * 1024 * 1024;

/** A whole paste: pieces of what is typed into the child. */
export interface Paste {
  readonly id: string;
  /** Null when it was too long to be kept. */
  readonly pieces: readonly Buffer[] | null;
}

/** Puts the pieces of a link's paste together: it goes to its child as one, or not at all. */
export class PasteReader {
  #id = '';
  #pieces: Buffer[] = [];
  #bytes = 0;
  /** A return and its newline are one Enter, also where they are cut apart. */
  #endsInReturn = false;

  /** @returns the paste that this piece ends */
  add(id: string, flags: number, text: string): Paste | null {
    if (flags & pasteFlags.first || id !== this.#id) this.#clear(id);
    const joined = this.#endsInReturn && text.startsWith('\n') ? text.slice(1) : text;
    this.#endsInReturn = text.endsWith('\r');
    const piece = Buffer.from(flags & pasteFlags.asItIs ? text : typedText(joined));
    this.#bytes += piece.length;
    if (this.#bytes <= longestPaste) this.#pieces.push(piece);
    else this.#pieces = [];
    if (!(flags & pasteFlags.last)) return null;
    const pieces = this.#bytes <= longestPaste ? this.#pieces : null;
    this.#clear('');
    return { id, pieces };
  }

  #clear(next: string): void {
    this.#id = next;
    this.#pieces = [];
    this.#bytes = 0;
    this.#endsInReturn = false;
  }
}

/** What a terminal sends when a person pastes that, between marks for a program that asked for them. */
export function bracketed(pieces: readonly Buffer[], isBracketed: boolean): Buffer {
  const isEmpty = pieces.every((piece) => piece.length === 0);
  // An agent may look for a picture in the clipboard when nothing is pasted.
  return Buffer.concat(
    isBracketed && !isEmpty ? [Buffer.from(pasteStart), ...pieces, Buffer.from(pasteEnd)] : pieces,
  );
}

/**
 * Text as somebody would type it: newlines as Enter; control characters other than tab are dropped, so that the text
 * cannot end the paste by itself.
 */
export function typedText(text: string): string {
  return withoutControls(text).replaceAll('\n', '\r');
}
