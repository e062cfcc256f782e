import { expect, it } from 'vitest';
import { abilitiesMissing, lacks, takesBrief } from '../../src/agents/abilities.ts';
import { builtInPresets } from '../../src/agents/builtIn.ts';

const presets = builtInPresets({ node: 'node', demoAgent: 'demo.js' });

it('agents with Claude Code’s hooks lack nothing, all others hooks and tools', () => {
  const missing = abilitiesMissing(presets);
  expect(Object.keys(missing).sort()).toEqual(['aider', 'codex', 'gemini', 'opencode']);
  expect(missing.codex).toEqual(['hooks', 'tools']);
});

it('what an agent lacks is said before it is started', () => {
  expect(lacks(presets.claude)).toEqual([]);
  expect(lacks(presets.codex)).toHaveLength(2);
});

it('a brief is handed over to Claude Code, and where arguments have a place for it', () => {
  const bare = { command: ['cat'], env: {}, pass: [], speaks: 'none' } as const;
  expect(takesBrief(presets.claude)).toBe(true);
  expect(takesBrief(presets.codex)).toBe(true);
  expect(takesBrief({ ...bare, command: ['cat', '{brief}'] })).toBe(true);
  expect(takesBrief(bare)).toBe(false);
});
