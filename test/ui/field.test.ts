import { expect, test } from 'vitest';
import {
  editField,
  fieldOf,
  insertText,
  maxFieldLength,
  moveRow,
  type TextField,
} from '../../src/ui/field.ts';

/** Writes a field as text with `|` at the caret. */
function field(marked: string): TextField {
  return { text: marked.replace('|', ''), caret: marked.indexOf('|') };
}

function shown({ text, caret }: TextField): string {
  return `${text.slice(0, caret)}|${text.slice(caret)}`;
}

test.each([
  ['left', 'ab|c', 'a|bc'],
  ['left', '|abc', '|abc'],
  ['right', 'ab|', 'ab|'],
  ['left', '👩‍👩‍👧|', '|👩‍👩‍👧'],
  ['home', 'one\ntw|o', 'one\n|two'],
  ['home', '|\n', '|\n'],
  ['ctrl-a', 'ab|c', '|abc'],
  ['end', 'o|ne\ntwo', 'one|\ntwo'],
  ['ctrl-e', 'a|bc', 'abc|'],
  ['ctrl-left', 'one two  |', 'one |two  '],
  ['alt-f', 'one| two three', 'one two| three'],
  ['backspace', 'ae\u0301|', 'a|'],
  ['backspace', '|a', '|a'],
  ['delete', '|日本', '|本'],
  ['ctrl-w', 'fix the bug|', 'fix the |'],
  ['ctrl-u', 'one\ntwo th|ree', 'one\n|ree'],
  ['ctrl-k', 'on|e\ntwo', 'on|\ntwo'],
])('%s makes %j into %j', (key, before, after) => {
  expect(shown(editField(field(before), key) ?? field('|none'))).toBe(after);
});

test('a key that does not edit returns null', () => {
  expect(editField(fieldOf('x'), 'f5')).toBeNull();
});

test('pasted lines become one in a one-line field and stay lines in a brief', () => {
  expect(shown(insertText(field('a|d'), 'b\r\nc\u001b'))).toBe('ab c |d');
  expect(shown(insertText(field('a|d'), 'b\r\nc', true))).toBe('ab\nc|d');
});

test('a field never grows beyond its limit', () => {
  const full = insertText(fieldOf('x'), 'y'.repeat(2 * maxFieldLength));
  expect(full.text).toHaveLength(maxFieldLength);
  expect(full.caret).toBe(maxFieldLength);
});

test.each([
  [1, 'on|e\ntwo', 10, 'one\ntw|o'],
  [-1, 'one\ntw|o', 10, 'on|e\ntwo'],
  [1, 'lo|ng\na', 10, 'long\na|'],
  [1, 'on|e two three', 8, 'one two th|ree'],
] as const)('moving %i rows in %j wrapped at %i', (by, before, width, after) => {
  const next = moveRow(field(before), by, width);
  expect(next && shown(next)).toBe(after);
});

test('the caret does not move above the first or below the last row', () => {
  expect(moveRow(field('on|e'), -1, 10)).toBeNull();
  expect(moveRow(field('one|'), 1, 10)).toBeNull();
});

test('a combining mark typed alone joins the letter before it', () => {
  expect(insertText(insertText(fieldOf(''), 'ก'), '\u0e34').text).toBe('กิ');
});
