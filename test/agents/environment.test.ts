import { expect, test } from 'vitest';
import { agentEnvironment } from '../../src/agents/launch.ts';

const plain = { env: {}, pass: [] };
const terminal = { TERM: 'xterm-256color', COLORTERM: 'truecolor' };

test('needed variables are passed, all others are dropped', () => {
  const ambient = {
    PATH: '/usr/bin',
    HOME: '/home/me',
    LC_TIME: 'de_DE.UTF-8',
    SSH_AUTH_SOCK: '/run/agent',
    ANTHROPIC_API_KEY: 'key',
    CLAUDE_CONFIG_DIR: '/cfg',
    CLAUDE_CODE_USE_BEDROCK: '1',
    CLAUDE_CODE_OAUTH_TOKEN: 'of setup-token',
    CLAUDE_CODE_OAUTH_TOKEN_FILE_DESCRIPTOR: '3',
    CLAUDE_CODE_CHILD_SESSION: '1',
    CLAUDECODE: '1',
    GPG_TTY: '/dev/pts/3',
    GIT_DIR: '/elsewhere/.git',
    EDITOR: 'vi',
    TERM_PROGRAM: 'iTerm.app',
    TMUX: '/tmp/tmux',
    KITTY_WINDOW_ID: '1',
    ITERM_SESSION_ID: '2',
    DATABASE_URL: 'secret',
  };
  expect(agentEnvironment(ambient, plain)).toEqual({
    PATH: '/usr/bin',
    HOME: '/home/me',
    LC_TIME: 'de_DE.UTF-8',
    SSH_AUTH_SOCK: '/run/agent',
    ANTHROPIC_API_KEY: 'key',
    CLAUDE_CONFIG_DIR: '/cfg',
    CLAUDE_CODE_USE_BEDROCK: '1',
    CLAUDE_CODE_OAUTH_TOKEN: 'of setup-token',
    ...terminal,
  });
});

test('a preset passes names and prefixes and sets its own', () => {
  const ambient = { DATABASE_URL: 'db', MY_A: '1', MY_B: '2', OTHER: '3' };
  const preset = { pass: ['DATABASE_URL', 'MY_*'], env: { MY_B: 'own', NEW: 'n' } };
  expect(agentEnvironment(ambient, preset)).toEqual({
    DATABASE_URL: 'db',
    MY_A: '1',
    MY_B: 'own',
    NEW: 'n',
    ...terminal,
  });
});

test('no preset passes our own secrets and marks', () => {
  const ambient = { NOTION_TOKEN: 'secret', ORCH_TOKEN: 'of another worker' };
  const preset = { pass: ['NOTION_TOKEN', 'ORCH_*', 'NOTION_*', 'O*'], env: {} };
  expect(agentEnvironment(ambient, preset)).toEqual(terminal);
});

test('variables of the start override the preset, and nothing overrides the terminal', () => {
  const preset = { pass: [], env: { NAME: 'preset', TERM: 'xterm-kitty' } };
  expect(agentEnvironment({ TERM: 'dumb' }, preset, { NAME: 'start' })).toEqual({
    NAME: 'start',
    ...terminal,
  });
});

test('variables without a value are left out', () => {
  expect(agentEnvironment({ HOME: undefined }, plain)).toEqual(terminal);
});

test.each([
  { given: { HTTPS_PROXY: 'http://p:1' }, direct: '127.0.0.1,localhost' },
  {
    given: { http_proxy: 'http://p:1', NO_PROXY: 'corp.example' },
    direct: 'corp.example,127.0.0.1,localhost',
  },
  { given: { all_proxy: 'socks://p', no_proxy: 'localhost' }, direct: 'localhost,127.0.0.1' },
])('with a proxy, loopback stays direct: $given', ({ given, direct }) => {
  expect(agentEnvironment(given, plain)).toMatchObject({ NO_PROXY: direct, no_proxy: direct });
});
