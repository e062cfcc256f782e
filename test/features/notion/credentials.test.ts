import { chmodSync, mkdirSync, mkdtempSync, rmSync, statSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { inspect } from 'node:util';
import { afterEach, beforeEach, expect, it } from 'vitest';
import {
  credentialsFile,
  findToken,
  type Keychain,
  saveToken,
} from '../../../src/features/notion/service/credentials.ts';
import { NotionToken } from '../../../src/features/notion/service/token.ts';

const secret = 'ntn_canary000000000000000000000000abcd';
let home: string;
let env: Record<string, string>;

beforeEach(() => {
  home = mkdtempSync(join(tmpdir(), 'orch-token-'));
  env = { HOME: home };
});
afterEach(() => rmSync(home, { recursive: true }));

function keychainWith(kept: string | null): Keychain & { kept: string | null } {
  return {
    kept,
    async read() {
      return this.kept;
    },
    async write(text) {
      this.kept = text;
    },
    async remove() {
      this.kept = null;
    },
  };
}

const locked: Keychain = {
  read: () => Promise.reject(new Error('locked')),
  write: () => Promise.reject(new Error('locked')),
  remove: () => Promise.reject(new Error('locked')),
};

async function found(keychain: Keychain | null, more: Record<string, string> = {}) {
  const token = await findToken({ env: { ...env, ...more }, keychain });
  if (!token.ok) return token.problem.code;
  return token.value && [token.value.reveal(), token.value.source];
}

it('takes the environment first, then the keychain, then the file', async () => {
  const file = credentialsFile(env);
  expect(await found(null)).toBeNull();
  await saveToken(`${secret}\n`, { env, keychain: null });
  expect(await found(null)).toEqual([secret, file]);
  expect(await found(locked)).toEqual([secret, file]);
  expect(await found(keychainWith('secret_of_the_keychain'))).toEqual([
    'secret_of_the_keychain',
    'the keychain',
  ]);
  expect(await found(null, { NOTION_API_KEY: 'secret_of_key' })).toEqual(['secret_of_key', 'NOTION_API_KEY']);
  expect(await found(null, { NOTION_API_KEY: 'secret_of_key', NOTION_TOKEN: 'secret_of_token' })).toEqual([
    'secret_of_token',
    'NOTION_TOKEN',
  ]);
  expect(await found(null, { NOTION_TOKEN: 'two words\nthere' })).toBe('notion_token');
});

it('makes folder and file for their owner alone', async () => {
  await saveToken(secret, { env: { ...env, XDG_CONFIG_HOME: join(home, 'config') }, keychain: locked });
  const file = join(home, 'config/orch-tui/credentials.json');
  expect(statSync(file).mode & 0o777).toBe(0o600);
  expect(statSync(dirname(file)).mode & 0o777).toBe(0o700);
});

it('prefers the keychain where there is one', async () => {
  const keychain = keychainWith(null);
  const saved = await saveToken(secret, { env, keychain });
  expect(saved.ok && saved.value.source).toBe('the keychain');
  expect(keychain.kept).toBe(secret);
  expect(await found(null)).toBeNull();
});

it('refuses a file that others can read, or that is a symbolic link', async () => {
  await saveToken(secret, { env, keychain: null });
  const file = credentialsFile(env);
  chmodSync(file, 0o640);
  expect(await found(null)).toBe('credentials_unsafe');
  rmSync(file);
  writeFileSync(join(home, 'elsewhere'), '{}', { mode: 0o600 });
  symlinkSync(join(home, 'elsewhere'), file);
  expect(await found(null)).toBe('credentials_unsafe');
  await saveToken(secret, { env, keychain: null });
  expect(await found(null)).toEqual([secret, file]);
});

it('does not quote a file it cannot read', async () => {
  const file = credentialsFile(env);
  mkdirSync(dirname(file), { recursive: true });
  writeFileSync(file, secret, { mode: 0o600 });
  const token = await findToken({ env, keychain: null });
  expect(token).toMatchObject({ ok: false, problem: { code: 'credentials_unreadable' } });
  expect(JSON.stringify(token)).not.toContain('canary');
});

it('shows no more of a token than its last four characters', () => {
  const token = new NotionToken(secret, 'NOTION_TOKEN');
  expect(`${inspect(token, { depth: 9, showHidden: true })} ${JSON.stringify(token)} ${token}`).not.toContain(
    'canary',
  );
  expect(token.lastFour).toBe('abcd');
});
