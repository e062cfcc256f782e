import { execFileSync } from 'node:child_process';
import { appendFileSync, closeSync, readdirSync, readFileSync, statSync } from 'node:fs';
import { link, mkdir, mkdtemp, realpath, rm, symlink, truncate, writeFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it, onTestFinished } from 'vitest';
import {
  checkPath,
  followPath,
  makeFolder,
  openForAppend,
  readText,
  replaceFile,
} from '../../src/lib/files.ts';
import type { Result } from '../../src/lib/result.ts';

let place: string;
let root: string;
/** Outside of the root; nothing of it may change. */
let victim: string;

beforeEach(async () => {
  place = await realpath(await mkdtemp(join(tmpdir(), 'orch-files-')));
  root = join(place, 'shop');
  victim = join(place, 'victim');
  await mkdir(join(victim, 'sub'), { recursive: true });
  await mkdir(root);
  await writeFile(join(victim, 'file'), 'precious');
});
afterEach(() => rm(place, { recursive: true }));

function codeOf(result: Result<unknown>): string {
  return result.ok ? 'none' : result.problem.code;
}

function messageOf(result: Result<unknown>): string {
  return result.ok ? '' : result.problem.message;
}

function expectUntouched(): void {
  expect(readdirSync(victim).sort()).toEqual(['file', 'sub']);
  expect(readdirSync(join(victim, 'sub'))).toEqual([]);
  expect(readFileSync(join(victim, 'file'), 'utf8')).toBe('precious');
}

/** Everything that writes, at one path. */
async function writeAll(path: string): Promise<string[]> {
  const opened = openForAppend(root, path);
  if (opened.ok) {
    appendFileSync(opened.value, 'x');
    closeSync(opened.value);
  }
  const results = [opened, replaceFile(root, path, 'x'), makeFolder(root, join(path, 'below'))];
  return results.map(codeOf);
}

const refused = Array(3).fill('unsafe_path');

describe('nothing is written', () => {
  it.each([
    ['a link to a file', (at: string) => symlink(join(victim, 'file'), at)],
    ['a link to a folder', (at: string) => symlink(victim, at)],
    ['a relative link', (at: string) => symlink('../../victim/file', at)],
    ['a link to nowhere', (at: string) => symlink(join(victim, 'new'), at)],
    ['a link to itself', (at: string) => symlink(at, at)],
    ['a link that stays inside', (at: string) => symlink(join(root, 'other'), at)],
    ['a link to /dev/zero', (at: string) => symlink('/dev/zero', at)],
  ])('through %s', async (_, make) => {
    await mkdir(join(root, '.orch'));
    await writeFile(join(root, 'other'), 'mine');
    await make(join(root, '.orch/config.json'));
    expect(await writeAll(join(root, '.orch/config.json'))).toEqual(refused);
    expect(readFileSync(join(root, 'other'), 'utf8')).toBe('mine');
    expectUntouched();
  });

  it.each(['.orch', '.orch/notion', '.orch/notion/deep'])('below %s where that is a link', async (name) => {
    await mkdir(join(root, name, '..'), { recursive: true });
    await symlink(join(victim, 'sub'), join(root, name));
    const written = replaceFile(root, join(root, '.orch/notion/deep/er/base.json'), 'x');
    expect(messageOf(written)).toContain(`${join(root, name)} is a link to ${join(victim, 'sub')}`);
    expect(await writeAll(join(root, '.orch/notion/deep/base.json'))).toEqual(refused);
    expectUntouched();
  });

  it('outside of the root', async () => {
    for (const path of [join(victim, 'file'), join(root, '../victim/new'), `${root}-other/x`, place])
      expect(await writeAll(path)).toEqual(refused);
    expect(codeOf(replaceFile(root, root, 'x'))).toBe('unsafe_path');
    expectUntouched();
  });

  it('in the place of a pipe, a socket, a folder, or below a file', async () => {
    const [pipe, socket, folder] = ['pipe', 'socket', 'folder'].map((name) => join(root, name)) as [
      string,
      string,
      string,
    ];
    execFileSync('mkfifo', [pipe]);
    await mkdir(folder);
    const server = createServer().listen(socket);
    onTestFinished(() => void server.close());
    await writeFile(join(root, 'file'), 'mine');
    expect(await writeAll(pipe)).toEqual(refused);
    expect(await writeAll(socket)).toEqual(refused);
    expect((await writeAll(folder)).slice(0, 2)).toEqual(refused.slice(0, 2));
    expect(await writeAll(join(root, 'file/below'))).toEqual(refused);
    expect(statSync(pipe).isFIFO() && statSync(socket).isSocket()).toBe(true);
    expect(readFileSync(join(root, 'file'), 'utf8')).toBe('mine');
  });

  it('into a file that has a second name elsewhere: it is copied before it is written on to', async () => {
    const path = join(root, 'log.jsonl');
    await link(join(victim, 'file'), path);
    const opened = openForAppend(root, path);
    if (!opened.ok) throw new Error(opened.problem.message);
    appendFileSync(opened.value, ' more');
    closeSync(opened.value);
    expect(readFileSync(path, 'utf8')).toBe('precious more');
    expectUntouched();
    await rm(path);
    await link(join(victim, 'file'), path);
    expect(replaceFile(root, path, 'new')).toMatchObject({ ok: true });
    expect(readFileSync(path, 'utf8')).toBe('new');
    expectUntouched();
  });
});

describe('what is sound', () => {
  it('is written, for this user alone, with the folders above it', async () => {
    const path = join(root, '.orch/notion/base.json');
    expect(replaceFile(root, path, 'one')).toEqual({ ok: true, value: null });
    expect(replaceFile(root, path, 'two')).toEqual({ ok: true, value: null });
    expect(readText(root, path, 100)).toEqual({ ok: true, value: 'two' });
    expect(statSync(path).mode & 0o777).toBe(0o600);
    expect(statSync(join(root, '.orch')).mode & 0o777).toBe(0o700);
    expect(readdirSync(join(root, '.orch/notion'))).toEqual(['base.json']);
    expect(checkPath(root, path, 'file')).toEqual({ ok: true, value: true });
    expect(checkPath(root, join(root, 'nothing/here'), 'file')).toEqual({ ok: true, value: false });
  });

  it('has names that only look as if they led out', async () => {
    for (const name of ['..file', '...', 'a..b']) {
      expect(replaceFile(root, join(root, name), name)).toMatchObject({ ok: true });
      expect(readFileSync(join(root, name), 'utf8')).toBe(name);
    }
  });
});

describe('reading', () => {
  it('waits for no pipe, reads no device, and stops at what is too large', async () => {
    const path = join(root, 'state');
    execFileSync('mkfifo', [path]);
    expect(codeOf(readText(root, path, 100))).toBe('unsafe_path');
    await rm(path);
    await symlink('/dev/zero', path);
    expect(codeOf(readText(root, path, 100))).toBe('unsafe_path');
    await rm(path);
    await writeFile(path, '');
    await truncate(path, 10 * 1024 ** 3);
    expect(codeOf(readText(root, path, 100))).toBe('file_too_large');
    await truncate(path, 101);
    expect(codeOf(readText(root, path, 100))).toBe('file_too_large');
    await truncate(path, 100);
    expect(readText(root, path, 100)).toMatchObject({ ok: true });
  });

  it('tells nothing of what a link leads to', async () => {
    await symlink(join(victim, 'file'), join(root, 'config.json'));
    const read = readText(root, join(root, 'config.json'), 100);
    expect(codeOf(read)).toBe('unsafe_path');
    expect(JSON.stringify(read)).not.toContain('precious');
  });

  it('says names without what would move a cursor', async () => {
    await symlink('/tmp/\x1b[2J\nok', join(root, 'config.json'));
    expect(messageOf(readText(root, join(root, 'config.json'), 100))).toContain('/tmp/\ufffd[2J\ufffdok');
  });
});

describe('a path that a person chose', () => {
  it('is followed as long as it stays inside', async () => {
    await mkdir(join(root, 'docs/deep'), { recursive: true });
    await writeFile(join(root, 'docs/deep/board.md'), '');
    await symlink('docs/deep/board.md', join(root, 'BOARD.md'));
    await symlink(join(root, 'docs'), join(root, 'absolute'));
    await symlink('../../BOARD.md', join(root, 'docs/deep/back.md'));
    await symlink(root, join(place, 'alias'));
    await symlink(join(place, 'alias/docs'), join(root, 'around'));
    const real = { ok: true, value: join(root, 'docs/deep/board.md') };
    for (const name of ['BOARD.md', 'absolute/deep/board.md', 'docs/deep/back.md', 'around/deep/board.md'])
      expect(followPath(root, join(root, name))).toEqual(real);
    expect(followPath(root, join(root, 'absolute/new.md'))).toEqual({
      ok: true,
      value: join(root, 'docs/new.md'),
    });
  });

  it('is refused where a link inside leads out, wherever in the path it is', async () => {
    await symlink(join(victim, 'file'), join(root, 'BOARD.md'));
    await symlink('../victim', join(root, 'docs'));
    await symlink('BOARD.md', join(root, 'chain.md'));
    await symlink(join(victim, 'nothing'), join(root, 'dangling.md'));
    await symlink(root, join(place, 'alias'));
    for (const path of [
      join(root, 'BOARD.md'),
      join(root, 'docs/file'),
      join(root, 'docs/new.md'),
      join(root, 'chain.md'),
      join(root, 'dangling.md'),
      // From outside, by another name of the workspace.
      join(place, 'alias/BOARD.md'),
      join(place, 'alias/docs/file'),
    ])
      expect([path, codeOf(followPath(root, path))]).toEqual([path, 'unsafe_path']);
    await symlink('loop', join(root, 'loop'));
    expect(messageOf(followPath(root, join(root, 'loop')))).toContain('too many links');
  });

  it("is followed outside of the workspace, where the links are the person's own", async () => {
    await symlink(victim, join(place, 'notes'));
    expect(followPath(root, join(place, 'notes/file'))).toEqual({ ok: true, value: join(victim, 'file') });
    expect(followPath(root, join(victim, 'new.md'))).toEqual({ ok: true, value: join(victim, 'new.md') });
  });
});
