import { expect, test } from 'vitest';
import { plainText, quoteCommand } from '../../../src/app/text/plain.ts';

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
  expect(plainText('a\r\nb\rc\td\u0000e\u200bf\u202eg')).toBe('a\nb\nc  d efg');
});
