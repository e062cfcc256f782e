import { mkdirSync, mkdtempSync, readFileSync, realpathSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, test } from 'vitest';
import type { WorkerRules } from '../../src/core/worker.ts';
import { judge } from '../../src/guard/judge.ts';
import type { Denial } from '../../src/guard/text.ts';
import { existsBelow, locate } from '../../src/host/inbox.ts';

const root = realpathSync(mkdtempSync(join(tmpdir(), 'orch-lines-')));
afterAll(() => rmSync(root, { recursive: true }));
const shop = join(root, 'shop');
const own = join(shop, '.worktrees', 'backend-door');
const temporary = join(root, 'tmp');
for (const folder of [join(own, 'src'), join(shop, 'backend'), temporary])
  mkdirSync(folder, { recursive: true });
for (const file of ['package.json', 'src/a.ts', 'src/config.ts']) writeFileSync(join(own, file), '');

const rules: WorkerRules = {
  role: 'worker',
  worktree: own,
  branch: 'feature/door',
  workspace: shop,
  writable: [temporary],
  variables: { HOME: join(root, 'home'), TMPDIR: temporary },
  allow: [],
};

/** The lists name the temporary folder as `/tmp`; here it is one of our own. */
function judged(line: string): Denial | null {
  const command = line.replaceAll('\\n', '\n').replaceAll(/\/tmp(?=\/|\s|$|}|'|"|\))/g, temporary);
  return judge({ tool: 'Bash', input: { command }, cwd: own }, rules, { locate, exists: existsBelow });
}

/** The lines of a list; `#` begins a heading, `\\n` is a line's end. */
function lines(name: string): readonly string[] {
  const text = readFileSync(new URL(`lines/${name}.txt`, import.meta.url), 'utf8');
  return text.split('\n').filter((line) => line !== '' && !line.startsWith('#'));
}

describe('a worker may not run', () => {
  test.each(lines('forbidden'))('%s', (line) => {
    const denial = judged(line);
    expect(denial).not.toBeNull();
    // It says first which word it is about.
    expect(denial?.reason).toMatch(/^"[^"]|^"\\"/);
  });
});

describe('a worker may run', () => {
  test.each(lines('harmless'))('%s', (line) => expect(judged(line)).toBeNull());
});

test('the lists have a minimum length', () => {
  expect(new Set(lines('forbidden')).size).toBeGreaterThanOrEqual(450);
  expect(new Set(lines('harmless')).size).toBeGreaterThanOrEqual(200);
});
