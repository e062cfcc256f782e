import { randomBytes } from 'node:crypto';
import { linkSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { readPlain } from './files.ts';
import { failure, type Result, success } from './result.ts';
import { openStateFolder } from './stateFolder.ts';

const keyBytes = 32;

/**
 * Returns a secret of the person's on this machine, and makes it at its first use.
 * @param name of the file in the person's state folder
 * @returns `no_key` where it can be neither read nor made
 */
export function personKey(name: string, env: Readonly<NodeJS.ProcessEnv> = process.env): Result<Buffer> {
  const folder = openStateFolder(env);
  if (!folder.ok) return folder;
  const path = join(folder.value, name);
  const draft = `${path}.${randomBytes(6).toString('hex')}`;
  try {
    const known = readKey(path);
    if (!known.ok) return known;
    if (known.value) return success(known.value);
    writeFileSync(draft, `${randomBytes(keyBytes).toString('base64url')}\n`, { mode: 0o600, flag: 'wx' });
    // The whole content appears at once, and never in place of a key that another process has just made.
    linkSync(draft, path);
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException;
    if (code !== 'EEXIST') return failure('no_key', `${path} cannot be made: ${message}`);
  } finally {
    rmSync(draft, { force: true });
  }
  const made = readKey(path);
  if (!made.ok) return made;
  return made.value ? success(made.value) : failure('no_key', `${path} is gone again.`);
}

/** Null where there is none. */
function readKey(path: string): Result<Buffer | null> {
  const text = readPlain(path, 1000);
  if (!text.ok) return text;
  return success(text.value === null ? null : Buffer.from(text.value.trim(), 'base64url'));
}
