import { execFileSync } from 'node:child_process';
import { link, mkdir, readdir, readFile, rename, rm, symlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { Shop } from './shop.ts';

let shop: Shop;
/** A folder outside of the workspace that nothing may be written to, or told of. */
let victim: string;

beforeEach(async () => {
  shop = await Shop.open({ repos: { web: {} } });
  victim = join(shop.place.root, 'victim');
  await mkdir(join(victim, 'sub'), { recursive: true });
  await writeFile(join(victim, 'file'), 'PRIVATE KEY\n');
  await writeFile(join(victim, 'sub/file'), 'PRIVATE KEY\n');
});
afterEach(() => shop.close());

async function expectUntouched(): Promise<void> {
  expect((await readdir(victim, { recursive: true })).sort()).toEqual(['file', 'sub', 'sub/file']);
  for (const name of ['file', 'sub/file'])
    expect(await readFile(join(victim, name), 'utf8')).toBe('PRIVATE KEY\n');
}

/** What commands that read and write say; none of it is from outside. */
async function refusalOf(...args: string[]): Promise<string> {
  const { code, stdout, stderr } = await shop.run([...args, '--json']);
  expect(`${stdout}${stderr}`).not.toContain('PRIVATE');
  await expectUntouched();
  return code === 0 ? 'none' : JSON.parse(stdout || '{}').error.code;
}

it('a state folder that is a link is not written to, nor is its target made a workspace', async () => {
  await rm(shop.path('.orch'), { recursive: true });
  await symlink(join(victim, 'sub'), shop.path('.orch'));
  expect(await refusalOf('init', '--yes')).toBe('unsafe_path');
  await rm(shop.path('.orch'));
  await symlink(join(victim, 'missing'), shop.path('.orch'));
  expect(await refusalOf('init', '--yes')).toBe('unsafe_path');
});

it('a state folder that is a link to another workspace is not used', async () => {
  await rename(shop.path('.orch'), join(shop.place.root, 'other'));
  await symlink(join(shop.place.root, 'other'), shop.path('.orch'));
  const before = await readdir(join(shop.place.root, 'other'));
  for (const args of [['status'], ['board'], ['init', '--yes', '--repos', 'web']])
    expect([args, await refusalOf(...args)]).toEqual([args, 'unsafe_path']);
  expect((await shop.run(['doctor'])).code).not.toBe(0);
  expect(await readdir(join(shop.place.root, 'other'))).toEqual(before);
});

it('a configuration that is a link or a pipe is neither read nor written', async () => {
  const config = shop.path('.orch/config.json');
  const text = await readFile(config, 'utf8');
  await rm(config);
  await symlink(join(victim, 'file'), config);
  expect(await refusalOf('status')).toBe('unsafe_path');
  expect(await refusalOf('init', '--yes', '--repos', 'web')).toBe('unsafe_path');
  await rm(config);
  await symlink('/dev/zero', config);
  expect(await refusalOf('status')).toBe('unsafe_path');
  await rm(config);
  execFileSync('mkfifo', [config]);
  expect(await refusalOf('status')).toBe('unsafe_path');
  await rm(config);
  await writeFile(config, text);
  expect(await refusalOf('status')).toBe('none');
});

it.each([
  ['a link', () => symlink(join(victim, 'file'), shop.path('.orch/log.jsonl'))],
  ['a link to nowhere', () => symlink(join(victim, 'new'), shop.path('.orch/log.jsonl'))],
  ['a pipe', async () => void execFileSync('mkfifo', [shop.path('.orch/log.jsonl')])],
  ['a device', () => symlink('/dev/zero', shop.path('.orch/log.jsonl'))],
])('a record that is %s is refused', async (_, make) => {
  await make();
  expect(await refusalOf('board', 'add', 'One')).toBe('log_unusable');
});

it('a record that is the same file as another one is copied before it is written on to', async () => {
  await writeFile(join(victim, 'file'), '');
  await link(join(victim, 'file'), shop.path('.orch/log.jsonl'));
  await shop.json('memory', 'store', 'Remember this');
  expect(await readFile(join(victim, 'file'), 'utf8')).toBe('');
  expect(await readFile(shop.path('.orch/log.jsonl'), 'utf8')).toContain('Remember this');
});

it("locks and agents' files that are links or pipes are replaced, not written through", async () => {
  execFileSync('mkfifo', [shop.path('.orch/controller.lock')]);
  await symlink(join(victim, 'file'), shop.path('.orch/host.lock'));
  expect(await refusalOf('status')).toBe('none');
  await symlink(join(victim, 'file'), shop.path('.orch/agent-settings.json'));
  const started = await refusalOf('worker', 'start', 'web', 'fix', '--brief', 'run: true', '--yes');
  expect(started).toBe('unsafe_path');
});

it('documents behind a link that leads out are neither shown nor written', async () => {
  const board = shop.path('SPRINT_BOARD.md');
  await symlink(join(victim, 'file'), board);
  expect(await refusalOf('board')).toBe('unsafe_path');
  expect(await refusalOf('board', 'add', 'One')).toBe('unsafe_path');
  await rm(board);
  await symlink(join(victim, 'new'), board);
  expect(await refusalOf('board', 'add', 'One')).toBe('unsafe_path');
  await rm(board);
  // Inside it may be anywhere.
  await mkdir(shop.path('docs'));
  await symlink('docs/board.md', board);
  expect(await refusalOf('board', 'add', 'One')).toBe('none');
  expect(await readFile(shop.path('docs/board.md'), 'utf8')).toContain('One');
  // Copies of what was there before are kept in the workspace, or nowhere.
  await mkdir(shop.path('.orch/backups'), { recursive: true });
  await rm(shop.path('.orch/backups'), { recursive: true });
  await symlink(join(victim, 'sub'), shop.path('.orch/backups'));
  expect(await refusalOf('board', 'add', 'Two')).toBe('unsafe_path');
});

it('no worktree is made where .worktrees is a link', async () => {
  await symlink(join(victim, 'sub'), shop.path('.worktrees'));
  expect(await refusalOf('worker', 'start', 'web', 'fix', '--brief', 'run: true', '--yes')).toBe(
    'unsafe_path',
  );
});
