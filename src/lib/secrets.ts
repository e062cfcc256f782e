import { createHash, randomBytes, timingSafeEqual } from 'node:crypto';
import { linkSync, lstatSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { draftName } from './durable.ts';
import { readPlain } from './files.ts';
import { failure, type Result, success } from './result.ts';
import { openStateFolder } from './stateFolder.ts';

const keyBytes = 32;

/** Returns a new secret: 32 random bytes as text. */
export function newSecret(): string {
  return randomBytes(keyBytes).toString('base64url');
}

/** Reports whether two secrets are the same, in constant time. */
export function isSameSecret(one: string, other: string): boolean {
  return timingSafeEqual(digest(one), digest(other));
}

function digest(text: string): Buffer {
  return createHash('sha256').update(text).digest();
}

/**
 * Creates a file with a secret of the person's on this machine, where there is none.
 * @param name of the file in the person's state folder
 * @returns its path, or `no_key` where it cannot be created
 */
export function createSecret(name: string, env: Readonly<NodeJS.ProcessEnv>): Result<string> {
  const folder = openStateFolder(env);
  if (!folder.ok) return folder;
  const path = join(folder.value, name);
  if (lstatSync(path, { throwIfNoEntry: false })) return success(path);
  const draft = draftName(path);
  try {
    writeFileSync(draft, `${newSecret()}\n`, { mode: 0o600, flag: 'wx' });
    // The whole content appears at once, and never in place of a key that another process has just made.
    linkSync(draft, path);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST')
      return failure('no_key', `Cannot create ${path}: ${(error as Error).message}`);
  } finally {
    rmSync(draft, { force: true });
  }
  return success(path);
}

/**
 * Returns a secret of the person's on this machine, and makes it at its first use.
 * @param name of the file in the person's state folder
 * @returns `no_key` where it can be neither read nor made
 */
export function personKey(name: string, env: Readonly<NodeJS.ProcessEnv> = process.env): Result<Buffer> {
  const path = createSecret(name, env);
  if (!path.ok) return path;
  const text = readPlain(path.value, 1000);
  if (!text.ok) return text;
  return text.value === null
    ? failure('no_key', `${path.value} is gone again.`)
    : success(Buffer.from(text.value.trim(), 'base64url'));
}
