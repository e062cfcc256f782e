import { expect, test } from 'vitest';
import { paintedBytes, rawBytes } from '../../src/client/attach.ts';
import { type Token, Tokenizer } from '../../src/terminal/input.ts';
import { initialModes } from '../../src/terminal/screen.ts';

function tokensOf(bytes: string): Token[] {
  const tokens: Token[] = [];
  const tokenizer = new Tokenizer((token) => tokens.push(token));
  tokenizer.push(Buffer.from(bytes, 'latin1'));
  tokenizer.dispose();
  return tokens;
}

test.each([
  ['keys', 'a\r\x1b[A\x1bOP\x1b[1;5C\x1b[97;5u'],
  ['key releases', '\x1b[97;1:3u'],
  ['mouse reports of all encodings', '\x1b[<0;3;4M\x1b[<66;3;4M\x1b[M !!\x1b[32;3;4M'],
  ['focus', '\x1b[I\x1b[O'],
])('%s reach a program unchanged that has the terminal to itself', (_, bytes) => {
  expect(tokensOf(bytes).map(rawBytes).join('')).toBe(bytes);
});

test.each([
  ['the cursor’s position', '\x1b[5;7R'],
  ['its position in the first row', '\x1b[1;7R'],
  ['the terminal’s type', '\x1b[?62;22c\x1b[>1;10;0c\x1bP>|xterm(390)\x1b\\'],
  ['colours', '\x1b]11;rgb:0000/0000/0000\x1b\\'],
  ['modes and keyboard flags', '\x1b[?2004;1$y\x1b[?5u'],
])('an answer with %s is dropped, because the host has given one', (_, bytes) => {
  expect(tokensOf(bytes).map(rawBytes).join('')).toBe('');
});

test('a program painted by us gets mouse and focus only if it asked, in its own encoding', () => {
  const tokens = tokensOf('\x1b[<0;3;4M\x1b[I');
  expect(tokens.map((token) => paintedBytes(token, initialModes))).toEqual(['', '']);
  const asking = { ...initialModes, mouse: 'vt200', focusEvents: true } as const;
  expect(tokens.map((token) => paintedBytes(token, asking))).toEqual(['\x1b[M #$', '\x1b[I']);
});
