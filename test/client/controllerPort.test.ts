import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';
import { ControllerPort } from '../../src/client/controllerPort.ts';
import type { ConnectOptions } from '../../src/ipc/connect.ts';
import type { Problem } from '../../src/lib/result.ts';
import { need } from '../support/need.ts';
import { Sandbox } from '../support/sandbox.ts';
import { until, untilGone } from '../support/until.ts';

const entry = fileURLToPath(new URL('shortLivedController.ts', import.meta.url));

function address(sandbox: Sandbox, env: Record<string, string>): ConnectOptions {
  const start = { entry, env: { ...sandbox.env, ...env } };
  return { root: sandbox.root, program: 'controller', version: '1.0.0', role: 'client', start };
}

function listen(sandbox: Sandbox, env: Record<string, string>) {
  const heard = { live: 0, lost: [] as Problem[] };
  const port = new ControllerPort(address(sandbox, env), {
    onFacts: () => {},
    onLive: () => {
      heard.live += 1;
    },
    onLost: (problem) => heard.lost.push(problem),
  });
  return { port, heard };
}

test.each([
  ['ends as soon as it has answered', {}, 'disconnected'],
  ['does not start', { BROKEN: '1' }, 'start_failed'],
])('a controller that %s is reported each time, and retried after growing pauses', async (_, env, code) => {
  await using sandbox = new Sandbox();
  const { port, heard } = listen(sandbox, env);
  const began = performance.now();
  await port.open();
  await until(() => heard.lost.length >= 4, 'four losses', 20_000);
  port.close();
  expect(heard.lost.map((problem) => problem.code)).toEqual(Array(heard.lost.length).fill(code));
  // Four attempts have pauses of 200, 400 and 800 ms between them.
  expect(performance.now() - began).toBeGreaterThan(1_300);
  expect(readFileSync(join(sandbox.root, 'starts'), 'utf8').length).toBeLessThanOrEqual(5);
});

test('a killed controller is restarted at once, and a closed port starts none', async () => {
  await using sandbox = new Sandbox();
  const { port, heard } = listen(sandbox, { STAYS: '1' });
  expect(await port.call('facts', {})).toMatchObject({ problem: { code: 'disconnected' } });
  await port.open();
  const pid = need(sandbox.pidOf('controller'));
  process.kill(pid, 'SIGKILL');
  await until(() => heard.live === 2, 'a second controller');
  expect(heard.lost.map((problem) => problem.code)).toEqual(['disconnected']);
  expect(await port.call('facts', {})).toMatchObject({ ok: true });
  port.close();
  const second = need(sandbox.pidOf('controller'));
  process.kill(second, 'SIGKILL');
  await untilGone(second);
  expect(heard).toMatchObject({ live: 2, lost: [{}] });
});
