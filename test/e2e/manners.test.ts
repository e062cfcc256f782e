import { execFile } from 'node:child_process';
import { mkdir, readFile, rm, rmdir, writeFile } from 'node:fs/promises';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { program, Shop } from './shop.ts';

let shop: Shop;
beforeEach(async () => {
  shop = await Shop.open();
});
afterEach(() => shop.close());

async function problemOf(...args: string[]) {
  const { code, stdout } = await shop.run([...args, '--json']);
  return { exit: code, ...(JSON.parse(stdout) as { error: { code: string; hint?: string } }).error };
}

/** Runs a line of bash; `$O` is the program. */
function bash(line: string): Promise<{ code: number; stdout: string; stderr: string }> {
  const options = {
    cwd: shop.place.workspace,
    env: shop.place.scriptEnv({ O: program, ORCH_LINGER_MS: '3000' }),
  };
  return new Promise((done) => {
    execFile('bash', ['-c', line], options, (error, stdout, stderr) =>
      done({ code: error ? Number(error.code) : 0, stdout, stderr }),
    );
  });
}

describe('what programs read', () => {
  it('has the fields that it is documented to have', async () => {
    await shop.start('backend', 'auth', 'write a.txt: A\ncommit: Add a\nsay: Done.');
    const [worker] = await shop.json<object[]>('worker', 'list');
    const fields = ['id', 'repo', 'task', 'branch', 'worktree', 'agent', 'state', 'sessionId'];
    expect(Object.keys(worker ?? {})).toEqual(
      expect.arrayContaining([...fields, 'startedAt', 'exitCode', 'update']),
    );
    const status = await shop.json<{ repos: object[]; workers: object[] }>('status');
    expect(status).toMatchObject({ workspace: shop.place.workspace, name: 'shop', workers: [worker] });
    expect(status.repos[0]).toMatchObject({ name: 'backend', path: shop.path('backend'), branch: 'main' });
    expect(Object.keys(status.repos[0] ?? {})).toEqual(expect.arrayContaining(['ahead', 'behind', 'dirty']));

    const finished = await shop.json('worker', 'finish', 'backend/auth', '--yes');
    expect(finished).toEqual({
      id: 'backend/auth',
      into: 'develop',
      merge: await shop.git('backend', 'rev-parse', 'develop'),
      backup: expect.stringMatching(/^refs\/orch\/backup\/auth\//),
    });
    expect(await problemOf('worker', 'finish', 'backend/auth', '--yes')).toMatchObject({
      exit: 1,
      code: 'already_finished',
    });
    const log = await shop.json<{ type: string }[]>('worker', 'log', 'backend/auth');
    expect(log.map((event) => event.type)).toContain('finished');
  });

  it('may be cut off by whoever reads it', async () => {
    for (const command of ['status', 'worker list --json', 'proposals'])
      expect(await bash(`set -o pipefail; "$O" ${command} | true`)).toEqual({
        code: 0,
        stdout: '',
        stderr: '',
      });
  });

  it('holds no escape sequence, whatever a worker calls its files', async () => {
    await shop.start('backend', 'auth', 'say: hi');
    const [name, other] = ['\u001b]0;gotcha\u0007', 'c\u009b2Jd'];
    for (const file of [name, other])
      await writeFile(shop.path('.worktrees/backend-auth', file), '').catch(() => {});
    for (const args of [['--dry-run'], ['--dry-run', '--json'], ['--yes']]) {
      const { stdout, stderr } = await shop.run(['worker', 'finish', 'backend/auth', ...args]);
      expect(stdout + stderr).toContain('gotcha');
      expect(stdout + stderr).not.toMatch(/[\u0000-\u0009\u000b-\u001f\u007f-\u009f]/);
    }
    const preview = await shop.json<{ uncommitted: string[] }>(
      ...['worker', 'finish', 'backend/auth', '--dry-run'],
    );
    expect(preview.uncommitted).toEqual(expect.arrayContaining([name, other]));
  });
});

describe('refusals say what to do', () => {
  it('about workers without a process or a terminal', async () => {
    await shop.start('backend', 'auth', 'say: hi');
    await shop.json('worker', 'stop', 'backend/auth');
    expect(await shop.json('worker', 'screen', 'backend/auth')).toMatchObject({
      text: expect.stringContaining('hi'),
    });
    const resume = 'Resume it: orch-tui worker resume backend/auth';
    expect(await problemOf('worker', 'send', 'backend/auth', 'x')).toMatchObject({
      code: 'not_running',
      hint: resume,
    });
    process.kill(await shop.pidOf('host'), 'SIGKILL');
    expect(await problemOf('worker', 'screen', 'backend/auth')).toMatchObject({
      code: 'no_terminal',
      hint: resume,
    });
    for (const command of ['screen', 'log', 'show', 'stop', 'resume', 'undo'])
      expect(await problemOf('worker', command, 'backend/nope')).toMatchObject({
        exit: 1,
        code: 'no_such_worker',
      });
  });

  it('about briefs that no process can be given', async () => {
    const { stdout } = await bash(
      'printf "a\\0b" | "$O" worker start backend zero --brief - --yes --json; head -c 200000 /dev/zero | tr "\\0" x | "$O" worker start backend long --brief - --yes --json',
    );
    expect([...stdout.matchAll(/"code": "(\w+)"/g)].map(([, code]) => code)).toEqual([
      'bad_brief',
      'brief_too_long',
    ]);
    expect(await shop.json('proposals')).toEqual([]);
  });

  it('takes a brief as long as it may be, and starts with it', async () => {
    const brief = `say: ${'ü'.repeat(49_990)}`;
    await writeFile(shop.path('brief.txt'), brief);
    const { stdout } = await bash('"$O" worker start backend long --brief - --yes --json < brief.txt');
    expect(JSON.parse(stdout)).toMatchObject({ id: 'backend/long', brief });
    await shop.untilState('backend/long', 'idle');
  });

  it('about a configuration that was broken by hand, until it is fixed', async () => {
    const file = shop.path('.orch/config.json');
    const good = await readFile(file, 'utf8');
    const notices = async () =>
      (await shop.json<{ notices: { code: string }[] }>('status')).notices.map(({ code }) => code);
    expect(await notices()).toEqual([]);
    await writeFile(file, good.replace('{', '{{'));
    expect(await notices()).toEqual(['config_invalid']);
    await shop.run(['controller', 'stop']);
    expect(await problemOf('status')).toMatchObject({ exit: 1, code: 'config_invalid' });
    const { stdout, stderr } = await shop.run(['worker', 'list']);
    expect(stdout).toBe('');
    expect(stderr).toMatch(/^orch-tui: .*config\.json cannot be used: .*\n$/);
    const room = shop.room();
    await room.until('config.json cannot be used');
    await writeFile(file, good);
    await room.until('No workers yet.');
    expect(await notices()).toEqual([]);
  });

  it('about a log that cannot be opened, and nothing is started meanwhile', async () => {
    await mkdir(shop.path('.orch/log.jsonl'));
    expect(await problemOf('worker', 'start', 'backend', 'auth', '--yes')).toMatchObject({
      exit: 1,
      code: 'log_unusable',
      message: expect.stringContaining('is no plain file'),
    });
    await rmdir(shop.path('.orch/log.jsonl'));
    expect(await shop.json('worker', 'list')).toEqual([]);
  });
});

describe('a missing yes', () => {
  it('is spoken of only once nothing else is wrong, and nothing is changed before it', async () => {
    const start = async (...args: string[]) => (await problemOf('worker', 'start', ...args)).code;
    expect(await start('nope', 'auth')).toBe('unknown_repo');
    expect(await start('backend', 'a/b')).toBe('bad_name');
    expect(await start('backend', 'auth', '--agent', 'nope')).toBe('unknown_agent');
    expect(await start('backend', 'auth')).toBe('approval_required');
    expect(await shop.json('proposals')).toEqual([]);
    await shop.start('backend', 'auth', 'write a.txt: A\ncommit: Add a');
    expect(await start('backend', 'AUTH')).toBe('worker_exists');
    expect(await problemOf('worker', 'resume', 'backend/auth')).toMatchObject({ code: 'already_running' });
    expect(await problemOf('worker', 'undo', 'backend/auth')).toMatchObject({ code: 'not_ended' });
    await shop.json('worker', 'finish', 'backend/auth', '--yes');
    const merged = await shop.git('backend', 'rev-parse', 'develop');
    expect(await problemOf('worker', 'undo', 'backend/auth')).toMatchObject({
      exit: 1,
      code: 'confirmation_required',
      hint: 'Give it with: --yes',
    });
    expect(await shop.git('backend', 'rev-parse', 'develop')).toBe(merged);
    expect(await shop.json('proposals')).toEqual([]);
  });
});

describe('at a terminal', () => {
  const start = [program, 'worker', 'start', 'backend', 'auth', '--brief', 'say: hi'] as const;

  it.each([
    ['ctrl-c', undefined],
    ['ctrl-d', undefined],
    ['n', 'enter'],
  ])('%s at the question starts nothing and leaves no proposal', async (key, then) => {
    const terminal = shop.place.terminal(start);
    await terminal.until('Start backend/auth? [y/N]');
    terminal.press(key);
    if (then) terminal.press(then);
    await terminal.until('Nothing was started.');
    expect(await terminal.exited).toMatchObject({ exitCode: 1 });
    expect(await shop.json('proposals')).toEqual([]);
  });

  it('two people may answer the same question: the first yes starts it, the second hears so', async () => {
    const terminal = shop.place.terminal(start);
    await terminal.until('Start backend/auth? [y/N]');
    expect(await shop.json('approve', '1')).toMatchObject({ id: 'backend/auth' });
    terminal.press('y');
    terminal.press('enter');
    await terminal.until('There is no open proposal 1.');
    expect(await terminal.exited).toMatchObject({ exitCode: 1 });
    await shop.untilState('backend/auth', 'idle');
    const log = await shop.json<{ type: string }[]>('worker', 'log', 'backend/auth');
    expect(log.filter((event) => event.type === 'approved')).toHaveLength(1);
  });
});

describe('the end of a worker', () => {
  it('needs a yes, also where a program asks for it', async () => {
    await shop.start('backend', 'asked', 'write a.txt: A\ncommit: Add a');
    for (const end of ['finish', 'clean'])
      expect(await problemOf('worker', end, 'backend/asked')).toMatchObject({
        code: end === 'finish' ? 'confirmation_required' : 'would_lose_work',
        hint: expect.stringContaining(end === 'finish' ? '--yes' : '--confirm asked'),
      });
    expect(await shop.json('worker', 'show', 'backend/asked')).toMatchObject({ state: 'idle' });
  });

  it('is not confirmed by another name, needed or not, which is said with the one that is wanted', async () => {
    await shop.start('backend', 'asked', 'write a.txt: A\ncommit: Add a');
    for (const end of ['finish', 'clean'])
      expect(await problemOf('worker', end, 'backend/asked', '--yes', '--confirm', 'other')).toMatchObject({
        code: 'wrong_confirmation',
        message: expect.stringContaining('"other" is not the task\'s name, which is asked'),
        hint: expect.stringContaining('--confirm asked'),
      });
    const terminal = shop.place.terminal([program, 'worker', 'clean', 'backend/asked']);
    await terminal.until('Type asked to let this go:');
    terminal.type('askd');
    terminal.press('enter');
    await terminal.until('"askd" is not the task');
    expect(await terminal.exited).toMatchObject({ exitCode: 1 });
    expect(await shop.json('worker', 'show', 'backend/asked')).toMatchObject({ state: 'idle' });
  });
});

describe('folders changed by hand', () => {
  it('a worker whose worktree was deleted can still be finished', async () => {
    await shop.start('backend', 'auth', 'write a.txt: A\ncommit: Add a\nsay: Done.');
    await shop.json('worker', 'stop', 'backend/auth');
    await rm(shop.path('.worktrees/backend-auth'), { recursive: true });
    expect(await shop.json('worker', 'finish', 'backend/auth', '--yes')).toMatchObject({ into: 'develop' });
    expect(await shop.git('backend', 'show', 'develop:a.txt')).toBe('A');
    expect(await shop.git('backend', 'worktree', 'list')).not.toContain('auth');
  });

  it('a worker whose repository left the configuration waits for it to come back', async () => {
    await shop.start('web', 'cart', 'say: hi');
    const file = shop.path('.orch/config.json');
    const good = await readFile(file, 'utf8');
    const { repos } = JSON.parse(good);
    await shop.configure({ repos: repos.filter((repo: { name: string }) => repo.name !== 'web') });
    expect((await shop.json<{ workers: { id: string }[] }>('status')).workers).toMatchObject([
      { id: 'web/cart' },
    ]);
    expect(await problemOf('worker', 'clean', 'web/cart', '--yes')).toMatchObject({
      code: 'unknown_repo',
      hint: expect.stringContaining('config.json'),
    });
    await writeFile(file, good);
    shop.trust();
    await shop.json('status');
    expect(await shop.json('worker', 'clean', 'web/cart', '--yes')).toMatchObject({ id: 'web/cart' });
  });
});
