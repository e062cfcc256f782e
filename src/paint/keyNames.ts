/**
 * Names of keys by what terminals send for them. Sources: xterm's ctlseqs and the kitty keyboard protocol.
 */
type Names = Readonly<Record<string, string>>;

/** By the last character of `CSI … x` and of `SS3 x`. */
export const finalNames: Names = {
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
export const ss3Names: Names = {
  ...finalNames,
  I: 'tab',
  M: 'enter',
  X: '=',
  ' ': 'space',
  ...byPosition('j'.charCodeAt(0), [...'*+,-./0123456789'], String.fromCharCode),
};

/** By the number of `CSI number ~`. */
export const numberNames: Names = {
  ...byPosition(1, ['home', 'insert', 'delete', 'end', 'pageup', 'pagedown', 'home', 'end']),
  ...byPosition(11, ['f1', 'f2', 'f3', 'f4', 'f5']),
  ...byPosition(17, ['f6', 'f7', 'f8', 'f9', 'f10']),
  ...byPosition(23, ['f11', 'f12']),
};

/** By code point, where the key is not called by its character; kitty's keypad lies in the private use area. */
export const codeNames: Names = {
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
