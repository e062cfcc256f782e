import { chmod, mkdir, mkdtemp, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { parseSession, readSession } from '../../../src/agents/claude/files.ts';

const [pid, start] = [28899, 'b6aefa69-147f-487f-a711-21e3e2274be4:2417321'];

/** As 2.1.197 wrote it. */
const written = {
  ...{ pid, sessionId: '81c651fd-3542-465a-aeac-732aff7786e5', cwd: '/w', startedAt: 1795388541106 },
  ...{ procStart: '2417321', version: '2.1.197', peerProtocol: 1, kind: 'interactive', entrypoint: 'cli' },
  ...{ name: 'backend/one', status: 'idle', updatedAt: 1795388541124, statusUpdatedAt: 1795388541031 },
};

test.each([
  ['idle', 'resting'],
  ['busy', 'working'],
  ['waiting', 'asking'],
  // A command that it left running in the background.
  ['shell', 'resting'],
])('%s says %s', (status, says) => {
  const text = JSON.stringify({ ...written, status });
  expect(parseSession(text, pid, start)).toEqual({ source: 'session', says, at: 1795388541031 });
});

test.each<[string, unknown]>([
  ['of its first moment, without a status', { ...written, status: undefined }],
  ['with a status of another version', { ...written, status: 'dreaming' }],
  ['with a status of every object', { ...written, status: 'constructor' }],
  ['of another process', { ...written, pid: 1 }],
  ['of an earlier process of that number', { ...written, procStart: '17321' }],
  ['with a time that is none', { ...written, statusUpdatedAt: 'now' }],
  ['with a time beyond all times', { ...written, statusUpdatedAt: 1e300 }],
  ['with fields of other types', { ...written, status: ['idle'] }],
  ['that is no object', 'idle'],
  ['that is nothing', null],
])('one %s says nothing', (_, value) => {
  expect(parseSession(JSON.stringify(value), pid, start)).toBeNull();
});

test('a half-written file gives no state', () => {
  expect(parseSession(JSON.stringify(written).slice(0, 100), pid, start)).toBeNull();
});

test('a file is read, where it is a small one of our own', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'orch-sessions-'));
  onTestFinished(() => rm(folder, { recursive: true }));
  expect(await readSession(folder, pid, start)).toBeNull();
  await mkdir(join(folder, 'sessions'));
  const file = (n: number) => join(folder, 'sessions', `${n}.json`);
  const text = (n: number) => JSON.stringify({ ...written, pid: n });
  await writeFile(file(1), text(1));
  expect(await readSession(folder, 1, start)).toMatchObject({ says: 'resting' });
  await writeFile(join(folder, 'elsewhere'), text(2));
  await symlink(join(folder, 'elsewhere'), file(2));
  expect(await readSession(folder, 2, start)).toBeNull();
  await writeFile(file(3), text(3).padEnd(70_000));
  expect(await readSession(folder, 3, start)).toBeNull();
  await mkdir(file(4));
  expect(await readSession(folder, 4, start)).toBeNull();
  await writeFile(file(5), '');
  await chmod(file(5), 0o600);
  expect(await readSession(folder, 5, start)).toBeNull();
});
