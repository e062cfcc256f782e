import { expect, test } from 'vitest';
import type { GuardRules } from '../../src/core/worker.ts';
import type { InboxMessage } from '../../src/ipc/hostApi.ts';
import { success } from '../../src/lib/result.ts';
import { Sandbox } from '../support/sandbox.ts';
import { Room, terminal, tokenOf, value } from './room.ts';

const idle = [process.execPath, '-e', 'setInterval(()=>{},1e6)'];
const token = tokenOf('w');
const json = { 'content-type': 'application/json', authorization: `Bearer ${token}` };

function rulesIn(root: string): GuardRules {
  const nothing = { variables: {}, writable: [], allow: [] };
  return { role: 'worker', worktree: `${root}/mine`, branch: 'feature/x', workspace: root, ...nothing };
}

async function openGuarded(
  room: Room,
  root: string,
): Promise<(body: unknown, topic?: string) => Promise<string>> {
  const { url } = value(await room.call('inbox', {}));
  value(await room.call('open', { ...terminal('w', idle), guard: rulesIn(root) }));
  return async (body, topic = 'guard') => {
    const text = typeof body === 'string' ? body : JSON.stringify(body);
    const response = await fetch(`${url}/${topic}`, { method: 'POST', headers: json, body: text });
    return `${response.status} ${await response.text()}`;
  };
}

const use = (command: string, cwd: string) => ({
  hook_event_name: 'PreToolUse',
  tool_name: 'Bash',
  tool_input: { command },
  cwd,
});
const denied = /^200 \{"hookSpecificOutput":\{"hookEventName":"PreToolUse","permissionDecision":"deny",/;

test('what the guard refuses is answered at once and told to the controller', async () => {
  await using sandbox = new Sandbox();
  const heard: Pick<InboxMessage, 'topic' | 'body'>[] = [];
  const { promise, resolve } = Promise.withResolvers<void>();
  const received = ({ topic, body }: InboxMessage) => {
    heard.push({ topic, body });
    if (heard.length === 2) resolve();
    return success({ from: 'controller' });
  };
  const room = await Room.join(sandbox, { received });
  const post = await openGuarded(room, sandbox.root);
  expect(await post(use('git stash', `${sandbox.root}/mine`))).toMatch(denied);
  expect(await post(use('ls', `${sandbox.root}/mine`))).toBe('200 {}');
  await promise;
  expect(heard).toEqual([
    {
      topic: 'guard:denied',
      body: { what: 'Bash: git stash', why: expect.stringContaining('share one stash') },
    },
    { topic: 'hook', body: use('ls', `${sandbox.root}/mine`) },
  ]);
  await room.leave();
});

test('the guard holds while no controller is there, and the next one is told', async () => {
  await using sandbox = new Sandbox();
  const first = await Room.join(sandbox);
  const post = await openGuarded(first, sandbox.root);
  await first.leave();
  for (const command of ['git stash', 'git push', 'echo > ../x', `echo > ${sandbox.root}/x`])
    expect(await post(use(command, `${sandbox.root}/mine`))).toMatch(denied);
  expect(await post(use('npm test', `${sandbox.root}/mine`))).toBe('200 {}');
  expect(await post(use('git stash', `${sandbox.root}/mine`), 'hook')).toMatch(denied);

  const { promise, resolve } = Promise.withResolvers<void>();
  const topics: string[] = [];
  const received = ({ topic }: InboxMessage) => {
    topics.push(topic);
    if (topics.length === 6) resolve();
    return success({});
  };
  const room = await Room.join(sandbox, { received });
  await promise;
  expect(topics.filter((topic) => topic === 'guard:denied')).toHaveLength(5);
  await room.leave();
});

test('what cannot be taken or read is refused to the tool, for an agent goes on after any error', async () => {
  await using sandbox = new Sandbox();
  const room = await Room.join(sandbox, { received: () => success({}) });
  const post = await openGuarded(room, sandbox.root);
  const { url } = value(await room.call('inbox', {}));
  const big = { ...use('ls', '/'), padding: 'x'.repeat(1024 * 1024) };
  expect(await post(big)).toMatch(denied);
  expect(await post('{')).toMatch(denied);
  for (const damaged of [{ cwd: 7 }, { tool_name: '' }, { tool_input: null }, { cwd: 'relative' }])
    expect(await post({ ...use('ls', '/'), ...damaged })).toMatch(denied);
  const forged = await fetch(`${url}/guard`, {
    method: 'POST',
    headers: { ...json, authorization: 'Bearer x' },
    body: '{}',
  });
  expect(`${forged.status} ${await forged.text()}`).toMatch(denied);
  // A child that talks too much is not heard, and not let through either.
  const flood: string[] = [];
  while (!flood.at(-1)?.includes('too many messages')) {
    const batch = Array.from({ length: 100 }, () => post(use('git stash', sandbox.root)));
    flood.push(...(await Promise.all(batch)));
  }
  expect(flood.every((answer) => denied.test(answer))).toBe(true);
  await room.leave();
});

test('a child cannot post that something was denied', async () => {
  await using sandbox = new Sandbox();
  const room = await Room.join(sandbox, { received: () => success({}) });
  const post = await openGuarded(room, sandbox.root);
  expect(await post({ what: 'x', why: 'y' }, 'guard:denied')).toMatch(/^404 /);
  await room.leave();
});
