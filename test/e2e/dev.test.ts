import { execFileSync } from 'node:child_process';
import {
  cpSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { TestTerminal } from './harness/terminal.ts';

const project = resolve(import.meta.dirname, '../..');

/** A build takes a few seconds, more on a busy machine. */
const slow = { timeout: 60_000 };

/** A copy of the sources, because the test changes one of them. */
let copy: string;
let terminal: TestTerminal | undefined;
beforeEach(() => {
  copy = mkdtempSync(join(tmpdir(), 'o-'));
  for (const name of ['src', 'package.json', 'tsconfig.json', '.claude'])
    cpSync(join(project, name), join(copy, name), { recursive: true });
  symlinkSync(join(project, 'node_modules'), join(copy, 'node_modules'));
  mkdirSync(join(copy, 't'));
});
afterEach(async () => {
  // After a failure the program itself ends what it has started.
  const hasEnded = await Promise.race([terminal?.exited, false]);
  if (hasEnded === false) terminal?.kill('SIGTERM');
  await terminal?.exited;
  await terminal?.dispose();
  rmSync(copy, { recursive: true, force: true });
});

it('npm run dev opens a demo workspace, restarts after a change of a source, and leaves nothing behind', async () => {
  const { PATH = '', LANG = 'C.UTF-8' } = process.env;
  const env = { PATH, LANG, HOME: copy, TMPDIR: join(copy, 't') };
  terminal = new TestTerminal([process.execPath, join(copy, 'src/dev.mjs')], { cwd: copy, env });
  await terminal.until('Needs you (2)', slow);
  expect(terminal.screen()).toContain('╭ Repos ─');

  const file = join(copy, 'src/tui/column.ts');
  const source = readFileSync(file, 'utf8');
  const changed = source.replace("'Repos'", "'Changed'");
  expect(changed).not.toBe(source);
  writeFileSync(file, changed);
  await terminal.until('╭ Changed ─', slow);
  // The workspace with its proposals is the same.
  await terminal.until('Needs you (2)', slow);

  terminal.press('q');
  expect(await terminal.exited).toMatchObject({ exitCode: 0 });
  expect(terminal.screen()).toMatch(/All that was started is ended, and \S+ is removed\./);
  expect(readdirSync(join(copy, 't'))).toEqual([]);
  expect(execFileSync('ps', ['-eo', 'command='], { encoding: 'utf8' })).not.toContain(copy);
});
