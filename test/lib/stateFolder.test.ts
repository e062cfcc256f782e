import { chmodSync, mkdirSync, mkdtempSync, rmSync, statSync, symlinkSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { openStateFolder, stateFolder } from '../../src/lib/stateFolder.ts';

let root: string;
beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), 'orch-state-'));
});
afterEach(() => rmSync(root, { recursive: true }));

it('lies below XDG_STATE_HOME, else below the home folder', () => {
  expect(stateFolder({ HOME: '/h', XDG_STATE_HOME: '/s' })).toBe('/s/orch-tui');
  expect(stateFolder({ HOME: '/h' })).toBe('/h/.local/state/orch-tui');
  expect(stateFolder({ HOME: '/h', XDG_STATE_HOME: '' })).toBe('/h/.local/state/orch-tui');
  expect(stateFolder({ HOME: '/h', XDG_STATE_HOME: 'relative' })).toBe('/h/.local/state/orch-tui');
});

it('is created with all above it, closed to others', () => {
  const env = { XDG_STATE_HOME: join(root, 'deep', 'er') };
  expect(openStateFolder(env)).toEqual({ ok: true, value: join(root, 'deep/er/orch-tui') });
  expect(statSync(stateFolder(env)).mode & 0o777).toBe(0o700);
  expect(openStateFolder(env).ok).toBe(true);
});

it('is refused where others can read it, or where it is a link', () => {
  const env = { XDG_STATE_HOME: root };
  mkdirSync(join(root, 'orch-tui'));
  chmodSync(join(root, 'orch-tui'), 0o755);
  expect(openStateFolder(env)).toMatchObject({ problem: { code: 'unsafe_folder' } });
  rmSync(join(root, 'orch-tui'), { recursive: true });
  mkdirSync(join(root, 'elsewhere'), { mode: 0o700 });
  symlinkSync(join(root, 'elsewhere'), join(root, 'orch-tui'));
  expect(openStateFolder(env)).toMatchObject({ problem: { code: 'unsafe_folder' } });
});
