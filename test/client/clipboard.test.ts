import { mkdirSync, readdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { Clipboard, longestClip } from '../../src/client/desktop.ts';
import { success } from '../../src/lib/result.ts';
import { withoutControls } from '../../src/lib/sanitize.ts';
import { value } from '../host/room.ts';
import { Sandbox } from '../support/sandbox.ts';

function open(folder: string) {
  const copied: string[] = [];
  return { copied, clipboard: new Clipboard(() => success(folder), { copy: (text) => copied.push(text) }) };
}

test('text that fits goes to the terminal, without control characters', async () => {
  await using sandbox = new Sandbox();
  const { copied, clipboard } = open(sandbox.runtime);
  const text = 'a\tb\r\nc\u001b[2J\u0007\u009b \u0000漢字';
  expect(value(await clipboard.put(text, 2))).toEqual({ lines: 2, path: null });
  expect(copied).toEqual(['a\tb\nc[2J 漢字']);
});

test('blanks alone leave the clipboard unchanged', async () => {
  await using sandbox = new Sandbox();
  const { copied, clipboard } = open(sandbox.runtime);
  expect(value(await clipboard.put(' \n \n', 2))).toEqual({ lines: 0, path: null });
  expect(copied).toEqual([]);
});

test('longer text goes to a private file, which the next copy replaces', async () => {
  await using sandbox = new Sandbox();
  const { copied, clipboard } = open(sandbox.runtime);
  const longest = 'x'.repeat(longestClip);
  expect(value(await clipboard.put(longest, 1)).path).toBeNull();
  expect(copied).toEqual([longest]);
  const path = join(sandbox.runtime, 'copied.txt');
  for (const text of [`${longest}y`, '漢'.repeat(longestClip / 3 + 1)]) {
    expect(value(await clipboard.put(text, 1))).toEqual({ lines: 1, path });
    expect(readFileSync(path, 'utf8')).toBe(`${text}\n`);
  }
  expect(statSync(path).mode & 0o777).toBe(0o600);
  expect(readdirSync(sandbox.runtime)).toEqual(['copied.txt']);
  expect(copied).toHaveLength(1);
});

test('without a clipboard all text goes to the file', async () => {
  await using sandbox = new Sandbox();
  const clipboard = new Clipboard(() => success(sandbox.runtime), null);
  const path = join(sandbox.runtime, 'copied.txt');
  expect(value(await clipboard.put('a', 1))).toEqual({ lines: 1, path });
  expect(readFileSync(path, 'utf8')).toBe('a\n');
});

test('a file that cannot be written is a failure', async () => {
  await using sandbox = new Sandbox();
  const { clipboard } = open(sandbox.runtime);
  mkdirSync(join(sandbox.runtime, 'copied.txt'));
  const failed = await clipboard.put('x'.repeat(longestClip + 1), 1);
  expect(failed).toMatchObject({ ok: false, problem: { code: 'not_written' } });
});

test.each([
  ['one\ntwo\tthree', 'one\ntwo\tthree'],
  ['a\r\nb\rc', 'a\nb\nc'],
  ['\u001b]52;c;eA==\u0007', ']52;c;eA=='],
  ['e\u0301 👩‍👩‍👧 \u00a0', 'e\u0301 👩‍👩‍👧 \u00a0'],
])('%j is copied as %j', (text, clean) => {
  expect(withoutControls(text)).toBe(clean);
});
