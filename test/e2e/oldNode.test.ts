import { execFileSync, spawnSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it, onTestFinished } from 'vitest';

/** The bundle without its launcher, which would take the checkout's own Node. */
const bundle = join(import.meta.dirname, '../../dist/orch-tui.js');

/** What package.json asks for, such as 22.12. */
const wanted: string = JSON.parse(readFileSync('package.json', 'utf8')).engines.node.replace('>=', '');

/** A Node of the machine below 22, on which nothing of this can run; there need not be one. */
const oldNode = ['/usr/bin/node', '/usr/local/bin/node']
  .filter((path) => existsSync(path))
  .find((path) => majorOf(path) < 22);

function majorOf(node: string): number {
  return Number(execFileSync(node, ['-p', 'process.versions.node.split(".")[0]'], { encoding: 'utf8' }));
}

it.skipIf(oldNode === undefined)(
  'on a Node that is too old it says in one line which one it needs',
  async () => {
    const home = await mkdtemp(join(tmpdir(), 'orch-old-node-'));
    onTestFinished(() => rm(home, { recursive: true }));
    const options = { cwd: home, env: { HOME: home, XDG_RUNTIME_DIR: home, PATH: '/usr/bin:/bin' } };
    for (const args of [[], ['status'], ['status', '--json'], ['hook'], ['.']]) {
      const { status, stdout, stderr } = spawnSync(oldNode ?? '', [bundle, ...args], {
        ...options,
        encoding: 'utf8',
      });
      expect({ status, stdout }).toEqual({ status: 1, stdout: '' });
      expect(stderr).toMatch(/^orch-tui needs Node \S+ or newer, this is \S+\. Install Node 24.*\n$/);
      expect(stderr).toContain(` Node ${wanted} or newer`);
    }
  },
);
