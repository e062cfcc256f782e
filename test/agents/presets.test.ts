import { expect, test } from 'vitest';
import { builtInPresets, resolvePresets } from '../../src/agents/presets.ts';

const builtIn = builtInPresets({ node: '/node', demoAgent: '/demo.js' });

test('without configuration the built-in presets are there', () => {
  expect(resolvePresets(undefined, builtIn)).toEqual({
    ok: true,
    value: {
      claude: { command: ['claude'], env: {}, pass: [], speaks: 'claude' },
      demo: { command: ['/node', '/demo.js'], env: {}, pass: [], speaks: 'claude' },
    },
  });
});

test('an own agent has a command, and speaks nothing unless it says so', () => {
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

test.each([
  [[], 'agents must be an object of presets by name.'],
  [{ 'a b': {} }, 'agents.a?b has a name with other than letters, digits, ".", "_" and "-".'],
  [{ mine: 'my-agent' }, 'agents.mine must be an object.'],
  [{ mine: {} }, 'agents.mine.command must be a list of texts, the program first.'],
  [{ constructor: {} }, 'agents.constructor.command must be a list of texts, the program first.'],
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
  [{ mine: { comand: ['a'] } }, 'agents.mine.comand is unknown; known are command, env, pass, speaks.'],
])('what is wrong is named: %j', (agents, message) => {
  expect(resolvePresets(agents, builtIn)).toEqual({
    ok: false,
    problem: { code: 'config_invalid', message, hint: 'Mend .orch/config.json.' },
  });
});
