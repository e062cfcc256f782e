import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { describeLeft, LastLines, runJob } from '../../../../src/features/jobs/service/runJob.ts';
import { processStart } from '../../../../src/lib/processes.ts';
import type { Result } from '../../../../src/lib/result.ts';

async function folder(): Promise<string> {
  const made = await mkdtemp(join(tmpdir(), 'orch-job-'));
  onTestFinished(() => rm(made, { recursive: true }));
  return made;
}

const env = { PATH: process.env.PATH ?? '' };
const script = (code: string) => [process.execPath, '-e', code];

function expectValue<T>(result: Result<T>): T {
  if (!result.ok) expect.fail(result.problem.message);
  return result.value;
}

test('A job runs in its folder; its output is logged, streamed, and its end shown', async () => {
  const cwd = await folder();
  const logFile = join(cwd, 'logs', 'verify.log');
  let streamed = '';
  const code = 'console.log(process.cwd()); console.error("\\x1b[31mred\\x1b[0m"); process.exitCode = 3';
  const job = { command: script(code), cwd, env, logFile };
  const result = expectValue(await runJob(job, { onOutput: (chunk) => (streamed += chunk) }));
  expect(result).toMatchObject({ exitCode: 3, ended: null });
  expect([...result.lastLines].sort()).toEqual([cwd, 'red']);
  expect(await readFile(logFile, 'utf8')).toBe(streamed);
});

test.each(['timeout', 'cancelled'] as const)(
  'A job that is ended (%s) takes all it started with it',
  async (why) => {
    const cwd = await folder();
    const child = 'process.on("SIGTERM", () => {}); console.log(process.pid); setInterval(() => {}, 1000)';
    const code = `require('node:child_process').spawn(process.execPath, ['-e', ${JSON.stringify(child)}], { stdio: 'inherit' })`;
    const stop = new AbortController();
    let pid = 0;
    const began = Promise.withResolvers<void>();
    const running = runJob(
      { command: script(code), cwd, env },
      {
        ...(why === 'timeout' && { timeoutMs: 2_000 }),
        signal: stop.signal,
        onOutput: (chunk) => {
          pid = Number(chunk.toString());
          began.resolve();
        },
      },
    );
    await began.promise;
    if (why === 'cancelled') stop.abort();
    expect(expectValue(await running)).toMatchObject({ ended: why });
    await expect.poll(() => processStart(pid)).toBeNull();
  },
);

test.runIf(process.platform === 'linux')(
  'A job ends with its command and on request, whatever left its group and holds its pipes; that is named',
  async () => {
    const cwd = await folder();
    for (const then of ['exit 0', 'exec sleep 300']) {
      const stop = new AbortController();
      let pid = 0;
      // What holds the pipes has left the group before the command goes on.
      const leaving = "setsid sh -c 'echo $$ > ready; exec sleep 300' &";
      const line = `${leaving} until [ -s ready ]; do sleep 0.01; done; cat ready; rm ready; ${then}`;
      const running = runJob(
        { command: ['sh', '-c', line], cwd, env },
        {
          signal: stop.signal,
          onOutput: (chunk) => {
            pid = Number(chunk.toString());
            if (then !== 'exit 0') stop.abort();
          },
        },
      );
      const { left, ended } = expectValue(await running);
      onTestFinished(() => void process.kill(pid, 'SIGKILL'));
      expect(ended).toBe(then === 'exit 0' ? null : 'cancelled');
      expect(left.map((one) => one.pid)).toEqual([pid]);
      expect(describeLeft(left)[0]).toContain(`kill ${pid}`);
    }
  },
);

test('A program that is not there is a problem', async () => {
  const result = await runJob({ command: ['no-such-program'], cwd: await folder(), env });
  expect(result).toMatchObject({ ok: false, problem: { code: 'job_failed' } });
});

test('Last lines are few, short and plain', () => {
  const last = new LastLines(3);
  for (const text of ['one\ntw', 'o\nthree\n', '10%\r20%\r\n', `${'x'.repeat(1000)}\u202e\n\n`])
    last.add(Buffer.from(text));
  expect(last.lines).toEqual(['20%', expect.stringMatching(/^x{1,400}<U\+202E>$/)]);
});
