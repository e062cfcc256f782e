import { StringDecoder } from 'node:string_decoder';

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
  /** Count of quick presses of the button at this place, this one included; 1 when not given. */
  readonly clicks?: 1 | 2 | 3;
  readonly raw: string;
}

/** A key that was released; reported by terminals with kitty's protocol while a program asks for it. */
export interface ReleaseToken {
  readonly kind: 'release';
  readonly raw: string;
}

interface FocusToken {
  readonly kind: 'focus';
  readonly gained: boolean;
}

/** An answer of the terminal to a query. */
interface ReplyToken {
  readonly kind: 'reply';
  readonly raw: string;
}

/** Starts a timer; returns how to stop it. */
export type Wait = (done: () => void) => () => void;

/** Longest wait for the rest of a sequence after an escape character: the bytes of one key arrive together. */
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

/** Returns the count of characters at the end of `text` that may be the beginning of `mark`. */
function startedLength(text: string, mark: string): number {
  for (let length = Math.min(text.length, mark.length - 1); length > 0; length--)
    if (text.endsWith(mark.slice(0, length))) return length;
  return 0;
}

function waitForMore(done: () => void): () => void {
  const timer = setTimeout(done, escapeMilliseconds);
  return () => clearTimeout(timer);
}

/**
 * Cuts a terminal's input into tokens, after ECMA-48 and xterm's ctlseqs. Text holds one byte
 * a character.
 */

/** Longest sequence waited for as a whole, in bytes; terminals' own are below a hundred. */
const longestSequence = 4096;

/** CSI; also the Linux console's function keys, mouse reports before SGR, and rxvt's Shift. */
const wholeControlSequence = /^\x1b\[(?:\[[A-E]|M[ -\xff]{3}|\d+\$|(?![[M])[ -?]*[@-~])/;
const startedControlSequence = /^\x1b\[(?:\[|M[ -\xff]{0,2}|[ -?]*)$/;
/** OSC, DCS, APC, PM and SOS: nothing but replies comes in them. */
const stringStart = /^\x1b[\]P_^X]/;
/** Keys that rxvt sends after one more escape when Alt is held. */
const altered = /^\x1b(?:O[A-Za-z]|\[[\d;]*[A-DFHZ^@$]|\[(?!20[01]~)[\d;]+~)$/;

/** Length of the first token of `text`, which is not empty; 0 when its end has not arrived. */
function firstLength(text: string): number {
  if (text[0] !== '\x1b') return characterLength(text);
  if (text.length === 1) return 0;
  if (text[1] === '\x1b') return afterEscape(text);
  if (text[1] === '[') return controlLength(text);
  if (text[1] === 'O') return text.length === 2 ? 0 : /[ -~]/.test(text[2] ?? '') ? 3 : 2;
  if (stringStart.test(text)) return text.length === 2 ? 0 : (stringEnd(text, 2) ?? 0);
  const character = characterLength(text.slice(1));
  return character === 0 ? 0 : character + 1;
}

/** Reports whether an incomplete `text` would be keys if nothing followed. */
function isPerhapsWhole(text: string): boolean {
  return /^\x1b{1,2}[[\]OP_^X]?$/.test(text);
}

/** The keys that a text `isPerhapsWhole` of comes to when nothing follows. */
function splitWhole(text: string): string[] {
  return text.match(/\x1b[^\x1b]?/g) ?? [];
}

/**
 * Returns the end of a string whose inside begins at `from`: after its end mark, or before another control character, which no
 * terminal sends in one; so half a reply never locks the keyboard. Null: not in `text`.
 */
function stringEnd(text: string, from: number): number | null {
  const inside = text.slice(from).search(/[\x00-\x1f]/);
  if (inside < 0 || text.slice(from + inside) === '\x1b') return null;
  const end = from + inside;
  if (text[end] === '\x07') return end + 1;
  return text.startsWith('\x1b\\', end) ? end + 2 : end;
}

function controlLength(text: string): number {
  const whole = wholeControlSequence.exec(text);
  if (whole) return whole[0].length;
  if (startedControlSequence.test(text)) return 0;
  // Broken off by a control character, which is a token of its own.
  return /^\x1b\[[ -?]*/.exec(text)?.[0].length ?? 1;
}

/** An escape before a key's sequence is Alt, before anything else it is the key. */
function afterEscape(text: string): number {
  const next = text[2];
  if (next === undefined) return 0;
  if (next !== '[' && next !== 'O') return 1;
  const length = firstLength(text.slice(1));
  if (length === 0) return 0;
  return altered.test(text.slice(1, 1 + length)) ? length + 1 : 1;
}

/** One UTF-8 character, or one byte if it is none. */
function characterLength(text: string): number {
  const lead = text.charCodeAt(0);
  const length = lead < 0xc2 || lead > 0xf4 ? 1 : lead < 0xe0 ? 2 : lead < 0xf0 ? 3 : 4;
  for (let at = 1; at < length; at++) {
    if (at === text.length) return 0;
    if ((text.charCodeAt(at) & 0xc0) !== 0x80) return 1;
  }
  return length;
}

interface Modifiers {
  readonly shift: boolean;
  readonly alt: boolean;
  readonly ctrl: boolean;
  /** Super or Hyper. Such a key has no name here, lest it be taken for the key without them. */
  readonly foreign: boolean;
}

const plain: Modifiers = { shift: false, alt: false, ctrl: false, foreign: false };

/**
 * Returns the token of one whole sequence; `raw` has one byte a character. An unknown one is a `reply`, never a key that a
 * person could have pressed.
 */
function tokenOf(raw: string): Token {
  if (raw[0] !== '\x1b') return character(raw);
  if (raw.length === 1) return key('escape', plain, raw);
  if (/^\x1bO[ -~]$/.test(raw)) return key(ss3Names[raw[2] ?? ''], plain, raw);
  if (raw.startsWith('\x1b[') && raw.length > 2) return controlSequence(raw);
  if (/^\x1b[\]P_^X]./s.test(raw)) return { kind: 'reply', raw };
  const token = tokenOf(raw.slice(1));
  return token.kind === 'key' ? { ...token, alt: true, raw } : { kind: 'reply', raw };
}

/** A character in UTF-8, or a control character. */
function character(raw: string): KeyToken {
  const code = raw.charCodeAt(0);
  if (code >= 0x80) return textKey(Buffer.from(raw, 'latin1').toString('utf8'), plain, raw);
  const name = codeNames[code];
  if (name !== undefined) return key(name, plain, raw);
  if (code >= 0x20) return textKey(raw, plain, raw);
  // Ctrl takes 64 off the code of a capital letter; Ctrl+Space is 0.
  const letter = code === 0 ? 'space' : String.fromCharCode(code + 0x40).toLowerCase();
  return key(letter, { ...plain, ctrl: true }, raw);
}

function controlSequence(raw: string): Token {
  if (raw === '\x1b[I' || raw === '\x1b[O') return { kind: 'focus', gained: raw === '\x1b[I' };
  const consoleKey = /^\x1b\[\[([A-E])$/.exec(raw)?.[1];
  if (consoleKey) return key(`f${consoleKey.charCodeAt(0) - 0x40}`, plain, raw);
  const [, mark = '', numbers = '', final = ''] = /^\x1b\[([<=>?]?)([\d;:]*)(.*)$/s.exec(raw) ?? [];
  const fields = numbers.split(';').map((field) => field.split(':').map(Number));
  const token = mark === '' ? keyOf(fields, final, raw) : mark === '<' ? mouse(fields, final, raw) : null;
  return token ?? { kind: 'reply', raw };
}

function keyOf(
  [first = [], second = [], third = []]: number[][],
  final: string,
  raw: string,
): KeyToken | ReleaseToken | null {
  const [number = 0] = first;
  const [bits, event] = second;
  const modifiers = modifiersOf(bits);
  if (event === 3) return { kind: 'release', raw };
  if (final === 'u') return codeKey(ofLayout(first, modifiers), first[1], third, modifiers, raw);
  if (final === '~' && number === 27) return codeKey(third[0] ?? 0, undefined, [], modifiers, raw);
  if (final === '~') return key(numberNames[number], modifiers, raw);
  if (final === '^') return key(numberNames[number], { ...modifiers, ctrl: true }, raw);
  if (final === '$') return key(numberNames[number], { ...modifiers, shift: true }, raw);
  if (final === '@') return key(numberNames[number], { ...modifiers, shift: true, ctrl: true }, raw);
  if (final === 'Z') return key('tab', { ...modifiers, shift: true }, raw);
  // A report of the cursor's position ends like F3.
  const name = final === 'R' && number > 1 ? undefined : finalNames[final];
  return name === undefined ? null : key(name, modifiers, raw);
}

/** Returns a key by its code point: `code : shifted code ; modifiers ; text` in kitty's protocol, or xterm's modifyOtherKeys. */
function codeKey(
  code: number,
  shifted: number | undefined,
  text: number[],
  modifiers: Modifiers,
  raw: string,
) {
  const name = codeNames[code];
  if (name !== undefined) return key(name, modifiers, raw);
  const typed = textOf(text) || textOf(modifiers.shift && shifted ? [shifted] : [code]);
  const capital = typed.toUpperCase();
  // Some capitals are two letters: ß.
  return textKey(modifiers.shift && capital.length === typed.length ? capital : typed, modifiers, raw);
}

/** With Ctrl, a key of another script is the one at its place on the keyboard of the PC, where the terminal tells that. */
function ofLayout([code = 0, , base = 0]: number[], { ctrl }: Modifiers): number {
  return ctrl && code > 0x7f && base > 0 ? base : code;
}

function textOf(codes: readonly number[]): string {
  const isCharacter = (code: number) => code >= 0x20 && code <= 0x10ffff && (code < 0xd800 || code > 0xdfff);
  return codes.every(isCharacter) ? String.fromCodePoint(...codes) : '';
}

/** A key named by what it writes. Control characters, private use (kitty's lone modifiers) and broken UTF-8 write nothing. */
function textKey(text: string, modifiers: Modifiers, raw: string): KeyToken {
  const name = text === '' || /[\p{Cc}\p{Cs}\p{Co}\ufffd]/u.test(text) ? undefined : text;
  return key(name, { ...modifiers, shift: false }, raw);
}

function key(name: string | undefined, { shift, alt, ctrl, foreign }: Modifiers, raw: string): KeyToken {
  return { kind: 'key', name: foreign || name === undefined ? 'unknown' : name, ctrl, alt, shift, raw };
}

/** xterm's count: one more than the sum of 1 Shift, 2 Alt, 4 Ctrl, 8 Super, 16 Hyper, 32 Meta; locks above are ignored. */
function modifiersOf(count: number | undefined): Modifiers {
  const bits = Math.max((count ?? 1) - 1, 0);
  return { shift: (bits & 1) > 0, alt: (bits & 34) > 0, ctrl: (bits & 4) > 0, foreign: (bits & 24) > 0 };
}

/** SGR encoding: `CSI < buttons ; column ; row M`, or `m` for a release. */
function mouse(fields: number[][], final: string, raw: string): MouseToken | null {
  const [bits = 0, column = 0, row = 0] = fields.map(([field = 0]) => field);
  // 64 and 65 are the wheel; sideways wheels and buttons above the third have no meaning here.
  if ((final !== 'M' && final !== 'm') || bits >= 128 || (bits & 66) === 66) return null;
  return {
    kind: 'mouse',
    action: mouseAction(bits, final),
    button: (bits & 64) > 0 ? 'none' : (buttons[bits & 3] ?? 'none'),
    x: Math.max(column - 1, 0),
    y: Math.max(row - 1, 0),
    ctrl: (bits & 16) > 0,
    alt: (bits & 8) > 0,
    shift: (bits & 4) > 0,
    raw,
  };
}

const buttons = ['left', 'middle', 'right'] as const;

function mouseAction(bits: number, final: string): MouseToken['action'] {
  if ((bits & 64) > 0) return (bits & 1) > 0 ? 'wheel-down' : 'wheel-up';
  if ((bits & 32) > 0) return 'move';
  return final === 'm' ? 'release' : 'press';
}

/**
 * Names of keys by what terminals send for them. Sources: xterm's ctlseqs and the kitty keyboard protocol.
 */
type Names = Readonly<Record<string, string>>;

/** By the last character of `CSI … x` and of `SS3 x`. */
const finalNames: Names = {
  A: 'up',
  B: 'down',
  C: 'right',
  D: 'left',
  F: 'end',
  H: 'home',
  P: 'f1',
  Q: 'f2',
  R: 'f3',
  S: 'f4',
};

/** By the character of `SS3 x`: the above, and the keypad in application mode. */
const ss3Names: Names = {
  ...finalNames,
  I: 'tab',
  M: 'enter',
  X: '=',
  ' ': 'space',
  ...byPosition('j'.charCodeAt(0), [...'*+,-./0123456789'], String.fromCharCode),
};

/** By the number of `CSI number ~`. */
const numberNames: Names = {
  ...byPosition(1, ['home', 'insert', 'delete', 'end', 'pageup', 'pagedown', 'home', 'end']),
  ...byPosition(11, ['f1', 'f2', 'f3', 'f4', 'f5']),
  ...byPosition(17, ['f6', 'f7', 'f8', 'f9', 'f10']),
  ...byPosition(23, ['f11', 'f12']),
};

/** By code point, where the key is not called by its character; kitty's keypad lies in the private use area. */
const codeNames: Names = {
  8: 'backspace',
  9: 'tab',
  13: 'enter',
  27: 'escape',
  32: 'space',
  127: 'backspace',
  ...byPosition(57399, [...'0123456789./*-+', 'enter', '=', ',']),
  ...byPosition(57417, [
    'left',
    'right',
    'up',
    'down',
    'pageup',
    'pagedown',
    'home',
    'end',
    'insert',
    'delete',
  ]),
};

function byPosition(first: number, names: readonly string[], key: (at: number) => string = String): Names {
  return Object.fromEntries(names.map((name, index) => [key(first + index), name]));
}
