import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { agentPrograms } from '../../src/agents/launch.ts';
import { toolsOf } from '../../src/features/commands.ts';

const { plugin } = agentPrograms();
const skills = join(plugin, 'skills');
const tools = {
  worker: toolsOf.worker.map(({ name }) => name),
  orchestrator: toolsOf.orchestrator.map(({ name }) => name),
};
/** Parameters that skills speak of. */
const parameters = ['ready_to_merge'];

test('the plugin is named as its skills are called', () => {
  const manifest = JSON.parse(readFileSync(join(plugin, '.claude-plugin', 'plugin.json'), 'utf8'));
  expect(manifest).toMatchObject({ name: 'orch' });
  expect(readdirSync(skills).toSorted()).toEqual([
    'orchestrator',
    'orchestrator-assign',
    'orchestrator-status',
    'worker-blocked',
    'worker-done',
    'worker-progress',
    'worker-start',
  ]);
});

describe.each(readdirSync(skills))('the skill %s', (name) => {
  const text = readFileSync(join(skills, name, 'SKILL.md'), 'utf8');

  test('says what it is called and when it is for; those of the orchestrator are for its person to type', () => {
    const typed = name.startsWith('orchestrator') ? 'disable-model-invocation: true\n' : '';
    expect(text).toMatch(new RegExp(`^---\nname: ${name}\ndescription: .{40,300}\n${typed}---\n`));
  });

  test('names no tool of ours that its session does not have', () => {
    const role = name.startsWith('orchestrator') ? 'orchestrator' : 'worker';
    const named = [...text.matchAll(/`([a-z]+(?:_[a-z]+)+)`/g)].map(([, tool = '']) => tool);
    const known = [...tools[role], ...parameters];
    expect(named.filter((tool) => !known.includes(tool))).toEqual([]);
  });
});
