import { execFileSync } from 'node:child_process';
import { existsSync, lstatSync, readdirSync } from 'node:fs';
import { chmod, chown, mkdir, symlink } from 'node:fs/promises';
import { join } from 'node:path';
import { beforeEach, describe, expect, it, onTestFinished } from 'vitest';
import { TestPlace } from './harness/testPlace.ts';

const launcher = join(import.meta.dirname, '../../dist/orch-tui');

let place: TestPlace;
let cache: string;

beforeEach(async () => {
  place = await TestPlace.create();
  onTestFinished(() => place.dispose());
  cache = join(place.home, '.cache');
});

/** Runs the program to its end, which is when Node writes what it has compiled. */
function start(extra: Readonly<Record<string, string>> = {}): void {
  const said = execFileSync(launcher, ['--version'], { env: place.env(extra), encoding: 'utf8' });
  expect(said).toMatch(/^\d+\.\d+\.\d+\n$/);
}

/** Whether code was kept in a folder. */
function isUsed(folder: string): boolean {
  return existsSync(folder) && readdirSync(folder).length > 0;
}

describe('compiled code', () => {
  it('is kept in a folder of this user alone, and not in the temporary folder', () => {
    start();
    const folder = join(cache, 'orch-tui/compile');
    expect(isUsed(folder)).toBe(true);
    expect(lstatSync(folder).mode & 0o777).toBe(0o700);
    expect(readdirSync(place.temporary)).not.toContain('node-compile-cache');
  });

  it('goes where the person keeps caches', () => {
    const XDG_CACHE_HOME = join(place.root, 'elsewhere');
    start({ XDG_CACHE_HOME });
    expect(isUsed(join(XDG_CACHE_HOME, 'orch-tui/compile'))).toBe(true);
    expect(existsSync(cache)).toBe(false);
  });

  it('is not taken from a folder that the environment names', async () => {
    const named = join(place.temporary, 'named');
    await mkdir(named, { mode: 0o777 });
    await chmod(named, 0o777);
    start({ NODE_COMPILE_CACHE: named });
    expect(readdirSync(named)).toEqual([]);
  });

  it('is not taken from a folder of the temporary folder that another user could have made', async () => {
    const foreign = join(place.temporary, 'node-compile-cache');
    await mkdir(foreign);
    await chmod(foreign, 0o777);
    start();
    expect(readdirSync(foreign)).toEqual([]);
  });

  it.each([0o777, 0o770, 0o755])('is not kept where mode %d lets others in', async (mode) => {
    const folder = join(cache, 'orch-tui/compile');
    await mkdir(folder, { recursive: true, mode: 0o700 });
    await chmod(folder, mode);
    start();
    expect(readdirSync(folder)).toEqual([]);
  });

  it('is not kept behind a link', async () => {
    const target = join(place.root, 'target');
    await mkdir(target, { mode: 0o700 });
    await mkdir(join(cache, 'orch-tui'), { recursive: true, mode: 0o700 });
    await symlink(target, join(cache, 'orch-tui/compile'));
    start();
    expect(readdirSync(target)).toEqual([]);
  });

  it('is not kept where another user could exchange the folder', async () => {
    const open = join(place.root, 'open');
    await mkdir(open);
    await chmod(open, 0o777);
    start({ XDG_CACHE_HOME: open });
    expect(isUsed(join(open, 'orch-tui/compile'))).toBe(false);
    // A sticky folder, as the temporary folder is one, lets others add and not rename.
    await chmod(open, 0o1777);
    start({ XDG_CACHE_HOME: open });
    expect(isUsed(join(open, 'orch-tui/compile'))).toBe(true);
  });

  it('is not kept below a link to a folder that another user could exchange', async () => {
    const open = join(place.root, 'open');
    await mkdir(join(open, 'cache'), { recursive: true });
    await chmod(open, 0o777);
    await symlink(join(open, 'cache'), cache);
    start();
    expect(isUsed(join(open, 'cache/orch-tui/compile'))).toBe(false);
  });

  it.skipIf(process.getuid?.() !== 0)('is not taken from a folder of another user', async () => {
    const folder = join(cache, 'orch-tui/compile');
    await mkdir(folder, { recursive: true, mode: 0o700 });
    await chown(folder, 4321, 4321);
    start();
    expect(readdirSync(folder)).toEqual([]);
  });

  it('is done without where no folder can be made', () => {
    start({ XDG_CACHE_HOME: '/dev/null/nowhere', HOME: '/dev/null' });
  });
});
