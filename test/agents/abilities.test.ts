import { expect, it } from 'vitest';
import { abilitiesMissing, missingAbilities, takesBrief } from '../../src/agents/abilities.ts';
import { builtInPresets } from '../../src/agents/presets.ts';

const presets = builtInPresets({ node: 'node', demoAgent: 'demo.js' });

it('agents with Claude Code’s hooks lack nothing, all others hooks and tools', () => {
  const missing = abilitiesMissing(presets);
  expect(Object.keys(missing).sort()).toEqual(['aider', 'codex', 'gemini', 'opencode']);
  expect(missing.codex).toEqual(['hooks', 'tools']);
});

it('what an agent lacks is said before it is started', () => {
  expect(missingAbilities(presets.claude)).toEqual([]);
  expect(missingAbilities(presets.codex)).toEqual([
    expect.stringContaining('that it asks something is seen'),
    'It has hooks of its own, which orch-tui does not read yet.',
    expect.stringContaining('none of our tools'),
  ]);
  expect(missingAbilities({ ...presets.codex, command: ['/opt/bin/codex', '-m', 'x'] })).toHaveLength(3);
  expect(missingAbilities(presets.opencode)).toEqual([
    expect.stringContaining('its questions are not'),
    expect.stringContaining('none of our tools'),
  ]);
});

it('a brief is handed over to Claude Code, and where arguments have a place for it', () => {
  const bare = { command: ['cat'], env: {}, pass: [], speaks: 'none' } as const;
  expect(takesBrief(presets.claude)).toBe(true);
  expect(takesBrief(presets.codex)).toBe(true);
  expect(takesBrief({ ...bare, command: ['cat', '{brief}'] })).toBe(true);
  expect(takesBrief({ ...bare, command: ['cat', '--task={brief}'] })).toBe(true);
  expect(takesBrief(bare)).toBe(false);
});
