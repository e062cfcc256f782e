import type { KeyToken, MouseToken, ReleaseToken, Token } from '../domain/key.ts';
import { codeNames, finalNames, numberNames, ss3Names } from './keyNames.ts';

interface Modifiers {
  readonly shift: boolean;
  readonly alt: boolean;
  readonly ctrl: boolean;
  /** Super or Hyper. Such a key has no name here, lest it be taken for the key without them. */
  readonly foreign: boolean;
}

const plain: Modifiers = { shift: false, alt: false, ctrl: false, foreign: false };

/**
 * What one whole sequence means; `raw` has one byte a character. What is not understood is a `reply`, never a key that a
 * person could have pressed.
 */
export function tokenOf(raw: string): Token {
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

/** A key told by its code point: `code : shifted code ; modifiers ; text` in kitty's protocol, or xterm's modifyOtherKeys. */
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
