import { execFile } from 'node:child_process';
import { readdirSync, readFileSync, statSync } from 'node:fs';
import { mkdir, mkdtemp, rm } from 'node:fs/promises';
import { homedir, tmpdir } from 'node:os';
import { delimiter, dirname, join, resolve } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, expect, it, type TestContext } from 'vitest';
import { installOnce } from '../support/installOnce.ts';
import { TestPlace } from './harness/testPlace.ts';

const run = promisify(execFile);

const checkout = JSON.parse(readFileSync('package.json', 'utf8'));
const tarball = `orch-tui-${checkout.version}.tgz`;
const external = { dependencies: ['node-pty'], optionalDependencies: ['@napi-rs/keyring'] };

/** What an installation may be at most. */
const limits = { packages: 10, bytes: 10_000_000 };

/** npm's codes for a registry that cannot be reached. */
const unreachable =
  /npm error code (ENOTFOUND|EAI_AGAIN|ECONNREFUSED|ECONNRESET|ETIMEDOUT|ERR_SOCKET_TIMEOUT|ENOTCACHED|E5\d\d)/;

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'orch-packed-'));
  await pack(folder);
});
afterAll(() => rm(folder, { recursive: true }));

function pack(target: string) {
  return run(process.execPath, [resolve('src/package.mjs'), target]);
}

it('is packed alike each time', async () => {
  const again = join(folder, 'again');
  await pack(again);
  expect(readFileSync(join(again, tarball)).equals(readFileSync(join(folder, tarball)))).toBe(true);
});

it('holds the program with all licences, and nothing of this machine', async () => {
  const root = join(folder, 'package');
  await run('tar', ['-xzf', join(folder, tarball), '-C', folder]);
  const files = filesBelow(root);
  expect([...new Set(files.map((file) => file.slice(root.length + 1).split('/')[0]))].sort()).toEqual([
    '.claude',
    'LICENSE',
    'README.md',
    'THIRD-PARTY-NOTICES',
    'dist',
    'package.json',
  ]);
  expect(files.filter((file) => /\.(tgz|map)$/.test(file))).toEqual([]);
  const own = [`${process.cwd()}/`, `${homedir()}/`, join(tmpdir(), 'orch-package-')];
  expect(files.filter((file) => own.some((path) => readFileSync(file).includes(path)))).toEqual([]);

  const manifest = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'));
  for (const kind of ['dependencies', 'optionalDependencies'] as const)
    expect(manifest[kind]).toEqual(
      Object.fromEntries(external[kind].map((name) => [name, checkout[kind][name]])),
    );
  expect(manifest).not.toHaveProperty('scripts');
  const notices = readFileSync(join(root, 'THIRD-PARTY-NOTICES'), 'utf8');
  for (const [name, version] of Object.entries(checkout.dependencies))
    if (!external.dependencies.includes(name)) expect(notices).toContain(`\n${name} ${version} (`);
});

it('runs on the Node of a checkout, installed globally', { timeout: 180_000 }, (context) =>
  tryOut(resolve('node_modules/node/bin/node'), context),
);

it('runs on the oldest Node that it names, installed globally', { timeout: 400_000 }, async (context) => {
  const version = `${checkout.engines.node.replace('>=', '')}.0`;
  const node = await installOnce({ name: 'node', version, program: 'node', label: 'Node' });
  if (node === null) return context.skip(`Node ${version} cannot be installed`);
  await tryOut(node, context);
});

/** Installs the tarball and uses it as a person does whose Node is this one. */
async function tryOut(node: string, context: TestContext): Promise<void> {
  const place = await TestPlace.create();
  try {
    const prefix = join(place.root, 'prefix');
    await mkdir(prefix);
    if (!(await install(node, prefix)))
      return context.skip('the packages that it needs cannot be downloaded');
    const files = filesBelow(prefix);
    const packages = files.filter((file) => /\/node_modules\/(@[^/]+\/)?[^/]+\/package\.json$/.test(file));
    expect(packages.length).toBeLessThanOrEqual(limits.packages);
    expect(files.reduce((bytes, file) => bytes + statSync(file).size, 0)).toBeLessThanOrEqual(limits.bytes);

    const path = [dirname(node), '/usr/local/bin', '/usr/bin', '/bin'].join(delimiter);
    const options = { cwd: place.root, env: place.env({ PATH: path }) };
    const program = join(prefix, 'bin', 'orch-tui');
    expect((await run(program, ['--version'], options)).stdout).toBe(`${checkout.version}\n`);
    const { stdout: version } = await run(node, ['-p', 'process.versions.node'], options);
    const { stdout: found } = await run(program, ['doctor', '--json'], options);
    const text = expect.stringMatching(`^${version.trim()} at `);
    expect(JSON.parse(found)).toContainEqual({ name: 'node', verdict: 'ok', text });
    expect(JSON.parse(found)).toContainEqual({ name: 'terminals', verdict: 'ok', text: expect.anything() });
    const { stdout: done } = await run(program, ['demo', place.workspace, '--headless', '--json'], options);
    expect(JSON.parse(done)).toMatchObject({ finished: expect.anything() });
    const room = place.terminal([program], { env: { PATH: path, ORCH_LINGER_MS: '3000' } });
    // Its first start compiles everything.
    await room.until('n new', { timeout: 60_000 });
    room.type('q');
    expect(await room.exited).toMatchObject({ exitCode: 0 });
  } finally {
    await place.dispose({ graceMs: 8_000 });
  }
}

/** @returns whether the registry could be reached */
async function install(node: string, prefix: string): Promise<boolean> {
  const flags = [
    '--no-audit',
    '--no-fund',
    '--no-update-notifier',
    '--prefer-offline',
    '--fetch-retries=1',
    '--logs-max=0',
  ];
  // The person's own home and settings: they say which registry npm asks.
  const env = { ...process.env, PATH: [dirname(node), process.env.PATH].join(delimiter) };
  try {
    await run('npm', ['install', '-g', '--prefix', prefix, ...flags, join(folder, tarball)], { env });
    return true;
  } catch (error) {
    if (unreachable.test(String(error))) return false;
    throw error;
  }
}

function filesBelow(root: string): string[] {
  return readdirSync(root, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name));
}
