import { expect, test } from 'vitest';
import { capabilitiesOf } from '../../src/terminal/tty.ts';

test.each([
  [{}, 'none'],
  [{ TERM: 'dumb', COLORTERM: 'truecolor' }, 'none'],
  [{ TERM: 'xterm-256color', NO_COLOR: '1' }, 'none'],
  [{ TERM: 'xterm-256color', NO_COLOR: '' }, '256'],
  [{ TERM: 'xterm-256color', COLORTERM: 'truecolor' }, 'rgb'],
  [{ TERM: 'screen', COLORTERM: '24bit' }, 'rgb'],
  [{ TERM: 'xterm-direct' }, 'rgb'],
  [{ TERM: 'xterm-kitty' }, 'rgb'],
  [{ TERM: 'tmux-256color' }, '256'],
  [{ TERM: 'linux' }, '16'],
])('colours for %j: %s', (env, colors) => {
  expect(capabilitiesOf(env).colors).toBe(colors);
});

test.each([
  [{ TERM: 'xterm-256color' }, false],
  [{ TERM: 'xterm-256color', TERM_PROGRAM: 'Apple_Terminal' }, false],
  [{ TERM: 'xterm-256color', TERM_PROGRAM: 'iTerm.app' }, true],
  [{ TERM: 'xterm-256color', VTE_VERSION: '7006' }, true],
  [{ TERM: 'xterm-256color', VTE_VERSION: '4205' }, false],
  [{ TERM: 'xterm-ghostty' }, true],
])('underline styles for %j: %s', (env, known) => {
  expect(capabilitiesOf(env).underlineStyles).toBe(known);
});

test.each([
  [{ TERM: 'xterm-256color' }, true],
  [{ TERM: 'tmux-256color' }, true],
  [{ TERM: 'xterm', NO_COLOR: '1' }, true],
  [{ TERM: 'linux' }, false],
  [{ TERM: 'linux-16color' }, false],
  [{ TERM: 'dumb' }, false],
  [{}, false],
])('links and titles for %j: %s', (env, taken) => {
  expect(capabilitiesOf(env).osc).toBe(taken);
});
