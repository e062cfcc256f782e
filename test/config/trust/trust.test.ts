import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import {
  adoptState,
  claimNewState,
  discardState,
  grantTrust,
  readTrust,
  type Trust,
  trustWritten,
} from '../../../src/config/trust/trust.ts';

let base: string;
let root: string;
let env: NodeJS.ProcessEnv;

beforeEach(() => {
  base = mkdtempSync(join(tmpdir(), 'o-trust-'));
  root = join(base, 'shop');
  mkdirSync(join(root, '.orch'), { recursive: true });
  env = { HOME: join(base, 'home') };
});
afterEach(() => rmSync(base, { recursive: true }));

const repos = [{ name: 'api', path: 'api' }];

function configure(config: object): void {
  writeFileSync(join(root, '.orch/config.json'), JSON.stringify(config));
}

function trustOf(at = root): Trust {
  const read = readTrust(at, env);
  if (!read.ok) throw new Error(read.problem.message);
  return read.value;
}

const trustSeen = () => grantTrust(root, factsOf().hash, env);
const trustNow = (as = env) => trustWritten(root, trustOf().onDisk, as);
const factsOf = (at?: string) => trustOf(at).facts;

describe('a configuration', () => {
  it('is trusted by path and hash, and asked about once more for each change', () => {
    configure({ repos });
    expect(factsOf()).toMatchObject({ configuration: 'untrusted', rows: [{ key: 'repos.api.path' }] });
    expect(trustOf().usable).toBeNull();
    expect(existsSync(join(base, 'home'))).toBe(false);
    const { hash } = factsOf();
    expect(grantTrust(root, hash, env)).toEqual({ ok: true, value: null });
    expect(factsOf()).toEqual({ configuration: 'trusted', state: 'own', hash });

    configure({ repos, agents: { claude: { command: ['./evil.sh'] } } });
    expect(factsOf()).toMatchObject({
      configuration: 'changed',
      rows: [
        { key: 'agents.claude.command', value: './evil.sh', effect: 'runs', change: 'added' },
        { key: 'repos.api.path' },
      ],
    });
    expect(trustOf().usable).toEqual({ repos });
    configure({ repos });
    expect(factsOf().configuration).toBe('trusted');

    const copy = join(base, 'copy');
    renameSync(root, copy);
    expect(factsOf(copy)).toMatchObject({ configuration: 'untrusted' });
  });

  it('is refused where it is no longer the one that was shown', () => {
    configure({ repos });
    const { hash } = factsOf();
    configure({ repos, jobs: { test: ['./evil.sh'] } });
    expect(grantTrust(root, hash, env)).toMatchObject({ ok: false, problem: { code: 'trust_changed' } });
    expect(factsOf().configuration).toBe('untrusted');
  });

  it('counts each key that is not known to be inert, wherever it is', () => {
    configure({ repos });
    trustNow();
    for (const more of [
      { guard: false },
      { board: { file: '/etc/passwd' } },
      { invoices: { currency: 'EUR', file: '../x.md' } },
      { services: { web: ['npm', 'start'] } },
      { constructor: 1 },
      { repos: [{ name: 'api', path: '../api' }] },
      { repos: [{ ...repos[0], setup: [['make']] }] },
      { limits: { workers: 3 } },
    ]) {
      configure({ repos, ...more });
      expect([more, factsOf().configuration]).toEqual([more, 'changed']);
    }
    configure({ radar: false, name: 'other', repos });
    expect(factsOf().configuration).toBe('trusted');
  });

  it('trusts the configuration that a command wrote, and no later change', () => {
    const written = { repos, name: undefined, limits: { workers: 2 } };
    configure({ ...written, guard: false });
    expect(trustWritten(root, written, env)).toMatchObject({ ok: false, problem: { code: 'trust_changed' } });
    expect(factsOf().configuration).toBe('untrusted');
    configure(written);
    expect(trustWritten(root, written, env)).toMatchObject({ ok: true });
    expect(factsOf().configuration).toBe('trusted');
  });

  it('lists the differences from the trusted configuration', () => {
    configure({ repos, jobs: { test: ['npm', 'test'], lint: ['biome'] } });
    trustNow();
    configure({ repos, jobs: { test: ['npm', 'run', 'x y'] } });
    expect(factsOf().rows?.filter(({ change }) => change)).toEqual([
      { key: 'jobs.test', value: 'npm run "x y"', effect: 'runs', change: 'changed', was: 'npm test' },
      { key: 'jobs.lint', value: 'biome', effect: 'runs', change: 'removed' },
    ]);
  });

  it('shows hidden characters and look-alike keys escaped', () => {
    configure({ repos: [], jobs: { 'a\n+ agents.claude': ['sh\u202e', '\u2066x\u00a0'] } });
    expect(factsOf().rows).toEqual([
      { key: 'jobs."a\\n+ agents.claude"', value: '"sh\\u202e" "\\u2066x\\u00a0"', effect: 'runs' },
    ]);
  });

  it('includes where repositories are behind links', () => {
    mkdirSync(join(base, 'one'));
    mkdirSync(join(base, 'two'));
    symlinkSync(join(base, 'one'), join(root, 'api'));
    configure({ repos });
    trustNow();
    expect(factsOf().configuration).toBe('trusted');
    rmSync(join(root, 'api'));
    symlinkSync(join(base, 'two'), join(root, 'api'));
    expect(factsOf().rows).toMatchObject([{ change: 'changed', was: join(base, 'one') }]);
  });

  it('includes the server that .mcp.json names, where it would be run', () => {
    const name = (command: string) =>
      writeFileSync(
        join(root, '.mcp.json'),
        JSON.stringify({ mcpServers: { 'copilot-memory': { command, args: ['x'] }, other: { command } } }),
      );
    name('good');
    configure({ repos, memory: { copilot: false } });
    trustSeen();
    name('evil');
    expect(factsOf().configuration).toBe('trusted');
    configure({ repos });
    expect(factsOf().rows).toContainEqual({
      ...{ key: '.mcp.json copilot-memory.command', value: 'evil', effect: 'runs', change: 'added' },
    });
    trustSeen();
    expect(trustOf().server).toMatchObject({ name: 'copilot-memory', spec: { command: 'evil' } });
    name('worse');
    expect(factsOf().configuration).toBe('changed');
  });

  it.each([
    ['its name', { notes: { command: 'x' }, 'team-memory': { command: 'evil' } }],
    ['its id', { other: { command: 'x' }, team: { command: 'evil', env: { WORKSPACE_ID: 'w' } } }],
  ])(
    'counts a memory server that is known by %s, and a command of the person’s trusts none',
    (_, mcpServers) => {
      writeFileSync(join(root, '.mcp.json'), JSON.stringify({ mcpServers }));
      configure({ repos });
      expect(trustWritten(root, { repos }, env)).toMatchObject({ ok: true });
      expect(factsOf()).toMatchObject({ configuration: 'changed' });
      expect(factsOf().rows).toContainEqual(
        expect.objectContaining({ key: expect.stringMatching(/^\.mcp\.json team.*command$/), value: 'evil' }),
      );
      expect(trustOf().server).toBeNull();
      trustSeen();
      expect(trustWritten(root, { repos }, env)).toMatchObject({ ok: true });
      expect(trustOf()).toMatchObject({
        facts: { configuration: 'trusted' },
        server: { spec: { command: 'evil' } },
      });
    },
  );

  it.each([
    ['a link to any file', () => symlinkSync('/etc/passwd', join(root, '.orch/config.json'))],
    [
      'a folder that is a link',
      () => {
        mkdirSync(join(base, 'victim'));
        writeFileSync(join(base, 'victim/config.json'), '{}');
        rmSync(join(root, '.orch'), { recursive: true });
        symlinkSync(join(base, 'victim'), join(root, '.orch'));
      },
    ],
    ['a list', () => writeFileSync(join(root, '.orch/config.json'), '[]')],
    ['no JSON', () => writeFileSync(join(root, '.orch/config.json'), '{')],
  ])('that is %s is not used, and its content is not told', (kind, make) => {
    make();
    const read = readTrust(root, env);
    const code = kind.includes('link') ? 'unsafe_path' : 'config_invalid';
    expect(read).toMatchObject({ ok: false, problem: { code } });
    expect(JSON.stringify(read)).not.toContain('root:');
  });
});

describe('a record', () => {
  it('is the person’s alone, and one that others could have written trusts nothing', () => {
    configure({ repos });
    trustNow();
    const folder = join(base, 'home/.local/state/orch-tui');
    expect(statSync(folder).mode & 0o777).toBe(0o700);
    expect(factsOf().configuration).toBe('trusted');
    const writable = { ...env, XDG_STATE_HOME: join(base, 'open') };
    mkdirSync(join(base, 'open/orch-tui'), { recursive: true, mode: 0o777 });
    expect(trustNow(writable)).toMatchObject({ problem: { code: 'unsafe_folder' } });
    expect(readTrust(root, writable)).toMatchObject({ value: { facts: { configuration: 'untrusted' } } });
  });
});

describe('state', () => {
  const log = () => join(root, '.orch/log.jsonl');
  const line = '{"v":1,"seq":1,"at":"2026-11-22T10:00:00.000Z","type":"lost","id":"api/x"}\n';

  it('of a workspace without any becomes the person’s at its first use', () => {
    configure({ repos });
    expect(factsOf().state).toBe('none');
    expect(claimNewState(root, env)).toEqual({ ok: true, value: 'own' });
    writeFileSync(log(), line);
    expect(factsOf().state).toBe('own');
  });

  it('that came along is foreign, also with an id, until it is taken over', () => {
    configure({ repos });
    writeFileSync(log(), line);
    writeFileSync(join(root, '.orch/id'), `${'a'.repeat(32)}\n`);
    trustNow();
    expect(factsOf()).toMatchObject({ configuration: 'trusted', state: 'foreign' });
    expect(claimNewState(root, env)).toEqual({ ok: true, value: 'foreign' });
    expect(readFileSync(join(root, '.orch/id'), 'utf8')).toBe(`${'a'.repeat(32)}\n`);
    adoptState(trustOf(), env);
    expect(factsOf()).toMatchObject({ configuration: 'trusted', state: 'own' });
    expect(readFileSync(log(), 'utf8')).toBe(line);
  });

  it('that was put aside is kept whole, and a new one begins', () => {
    configure({ repos });
    writeFileSync(log(), line);
    mkdirSync(join(root, '.orch/notion'));
    writeFileSync(join(root, '.orch/notion/base.json'), '{}');
    trustNow();
    const folder = discardState(trustOf(), env);
    if (!folder.ok) throw new Error(folder.problem.message);
    expect(readFileSync(join(folder.value, 'log.jsonl'), 'utf8')).toBe(line);
    expect(existsSync(join(folder.value, 'notion/base.json'))).toBe(true);
    expect(existsSync(log())).toBe(false);
    expect(factsOf().state).toBe('own');
  });
});
