import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { isTooOld, newestTested, oldestSupported, untestedNote } from '../../../src/agents/claude/launch.ts';

const line = (version: string) => `${version} (Claude Code)`;

test('the oldest supported and the newest tested version are neither too old nor untested', () => {
  for (const version of [oldestSupported, newestTested]) {
    expect(isTooOld(line(version))).toBe(false);
    expect(untestedNote(line(version))).toBeNull();
  }
});

test.each(['2.1.333', '2.1.3320', '2.2.0', '3.0.0'])('%s is used, and noted as not tested', (version) => {
  expect(isTooOld(line(version))).toBe(false);
  expect(untestedNote(line(version))).toContain(newestTested);
});

test.each(['2.1.196', '2.1.20', '2.0.999', '1.0.0'])('%s is too old', (version) => {
  expect(isTooOld(line(version))).toBe(true);
  expect(untestedNote(line(version))).toBeNull();
});

test.each(['orch-tui demo agent', '99.1.1', 'v9.0.0 (Claude Code)', ''])(
  '%j is no version of Claude Code',
  (text) => {
    expect(isTooOld(text)).toBe(false);
    expect(untestedNote(text)).toBeNull();
  },
);

test('the README names both', async () => {
  const readme = await readFile(join(import.meta.dirname, '../../../README.md'), 'utf8');
  expect(readme).toContain(oldestSupported);
  expect(readme).toContain(newestTested);
});
