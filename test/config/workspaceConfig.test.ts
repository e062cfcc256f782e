import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { grantTrust, readTrust } from '../../src/config/trust/trust.ts';
import { configFile, readConfig, writeConfig } from '../../src/config/workspaceConfig.ts';

let root: string;
beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), 'orch-config-'));
  mkdirSync(join(root, '.orch'));
});
afterEach(() => rmSync(root, { recursive: true }));

function store(config: unknown): string {
  const text = typeof config === 'string' ? config : JSON.stringify(config);
  writeFileSync(configFile(root), text);
  const read = readTrust(root);
  if (read.ok) grantTrust(root, read.value.facts.hash);
  return text;
}

const backend = { name: 'backend', path: 'backend' };

describe('reading', () => {
  it('makes paths absolute and fills in defaults', () => {
    store({ repos: [backend, { name: 'far', path: '/elsewhere/far' }] });
    const read = readConfig(root);
    expect(read).toMatchObject({
      ok: true,
      value: {
        root,
        defaultAgent: 'claude',
        repos: [
          { name: 'backend', path: join(root, 'backend') },
          { name: 'far', path: '/elsewhere/far' },
        ],
      },
    });
    expect(read.ok && Object.keys(read.value.agents)).toEqual([
      'claude',
      'demo',
      'codex',
      'gemini',
      'opencode',
      'aider',
    ]);
  });

  it('takes a file that is gone for a broken one, and never for an empty workspace', () => {
    expect(readConfig(root)).toMatchObject({
      ok: false,
      problem: { code: 'config_invalid', message: expect.stringContaining('it is gone') },
    });
  });

  it('reads the setup of worktrees, submodules first', () => {
    const setup = [['npm', 'ci']];
    const ports = { first: 30_000, count: 5 };
    const own = { ...backend, setup, setupMinutes: 1, submodules: true, lfs: 'pointers' };
    store({ repos: [own, { name: 'web', path: 'web' }], ports });
    const fill = ['git', 'submodule', 'update', '--init', '--recursive'];
    expect(readConfig(root)).toMatchObject({
      ok: true,
      value: {
        ports,
        setup: { backend: { commands: [fill, ...setup], timeoutMs: 60_000, lfs: 'pointers' } },
      },
    });
  });

  it.each([
    ['{{', 'line 1, column 2: '],
    ['[]', 'it holds a list where an object, {…}, has to be, so this is no workspace yet'],
    ['null', 'it holds null where'],
    ['"x"', 'it holds a text where'],
    [{ repos: 'backend' }, 'repos'],
    [{ repos: [{ name: 'backend' }] }, 'path'],
    [{ repos: [{ name: '../up', path: 'x' }] }, '..'],
    [{ repos: [backend, { name: 'Backend', path: 'x' }] }, 'two repositories are named Backend'],
    [{ repos: [backend], defaultAgent: 'nobody' }, '"nobody" is none of claude, demo'],
    [{ repos: [backend], defaultAgent: 'toString' }, '"toString" is none of claude, demo'],
    [{ repos: [backend], agents: { mine: {} } }, 'agents.mine.command'],
    [{ repos: [{ ...backend, setup: [[]] }] }, 'setup'],
    [{ repos: [{ ...backend, setup: ['npm ci'] }] }, 'setup'],
    [{ repos: [{ ...backend, lfs: 'some' }] }, 'lfs'],
    [{ repos: [{ ...backend, setupMinutes: 0 }] }, 'setupMinutes'],
    [{ repos: [], ports: { first: 80, count: 10 } }, 'ports/first'],
    [{ repos: [], limits: { scrollback: { visible: 5 } } }, 'hidden'],
    [{ repos: [], limits: { scrollback: { visible: 5, hidden: 0.5 } } }, 'limits/scrollback/hidden'],
    [{ repos: [], limits: { scrollback: { visible: 1e9, hidden: 1 } } }, '100000'],
    [{ repos: [{ name: 'backend' }] }, 'repos/0/path is missing'],
    [{ repos: [{ ...backend, lfs: 'some' }] }, 'repos/0/lfs must be "files" or "pointers"'],
    [{ repos: [{ ...backend, setupMinutes: 0 }] }, 'repos/0/setupMinutes must be more than 0'],
    [{ repos: [{ ...backend, setup: [['a\0b']] }] }, 'repos/0/setup/0/0 must be of the form'],
    [{ radar: 'no' }, 'radar must be true or false'],
    [{ board: true }, 'board must be'],
    [{ board: { autoAdd: 1 } }, 'board/autoAdd must be true or false'],
    [{ guard: { allow: ['everything'] } }, 'guard/allow/0 must be "'],
    [{ invoices: {} }, 'invoices/currency is missing'],
    [{ invoices: { currency: 'EUR', rate: { hour: 0.5 } } }, 'invoices/rate/hour must be a whole number'],
    [{ invoices: { currency: 'EUR', rate: -1 } }, 'invoices/rate must be at least 0'],
    [{ agents: [] }, 'agents must be an object'],
  ])('refuses %j by name and leaves the file alone', (config, why) => {
    const text = store(config);
    expect(readConfig(root)).toMatchObject({
      problem: { code: 'config_invalid', message: expect.stringContaining(why), hint: expect.any(String) },
    });
    expect(readFileSync(configFile(root), 'utf8')).toBe(text);
  });
});

describe('writing', () => {
  it('keeps paths below the workspace relative, and settings by others', async () => {
    store({ repos: [], agents: { mine: { command: ['x'] } }, name: 'shop' });
    const repos = [
      { name: 'backend', path: join(root, 'backend') },
      { name: 'far', path: '/elsewhere/far' },
    ];
    expect(await writeConfig(root, { repos })).toMatchObject({ ok: true, value: { name: 'shop', repos } });
    expect(JSON.parse(readFileSync(configFile(root), 'utf8'))).toMatchObject({
      name: 'shop',
      agents: { mine: { command: ['x'] } },
      repos: [backend, { name: 'far', path: '/elsewhere/far' }],
    });
  });

  it.each([
    ['w'.repeat(255), 'w'.repeat(100)],
    ['🎈'.repeat(60), '🎈'.repeat(50)],
    ['!!!', '!!!'],
    ['.hidden', '.hidden'],
  ])('makes any folder a workspace: %s', async (folder, name) => {
    mkdirSync(join(root, folder, '.orch'), { recursive: true });
    expect(await writeConfig(join(root, folder), { repos: [] })).toMatchObject({ ok: true, value: { name } });
    expect(readConfig(join(root, folder))).toMatchObject({ ok: true, value: { name } });
  });

  it('writes nothing that could not be used', async () => {
    store({ repos: [], name: 'shop' });
    const before = readFileSync(configFile(root), 'utf8');
    const twice = ['a', 'b'].map((folder) => ({ name: 'same', path: join(root, folder) }));
    expect(await writeConfig(root, { repos: twice })).toMatchObject({ problem: { code: 'config_invalid' } });
    expect(readFileSync(configFile(root), 'utf8')).toBe(before);
  });
});
