import { randomBytes } from 'node:crypto';
import { linkSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { failure, type Result, success } from './result.ts';
import { readSmallFile } from './smallFile.ts';
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
    const known = readSmallFile(path, 1000);
    if (known.ok) return success(Buffer.from(known.value.trim(), 'base64url'));
    if (known.problem.code !== 'no_file') return known;
    writeFileSync(draft, `${randomBytes(keyBytes).toString('base64url')}\n`, { mode: 0o600, flag: 'wx' });
    // The whole content appears at once, and never in place of a key that another process has just made.
    linkSync(draft, path);
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException;
    if (code !== 'EEXIST') return failure('no_key', `${path} cannot be made: ${message}`);
  } finally {
    rmSync(draft, { force: true });
  }
  const made = readSmallFile(path, 1000);
  return made.ok ? success(Buffer.from(made.value.trim(), 'base64url')) : made;
}
