import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import {
  chmod,
  cp,
  lstat,
  mkdir,
  readdir,
  readFile,
  readlink,
  rm,
  symlink,
  writeFile,
} from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { promisify } from 'node:util';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { commandLines } from './everyCommand.ts';
import { TestPlace } from './harness/testPlace.ts';
import { program } from './shop.ts';

/*
 * A folder that was cloned, unpacked or copied from someone else, opened by every command of the program. Everything in it
 * that could be run leaves a mark, and everything that could be written to is compared afterwards.
 */

const run = promisify(execFile);

let place: TestPlace;
let clone: string;
let victim: string;
let marks: string;

beforeEach(async () => {
  place = await TestPlace.create();
  clone = place.workspace;
  victim = join(place.root, 'victim');
  marks = join(place.root, 'marks');
  await mkdir(victim);
  await mkdir(marks);
  await writeFile(join(victim, 'board.md'), '# Mine\n');
  await writeFile(join(victim, '.gitignore'), 'mine\n');
});
afterEach(() => place.dispose());

async function put(file: string, content: string | object, mode = 0o644): Promise<void> {
  const path = join(clone, file);
  await mkdir(dirname(path), { recursive: true });
  await writeFile(path, typeof content === 'string' ? content : JSON.stringify(content));
  await chmod(path, mode);
}

/** A program that leaves a mark wherever it is run. */
async function putEvil(file: string): Promise<string> {
  await put(file, `#!/bin/sh\ntouch '${marks}/${file.replaceAll('/', '_')}'\nexit 0\n`, 0o755);
  return join(clone, file);
}

const config = {
  name: 'shop',
  repos: [{ name: 'api', path: 'api', setup: [['./evil.sh']] }],
  agents: { claude: { command: ['./evil.sh'] }, mine: { command: ['./evil.sh'] } },
  jobs: { lint: ['./evil.sh'], verify: ['./evil.sh'] },
  memory: { copilot: true },
  guard: false,
};

/** A repository whose settings name programs, with a change for them to look at. */
async function putRepo(): Promise<void> {
  const repo = await place.repo('api', {
    files: { 'a.txt': 'a\n', '.gitattributes': '* filter=x diff=x merge=x\n' },
  });
  const evil = await putEvil('api/evil.sh');
  const hooks = [
    'post-checkout',
    'post-index-change',
    'pre-commit',
    'reference-transaction',
    'fsmonitor-watchman',
  ];
  for (const hook of hooks) await putEvil(`api/.git/hooks/${hook}`);
  for (const [key, value] of [
    ...[
      'core.fsmonitor',
      'core.pager',
      'core.sshCommand',
      'diff.external',
      'diff.x.textconv',
      'diff.x.command',
    ],
    ...[
      'filter.x.clean',
      'filter.x.smudge',
      'filter.x.process',
      'merge.x.driver',
      'gpg.program',
      'core.editor',
    ],
    ...[
      'credential.helper',
      'uploadpack.packObjectsHook',
      'interactive.diffFilter',
      'core.alternateRefsCommand',
    ],
  ].map((name) => [name, evil] as const))
    await place.git(repo, 'config', key, value);
  for (const command of ['status', 'log', 'for-each-ref', 'rev-parse', 'worktree'])
    await place.git(repo, 'config', `alias.${command}`, `!${evil}`);
  await put('api/a.txt', 'b\n');
  await put('api/.git/orch/journal/finish-x.json', {
    ...{ v: 1, name: 'finish-x', kind: 'finish', step: 'merge', begunAt: '2026-03-01T10:00:00.000Z' },
    data: { worker, into: 'develop', tip: '0'.repeat(40) },
  });
}

const worker = {
  ...{ id: 'api/x', repo: 'api', task: 'x', branch: 'feature/x' },
  base: { branch: 'develop', commit: '0'.repeat(40) },
};

function logLine(seq: number, event: object): string {
  return `${JSON.stringify({ v: 1, seq, at: '2026-11-22T10:00:00.000Z', ...event })}\n`;
}

async function putClone(): Promise<void> {
  await putRepo();
  await rm(join(marks), { recursive: true });
  await mkdir(marks);
  await putEvil('evil.sh');
  await put('.orch/config.json', config);
  const draft = { repo: 'api', task: 'fix', brief: 'do it', agent: null };
  const started = { ...worker, worktree: join(victim, 'tree'), agent: 'claude', brief: 'x', sessionId: 's' };
  await put(
    '.orch/log.jsonl',
    logLine(1, { type: 'proposed', n: 1, kind: 'start', by: 'person', draft, sessionId: 's' }) +
      logLine(2, { type: 'started', ...started }),
  );
  await put('.mcp.json', { mcpServers: { 'copilot-memory': { command: './evil.sh', args: [] } } });
  await put('api/.worktreeinclude', '*\n');
  await symlink(victim, join(clone, '.worktrees'));
  await symlink(join(victim, 'board.md'), join(clone, 'SPRINT_BOARD.md'));
  await symlink(join(victim, 'invoices.md'), join(clone, 'INVOICES.md'));
}

/** Every name below a folder with what it is, so that nothing can be added, changed or removed unseen. */
async function treeOf(folder: string): Promise<readonly string[]> {
  const names = (await readdir(folder, { recursive: true })).sort();
  return Promise.all(
    names.map(async (name) => {
      const path = join(folder, name);
      const found = await lstat(path);
      if (found.isSymbolicLink()) return `${name} -> ${await readlink(path)}`;
      return found.isFile()
        ? `${name} ${found.mode} ${await readFile(path, 'base64')}`
        : `${name} ${found.mode}`;
    }),
  );
}

interface Answer {
  readonly name: string;
  readonly needsTrust: boolean;
  readonly acts: boolean;
  readonly code: number;
  readonly text: string;
}

/** `ORCH_COMMANDS=all` runs all commands where else a part of them is run. */
const isAll = process.env.ORCH_COMMANDS === 'all';

/**
 * Runs every command without a terminal, with the person's key: what is refused is not refused for the lack of it.
 * @param nth runs every third command, beginning with this one
 */
async function everyAnswer(nth?: number): Promise<readonly Answer[]> {
  const lines = commandLines()
    .filter(({ name }) => name.split(' ')[0] !== 'demo')
    .filter((_line, at) => nth === undefined || isAll || at % 3 === nth);
  const answers: Answer[] = [];
  const left = [...lines];
  const one = async () => {
    for (let line = left.shift(); line; line = left.shift()) {
      const { name, policy, line: text } = line;
      const asked = run('sh', ['-c', `'${program}' ${text} </dev/null`], {
        cwd: clone,
        env: place.scriptEnv({ ORCH_LINGER_MS: '500', ANSWER: join(place.root, 'answer') }),
        timeout: 50_000,
      });
      const said = await asked.catch((error) => error);
      const code = said.code ?? 0;
      answers.push({
        ...{ name, code, text: `${said.stdout}${said.stderr}` },
        ...{ needsTrust: policy.trust !== 'none', acts: policy.acts === 'acts' },
      });
    }
  };
  await Promise.all([one(), one(), one()]);
  return answers;
}

describe('a clone', () => {
  it('runs nothing and writes nothing, whatever command is given in it', { timeout: 240_000 }, async () => {
    await putClone();
    const before = [await treeOf(clone), await treeOf(victim)];
    const wrong: string[] = [];
    for (const { name, needsTrust, acts, code, text } of await everyAnswer()) {
      const isRight = !needsTrust
        ? true
        : acts
          ? code === 1 && /"untrusted_workspace"[\s\S]*hash [0-9a-f]{64}/.test(text)
          : code === 0 && JSON.parse(text).trust.configuration === 'untrusted';
      if (!isRight) wrong.push(`${name}: ${code} ${text.slice(0, 200)}`);
    }
    expect(wrong).toEqual([]);
    expect(await readdir(marks)).toEqual([]);
    expect([await treeOf(clone), await treeOf(victim)]).toEqual(before);
  });

  it('opens no room without a yes, and the card shows all that it can run', async () => {
    await putClone();
    const before = [await treeOf(clone), await treeOf(victim)];
    const room = place.terminal([program], { cols: 120, rows: 60 });
    const card = await room.until('[y/d/l/N]');
    for (const shown of [
      'agents.claude.command',
      './evil.sh',
      'jobs.verify',
      'guard',
      '.mcp.json copilot-memory',
    ])
      expect(card).toContain(shown);
    expect(card).toContain('State: 1 workers (api/x); 1 open proposals (api/fix).');
    room.press('enter');
    expect(await room.exited).toMatchObject({ exitCode: 1 });
    expect(await readdir(marks)).toEqual([]);
    expect([await treeOf(clone), await treeOf(victim)]).toEqual(before);
  });

  it('shows branch and commit from files', async () => {
    await putClone();
    const commit = await place.git(join(clone, 'api'), 'rev-parse', 'HEAD');
    await rm(marks, { recursive: true });
    await mkdir(marks);
    const { stdout } = await run(program, ['status', '--json'], { cwd: clone, env: place.env() });
    expect(JSON.parse(stdout)).toMatchObject({
      trust: { configuration: 'untrusted', state: 'foreign' },
      repos: [{ name: 'api', branch: 'main', commit }],
    });
    expect(await readdir(marks)).toEqual([]);
  });
});

describe('a folder in whose place something else is', () => {
  const kinds: Readonly<Record<string, () => Promise<void>>> = {
    'a link to a folder of the person’s': async () => {
      await cp(join(clone, '.orch'), join(victim, 'orch'), { recursive: true });
      await rm(join(clone, '.orch'), { recursive: true });
      await symlink(join(victim, 'orch'), join(clone, '.orch'));
    },
    'a configuration that is a link to a file of the person’s': async () => {
      await rm(join(clone, '.orch/config.json'));
      await writeFile(join(victim, 'secret.json'), '{"repos":[],"token":"canary"}');
      await symlink(join(victim, 'secret.json'), join(clone, '.orch/config.json'));
    },
    'a configuration that is a pipe': async () => {
      await rm(join(clone, '.orch/config.json'));
      await run('mkfifo', [join(clone, '.orch/config.json')]);
    },
  };

  // What is there is looked at in one place, before any command begins: each command meets one of the three kinds.
  const cases = Object.entries(kinds).map(([name, make], nth) => ({ name, make, nth }));

  it.each(cases)('$name is refused by every command', { timeout: 240_000 }, async ({ make, nth }) => {
    await putClone();
    await make();
    const before = [await treeOf(clone), await treeOf(victim)];
    for (const { name, needsTrust, code, text } of await everyAnswer(nth)) {
      expect(text).not.toContain('canary');
      if (needsTrust)
        expect([name, code, text]).toEqual([
          name,
          1,
          expect.stringMatching(/unsafe_path|config_invalid|no_terminal/),
        ]);
    }
    expect(await readdir(marks)).toEqual([]);
    expect([await treeOf(clone), await treeOf(victim)]).toEqual(before);
    expect(existsSync(join(victim, 'orch/host.lock'))).toBe(false);
  });
});
