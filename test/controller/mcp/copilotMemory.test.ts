import { join } from 'node:path';
import { expect, test } from 'vitest';
import { copilotWorkspace } from '../../../src/controller/edge/launching.ts';
import { readCopilotMemory } from '../../../src/controller/mcp/copilotMemory.ts';
import { Sandbox } from '../../protocol/sandbox.ts';

const program = join(import.meta.dirname, 'copilotServer.ts');

test('every update that was left in copilot-memory is read, and nothing else', async () => {
  await using sandbox = new Sandbox();
  const server = { command: process.execPath, args: [program] };
  const read = await readCopilotMemory(sandbox.root, server, { ...sandbox.env, NOTION_TOKEN: 'ntn_secret' });
  if (!read.ok) throw new Error(read.problem.message);
  expect(read.value).toHaveLength(25);
  expect(new Set(read.value.map(({ kind }) => kind))).toEqual(new Set(['context']));
  expect(read.value[1]).toMatchObject({
    id: 'copilot-e10',
    by: 'copilot-memory',
    at: '2026-11-20T10:00:00.000Z',
  });
  expect(read.value[1]?.content).toContain(`part 10 in ${copilotWorkspace(sandbox.root)}`);
  expect(JSON.stringify(read.value)).not.toContain('ntn_secret');
});

test('where no such server is named there is nothing to read', async () => {
  await using sandbox = new Sandbox();
  expect(await readCopilotMemory(sandbox.root, null, {})).toEqual({ ok: true, value: [] });
});

test.each([
  ['does not start', { command: '/nowhere/at/all' }],
  ['ends at once', { command: process.execPath, args: ['-e', ''] }],
  ['answers nonsense', { command: process.execPath, args: [program, 'broken'] }],
  ['is named in another shape', { command: 7 }],
])('a server that %s is a problem in words', async (_, server) => {
  await using sandbox = new Sandbox();
  const read = await readCopilotMemory(sandbox.root, server, sandbox.env);
  expect(read).toMatchObject({ ok: false, problem: { code: 'copilot_unavailable' } });
});
