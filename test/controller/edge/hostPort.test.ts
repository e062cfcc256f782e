import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';
import { HostPort } from '../../../src/controller/edge/hostPort.ts';
import type { Message } from '../../../src/features/messages.ts';
import { readHostKey } from '../../../src/protocol/hostKey.ts';
import { Sandbox, until, untilGone } from '../../protocol/sandbox.ts';

const entry = fileURLToPath(new URL('../../../src/host/main.ts', import.meta.url));

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
  const pid = sandbox.pidOf('host') ?? 0;
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
