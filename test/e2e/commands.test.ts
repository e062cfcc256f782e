import { existsSync } from 'node:fs';
import { appendFile, mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { Shop } from './shop.ts';

let shop: Shop;
beforeEach(async () => {
  shop = await Shop.open();
});
afterEach(() => shop.close());

/** The problem a command answers with `--json`. */
async function problemOf(args: readonly string[], env: Record<string, string> = {}, cwd?: string) {
  const { code, stdout } = await shop.run([...args, '--json'], { env, ...(cwd ? { cwd } : {}) });
  const { error } = JSON.parse(stdout) as { error: { code: string; message: string; hint?: string } };
  return { exit: code, ...error };
}

describe('approval', () => {
  it('is required: a start without a terminal and without --yes is refused', async () => {
    expect(await problemOf(['worker', 'start', 'backend', 'auth'])).toMatchObject({
      exit: 1,
      code: 'approval_required',
    });
    expect(await shop.json('worker', 'list')).toEqual([]);
    expect(await shop.json('proposals')).toEqual([]);
  });

  it('is never given from inside a worker, whatever the worker hides', async () => {
    const say = (env: string) =>
      `${env} '${process.cwd()}/dist/orch-tui' worker start backend more --yes --json > "$OUT"; exec sleep 100000`;
    for (const [task, env] of [
      ['plain', ''],
      ['hidden', 'env -u ORCH_WORKER -u ORCH_TOKEN -u ORCH_HOOK_URL'],
    ] as const) {
      const out = shop.path(`${task}.json`);
      const agents = {
        [task]: { command: ['bash', '-c', say(env)], env: { OUT: out, XDG_RUNTIME_DIR: shop.place.runtime } },
      };
      const config = JSON.parse(await readFile(shop.path('.orch/config.json'), 'utf8'));
      await shop.configure({ agents: { ...config.agents, ...agents } });
      await shop.start('backend', task, '', 'idle', task);
      const answer = await untilJson<{ error: { code: string } }>(out);
      expect(answer.error.code).toBe('approval_forbidden');
    }
    expect(await shop.json<unknown[]>('worker', 'list')).toHaveLength(2);
    expect(existsSync(shop.path('.worktrees/backend-more'))).toBe(false);
  });
});

/** The JSON a file holds once it is whole. */
async function untilJson<T>(file: string): Promise<T> {
  const deadline = Date.now() + 20_000;
  for (;;) {
    const text = existsSync(file) ? await readFile(file, 'utf8') : '';
    if (text.trim().endsWith('}')) return JSON.parse(text);
    if (Date.now() > deadline) throw new Error(`${file} holds ${JSON.stringify(text)}`);
    await shop.json('worker', 'list');
  }
}

describe('names', () => {
  it.each([
    ['with space'],
    ['../up'],
    ['a..b'],
    ['a/b'],
    ['ünï'],
    ['x'.repeat(300)],
    ['head'],
    ['a.lock'],
    ['.hidden'],
  ])('refuses the task %j', async (task) => {
    expect(await problemOf(['worker', 'start', 'backend', task, '--yes'])).toMatchObject({
      exit: 1,
      code: 'bad_name',
    });
  });

  it('takes a leading dash for wrong usage', async () => {
    const { code } = await shop.run(['worker', 'start', 'backend', '-x', '--yes']);
    expect(code).toBe(2);
  });

  it('knows no other repository, agent or worker', async () => {
    expect(await problemOf(['worker', 'start', 'nope', 'a', '--yes'])).toMatchObject({
      code: 'unknown_repo',
    });
    expect(await problemOf(['worker', 'start', 'backend', 'a', '--agent', 'nope', '--yes'])).toMatchObject({
      code: 'unknown_agent',
    });
    expect(await problemOf(['worker', 'show', 'backend/a'])).toMatchObject({ code: 'no_such_worker' });
    expect(await problemOf(['approve', '7'])).toMatchObject({ code: 'no_such_proposal' });
  });
});

describe('places', () => {
  it('refuses a worktree path that exists, a branch that is in use, and an agent that is missing', async () => {
    await mkdir(shop.path('.worktrees/backend-taken'), { recursive: true });
    expect(await problemOf(['worker', 'start', 'backend', 'taken', '--yes'])).toMatchObject({
      code: 'path_taken',
    });
    await shop.git('backend', 'switch', '-q', '-c', 'feature/used');
    expect(await problemOf(['worker', 'start', 'backend', 'used', '--yes'])).toMatchObject({
      code: 'branch_in_use',
      message: expect.stringContaining(shop.path('backend')),
    });
    expect(await problemOf(['worker', 'start', 'backend', 'a', '--agent', 'claude', '--yes'])).toMatchObject({
      code: 'agent_missing',
      hint: expect.stringContaining('npm install'),
    });
    expect(await shop.json('proposals')).toEqual([]);
    expect(await shop.json('worker', 'list')).toEqual([]);
  });

  it('tells a folder without repositories from one that is no workspace', async () => {
    const empty = join(shop.place.root, 'empty');
    await mkdir(empty);
    expect(await problemOf(['init', '--yes'], {}, empty)).toMatchObject({ exit: 1, code: 'no_repos' });
    expect(await problemOf(['status'], {}, empty)).toMatchObject({ exit: 1, code: 'no_workspace' });
  });

  it('makes a workspace of what lies below a folder, and works from below it', async () => {
    const folder = join(shop.place.root, 'fresh');
    await mkdir(folder);
    await shop.place.git(shop.place.root, 'clone', '-q', shop.path('backend'), join(folder, 'api'));
    const made = JSON.parse((await shop.run(['init', '--yes', '--json'], { cwd: folder })).stdout);
    expect(made.repos).toMatchObject([{ name: 'api' }]);
    expect(await shop.place.git(join(folder, 'api'), 'status', '--porcelain')).toBe('');
    const status = JSON.parse((await shop.run(['status', '--json'], { cwd: join(folder, 'api') })).stdout);
    expect(status).toMatchObject({
      workspace: folder,
      name: 'fresh',
      repos: [{ name: 'api', dirty: 0 }],
      workers: [],
    });
    await shop.run(['controller', 'stop'], { cwd: folder });
  });

  it('makes no workspace without a yes, leaves one that is there as it is, and adds what has come to lie there', async () => {
    const folder = join(shop.place.root, 'fresh');
    const file = join(folder, '.orch/config.json');
    await mkdir(folder);
    const clone = (name: string) =>
      shop.place.git(shop.place.root, 'clone', '-q', shop.path('backend'), join(folder, name));
    const init = (...more: string[]) => shop.run(['init', ...more], { cwd: folder });
    await clone('api');
    const asked = { exit: 1, code: 'confirmation_required', message: expect.stringContaining('Found api.') };
    expect(await problemOf(['init'], {}, folder)).toMatchObject(asked);
    expect(existsSync(file)).toBe(false);
    await init('--yes');

    const config = { ...JSON.parse(await readFile(file, 'utf8')), repos: [{ name: 'core', path: 'api' }] };
    const kept = JSON.stringify(config);
    await writeFile(file, kept);
    shop.trust(folder);
    expect(await init()).toMatchObject({
      code: 0,
      stdout: expect.stringContaining('is a workspace already'),
    });
    expect(await readFile(file, 'utf8')).toBe(kept);

    await clone('web');
    expect(await problemOf(['init'], {}, folder)).toMatchObject({
      message: expect.stringContaining('fresh is a workspace already. Let it have core, web?'),
    });
    expect(await readFile(file, 'utf8')).toBe(kept);
    expect((await init('--yes')).code).toBe(0);
    expect(JSON.parse(await readFile(file, 'utf8')).repos).toEqual([
      { name: 'core', path: 'api' },
      { name: 'web', path: 'web' },
    ]);
  });

  it('uses main where there is no develop, makes develop when asked, and starts nothing in an empty repository', async () => {
    const folder = join(shop.place.root, 'fresh');
    await mkdir(folder);
    for (const name of ['plain', 'empty'])
      await shop.place.git(shop.place.root, 'init', '-q', '-b', 'main', join(folder, name));
    await shop.place.git(
      join(folder, 'plain'),
      '-c',
      'user.name=T',
      '-c',
      'user.email=t@example.invalid',
      'commit',
      '-q',
      '--allow-empty',
      '-m',
      'One',
    );
    await shop.run(['init', '--yes'], { cwd: folder });
    const status = JSON.parse((await shop.run(['status', '--json'], { cwd: folder })).stdout);
    expect(status.repos).toMatchObject([
      { name: 'empty', base: null, problem: expect.stringContaining('No commits') },
      { name: 'plain', base: 'main' },
    ]);
    expect(await problemOf(['worker', 'start', 'empty', 'a', '--yes'], {}, folder)).toMatchObject({
      code: 'no_base',
    });
    await shop.run(['init', '--develop', '--yes'], { cwd: folder });
    expect(await shop.place.git(join(folder, 'plain'), 'branch', '--list', 'develop')).toContain('develop');
    expect(await shop.place.git(join(folder, 'plain'), 'branch', '--show-current')).toBe('main');
    await shop.run(['controller', 'stop'], { cwd: folder });
  });
});

describe('the log', () => {
  it('is used without its corrupt last line, which stays in the file and is reported once', async () => {
    await shop.start('backend', 'auth', 'say: hi');
    await shop.run(['controller', 'stop']);
    await appendFile(shop.path('.orch/log.jsonl'), '{"v":1,"seq":99,"ty');
    const told = await shop.json<{ notices: { code: string }[]; workers: { id: string }[] }>('status');
    expect(told.notices.map((notice) => notice.code)).toEqual(['log_damaged']);
    expect(told.workers.map((worker) => worker.id)).toEqual(['backend/auth']);
    await shop.run(['controller', 'stop']);
    expect(await readFile(shop.path('.orch/log.jsonl'), 'utf8')).toContain('\n{"v":1,"seq":99,"ty');
    expect((await shop.json<{ notices: unknown[] }>('status')).notices).toEqual([]);
  });
});

describe('agents of the configuration', () => {
  it('run any command, its state read off process and output, in an environment without secrets', async () => {
    await shop.close();
    const script = 'printenv | sort; echo "brief: $1"; read -r line; echo "heard $line"; exit 3';
    shop = await Shop.open({
      agents: { mine: { command: ['bash', '-c', script, 'mine', '{brief}'], env: { MINE: 'yes' } } },
    });
    const secret = {
      NOTION_TOKEN: 'ntn_canary',
      SECRET: 'canary',
      ANTHROPIC_API_KEY: 'sk-test',
      SSH_AUTH_SOCK: '/tmp/agent',
    };
    await shop.run(['worker', 'start', 'backend', 'auth', '--agent', 'mine', '--brief', 'go west', '--yes'], {
      env: secret,
    });
    await shop.untilState('backend/auth', 'idle');
    const { text } = await shop.json<{ text: string }>(
      'worker',
      'screen',
      'backend/auth',
      '--scrollback',
      '200',
    );
    for (const part of [
      'brief: go west',
      'MINE=yes',
      'ORCH_TASK=auth',
      'ANTHROPIC_API_KEY=sk-test',
      'SSH_AUTH_SOCK=/tmp/agent',
      'TERM=xterm-256color',
    ])
      expect(text).toContain(part);
    expect(text).not.toContain('canary');
    await shop.json('worker', 'send', 'backend/auth', 'hello there');
    await shop.untilState('backend/auth', 'exited');
    expect(await shop.json('worker', 'show', 'backend/auth')).toMatchObject({ exitCode: 3 });
    expect((await shop.json<{ text: string }>('worker', 'screen', 'backend/auth')).text).toContain(
      'heard hello there',
    );
    expect(
      (await shop.json<{ type: string }[]>('worker', 'log', 'backend/auth')).map((event) => event.type),
    ).toEqual(expect.arrayContaining(['proposed', 'approved', 'started', 'exited']));
    const told = (await shop.run(['worker', 'log', 'backend/auth'])).stdout.split('\n');
    expect(told[0]).toMatch(/^\d{4}-\d\d-\d\d \d\d:\d\d:\d\d {2}You proposed to start it \(proposal 1\)\.$/);
    expect(told.at(-2)).toContain('Its process ended with 3.');
    expect(told.join('\n')).not.toMatch(/[{}]/);
  });
});

describe('without a terminal', () => {
  it('the control room says so and names what works', async () => {
    const { code, stderr } = await shop.run([]);
    expect(code).toBe(1);
    expect(stderr).toContain('orch-tui status');
    expect(stderr).toContain('demo --headless');
  });

  it('the demo does the whole round and leaves no process', async () => {
    const folder = join(shop.place.root, 'demo');
    const { code, stdout, stderr } = await shop.run(['demo', folder, '--headless'], { cwd: shop.place.root });
    expect(stderr).toBe('');
    expect(code).toBe(0);
    const told = [
      'Approving for you: start backend/rate-limits',
      '1 backend/rate-limits ○ idle',
      'Finished backend/rate-limits: merged into develop',
      'Cleaned admin/dashboard',
    ].map((part) => stdout.indexOf(part));
    expect(told).not.toContain(-1);
    expect(told).toEqual(told.toSorted((a, b) => a - b));
    expect(await shop.place.git(join(folder, 'backend'), 'show', '--stat', 'develop')).toContain(
      'rate-limits',
    );
  });

  it('doctor tells what is there', async () => {
    const { stdout } = await shop.run(['doctor', '--json']);
    const findings = JSON.parse(stdout) as { name: string; verdict: string }[];
    const verdict = (name: string) => findings.find((finding) => finding.name === name)?.verdict;
    expect([
      verdict('git'),
      verdict('node'),
      verdict('terminals'),
      verdict('sockets'),
      verdict('agent demo'),
    ]).toEqual(Array(5).fill('ok'));
    const missed = findings.filter(({ name, verdict }) => name.startsWith('agent ') && verdict !== 'ok');
    expect(missed).toMatchObject([{ name: 'agent claude', verdict: 'warning' }]);
  });
});

describe('daemons', () => {
  it('say whether they run, stop, and outlive stale sockets and locks', async () => {
    expect(await shop.json('host', 'status')).toEqual({ running: false });
    await shop.start('backend', 'auth', 'say: hi');
    const pid = await shop.pidOf('host');
    process.kill(pid, 'SIGKILL');
    await shop.untilState('backend/auth', 'lost');
    await shop.json('worker', 'resume', 'backend/auth', '--yes');
    expect(await shop.pidOf('host')).not.toBe(pid);
    expect(await problemOf(['host', 'stop'])).toMatchObject({ code: 'confirmation_required' });
    expect(await shop.json('host', 'stop', '--yes')).toEqual({ stopped: true });
    await shop.untilState('backend/auth', 'exited');
  });
});
