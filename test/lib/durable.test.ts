import {
  lstatSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { replaceWhole, writeDraft, writeNew } from '../../src/lib/files.ts';

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'orch-durable-'));
});
afterEach(() => rmSync(folder, { recursive: true }));

test('a file is replaced whole, a link in its place and not what it leads to', () => {
  const [file, other] = [join(folder, 'file'), join(folder, 'other')];
  writeFileSync(other, 'precious');
  symlinkSync(other, file);
  replaceWhole(file, ['one', ' two']);
  expect(readFileSync(file, 'utf8')).toBe('one two');
  expect(lstatSync(file).isSymbolicLink()).toBe(false);
  expect(readFileSync(other, 'utf8')).toBe('precious');
  expect(statSync(file).mode & 0o777).toBe(0o600);
  expect(readdirSync(folder).sort()).toEqual(['file', 'other']);
});

test('an exact mode holds whatever the umask', () => {
  const before = process.umask(0o077);
  try {
    replaceWhole(join(folder, 'exact'), ['x'], { mode: 0o644, isExact: true });
    replaceWhole(join(folder, 'masked'), ['x'], { mode: 0o644 });
  } finally {
    process.umask(before);
  }
  const modes = ['exact', 'masked'].map((name) => statSync(join(folder, name)).mode & 0o777);
  expect(modes).toEqual([0o644, 0o600]);
});

test('a draft that is dropped, or cannot be written whole, leaves the old content and nothing else', () => {
  const file = join(folder, 'file');
  writeNew(file, ['old']);
  writeDraft(file, ['new']).discard();
  const broken = (function* () {
    yield 'half';
    throw new Error('no more');
  })();
  expect(() => replaceWhole(file, broken)).toThrow('no more');
  expect(() => writeNew(file, ['again'])).toThrow('EEXIST');
  expect(readFileSync(file, 'utf8')).toBe('old');
  expect(readdirSync(folder)).toEqual(['file']);
});
