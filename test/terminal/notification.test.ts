import { expect, test } from 'vitest';
import { notificationBytes, notificationStyle, titleSequence } from '../../src/terminal/tty.ts';

test.each([
  [{ TERM: 'xterm-256color', TERM_PROGRAM: 'iTerm.app' }, 'osc9'],
  [{ TERM: 'xterm-256color', TERM_PROGRAM: 'WezTerm' }, 'osc9'],
  [{ TERM: 'xterm-ghostty' }, 'osc9'],
  [{ TERM: 'xterm-kitty' }, 'osc99'],
  [{ TERM: 'foot' }, 'osc777'],
  [{ TERM: 'rxvt-unicode-256color' }, 'osc777'],
  [{ TERM: 'xterm-256color' }, null],
  [{ TERM: 'tmux-256color', TERM_PROGRAM: 'WezTerm', TMUX: '/tmp/x' }, null],
  [{}, null],
] as const)('the terminal %j is told by %s', (env, style) => {
  expect(notificationStyle(env)).toBe(style);
});

test.each([
  ['osc9', '\x1b]9;web/a: Bash ls\x1b\\'],
  ['osc99', '\x1b]99;i=orch-tui:d=0;web/a\x1b\\\x1b]99;i=orch-tui:p=body;Bash ls\x1b\\'],
  ['osc777', '\x1b]777;notify;web/a;Bash ls\x1b\\'],
  [null, ''],
] as const)('%s cannot be ended or divided by what a worker says', (style, bytes) => {
  expect(notificationBytes(style, 'web/a\x07', 'Bash\x1b;\u009cls')).toBe(bytes);
});

test('neither a notification nor a title carries what hides or turns around', () => {
  expect(notificationBytes('osc9', 'web', '\u202eko\u200b 👩\u200d💻')).toBe(
    '\x1b]9;web: ko 👩\u200d💻\x1b\\',
  );
  expect(titleSequence('a\x1b\\b\u202e\x07c\u{e0041}')).toBe('\x1b]2;a \\b c\x1b\\');
});
