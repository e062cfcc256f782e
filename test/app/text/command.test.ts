import { expect, test } from 'vitest';
import { quoteCommand } from '../../../src/app/text/command.ts';
import { plainLine, plainLines } from '../../../src/lib/sanitize.ts';

test.each([
  [['claude', '--resume', '0d9c'], 'claude --resume 0d9c'],
  [['claude', ''], "claude ''"],
  [['sh', '-c', 'echo hello; rm x'], "sh -c 'echo hello; rm x'"],
  [['say', "it's"], "say $'it\\'s'"],
  [['say', 'a\nb\tc'], "say $'a\\nb\\tc'"],
  [['say', 'safe\u202egnp.exe'], "say $'safe\\u202egnp.exe'"],
  [['say', 'é\u001b[2J'], "say $'é\\u001b[2J'"],
])('%j reads as %s', (command, expected) => {
  expect(quoteCommand(command)).toBe(expected);
});

test('text keeps its line breaks and loses everything that could deceive', () => {
  expect(plainLines('a\r\nb\rc\td\u0000e\u200bf\u202eg')).toBe('a\nb\nc  d efg');
});

test.each([
  ['a\u200bb\u00adc\u2066d', 'abcd'],
  ['tags \u{e0041}\u{e0042} and \u{e0100}selectors', 'tags  and selectors'],
  ['\u3164filler\u115f', 'filler'],
  ['a\ufe0f 1\ufe0f', 'a 1'],
  ['❤\ufe0f 1\ufe0f⃣ 👩\u200d👩\u200d👧 👍🏽', '❤\ufe0f 1\ufe0f⃣ 👩\u200d👩\u200d👧 👍🏽'],
  ['user\u200d-auth', 'user-auth'],
  ['می\u200cخواهم', 'می\u200cخواهم'],
  ['\u0301e\u0301', 'e\u0301'],
  [`z${'\u0335'.repeat(50)}`, `z${'\u0335'.repeat(4)}`],
  ['\ud800lone', 'lone'],
  ['日本語 ⚑ ✎ … →', '日本語 ⚑ ✎ … →'],
])('%j is shown as %j', (text, shown) => {
  expect(plainLine(text)).toBe(shown);
});

test('whatever is not shown is spelt out in a command', () => {
  expect(quoteCommand(['a\u{e0041}\u200bb'])).toBe("$'a\\U000e0041\\u200bb'");
});
