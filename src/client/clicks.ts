import type { MouseToken, Token } from '../terminal/input.ts';

/** Milliseconds between two presses that are one double click; what desktops use. */
const doubleClickMs = 500;

/** Counts presses of the left button that follow quickly upon each other at one place. Terminals do not say when. */
export class ClickCounter {
  #last: { readonly x: number; readonly y: number; readonly at: number } | null = null;
  #count: 0 | 1 | 2 | 3 = 0;

  /**
   * The token with its count, if it is a press of the left button.
   * @param at milliseconds of any clock that only goes forward
   */
  counted(token: Token, at: number): Token {
    if (token.kind !== 'mouse' || token.action !== 'press') return token;
    return token.button === 'left' ? { ...token, clicks: this.#next(token, at) } : token;
  }

  /** A fourth press begins anew. */
  #next({ x, y }: MouseToken, at: number): 1 | 2 | 3 {
    const last = this.#last;
    const follows = last?.x === x && last.y === y && at - last.at < doubleClickMs;
    const count = follows && this.#count === 1 ? 2 : follows && this.#count === 2 ? 3 : 1;
    this.#last = { x, y, at };
    this.#count = count;
    return count;
  }
}
