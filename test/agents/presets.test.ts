import { expect, test } from 'vitest';
import { builtInPresets, resolvePresets } from '../../src/agents/presets.ts';

const builtIn = builtInPresets({ node: '/node', demoAgent: '/demo.js' });

test('without configuration the built-in presets are there', () => {
  const resolved = resolvePresets(undefined, builtIn);
  expect(resolved).toMatchObject({
    value: {
      claude: { command: ['claude'], env: {}, pass: [], speaks: 'claude' },
      demo: { command: ['/node', '/demo.js'], env: {}, pass: [], speaks: 'claude' },
    },
  });
  expect(resolved.ok && Object.keys(resolved.value)).toEqual([
    ...['claude', 'demo', 'codex', 'gemini', 'opencode', 'aider'],
  ]);
});

test('a custom agent may define how it takes a brief, resumes, exits, and its titles', () => {
  const entry = {
    command: ['mine'],
    prompt: ['--say={brief}'],
    resume: ['--go-on'],
    quit: { interrupt: '\u0003', type: '/bye' },
    titles: { working: ['…'], resting: ['ok'] },
    sessions: ['list', '--json'],
    ifListed: ['--alone'],
  };
  expect(resolvePresets({ mine: entry }, builtIn)).toMatchObject({ ok: true, value: { mine: entry } });
});

test('a custom agent has a command, and speaks no protocol by default', () => {
  const resolved = resolvePresets({ mine: { command: ['my-agent', '{brief}'] } }, builtIn);
  expect(resolved).toMatchObject({
    value: { mine: { command: ['my-agent', '{brief}'], env: {}, pass: [], speaks: 'none' } },
  });
});

test('a built-in preset keeps what the configuration does not change', () => {
  const resolved = resolvePresets({ claude: { env: { MAX: '1' }, pass: ['FOO_*'] } }, builtIn);
  expect(resolved).toMatchObject({
    value: { claude: { command: ['claude'], env: { MAX: '1' }, pass: ['FOO_*'], speaks: 'claude' } },
  });
});

test('Codex runs alone where it can, and its variables reach it; OpenCode goes on by a session of its folder', () => {
  const { codex, opencode } = builtIn;
  expect(codex).toMatchObject({ ifListed: ['--no-daemon'], pass: ['OPENAI_*', 'CODEX_*'] });
  expect(opencode).toMatchObject({ resume: ['--session', '{session}'] });
  const changed = resolvePresets({ codex: { command: ['codex', '-m', 'x'] } }, builtIn);
  expect(changed).toMatchObject({ value: { codex: { ifListed: ['--no-daemon'], sessions: 'codex' } } });
});

test.each([
  [[], 'agents must be an object of presets by name.'],
  [{ 'a b': {} }, 'agents.a?b has a name with other than letters, digits, ".", "_" and "-".'],
  [{ mine: 'my-agent' }, 'agents.mine must be an object.'],
  [{ mine: {} }, 'agents.mine.command must be a list of texts, the program first.'],
  [{ constructor: {} }, 'agents.constructor.command must be a list of texts, the program first.'],
  [
    { mine: { command: ['sh', '-c', 'my-agent {brief}'] } },
    'agents.mine.command must not put "{brief}" into a script: a shell would run what is in it. Make it an argument of its own.',
  ],
  [{ mine: { command: 'my-agent -x' } }, 'agents.mine.command must be a list of texts, the program first.'],
  [{ mine: { command: [] } }, 'agents.mine.command must be a list of texts, the program first.'],
  [{ mine: { command: ['a\0b'] } }, 'agents.mine.command must be a list of texts, the program first.'],
  [
    { mine: { command: ['a'], env: { 'A=B': 'x' } } },
    'agents.mine.env must be an object of texts by variable name.',
  ],
  [
    { mine: { command: ['a'], env: { A: 1 } } },
    'agents.mine.env must be an object of texts by variable name.',
  ],
  [
    { mine: { command: ['a'], pass: ['*'] } },
    'agents.mine.pass must be a list of variable names, such as "FOO" or "FOO_*".',
  ],
  [{ mine: { command: ['a'], speaks: 'latin' } }, 'agents.mine.speaks must be "claude" or "none".'],
  [{ claude: { speaks: 'none' } }, 'agents.claude.speaks must stay "claude".'],
  [{ mine: { comand: ['a'] } }, 'agents.mine.command must be a list of texts, the program first.'],
  [
    { mine: { command: ['a'], prompt: ['-i'] } },
    'agents.mine.prompt must be a list of texts with "{brief}" in one of them.',
  ],
  [{ mine: { command: ['a'], resume: 'x' } }, 'agents.mine.resume must be a list of texts.'],
  [
    { mine: { command: ['a'], sessions: 'claude' } },
    'agents.mine.sessions must be a list of texts, "codex" or "gemini".',
  ],
  [{ mine: { command: ['a'], ifListed: '--x' } }, 'agents.mine.ifListed must be a list of texts.'],
  [
    { mine: { command: ['a'], quit: {} } },
    'agents.mine.quit must be an object of two texts, "interrupt" and "type".',
  ],
  [
    { mine: { command: ['a'], titles: { asking: 'x' } } },
    'agents.mine.titles must hold lists of texts, "asking", "working" and "resting".',
  ],
])('what is wrong is named: %j', (agents, message) => {
  expect(resolvePresets(agents, builtIn)).toEqual({
    ok: false,
    problem: { code: 'config_invalid', message, hint: 'Fix .orch/config.json.' },
  });
});
