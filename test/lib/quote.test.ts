import { expect, test } from 'vitest';
import { quoteCommand } from '../../src/lib/quote.ts';

test.each([
  [['claude', '--resume', '0d9c'], 'claude --resume 0d9c'],
  [['claude', ''], "claude ''"],
  [['sh', '-c', 'echo hello; rm x'], "sh -c 'echo hello; rm x'"],
  [['say', "it's"], "say $'it\\'s'"],
  [['say', 'a\nb\tc'], "say $'a\\nb\\tc'"],
  [['say', 'safe\u202egnp.exe'], "say 'safe<U+202E>gnp.exe'"],
  [['say', 'é\u001b[2J'], "say $'é\\u001b[2J'"],
])('%j reads as %s', (command, expected) => {
  expect(quoteCommand(command)).toBe(expected);
});

test('whatever is not shown is spelt out in a command', () => {
  expect(quoteCommand(['a\u{e0041}\u200bb'])).toBe("'a<U+E0041><U+200B>b'");
});
