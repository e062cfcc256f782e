import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { appendFile, readdir, readFile, writeFile } from 'node:fs/promises';
import { hostname } from 'node:os';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { Git, lockFile } from '../../src/git/run.ts';
import { processStart } from '../../src/lib/processes.ts';
import { success } from '../../src/lib/result.ts';
import { createPlace, expectProblem, expectValue, type Place, write } from '../support/gitPlace.ts';

/** A program that takes the lock of a folder, says so, and holds it until its input ends. */
const holder = `
import { Git } from ${JSON.stringify(join(import.meta.dirname, '../../src/git/run.ts'))};
import { appendFileSync } from 'node:fs';
const [, common, mode, log] = process.argv;
const ended = new Promise((resolve) => process.stdin.once('end', resolve).resume());
const held = await new Git({}, { lockWaitMs: 60_000 }).exclusive(common, async () => {
  if (mode === 'hold') { console.log('held'); await ended; return { ok: true, value: null }; }
  appendFileSync(log, 'in ');
  await new Promise(setImmediate);
  appendFileSync(log, 'out ');
  return { ok: true, value: null };
});
process.exit(held.ok ? 0 : 1);
`;

async function hold(place: Place, ...args: string[]) {
  const child = spawn(process.execPath, ['--input-type=module', '-e', holder, ...args], {
    env: place.env,
    stdio: ['pipe', 'pipe', 'inherit'],
  });
  const closed = once(child, 'close');
  onTestFinished(async () => {
    child.kill('SIGKILL');
    await closed;
  });
  return { child, closed };
}

test('A process that changes a repository is waited for, and named when it takes too long', async () => {
  const place = await createPlace();
  const { child, closed } = await hold(place, place.root, 'hold');
  await once(child.stdout, 'data');
  const hurried = new Git(place.env, { lockWaitMs: 50 });
  const problem = expectProblem(await hurried.exclusive(place.root, async () => success('in')));
  expect(problem).toMatchObject({
    code: 'repo_busy',
    message: expect.stringContaining(`Process ${child.pid} `),
  });
  const patient = place.git.exclusive(place.root, async () => success('in'));
  child.stdin.end();
  expect(await patient).toEqual(success('in'));
  await closed;
  expect(await readdir(join(place.root, 'orch'))).toEqual([]);
});

test('The lock of a killed process is taken over', async () => {
  const place = await createPlace();
  const { child, closed } = await hold(place, place.root, 'hold');
  await once(child.stdout, 'data');
  child.kill('SIGKILL');
  await closed;
  expect(await readdir(join(place.root, 'orch'))).toEqual(['lock']);
  expect(await place.git.exclusive(place.root, async () => success('in'))).toEqual(success('in'));
  expect(await readdir(join(place.root, 'orch'))).toEqual([]);
});

test('Of many processes that find the lock of a killed one, one at a time goes in', async () => {
  const place = await createPlace();
  const { pid } = process;
  const stale = {
    pid,
    mark: 'another boot:1',
    hostname: hostname(),
    since: '2026-03-01',
    nonce: '0123456789abcdef',
  };
  await write(place.root, { 'orch/lock': JSON.stringify(stale) });
  const log = join(place.root, 'log');
  const rivals = await Promise.all(Array.from({ length: 8 }, () => hold(place, place.root, 'pass', log)));
  expect(await Promise.all(rivals.map(({ closed }) => closed))).toEqual(rivals.map(() => [0, null]));
  expect(await readFile(log, 'utf8')).toBe('in out '.repeat(rivals.length));
  expect(await readdir(join(place.root, 'orch'))).toEqual([]);
});

test('A lock of another machine is never taken over, and a damaged one has no holder', async () => {
  const place = await createPlace();
  const git = new Git(place.env, { lockWaitMs: 20 });
  const away = { pid: 1, mark: 'x', hostname: 'elsewhere', since: '2026-03-01', nonce: '0123456789abcdef' };
  await write(place.root, { 'orch/lock': JSON.stringify(away) });
  const problem = expectProblem(await git.exclusive(place.root, async () => success(null)));
  expect(problem).toMatchObject({ code: 'repo_busy', message: expect.stringContaining('on elsewhere') });
  await writeFile(lockFile(place.root), 'not a lock');
  expectValue(await git.exclusive(place.root, async () => success(null)));
});

test('Work may ask for the lock that it holds', async () => {
  const { git, root } = await createPlace();
  const nested = await git.exclusive(root, () => git.exclusive(root, async () => success('inner')));
  expect(nested).toEqual(success('inner'));
  const log = join(root, 'log');
  const turn = (name: string) =>
    git.exclusive(root, async () => {
      await git.exclusive(root, async () => success(await appendFile(log, name)));
      return success(await appendFile(log, name));
    });
  await Promise.all([turn('a'), turn('b'), turn('c')]);
  expect(await readFile(log, 'utf8')).toBe('aabbcc');
});

test('An unwritable lock is a problem, not an exception', async () => {
  const { git, root } = await createPlace();
  await write(root, { orch: 'a file' });
  expect(expectProblem(await git.exclusive(root, async () => success(null))).code).toBe('unsafe_path');
});

test('A process is distinguished from others, and an ended one is not running', async () => {
  expect(processStart(process.pid)).toBe(processStart(process.pid));
  expect(processStart(process.ppid)).not.toBe(processStart(process.pid));
  const child = spawn(process.execPath, ['-e', '']);
  await once(child, 'close');
  expect(processStart(child.pid ?? 0)).toBeNull();
});
