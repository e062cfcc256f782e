import { mkdirSync, mkdtempSync, realpathSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it, onTestFinished } from 'vitest';
import { outsidePaths } from '../../src/config/trust/trust.ts';
import { configFile, readUntrusted } from '../../src/config/workspaceConfig.ts';

function outsideOf(stored: (root: string) => object) {
  const root = realpathSync(mkdtempSync(join(tmpdir(), 'orch-outside-')));
  onTestFinished(() => rmSync(root, { recursive: true }));
  mkdirSync(join(root, '.orch'));
  writeFileSync(configFile(root), JSON.stringify({ repos: [], ...stored(root) }));
  const read = readUntrusted(root);
  if (!read.ok) throw new Error(read.problem.message);
  return outsidePaths(read.value.config).map(({ setting, path }) => [setting, path.replace(root, '<root>')]);
}

it('a path in the workspace is not listed, in any notation', () => {
  const outside = outsideOf((root) => ({
    board: { file: 'docs/../board.md' },
    invoices: { file: join(root, 'INVOICES.md'), currency: 'EUR' },
    repos: [
      { name: 'all', path: '.' },
      { name: 'dots', path: '..dots' },
    ],
    guard: { writable: ['shared'] },
  }));
  expect(outside).toEqual([]);
});

it('a path outside is listed by its setting, with the whole path', () => {
  const outside = outsideOf((root) => ({
    board: { file: '../../../etc/board.md' },
    invoices: { file: `${root}-other/INVOICES.md`, currency: 'EUR' },
    repos: [
      { name: 'far', path: '/elsewhere/far' },
      { name: 'near', path: 'near' },
    ],
    guard: { writable: ['/opt/cache'] },
  }));
  expect(outside).toEqual([
    ['board.file', '/etc/board.md'],
    ['invoices.file', '<root>-other/INVOICES.md'],
    ['repos.far.path', '/elsewhere/far'],
    ['guard.writable', '/opt/cache'],
  ]);
});
