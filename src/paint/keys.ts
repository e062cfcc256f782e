import { StringDecoder } from 'node:string_decoder';
import type { Token } from '../domain/key.ts';
import { tokenOf } from './keyMeaning.ts';
import { firstLength, isPerhapsWhole, longestSequence, splitWhole, stringEnd } from './keySequence.ts';

/** Starts a timer; returns how to stop it. */
export type Wait = (done: () => void) => () => void;

/** How long an escape character may be the start of something: the bytes of one key arrive together. */
const escapeMilliseconds = 25;

const pasteStart = '\x1b[200~';
const pasteEnd = '\x1b[201~';

/**
 * Cuts what the terminal sends into what the person did, however the bytes arrive. Nothing is lost: the tokens' `raw`,
 * focus reports and the marks around pastes make up the input again. Memory is bounded: pastes and endless replies are
 * passed on in pieces.
 */
export class Tokenizer {
  readonly #onToken: (token: Token) => void;
  readonly #wait: Wait;
  #stopWaiting: () => void = () => {};
  /** Start of a token whose end has not arrived; like all text here one byte a character. */
  #pending = '';
  /** Set within a paste. */
  #paste: StringDecoder | null = null;
  /** Within a reply too long to be kept whole. */
  #inReply = false;

  constructor(onToken: (token: Token) => void, wait: Wait = waitForMore) {
    this.#onToken = onToken;
    this.#wait = wait;
  }

  push(chunk: Buffer): void {
    this.#stopWaiting();
    let text = this.#pending + chunk.toString('latin1');
    while (text !== '') {
      const taken = this.#take(text);
      if (taken === 0) break;
      text = text.slice(taken);
    }
    this.#pending = text;
    if (!this.#paste && isPerhapsWhole(text)) this.#stopWaiting = this.#wait(() => this.#takePending());
  }

  /** Stops the timer and forgets what has not arrived in full. */
  dispose(): void {
    this.#stopWaiting();
    this.#pending = '';
  }

  /** Takes one token, or a piece of a long one. @returns bytes taken, 0 when more are needed */
  #take(text: string): number {
    if (this.#paste) return this.#takePasted(text, this.#paste);
    if (this.#inReply) return this.#takeReply(text, 0);
    if (text.startsWith(pasteStart)) {
      this.#paste = new StringDecoder('utf8');
      return pasteStart.length;
    }
    const length = firstLength(text);
    if (length === 0) return text.length > longestSequence ? this.#takeReply(text, 2) : 0;
    this.#onToken(tokenOf(text.slice(0, length)));
    return length;
  }

  /** @param from where the inside of the reply begins, after its two characters of start */
  #takeReply(text: string, from: number): number {
    const end = stringEnd(text, from);
    this.#inReply = end === null;
    if (end === 0) return this.#take(text);
    // A last escape may be half of the end mark.
    const length = end ?? (text.endsWith('\x1b') ? text.length - 1 : text.length);
    if (length > 0) this.#onToken({ kind: 'reply', raw: text.slice(0, length) });
    return length;
  }

  #takePasted(text: string, decoder: StringDecoder): number {
    const end = text.indexOf(pasteEnd);
    const length = end < 0 ? text.length - startedLength(text, pasteEnd) : end;
    const bytes = Buffer.from(text.slice(0, length), 'latin1');
    if (end < 0) {
      const piece = decoder.write(bytes);
      if (piece !== '') this.#onToken({ kind: 'paste', text: piece, last: false });
      return length;
    }
    this.#paste = null;
    this.#onToken({ kind: 'paste', text: decoder.end(bytes), last: true });
    return end + pasteEnd.length;
  }

  /** Nothing followed: what looked like a beginning was all. */
  #takePending(): void {
    const whole = splitWhole(this.#pending);
    this.#pending = '';
    this.#inReply = false;
    for (const raw of whole) this.#onToken(tokenOf(raw));
  }
}

/** How many characters at the end of `text` may be the beginning of `mark`. */
function startedLength(text: string, mark: string): number {
  for (let length = Math.min(text.length, mark.length - 1); length > 0; length--)
    if (text.endsWith(mark.slice(0, length))) return length;
  return 0;
}

function waitForMore(done: () => void): () => void {
  const timer = setTimeout(done, escapeMilliseconds);
  return () => clearTimeout(timer);
}
