import { expect, it } from 'vitest';
import { abilitiesMissing, lacks } from '../../src/agents/abilities.ts';
import { builtInPresets } from '../../src/agents/builtIn.ts';

const presets = builtInPresets({ node: 'node', demoAgent: 'demo.js' });

it('agents with Claude Code’s hooks lack nothing, all others hooks and tools', () => {
  const missing = abilitiesMissing(presets);
  expect(Object.keys(missing).sort()).toEqual(['aider', 'codex', 'gemini', 'opencode']);
  expect(missing.codex).toEqual(['hooks', 'tools']);
});

it('what an agent lacks is said before it is started, the brief only where it gets none', () => {
  expect(lacks(presets.claude, 'Do it.')).toEqual([]);
  expect(lacks(presets.codex, 'Do it.')).toHaveLength(2);
  const bare = { command: ['cat'], env: {}, pass: [], speaks: 'none' } as const;
  expect(lacks(bare, 'Do it.')).toHaveLength(3);
  expect(lacks(bare, '')).toHaveLength(2);
});
