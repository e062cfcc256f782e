import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';
import { HostPort } from '../../../src/controller/effects/hostPort.ts';
import type { Message } from '../../../src/features/messages.ts';
import { readHostKey } from '../../../src/ipc/keys.ts';
import { success } from '../../../src/lib/result.ts';
import { need } from '../../support/need.ts';
import { Sandbox } from '../../support/sandbox.ts';
import { until, untilGone } from '../../support/until.ts';

const olderHost = fileURLToPath(new URL('olderHost.ts', import.meta.url));
const entry = fileURLToPath(new URL('../../../src/programs/host.ts', import.meta.url));

function openPort(sandbox: Sandbox) {
  const told: Message[] = [];
  const start = { entry, env: { ...sandbox.env, ORCH_LINGER_MS: '10000' } };
  const port = new HostPort({ root: sandbox.root, version: '1.0.0', key: readHostKey, start }, (message) =>
    told.push(message),
  );
  return { port, kinds: () => told.map((message) => message.type) };
}

test('looking for a host starts none, wanting one starts exactly one', async () => {
  await using sandbox = new Sandbox();
  const { port, kinds } = openPort(sandbox);
  expect(await port.find()).toMatchObject({ problem: { code: 'not_running' } });
  expect(kinds()).toEqual([]);
  const found = await Promise.all([port.find(), port.reach(), port.reach(), port.find()]);
  expect(found.slice(1, 3)).toMatchObject([{ ok: true }, { ok: true }]);
  expect(kinds()).toEqual(['host-connected']);
  port.close();
});

test('a host that dies is told of, and can be had again', async () => {
  await using sandbox = new Sandbox();
  const { port, kinds } = openPort(sandbox);
  await port.reach();
  const pid = need(sandbox.pidOf('host'));
  process.kill(pid, 'SIGKILL');
  await port.gone();
  await untilGone(pid);
  await until(() => kinds().includes('host-lost'), 'the loss');
  expect(await port.reach()).toMatchObject({ ok: true });
  expect(kinds()).toEqual(['host-connected', 'host-lost', 'host-connected']);
  port.close();
});

test('closing tells nothing: the host and its terminals live on', async () => {
  await using sandbox = new Sandbox();
  const { port, kinds } = openPort(sandbox);
  await port.reach();
  const gone = port.gone();
  port.close();
  await gone;
  expect(kinds()).toEqual(['host-connected']);
  expect(sandbox.pidOf('host')).toBeGreaterThan(0);
});

test('a request that its host has not named is seen, and left to its pane', async () => {
  await using sandbox = new Sandbox();
  const told: Message[] = [];
  const received: string[] = [];
  const port = new HostPort(
    { root: sandbox.root, version: '1.0.0', key: readHostKey, start: { entry: olderHost, env: sandbox.env } },
    (message) => told.push(message),
    {
      report: async () => success(null),
      takeContext: () => null,
      receive: async ({ request }) => {
        received.push(request.id);
        return { say: 'allow' };
      },
    },
  );
  expect(await port.reach()).toMatchObject({ ok: true });
  const file = join(sandbox.root, 'answers.json');
  await until(() => existsSync(file), 'all answers');
  const answers = JSON.parse(readFileSync(file, 'utf8')) as { value: object }[];
  expect(received).toEqual(['__proto__', 'a1b2c3d4']);
  expect(answers.map(({ value }) => 'hookSpecificOutput' in value)).toEqual([
    ...Array(6).fill(false),
    true,
    true,
  ]);
  const seen = told.filter(({ type }) => type === 'signed');
  expect(seen).toHaveLength(6);
  expect(seen[0]).toMatchObject({ sign: { report: { kind: 'asked', what: 'Bash: ls' } } });
  port.close();
});
