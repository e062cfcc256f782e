import { spawn, spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { agentPrograms, withSetup } from '../../../src/agents/launch.ts';
import { Pane } from '../../agents/pane.ts';
import { StandInInbox } from '../../agents/standInInbox.ts';

const programs = agentPrograms();
const agent = ['sh', '-c', 'echo "agent $ORCH_TOKEN in $$ of $PWD"; read line; echo "got $line"; exit 7'];

/** A setup before a small agent, in a terminal of its own. */
function start(commands: string[][], env: Record<string, string> = {}, timeoutMs = 60_000) {
  const cwd = mkdtempSync(join(tmpdir(), 'orch-setup-'));
  onTestFinished(() => rmSync(cwd, { recursive: true }));
  const [logFile, doneFile] = [join(cwd, 'logs/setup.log'), join(cwd, 'done')];
  const command = withSetup(programs, { commands, timeoutMs, logFile, doneFile, stamp: 'stamp' }, agent);
  const pane = new Pane({ command, cwd, env: { PATH: process.env.PATH ?? '', HOME: cwd, ...env } });
  const log = () =>
    readFileSync(logFile, 'utf8')
      .replace(/^\S+Z /gm, '')
      .replace(/after [\d.]+ s/g, 'after …');
  return { cwd, pane, log, doneFile };
}

test('commands run one after the other in the terminal, and then the agent in the same process', async () => {
  const { cwd, pane, log, doneFile } = start(
    [
      ['sh', '-c', 'test -t 1 && echo "a terminal, token <$ORCH_TOKEN>" > out'],
      ['cat', 'out'],
    ],
    { ORCH_TOKEN: 'secret' },
  );
  await pane.shows('agent secret');
  expect(pane.screen()).toContain('a terminal, token <>');
  expect(pane.screen()).toContain('setup 2/2: cat out');
  expect(pane.screen()).toContain(`agent secret in ${pane.pid} of ${cwd}`);
  expect(readFileSync(doneFile, 'utf8')).toBe('stamp');
  pane.write('hello\r');
  await pane.shows('got hello');
  expect(await pane.exited).toMatchObject({ exitCode: 7 });
  expect(log()).toBe(
    [
      'setup 1/2: sh -c test -t 1 && echo "a terminal, token <$ORCH_TOKEN>" > out',
      'setup 1/2: done after …',
      'setup 2/2: cat out',
      'setup 2/2: done after …',
      '',
    ].join('\n'),
  );
});

test('the first failure ends it: the agent is not started and the inbox is told', async () => {
  await using inbox = await new StandInInbox().open();
  const failing = ['sh', '-c', 'echo broken >&2; exit 3'];
  const { pane, doneFile, log } = start([failing, ['touch', 'never']], inbox.env);
  expect(await pane.exited).toMatchObject({ exitCode: 3 });
  expect(pane.printed).toContain('broken');
  expect(pane.printed).toContain('failed with 3');
  expect(pane.printed).not.toContain('agent token');
  expect(inbox.received.map(({ body }) => body)).toEqual([{ command: failing, exitCode: 3 }]);
  expect(existsSync(doneFile)).toBe(false);
  expect(log()).toContain('failed with 3 after …');
});

test('a program that is not there, a time limit and ctrl-c are failures with a name', async () => {
  const missing = start([['no-such-program']]);
  expect(await missing.pane.exited).toMatchObject({ exitCode: 127 });
  expect(missing.pane.printed).toContain('could not be run');

  const late = start([['sh', '-c', 'sleep 1000 & echo child $!; wait']], {}, 1000);
  expect(await late.pane.exited).toMatchObject({ exitCode: 124 });
  expect(late.pane.printed).toContain('took too long');
  const child = Number(/child (\d+)/.exec(late.pane.printed)?.[1]);
  // Gone, or only not yet counted as gone.
  expect(spawnSync('ps', ['-o', 'stat=', '-p', `${child}`], { encoding: 'utf8' }).stdout).toMatch(
    /^(Z.*)?$/m,
  );

  const stopped = start([['sh', '-c', 'echo rea""dy; exec sleep 1000']]);
  await stopped.pane.shows('ready');
  stopped.pane.write('\x03');
  expect(await stopped.pane.exited).toMatchObject({ exitCode: 130 });
  expect(stopped.pane.printed).toContain('failed with 130');
});

test('on a Node that cannot become another program the agent is a child: signals in, its end out', async () => {
  const cwd = mkdtempSync(join(tmpdir(), 'orch-setup-'));
  onTestFinished(() => rmSync(cwd, { recursive: true }));
  const spec = {
    commands: [],
    timeoutMs: 1,
    logFile: join(cwd, 'log'),
    doneFile: join(cwd, 'done'),
    stamp: '',
  };
  const waits = `process.on('SIGTERM', () => { console.log('told'); process.exit(9); });
    setInterval(() => {}, 60_000); console.log('ready');`;
  const waiting = [programs.node, '-e', waits];
  const [, program = '', ...rest] = withSetup(programs, spec, waiting);
  const without = 'data:text/javascript,delete process.execve';
  const child = spawn(programs.node, ['--import', without, program, ...rest], { cwd });
  let printed = '';
  await new Promise<void>((resolve) =>
    child.stdout.on('data', (chunk) => {
      printed += chunk;
      if (printed.includes('ready')) resolve();
    }),
  );
  child.kill('SIGTERM');
  expect(await new Promise((resolve) => child.on('close', resolve))).toBe(9);
  expect(printed).toContain('told');
});
