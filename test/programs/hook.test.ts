import { spawn } from 'node:child_process';
import { resolve } from 'node:path';
import { expect, test } from 'vitest';
import { agentPrograms } from '../../src/agents/launch.ts';
import { StandInInbox } from '../agents/standInInbox.ts';

const { node, hook } = agentPrograms();

/** Runs the hook program as an agent does. */
async function runHook(env: Record<string, string>, input: string | null, program = hook) {
  const child = spawn(node, [program], { env });
  let stdout = '';
  let stderr = '';
  child.stdout.on('data', (chunk) => {
    stdout += chunk;
  });
  child.stderr.on('data', (chunk) => {
    stderr += chunk;
  });
  if (input !== null) child.stdin.end(input);
  const code = await new Promise((resolve) => child.on('close', resolve));
  return { code, stdout, stderr };
}

const started = JSON.stringify({ hook_event_name: 'SessionStart', source: 'startup' });

test('it hands the JSON on with the token and says nothing itself', async () => {
  await using inbox = await new StandInInbox().open();
  expect(await runHook(inbox.env, started)).toEqual({ code: 0, stdout: '', stderr: '' });
  expect(inbox.received).toEqual([{ event: 'SessionStart', body: JSON.parse(started) }]);
});

test('it prints an answer that is meant for the agent', async () => {
  await using inbox = await new StandInInbox().open();
  const answer = { hookSpecificOutput: { hookEventName: 'SessionStart', additionalContext: 'hello' } };
  inbox.answer = () => answer;
  expect(await runHook(inbox.env, started)).toMatchObject({ code: 0, stdout: JSON.stringify(answer) });
});

test('built, it loads no more of Node than it needs, for an agent waits for it', async () => {
  await using inbox = await new StandInInbox().open();
  const tellModules = `process.on('exit', () => process.stderr.write(process.moduleLoadList.join()))`;
  const option = `--import=data:text/javascript,${encodeURIComponent(tellModules)}`;
  const { stderr } = await runHook({ ...inbox.env, NODE_OPTIONS: option }, started, resolve('dist/hook.js'));
  expect(stderr).toContain('NativeModule _http_client');
  expect(stderr).not.toMatch(/undici|http2/);
});

test('it keeps any other answer to itself', async () => {
  await using inbox = await new StandInInbox().open();
  inbox.answer = () => ({ ok: true });
  expect(await runHook(inbox.env, started)).toMatchObject({ code: 0, stdout: '' });
});

test('outside of a worker it says so and does no harm', async () => {
  expect(await runHook({}, started)).toEqual({
    code: 0,
    stdout: '',
    stderr: 'orch-tui hook: not inside a worker, nothing to do.\n',
  });
});

test('a refused token does no harm', async () => {
  await using inbox = await new StandInInbox().open();
  const result = await runHook({ ...inbox.env, ORCH_TOKEN: 'forged' }, started);
  expect(result).toEqual({ code: 0, stdout: '', stderr: 'orch-tui hook: the inbox answered 401\n' });
});

test('an inbox that is gone does no harm', async () => {
  const env = { ORCH_HOOK_URL: 'http://127.0.0.1:1/hook', ORCH_TOKEN: 'x' };
  expect(await runHook(env, started)).toMatchObject({ code: 0, stdout: '' });
});

test.concurrent('an inbox that never answers holds the agent up for two seconds at most', async ({
  expect,
}) => {
  await using inbox = await new StandInInbox().open();
  inbox.answer = () => new Promise(() => {});
  expect(await runHook(inbox.env, started)).toMatchObject({ code: 0, stdout: '' });
});

test.concurrent('an agent that never closes its end is not waited for', async ({ expect }) => {
  await using inbox = await new StandInInbox().open();
  expect(await runHook(inbox.env, null)).toMatchObject({ code: 0, stdout: '' });
  expect(inbox.received).toEqual([]);
});
