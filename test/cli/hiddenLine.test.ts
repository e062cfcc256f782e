import { expect, it } from 'vitest';
import { HiddenLine } from '../../src/cli/ask.ts';

it.each<[string, string[], string, string | null]>([
  ['a line that ends', ['secret\r'], 'secret', 'given'],
  ['a line in pieces', ['sec', 'ret', '\n'], 'secret', 'given'],
  ['what is typed behind its end', ['secret\rmore\r'], 'secret', 'given'],
  ['backspaces, also too many', ['xy\x7f\x7f\x7fsecret!\b\r'], 'secret', 'given'],
  ['a line begun anew', ['wrong\x15secret\r'], 'secret', 'given'],
  ['characters of two units', ['a😀\x7fb\r'], 'ab', 'given'],
  ['arrows and other keys', ['sec\x1b[D\x1bOP\x1b[3~ret\x1bx\x1b[1;5C\r'], 'secret', 'given'],
  ['marks around what is pasted', ['\x1b[200~secret\x1b[201~\r'], 'secret', 'given'],
  ['a mark in pieces', ['\x1b[20', '0~secret\x1b[', '201~\r'], 'secret', 'given'],
  ['a lone escape', ['\x1b', 'secret\r'], 'secret', 'given'],
  ['tabs and other control characters', ['se\tcr\x1a\x00et\r'], 'secret', 'given'],
  ['no end', ['secret'], 'secret', null],
  ['ctrl-c', ['secret\x03'], 'secret', 'cancelled'],
  ['ctrl-d', ['\x04'], '', 'cancelled'],
])('takes %s', (_, pieces, text, end) => {
  const line = new HiddenLine();
  expect(pieces.map((piece) => line.take(piece)).at(-1)).toBe(end);
  expect(line.text).toBe(text);
});
