import { execFileSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { chmod, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { propose, quoted, runInside, standIn, type Tasks } from './insideWorker.ts';
import { program, Shop } from './shop.ts';

/** What a worker can hide of where it comes from: each line approves, as an orphan or not. */
function attacks(root: string, home: string, runtime: string, key: string): Tasks {
  const orch = quoted(program);
  const clean = `env -i PATH="$PATH" HOME=${quoted(home)} XDG_RUNTIME_DIR=${quoted(runtime)} TERM=xterm`;
  const unset = 'env -u ORCH_WORKER -u ORCH_TOKEN -u ORCH_HOOK_URL';
  const approve = `${orch} approve 1 --json >"$ANSWER" 2>&1; echo $? >"$ANSWER.code"`;
  const kept = 'export ANSWER="$ANSWER";';
  const script = (line: string) => `script -qec ${quoted(line)} /dev/null`;
  // A program opens a terminal of its own and runs the command in it, as its controlling terminal.
  const python = (line: string) =>
    `python3 -c ${quoted('import pty,sys,os; pty.spawn(["sh","-c",os.environ["LINE"]])')}`.replace(
      /^/,
      `LINE=${quoted(line)} `,
    );
  const keepAnswer = `${clean} ANSWER="$ANSWER"`;
  const directly = `${quoted(process.execPath)} ${quoted(resolve('test/e2e/approveDirectly.ts'))} ${quoted(root)} >"$ANSWER" 2>&1; echo $? >"$ANSWER.code"`;
  return {
    plain: approve,
    unset: `${unset} sh -c ${quoted(approve)}`,
    reproduced: `sh -c ${quoted(`env -u ORCH_WORKER sh -c ${quoted(approve)} &`)}`,
    clean: `${keepAnswer} sh -c ${quoted(approve)}`,
    nohup: `${kept} ${unset} nohup sh -c ${quoted(approve)} >/dev/null 2>&1 & disown; exit`,
    setsid: `${unset} setsid -f sh -c ${quoted(approve)}`,
    cleanSetsid: `${keepAnswer} setsid -f sh -c ${quoted(approve)} </dev/null >/dev/null 2>&1`,
    elsewhere: `cd / && ${keepAnswer} setsid -f sh -c ${quoted(`cd ${quoted('/')}; cd "$0" 2>/dev/null; ${approve}`)} </dev/null`,
    doubleFork: `( ( ${keepAnswer} sh -c ${quoted(approve)} & ) & )`,
    script: `${keepAnswer} ${script(approve)}`,
    scriptSetsid: `${keepAnswer} setsid -f ${script(approve)} </dev/null >/dev/null 2>&1`,
    python: `${keepAnswer} ${python(approve)}`,
    pythonSetsid: `${keepAnswer} LINE=${quoted(approve)} setsid -f python3 -c ${quoted('import pty,os; pty.spawn(["sh","-c",os.environ["LINE"]])')} </dev/null >/dev/null 2>&1`,
    pythonForkTwice: `${keepAnswer} LINE=${quoted(approve)} python3 -c ${quoted('import pty,os,sys\nif os.fork(): sys.exit()\nos.setsid()\nif os.fork(): sys.exit()\npty.spawn(["sh","-c",os.environ["LINE"]])')} </dev/null >/dev/null 2>&1`,
    tmux: `${keepAnswer} tmux -S "$ANSWER.sock" -f /dev/null new-session -d ${quoted(approve)}`,
    subreaper: `${keepAnswer} nice -n 5 timeout 60 setsid sh -c ${quoted(approve)}`,
    directly,
    directlyAlone: `${keepAnswer} setsid -f sh -c ${quoted(directly)} </dev/null >/dev/null 2>&1`,
    directlyInScript: `${keepAnswer} setsid -f ${script(directly)} </dev/null >/dev/null 2>&1`,
    directlyWithKey: `${keepAnswer} KEY=${key} setsid -f sh -c ${quoted(directly)} </dev/null >/dev/null 2>&1`,
    key: `ORCH_APPROVAL_KEY=${key} sh -c ${quoted(approve)}`,
    keyOrphan: `${keepAnswer} ORCH_APPROVAL_KEY=${key} setsid -f sh -c ${quoted(approve)} </dev/null`,
    keyInScript: `${keepAnswer} ORCH_APPROVAL_KEY=${key} setsid -f ${script(approve)} </dev/null >/dev/null 2>&1`,
    ownStateFolder: `mkdir -p -m 700 "$ANSWER.state/orch-tui" && printf '%s\\n' ${'x'.repeat(43)} >"$ANSWER.state/orch-tui/approval-key" && chmod 600 "$ANSWER.state/orch-tui/approval-key"; ${keepAnswer} XDG_STATE_HOME="$ANSWER.state" ORCH_APPROVAL_KEY=${'x'.repeat(43)} setsid -f sh -c ${quoted(approve)}`,
  };
}

describe('a worker', () => {
  let shop: Shop;
  beforeAll(async () => {
    shop = await Shop.open({
      repos: { backend: {}, web: {} },
      agents: async ({ root, runtime }) => ({ tester: standIn(root, { XDG_RUNTIME_DIR: runtime }) }),
    });
  });
  afterAll(() => shop.close());

  it('approves nothing, however it hides where it comes from', { timeout: 200_000 }, async () => {
    await propose(shop, 'web', 'wanted');
    const { workspace, home, runtime, approvalKey } = shop.place;
    const answers = await runInside(shop, attacks(workspace, home, runtime, approvalKey));
    for (const [name, { code, text }] of answers) {
      expect([name, code], text).toEqual([name, 1]);
      expect(JSON.parse(text.slice(text.indexOf('{'))).error.code, name).toBe('approval_forbidden');
    }
    expect(await shop.json('proposals')).toMatchObject([{ n: 1 }]);
    expect(existsSync(shop.path('.worktrees/web-wanted'))).toBe(false);
  });
});

describe('a person', () => {
  let shop: Shop;
  const size = { cols: 100, rows: 30 };
  beforeAll(async () => {
    shop = await Shop.open({ repos: { backend: {} } });
    await propose(shop, 'backend', ...Array.from({ length: 7 }, (_, at) => `task-${at + 1}`));
  });
  afterAll(() => shop.close());

  const approved = (n: number) =>
    shop.until(`proposal ${n} is approved`, async () => {
      const open = await shop.json<{ n: number }[]>('proposals');
      return open.every((one) => one.n !== n);
    });

  it('needs no key in a terminal', async () => {
    const terminal = shop.inTerminal(['approve', '1'], size);
    expect((await terminal.exited).exitCode).toBe(0);
    await approved(1);
  });

  it('needs none in a Makefile, a script, tmux or an editor that runs in a terminal', async () => {
    await writeFile(shop.path('Makefile'), `go:\n\t@${program} approve 2\n`);
    const { place } = shop;
    const made = place.terminal(['make', '-s', 'go'], { env: { ORCH_LINGER_MS: '3000' } });
    expect((await made.exited).exitCode).toBe(0);
    await approved(2);
    const nested = place.terminal(['sh', '-c', `setsid -w true; nohup ${program} approve 3`]);
    expect((await nested.exited).exitCode).toBe(0);
    await approved(3);
    const socket = join(place.root, 'tmux.sock');
    execFileSync('tmux', ['-S', socket, '-f', '/dev/null', 'new-session', '-d', `${program} approve 4`], {
      cwd: place.workspace,
      env: place.env(),
    });
    await approved(4);
    const editor = place.terminal(['vim', '-u', 'NONE', '-c', `silent !${program} approve 5`, '-c', 'qa!']);
    expect((await editor.exited).exitCode).toBe(0);
    await approved(5);
  });

  it('passes the key where there is no terminal, and is told how', async () => {
    const file = join(shop.place.home, '.local/state/orch-tui/approval-key');
    expect((await stat(file)).mode & 0o777).toBe(0o600);
    for (const key of ['', 'x'.repeat(43), `${shop.place.approvalKey}x`]) {
      const { code, stdout } = await shop.run(['approve', '6', '--json'], {
        env: { ORCH_APPROVAL_KEY: key },
      });
      const { error } = JSON.parse(stdout);
      expect([key, code, error.code]).toEqual([key, 1, 'approval_required']);
      expect(error.hint).toContain(`ORCH_APPROVAL_KEY="$(cat '${file}')"`);
    }
    expect(await shop.json('status')).toMatchObject({ name: 'shop' });
    expect((await shop.run(['status', '--json'], { env: { ORCH_APPROVAL_KEY: '' } })).code).toBe(0);
    expect((await shop.run(['approve', '6'])).code).toBe(0);
    await approved(6);
  });

  it('has a key that others can read refused', async () => {
    const file = join(shop.place.home, '.local/state/orch-tui/approval-key');
    await chmod(file, 0o644);
    const { stdout } = await shop.run(['approve', '7', '--json']);
    expect(JSON.parse(stdout).error.code).toBe('approval_required');
    await chmod(file, 0o600);
  });
});

it('gets a key from the first start in a terminal, and from the first init without one', async () => {
  const shop = await Shop.open({ repos: { backend: {} } });
  try {
    const file = join(shop.place.home, '.local/state/orch-tui/approval-key');
    await rm(file);
    const noKey = { env: { ORCH_APPROVAL_KEY: '' } };
    const refused = JSON.parse(
      (await shop.run(['worker', 'start', 'backend', 'a', '--yes', '--json'], noKey)).stdout,
    );
    expect(refused.error).toMatchObject({ code: 'approval_required', hint: expect.stringContaining(file) });
    expect(existsSync(file)).toBe(false);
    const room = shop.room();
    await room.until('1 repo');
    const key = await readFile(file, 'utf8');
    expect(key).toMatch(/^[\w-]{43}\n$/);
    room.press('q');
    await room.exited;
    expect((await shop.run(['init', '--yes', '--json'], noKey)).code).toBe(1);
    await rm(file);
    expect((await shop.run(['init', '--yes', '--json'], noKey)).code).toBe(0);
    expect(await readFile(file, 'utf8')).not.toBe(key);
  } finally {
    await shop.close();
  }
});
