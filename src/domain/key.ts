/** One thing a person did at the terminal. `raw` is what the terminal sent, byte for byte, one byte a character. */
export type Token = KeyToken | PasteToken | MouseToken | ReleaseToken | FocusToken | ReplyToken;

export interface KeyToken {
  readonly kind: 'key';
  /**
   * `a`, `A`, `ä`, `?`, `space`, or one of: enter tab backspace escape up down left right home end pageup pagedown
   * insert delete f1 … f12 unknown.
   */
  readonly name: string;
  readonly ctrl: boolean;
  readonly alt: boolean;
  /** Only for named keys; a shifted letter is another name. */
  readonly shift: boolean;
  readonly raw: string;
}

/** Pasted text; a large one arrives in pieces, `last` marking the end. */
export interface PasteToken {
  readonly kind: 'paste';
  readonly text: string;
  readonly last: boolean;
}

export interface MouseToken {
  readonly kind: 'mouse';
  readonly action: 'press' | 'release' | 'move' | 'wheel-up' | 'wheel-down';
  readonly button: 'left' | 'middle' | 'right' | 'none';
  /** Cells from the top left corner, from 0. */
  readonly x: number;
  readonly y: number;
  readonly ctrl: boolean;
  readonly alt: boolean;
  readonly shift: boolean;
  /** How many presses of the button at this place followed quickly upon each other, this one included; 1 when not given. */
  readonly clicks?: 1 | 2 | 3;
  readonly raw: string;
}

/** A key that was let go; told by terminals with kitty's protocol while a program wants that. */
export interface ReleaseToken {
  readonly kind: 'release';
  readonly raw: string;
}

export interface FocusToken {
  readonly kind: 'focus';
  readonly gained: boolean;
}

/** An answer of the terminal to a query. */
export interface ReplyToken {
  readonly kind: 'reply';
  readonly raw: string;
}
