import { readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { connect, type Socket } from 'node:net';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';
import { type ConnectOptions, connectDaemon } from '../../src/ipc/connect.ts';
import { lockPath, readDaemonHolder } from '../../src/ipc/guard.ts';
import type { Link } from '../../src/ipc/link.ts';
import type { Hello, HelloApi } from '../../src/ipc/peer.ts';
import { protocolVersion } from '../../src/ipc/version.ts';
import { need } from '../support/need.ts';
import { locksIn, Sandbox } from '../support/sandbox.ts';
import { until, untilGone } from '../support/until.ts';
import type { SampleApi } from './sampleDaemon.ts';

const entry = fileURLToPath(new URL('sampleDaemon.ts', import.meta.url));

function options(sandbox: Sandbox, env: Record<string, string> = {}): ConnectOptions {
  const start = { entry, env: { ...sandbox.env, ...env } };
  return { root: sandbox.root, program: 'controller', version: '1.0.0', role: 'client', start };
}

async function connected(options: ConnectOptions): Promise<Link> {
  const link = await connectDaemon(options);
  if (!link.ok) throw new Error(link.problem.message);
  return link.value;
}

test('a daemon is started on demand and outlives its starter’s link', async () => {
  await using sandbox = new Sandbox();
  const link = await connected(options(sandbox));
  expect(await link.caller<SampleApi>()('echo', { text: 'hé' })).toEqual({ ok: true, value: 'hé' });
  const pid = sandbox.pidOf('controller');
  link.close();
  await link.closed;
  const { start, ...withoutStart } = options(sandbox);
  const again = await connected(withoutStart);
  expect(sandbox.pidOf('controller')).toBe(pid);
  again.close();
});

test('without a daemon and without leave to start one there is a plain answer', async () => {
  await using sandbox = new Sandbox();
  const { start, ...withoutStart } = options(sandbox);
  expect(await connectDaemon(withoutStart)).toMatchObject({ ok: false, problem: { code: 'not_running' } });
});

test('ten starters at once end up at one daemon', async () => {
  await using sandbox = new Sandbox();
  const links = await Promise.all(Array.from({ length: 10 }, () => connected(options(sandbox))));
  const answers = await Promise.all(links.map((link) => link.caller<SampleApi>()('status', {})));
  expect(new Set(answers.map((answer) => answer.ok && answer.value.pid)).size).toBe(1);
  const folder = join(sandbox.runtime, 'orch-tui');
  const sockets = readdirSync(folder, { recursive: true }).filter((name) => String(name).endsWith('.sock'));
  expect(sockets).toHaveLength(1);
  expect(locksIn(sandbox.root)).toEqual(['controller.lock']);
  for (const link of links) link.close();
});

test('a daemon that was killed leaves nothing in the way of ten new starters', async () => {
  await using sandbox = new Sandbox();
  const first = await connected(options(sandbox));
  const dead = need(readDaemonHolder(sandbox.root, 'controller'));
  process.kill(dead.pid, 'SIGKILL');
  await first.closed;
  await untilGone(dead.pid);
  const links = await Promise.all(Array.from({ length: 10 }, () => connected(options(sandbox))));
  expect(sandbox.pidOf('controller')).not.toBe(dead.pid);
  const answers = await Promise.all(links.map((link) => link.caller<SampleApi>()('status', {})));
  expect(new Set(answers.map((answer) => answer.ok && answer.value.pid)).size).toBe(1);
  expect(statSync(dead.socket, { throwIfNoEntry: false })).toBeUndefined();
  expect(locksIn(sandbox.root)).toEqual(['controller.lock']);
  for (const link of links) link.close();
});

test('socket, log and folder are closed to others', async () => {
  await using sandbox = new Sandbox();
  const link = await connected(options(sandbox));
  const holder = need(readDaemonHolder(sandbox.root, 'controller'));
  const folder = join(holder.socket, '..');
  const modes = ['', 'controller.log'].map((name) => statSync(join(folder, name)).mode & 0o777);
  expect(modes).toEqual([0o700, 0o600]);
  expect(statSync(holder.socket).mode & 0o777).toBe(0o600);
  link.close();
});

test('another protocol is refused with advice, while status and stop still work', async () => {
  await using sandbox = new Sandbox();
  const link = await connected(options(sandbox));
  const stranger = await connected({ ...options(sandbox), anyVersion: true });
  expect(await stranger.caller<HelloApi>()('hello', {} as Hello)).toMatchObject({ ok: false });
  stranger.close();

  // What a newer program would say, spoken by hand.
  const { createConnection } = await import('node:net');
  const { Link } = await import('../../src/ipc/link.ts');
  const newer = new Link(createConnection(readDaemonHolder(sandbox.root, 'controller')?.socket ?? ''));
  newer.start();
  const hello: Hello = { protocol: 99, version: '9.0.0', role: 'client', pid: process.pid };
  const answer = await newer.caller<HelloApi>()('hello', hello);
  expect(answer).toMatchObject({ ok: false, problem: { code: 'version_mismatch' } });
  expect(answer.ok ? '' : answer.problem.message).toMatch(
    new RegExp(String.raw`1\.0\.0 \(protocol ${protocolVersion}\).*9\.0\.0 \(protocol 99\)`),
  );
  expect(await newer.caller<SampleApi>()('echo', { text: '' })).toMatchObject({
    problem: { code: 'peer_failed', message: expect.stringContaining('echo') },
  });
  expect(await newer.caller<SampleApi>()('status', {})).toMatchObject({ ok: true });
  expect(await newer.caller<SampleApi>()('stop', {})).toMatchObject({ ok: true });
  await Promise.all([newer.closed, link.closed]);
});

test('a handler that throws is answered and logged, and the daemon goes on', async () => {
  await using sandbox = new Sandbox();
  const link = await connected(options(sandbox));
  const call = link.caller<SampleApi>();
  expect(await call('boom', {})).toMatchObject({ ok: false, problem: { code: 'peer_failed' } });
  expect(await call('echo', { text: 'still here' })).toEqual({ ok: true, value: 'still here' });
  const log = join(readDaemonHolder(sandbox.root, 'controller')?.socket ?? '', '..', 'controller.log');
  expect(readFileSync(log, 'utf8')).toMatch(/boom/);
  link.close();
});

test('a daemon ends by itself a while after the last link has gone', async () => {
  await using sandbox = new Sandbox();
  const link = await connected(options(sandbox, { SAMPLE_LINGER: '500' }));
  const pid = need(sandbox.pidOf('controller'));
  link.close();
  await untilGone(pid);
  expect(locksIn(sandbox.root)).toEqual([]);
});

test('SIGTERM ends a daemon in order, SIGHUP does not end it', async () => {
  await using sandbox = new Sandbox();
  const link = await connected(options(sandbox));
  const pid = need(sandbox.pidOf('controller'));
  process.kill(pid, 'SIGHUP');
  expect(await link.caller<SampleApi>()('status', {})).toMatchObject({ ok: true });
  process.kill(pid, 'SIGTERM');
  await link.closed;
  await untilGone(pid);
  expect(readDaemonHolder(sandbox.root, 'controller')).toBeNull();
});

test('a refused role ends the attempt with the daemon’s words', async () => {
  await using sandbox = new Sandbox();
  expect(await connectDaemon({ ...options(sandbox), role: 'controller' })).toMatchObject({
    ok: false,
    problem: { code: 'not_allowed', message: 'No controllers here.' },
  });
});

test('a program that breaks while starting is reported with its log', async () => {
  await using sandbox = new Sandbox();
  const broken = join(sandbox.folder, 'broken.mjs');
  writeFileSync(broken, 'throw new Error("no good");');
  const result = await connectDaemon({ ...options(sandbox), start: { entry: broken, env: sandbox.env } });
  expect(result).toMatchObject({ ok: false, problem: { code: 'start_failed' } });
  const log = /(\/\S+\.log)/.exec(result.ok ? '' : (result.problem.hint ?? ''))?.[1] ?? '';
  expect(readFileSync(log, 'utf8')).toMatch(/no good/);
});

test('a lock cannot point us at somebody else’s socket', async () => {
  await using sandbox = new Sandbox();
  const link = await connected(options(sandbox));
  const path = lockPath(sandbox.root, 'controller');
  const lock = readFileSync(path, 'utf8');
  writeFileSync(path, lock.replace(/"socket":"[^"]*"/, '"socket":"/tmp/other.sock"'));
  const { start, ...withoutStart } = options(sandbox);
  expect(await connectDaemon(withoutStart)).toMatchObject({ ok: false, problem: { code: 'no_answer' } });
  writeFileSync(path, lock);
  link.close();
});

test('malformed bytes end the link that sent them and no other', async () => {
  await using sandbox = new Sandbox();
  const link = await connected(options(sandbox));
  const { createConnection } = await import('node:net');
  for (const bytes of [
    '\xff\xff\xff\xff\x00',
    '\x00\x00\x00\x00\x00',
    '\x00\x00\x00\x03\x00{}',
    '\x00\x00\x00\x05\x00null',
  ]) {
    const socket = createConnection(readDaemonHolder(sandbox.root, 'controller')?.socket ?? '');
    const closed = new Promise((resolve) => socket.once('close', resolve));
    socket.on('error', () => {}).end(Buffer.from(bytes, 'latin1'));
    await closed;
  }
  expect(await link.caller<SampleApi>()('echo', { text: 'x' })).toMatchObject({ ok: true });
  link.close();
});

test('a link that closes leaves no request without an answer', async () => {
  await using sandbox = new Sandbox();
  const link = await connected(options(sandbox));
  const pid = need(sandbox.pidOf('controller'));
  process.kill(pid, 'SIGSTOP');
  const waiting = link.caller<SampleApi>()('echo', { text: '' });
  process.kill(pid, 'SIGKILL');
  expect(await waiting).toMatchObject({ ok: false, problem: { code: 'disconnected' } });
  await until(() => readDaemonHolder(sandbox.root, 'controller') === null, 'the daemon to be gone');
  rmSync(lockPath(sandbox.root, 'controller'), { force: true });
});

test('a client waits for a daemon whose queue of connections is full', async () => {
  await using sandbox = new Sandbox();
  const first = await connected(options(sandbox));
  const holder = need(readDaemonHolder(sandbox.root, 'controller'));
  const path = holder.socket;
  process.kill(holder.pid, 'SIGSTOP');
  const idle: Socket[] = [];
  let isFull = false;
  while (!isFull) {
    const socket = connect(path);
    const code = await new Promise<string | undefined>((resolve) => {
      socket.once('connect', () => resolve(undefined));
      socket.once('error', (error: NodeJS.ErrnoException) => resolve(error.code));
    });
    isFull = code === 'EAGAIN';
    expect([undefined, 'EAGAIN']).toContain(code);
    idle.push(socket);
  }
  const second = connected(options(sandbox));
  // A refusal would come at once: one more attempt of ours is refused after it was made.
  const third = connect(path);
  await new Promise((resolve) => third.once('error', resolve));
  process.kill(holder.pid, 'SIGCONT');
  const link = await second;
  expect(await link.caller<SampleApi>()('echo', { text: 'here' })).toEqual({ ok: true, value: 'here' });
  for (const socket of idle) socket.destroy();
  for (const open of [first, link]) open.close();
});

test('connections that never say hello keep no client out, and do not stay', async () => {
  await using sandbox = new Sandbox();
  const first = await connected(options(sandbox));
  const path = readDaemonHolder(sandbox.root, 'controller')?.socket ?? '';
  const idle = await Promise.all(
    Array.from(
      { length: 600 },
      () =>
        new Promise<Socket>((resolve) => {
          const socket = connect(path, () => resolve(socket));
          socket.on('error', () => resolve(socket));
        }),
    ),
  );
  const second = await connected(options(sandbox));
  expect(await second.caller<SampleApi>()('echo', { text: 'here' })).toEqual({ ok: true, value: 'here' });
  expect(await first.caller<SampleApi>()('echo', { text: 'still' })).toEqual({ ok: true, value: 'still' });
  await until(
    () => idle.filter((socket) => !socket.closed).length <= 64,
    'most of the idle ones to be closed',
  );
  for (const socket of idle) socket.destroy();
  for (const link of [first, second]) link.close();
});
