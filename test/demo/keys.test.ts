import { expect, test } from 'vitest';
import { editText, KeyReader } from '../../src/demo/input.ts';

const text = (typed: string) => ({ name: 'text', text: typed }) as const;

test.each([
  ['hello\r', [text('hello'), { name: 'enter' }]],
  ['\x1b', [{ name: 'escape' }]],
  ['\x1b[A\x1bOB', [{ name: 'up' }, { name: 'down' }]],
  ['a\x7f\x03\x04', [text('a'), { name: 'backspace' }, { name: 'ctrl-c' }, { name: 'ctrl-d' }]],
  ['two\nlines', [text('two\nlines')]],
  ['\x1b[1;5C\x1b[<0;3;4M\x1b[I\x1bx', []],
  ['\x1b[200~pasted\rtext\x1b[201~\r', [text('pasted\ntext'), { name: 'enter' }]],
  ['ü日🚀', [text('ü日🚀')]],
])('%j', (input, keys) => {
  expect(new KeyReader().push(input)).toEqual(keys);
});

test('a paste may come in pieces, and its keys are text', () => {
  const reader = new KeyReader();
  expect(reader.push('\x1b[200~one\x03')).toEqual([]);
  expect(reader.push('two\x1b[20')).toEqual([]);
  expect(reader.push('1~after')).toEqual([text('one\x03two'), text('after')]);
});

test.each([
  ['ab', text('c'), 'abc'],
  ['ab', text('\x03c\n'), 'abc\n'],
  ['ab', text('\u202ec\t\u200b'), 'abc  '],
  ['👩', text('\u200d💻'), '👩\u200d💻'],
  ['a🚀', { name: 'backspace' }, 'a'],
  ['one two ', { name: 'ctrl-w' }, 'one '],
  ['one', { name: 'ctrl-u' }, ''],
  ['one', { name: 'up' }, 'one'],
] as const)('%j and %j give %j', (before, key, after) => {
  expect(editText(before, key)).toBe(after);
});
