import { chmod, mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { agentPrograms } from '../../src/agents/launch.ts';
import { builtInPresets } from '../../src/agents/presets.ts';
import { findProgram, probeAgent } from '../../src/agents/probe.ts';
import { Workplace } from './workplace.ts';

const claude = { command: ['claude'], speaks: 'claude' as const };

/** Puts a program that prints a version line into a folder of its own. */
async function install(place: Workplace, name: string, script: string): Promise<string> {
  const folder = join(place.root, 'bin');
  await mkdir(folder, { recursive: true });
  await writeFile(join(folder, name), `#!/bin/sh\n${script}\n`);
  await chmod(join(folder, name), 0o755);
  return folder;
}

test('a program on the PATH is found with its version', async () => {
  await using place = await Workplace.create();
  const folder = await install(place, 'claude', 'echo "2.1.197 (Claude Code)"');
  const env = { ...place.ambient, PATH: `${place.root}/nowhere:${folder}:${place.ambient.PATH}` };
  expect(await probeAgent('claude', claude, env, place.root)).toEqual({
    ok: true,
    value: { file: join(folder, 'claude'), version: '2.1.197 (Claude Code)' },
  });
});

test('a missing program is a problem that says what to do', async () => {
  expect(await probeAgent('claude', claude, { PATH: '/nowhere' }, '/')).toEqual({
    ok: false,
    problem: {
      code: 'agent_missing',
      message: 'The program of agent "claude", claude, was not found.',
      hint: 'Install Claude Code: npm install -g @anthropic-ai/claude-code',
    },
  });
});

test.each([
  ['2.1.196 (Claude Code)', false],
  ['2.0.900 (Claude Code)', false],
  ['1.9.300 (Claude Code)', false],
  ['2.1.197 (Claude Code)', true],
  ['2.1.1000 (Claude Code)', true],
  ['3.0.0 (Claude Code)', true],
  ['something else', true],
])('version "%s" will do: %s', async (version, isFine) => {
  await using place = await Workplace.create();
  const PATH = await install(place, 'claude', `echo '${version}'`);
  const probed = await probeAgent('claude', claude, { PATH }, place.root);
  expect(probed.ok ? null : probed.problem.code).toBe(isFine ? null : 'agent_too_old');
});

test('a program that fails to print its version is still found', async () => {
  await using place = await Workplace.create();
  const PATH = await install(place, 'claude', 'exit 3');
  expect(await probeAgent('claude', claude, { PATH }, place.root)).toMatchObject({
    value: { version: null },
  });
});

test('an agent whose flags we do not know is not run', async () => {
  await using place = await Workplace.create();
  const PATH = await install(place, 'mine', 'touch "$HOME/was-run"');
  const env = { PATH, HOME: place.home };
  const probed = await probeAgent('mine', { command: ['mine'], speaks: 'none' }, env, place.root);
  expect(probed).toEqual({ ok: true, value: { file: join(PATH, 'mine'), version: null } });
  expect(await findProgram('was-run', place.home, '/')).toBeNull();
});

test('the demo agent prints its version', async () => {
  const { demo } = builtInPresets(agentPrograms());
  const env = { PATH: process.env.PATH ?? '' };
  expect(await probeAgent('demo', demo, env, '/')).toMatchObject({
    value: { version: 'orch-tui demo agent' },
  });
});

test('folders, files that are not executable and relative PATH entries are passed over', async () => {
  await using place = await Workplace.create();
  await mkdir(join(place.root, 'a', 'tool'), { recursive: true });
  await mkdir(join(place.root, 'b'));
  await writeFile(join(place.root, 'b', 'tool'), '');
  const folder = await install(place, 'tool', 'true');
  const PATH = `.:${place.root}/a:${place.root}/b:${folder}`;
  expect(await findProgram('tool', PATH, folder)).toBe(join(folder, 'tool'));
  expect(await findProgram('./bin/tool', '', place.root)).toBe(join(folder, 'tool'));
  expect(await findProgram('', PATH, folder)).toBeNull();
});
