import { readdirSync, readFileSync } from 'node:fs';
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { Shop } from './shop.ts';

let shop: Shop;
beforeAll(async () => {
  shop = await Shop.open({ repos: { backend: {}, web: {} } });
});
afterAll(() => shop.close());

function read(file: string): string {
  try {
    return readFileSync(file, 'latin1');
  } catch {
    // It has ended meanwhile.
    return '';
  }
}

/** What every process of this place was started with. */
function processes(): { name: string; text: string }[] {
  return readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .map((name) => ({ environ: read(`/proc/${name}/environ`), line: read(`/proc/${name}/cmdline`) }))
    .filter(({ environ }) => environ.split('\0').includes(`HOME=${shop.place.home}`))
    .map(({ environ, line }) => ({ name: line.replaceAll('\0', ' '), text: `${environ}\n${line}` }));
}

/** A program that writes down what it was started with, and then is the one it stands for. */
async function spyOn(name: string, real: string): Promise<string> {
  const [log, bin] = [join(shop.place.root, `${name}.log`), join(shop.place.root, 'bin')];
  await mkdir(bin, { recursive: true });
  const script = `#!/bin/sh\n{ echo "$0 $*"; env; } >> '${log}'\n${real}\n`;
  await writeFile(join(bin, name), script, { mode: 0o755 });
  return log;
}

it('is in no process that is started, no file but its own, no screen and no answer', {
  timeout: 120_000,
}, async () => {
  const key = shop.place.approvalKey;
  const git = await spyOn('git', 'exec /usr/bin/git "$@"');
  const job = await spyOn('job', 'exit 0');
  const hook = await spyOn('hook', 'exit 0');
  const bin = join(shop.place.root, 'bin');
  const env = { PATH: `${bin}:${shop.place.env().PATH}` };
  const file = shop.path('.orch/config.json');
  const config = JSON.parse(await readFile(file, 'utf8'));
  const teller = {
    ...{ command: ['sh', '-c', 'env; tr "\\0" "\\n" </proc/$PPID/environ; exec cat'], speaks: 'none' },
    pass: ['ORCH_*', 'ORCH_APPROVAL_KEY'],
  };
  const jobs = { lint: [join(bin, 'job')], verify: [join(bin, 'job')] };
  await shop.configure({ jobs, agents: { ...config.agents, teller } });
  for (const name of ['post-merge', 'post-commit', 'post-checkout', 'reference-transaction'])
    await writeFile(shop.path('web/.git/hooks', name), `#!/bin/sh\nexec '${join(bin, 'hook')}'\n`, {
      mode: 0o755,
    });

  const answers: string[] = [];
  const say = async (...args: string[]): Promise<string> => {
    const { stdout, stderr, code } = await shop.run(args, { env });
    expect([args, code, stderr]).toEqual([args, 0, stderr]);
    answers.push(stdout, stderr);
    return stdout;
  };
  await say('worker', 'start', 'backend', 'fix', '--agent', 'teller', '--yes');
  await say('worker', 'start', 'web', 'page', '--brief', 'write a.txt: A\ncommit: Add a', '--yes');
  await shop.until('web/page has committed', async () =>
    (await shop.git('web', 'log', '--oneline', 'feature/page')).includes('Add a'),
  );
  await shop.untilState('web/page', 'idle');
  await say('run', 'lint', 'web');
  await say('flow', 'init', 'web');
  await say('flow', 'feature', 'start', 'web', 'login');
  await say('worker', 'finish', 'web/page', '--yes');
  const screen = await say('worker', 'screen', 'backend/fix', '--scrollback', '500');
  expect(screen).toContain(`HOME=${shop.place.home}`);
  expect(screen).not.toContain('ORCH_APPROVAL_KEY');

  const running = processes();
  const names = running.map(({ name }) => name).join('\n');
  for (const daemon of ['controller.js', 'host.js']) expect(names).toContain(daemon);
  expect(running.filter(({ text }) => text.includes(key)).map(({ name }) => name)).toEqual([]);
  for (const log of [git, job, hook])
    expect([log, /ORCH_APPROVAL_KEY/.test(read(log)) || read(log).includes(key), read(log) === '']).toEqual([
      log,
      false,
      false,
    ]);
  const found = readdirSync(shop.place.root, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name))
    .filter((name) => read(name).includes(key));
  expect(found).toEqual([join(shop.place.home, '.local/state/orch-tui/approval-key')]);
  expect(answers.filter((answer) => answer.includes(key))).toEqual([]);
});

it('is not needed by the demo, which acts in its own new workspace', { timeout: 120_000 }, async () => {
  const folder = join(shop.place.root, 'demo');
  const noKey = { env: { ORCH_APPROVAL_KEY: '' } };
  const first = await shop.run(['demo', folder, '--headless', '--json'], noKey);
  expect(JSON.parse(first.stdout)).toMatchObject({ finished: expect.anything() });
  // Another process has no right to it, and the demo has none to a workspace that it did not make.
  const again = await shop.run(['worker', 'start', 'web', 'x', '--yes', '--json'], { ...noKey, cwd: folder });
  expect(JSON.parse(again.stdout).error.code).toBe('approval_required');
  for (const workspace of [shop.place.workspace, folder]) {
    const elsewhere = await shop.run(['demo', workspace, '--headless', '--json']);
    expect([elsewhere.code, JSON.parse(elsewhere.stdout).error.code]).toEqual([1, 'workspace_exists']);
  }
});
