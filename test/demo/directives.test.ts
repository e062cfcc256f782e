import { expect, test } from 'vitest';
import { parseDirectives } from '../../src/demo/story.ts';

test.each([
  ['say: hello there', { kind: 'say', text: 'hello there' }],
  ['write src/a.js: export {}', { kind: 'write', file: 'src/a.js', text: 'export {}\n' }],
  ['write a.txt: one\\ntwo', { kind: 'write', file: 'a.txt', text: 'one\ntwo\n' }],
  ['append a.txt: more: text', { kind: 'append', file: 'a.txt', text: 'more: text\n' }],
  ['run: npm  install x', { kind: 'run', argv: ['npm', 'install', 'x'] }],
  ['  ask: Tabs or spaces?', { kind: 'ask', question: 'Tabs or spaces?' }],
  ['commit: Mend it', { kind: 'commit', message: 'Mend it' }],
  ['stream 20', { kind: 'stream', lines: 20 }],
  ['limit 60', { kind: 'limit', seconds: 60 }],
  ['exit 3', { kind: 'exit', code: 3 }],
])('%s', (line, step) => {
  expect(parseDirectives(line)).toEqual([step]);
});

test.each([
  'writer: x',
  'write a b: c',
  'stream many',
  'stream -1',
  'limit soon',
  'exit 256',
  'run:',
  'Please commit: it',
  '',
])('no directive: "%s"', (line) => {
  expect(parseDirectives(line)).toEqual([]);
});

test('prose between directives is passed over', () => {
  expect(parseDirectives('Do this:\nsay: a\n\nand then\ncommit: b')).toHaveLength(2);
});
