import { chmodSync, mkdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs';
import { hostname } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { lockPath, readDaemonHolder, runtimeFolder, takeLock } from '../../src/ipc/guard.ts';
import { listProcesses, parsePs, parseStat, processStart } from '../../src/lib/processes.ts';
import { locksIn, Sandbox } from '../support/sandbox.ts';

function take(root: string) {
  return takeLock(root, 'host', '/nowhere/host.00000000.sock', '1.0.0');
}

test('a lock is held until it is released, and then free', async () => {
  await using sandbox = new Sandbox();
  const first = take(sandbox.root);
  expect(take(sandbox.root)).toMatchObject({
    ok: false,
    problem: { code: 'already_running' },
    holder: { pid: process.pid, processStart: processStart(process.pid), hostname: hostname() },
  });
  if (first.ok) first.release();
  expect(readDaemonHolder(sandbox.root, 'host')).toBeNull();
  const second = take(sandbox.root);
  expect(second.ok).toBe(true);
  if (second.ok) second.release();
});

test('releasing removes only what is one’s own', async () => {
  await using sandbox = new Sandbox();
  const guard = take(sandbox.root);
  const path = lockPath(sandbox.root, 'host');
  const another = readFileSync(path, 'utf8').replace(/"nonce":"\w+"/, '"nonce":"00000000deadbeef"');
  writeFileSync(path, another);
  if (guard.ok) guard.release();
  expect(readFileSync(path, 'utf8')).toBe(another);
});

const stale: readonly [string, (lock: string) => string][] = [
  ['of a process that has ended', (lock) => lock.replace(/"pid":\d+/, '"pid":4194304')],
  [
    'whose pid now is another process',
    (lock) => lock.replace(/"processStart":"[^"]+"/, '"processStart":"x:1"'),
  ],
  ['that is no JSON', () => 'what'],
  ['that is empty', () => ''],
  ['whose nonce leads elsewhere', (lock) => lock.replace(/"nonce":"\w+"/, '"nonce":"../../../x"')],
];

test.each(stale)('a lock %s is taken over', async (_, damage) => {
  await using sandbox = new Sandbox();
  const path = lockPath(sandbox.root, 'host');
  take(sandbox.root);
  writeFileSync(path, damage(readFileSync(path, 'utf8')));
  expect(readDaemonHolder(sandbox.root, 'host')).toBeNull();
  const guard = take(sandbox.root);
  expect(guard.ok).toBe(true);
  expect(locksIn(sandbox.root)).toEqual(['host.lock']);
  if (guard.ok) guard.release();
});

test('a process that died while taking over is no obstacle either', async () => {
  await using sandbox = new Sandbox();
  const path = lockPath(sandbox.root, 'host');
  take(sandbox.root);
  const dead = readFileSync(path, 'utf8').replace(/"pid":\d+/, '"pid":4194304');
  writeFileSync(path, dead);
  writeFileSync(
    `${path}.${JSON.parse(dead).nonce}`,
    dead.replace(/"nonce":"\w+"/, '"nonce":"00000000deadbeef"'),
  );
  expect(take(sandbox.root).ok).toBe(true);
  expect(locksIn(sandbox.root)).toEqual(['host.lock']);
});

test('a holder on another machine counts as running and the answer says what to do', async () => {
  await using sandbox = new Sandbox();
  const path = lockPath(sandbox.root, 'host');
  take(sandbox.root);
  writeFileSync(path, readFileSync(path, 'utf8').replace(/"hostname":"[^"]+"/, '"hostname":"elsewhere"'));
  const refusal = take(sandbox.root);
  expect(refusal).toMatchObject({ ok: false, problem: { code: 'already_running' } });
  expect(refusal.ok ? '' : refusal.problem.hint).toContain(path);
});

test('the runtime folder is refused when others could reach into it', async () => {
  await using sandbox = new Sandbox();
  const base = join(sandbox.runtime, 'orch-tui');
  const env = { XDG_RUNTIME_DIR: sandbox.runtime };
  mkdirSync(base, { mode: 0o755 });
  expect(runtimeFolder(sandbox.root, env)).toMatchObject({ ok: false, problem: { code: 'unsafe_folder' } });
  chmodSync(base, 0o700);
  const folder = runtimeFolder(sandbox.root, env);
  expect(folder.ok && folder.value).toMatch(/orch-tui\/[0-9a-f]{12}$/);
});

test('the runtime folder is refused when it is a link', async () => {
  await using sandbox = new Sandbox();
  symlinkSync(sandbox.home, join(sandbox.runtime, 'orch-tui'));
  const folder = runtimeFolder(sandbox.root, { XDG_RUNTIME_DIR: sandbox.runtime });
  expect(folder).toMatchObject({ ok: false, problem: { code: 'unsafe_folder' } });
});

test('a runtime folder too deep for a socket gives way to the temporary folder', async () => {
  await using sandbox = new Sandbox();
  const deep = join(sandbox.runtime, 'x'.repeat(90));
  mkdirSync(deep, { mode: 0o700 });
  const folder = runtimeFolder(sandbox.root, { XDG_RUNTIME_DIR: deep, TMPDIR: sandbox.folder });
  expect(folder.ok && folder.value).toMatch(/^\S+\/orch-tui-\d+\/[0-9a-f]{12}$/);
  expect(folder.ok && folder.value.startsWith(sandbox.folder)).toBe(true);
});

test('a process table line is read whatever the program is called', () => {
  const rest = `S 7 8 9 0 -1 4194304 1 0 0 0 0 0 0 0 20 0 1 0 4242 0`;
  expect(parseStat(5, `5 (a) S 1 2 (b)) ${rest}`, 'boot')).toEqual({
    pid: 5,
    parent: 7,
    group: 8,
    start: 'boot:4242',
  });
  expect(parseStat(5, `5 (a) ${rest.replace('S', 'Z')}`, 'boot')).toBeNull();
  expect(
    parsePs('  12     1    12 Ss   Mon Nov 22 16:00:00 2026\n 13 1 13 Z  Mon Nov 22 16:00:00 2026\n\n'),
  ).toEqual([{ pid: 12, parent: 1, group: 12, start: 'Mon Nov 22 16:00:00 2026' }]);
});

test('the process table holds this process with its start', () => {
  const own = listProcesses().find((entry) => entry.pid === process.pid);
  expect(own).toMatchObject({ parent: process.ppid, start: processStart(process.pid) });
  expect(processStart(4194304)).toBeNull();
});
