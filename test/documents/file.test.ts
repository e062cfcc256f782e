import { writeFileSync } from 'node:fs';
import {
  chmod,
  lstat,
  mkdir,
  mkdtemp,
  readdir,
  readFile,
  rm,
  stat,
  symlink,
  writeFile,
} from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { changeDocument, readDocument } from '../../src/documents/file.ts';
import { failure, success } from '../../src/lib/result.ts';

let folder: string;
let file: string;
let backups: string;

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'orch-document-'));
  file = join(folder, 'SPRINT_BOARD.md');
  backups = join(folder, '.orch/backups/documents');
});
afterEach(() => rm(folder, { recursive: true }));

const append = (words: string) => (text: string) => success({ text: text + words, value: words });

describe('a changed document', () => {
  it('is replaced whole, with its mode kept and the text before it in the backups', async () => {
    await writeFile(file, '\ufeffone\r\n');
    await chmod(file, 0o640);
    expect(await changeDocument({ root: folder, file }, backups, append('two'))).toEqual({
      ok: true,
      value: 'two',
    });
    expect(await readFile(file, 'utf8')).toBe('\ufeffone\r\ntwo');
    expect((await stat(file)).mode & 0o777).toBe(0o640);
    const kept = await readdir(backups);
    expect(kept).toHaveLength(1);
    expect(await readFile(join(backups, kept[0] ?? ''), 'utf8')).toBe('\ufeffone\r\n');
    expect((await stat(join(backups, kept[0] ?? ''))).mode & 0o777).toBe(0o600);
    expect((await readdir(folder)).sort()).toEqual(['.orch', 'SPRINT_BOARD.md']);
  });

  it('is made where there is none', async () => {
    await changeDocument({ root: folder, file }, backups, append('one'));
    expect(await readFile(file, 'utf8')).toBe('one');
  });

  it('is not touched where nothing changes', async () => {
    await writeFile(file, 'one');
    const before = await stat(file);
    expect(await changeDocument({ root: folder, file }, backups, append(''))).toEqual({
      ok: true,
      value: '',
    });
    expect(await stat(file)).toMatchObject({ ino: before.ino, mtimeMs: before.mtimeMs });
  });

  it('is followed where it is a symbolic link, which stays', async () => {
    await mkdir(join(folder, 'docs'));
    await writeFile(join(folder, 'docs/board.md'), 'one');
    await symlink('docs/board.md', file);
    await changeDocument({ root: folder, file }, backups, append('two'));
    expect((await lstat(file)).isSymbolicLink()).toBe(true);
    expect(await readFile(join(folder, 'docs/board.md'), 'utf8')).toBe('onetwo');
  });

  it('is planned again after a concurrent save, so that both changes are kept', async () => {
    await writeFile(file, 'one ');
    let plans = 0;
    const result = await changeDocument({ root: folder, file }, backups, (text) => {
      plans++;
      // Another program saves right after the read.
      if (plans === 1) writeFileSync(file, 'edited ');
      return append('ours')(text);
    });
    expect(result.ok).toBe(true);
    expect(plans).toBe(2);
    expect(await readFile(file, 'utf8')).toBe('edited ours');
  });

  it('is given up when it changes all the time, and theirs stays', async () => {
    let n = 0;
    const result = await changeDocument({ root: folder, file }, backups, (text) => {
      writeFileSync(file, `save ${++n}`);
      return append('ours')(text);
    });
    expect(result).toMatchObject({ ok: false, problem: { code: 'document_busy' } });
    expect(await readFile(file, 'utf8')).toBe('save 5');
    expect((await readdir(folder)).sort()).toEqual(['.orch', 'SPRINT_BOARD.md']);
  });

  it('has its last twenty texts in the backups, and other files there stay', async () => {
    await mkdir(backups, { recursive: true });
    await writeFile(join(backups, 'SPRINT_BOARD.md.mine.bak'), 'mine');
    for (let n = 0; n < 25; n++) await changeDocument({ root: folder, file }, backups, append(`${n} `));
    const kept = await readdir(backups);
    expect(kept).toContain('SPRINT_BOARD.md.mine.bak');
    expect(kept).toHaveLength(21);
    const texts = await Promise.all(kept.map((name) => readFile(join(backups, name), 'utf8')));
    expect(texts).toContain(`${Array.from({ length: 24 }, (_, n) => n).join(' ')} `);
  });
});

describe('refused', () => {
  it('is returned for a read-only file, and for a refusal by the plan', async () => {
    await writeFile(file, 'one');
    expect(
      await changeDocument({ root: folder, file }, backups, () => failure('conflict_markers', 'No.')),
    ).toMatchObject({
      ok: false,
      problem: { code: 'conflict_markers' },
    });
    await chmod(file, 0o444);
    expect(await changeDocument({ root: folder, file }, backups, append('two'))).toMatchObject({
      ok: false,
      problem: { code: 'document_read_only' },
    });
    expect(await readFile(file, 'utf8')).toBe('one');
  });

  it('is returned for anything but a text file in a folder', async () => {
    await writeFile(file, Buffer.from([0x61, 0xff]));
    expect(await readDocument({ root: folder, file })).toMatchObject({
      ok: false,
      problem: { code: 'document_unreadable' },
    });
    expect(await changeDocument({ root: folder, file }, backups, append('x'))).toMatchObject({
      ok: false,
      problem: { code: 'document_unreadable' },
    });
    expect(await changeDocument({ root: folder, file: folder }, backups, append('x'))).toMatchObject({
      ok: false,
      problem: { code: 'document_unreadable' },
    });
    expect(
      await changeDocument({ root: folder, file: join(folder, 'no/where.md') }, backups, append('x')),
    ).toMatchObject({
      ok: false,
      problem: { code: 'document_failed' },
    });
  });

  it('is a file of more than 16 MB', async () => {
    await writeFile(file, 'x'.repeat(16 * 1024 * 1024 + 1));
    expect(await readDocument({ root: folder, file })).toMatchObject({
      ok: false,
      problem: { message: expect.stringContaining('16 MB') },
    });
  });
});

it('a document that is not there reads as empty', async () => {
  expect(await readDocument({ root: folder, file })).toEqual({ ok: true, value: { text: '', hash: null } });
});
