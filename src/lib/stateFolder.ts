import { createHash, randomBytes, timingSafeEqual } from 'node:crypto';
import { linkSync, lstatSync, mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { homedir, userInfo } from 'node:os';
import { dirname, isAbsolute, join } from 'node:path';
import { draftName, readPlain } from './files.ts';
import { failure, helpFor, type Result, success, whyOf } from './result.ts';

/**
 * Returns the path of the person's state folder: `$XDG_STATE_HOME/orch-tui`, else `~/.local/state/orch-tui`. A relative
 * path in the variable is ignored (https://specifications.freedesktop.org/basedir-spec/latest/).
 */
export function stateFolder(env: Readonly<NodeJS.ProcessEnv> = process.env): string {
  const { XDG_STATE_HOME: base, HOME: home } = env;
  const folder = base && isAbsolute(base) ? base : join(home || homedir(), '.local', 'state');
  return join(folder, 'orch-tui');
}

/**
 * Creates the person's state folder where it is missing, with mode 0700.
 * @returns its path, or `unsafe_folder` when an existing entry is not the person's alone
 */
export function openStateFolder(env: Readonly<NodeJS.ProcessEnv> = process.env): Result<string> {
  const folder = stateFolder(env);
  try {
    mkdirSync(dirname(folder), { recursive: true, mode: 0o700 });
  } catch (error) {
    return notCreated('unsafe_folder', folder, error);
  }
  return makePrivate(folder);
}

/** Creates a folder with mode 0700, or checks that the existing one is ours, private and no link. */
export function makePrivate(folder: string): Result<string> {
  try {
    mkdirSync(folder, { mode: 0o700 });
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST') return notCreated('unsafe_folder', folder, error);
  }
  return isPrivate(folder)
    ? success(folder)
    : failure(
        'unsafe_folder',
        `${folder} is not a folder of yours alone.`,
        'Remove it, or make it yours with mode 0700.',
      );
}

/** Reports whether a path is a folder of this user without access for others. A link is none. */
export function isPrivate(folder: string): boolean {
  const found = lstatSync(folder, { throwIfNoEntry: false });
  return found?.isDirectory() === true && found.uid === userInfo().uid && (found.mode & 0o077) === 0;
}

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
 * Creates a file with a random secret in the person's state folder, where there is none.
 * @param name of the file
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
    // The whole content appears at once, and never replaces a key that another process has just created.
    linkSync(draft, path);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST') return notCreated('no_key', path, error);
  } finally {
    rmSync(draft, { force: true });
  }
  return success(path);
}

/**
 * Returns a secret of the person's on this machine, and creates it at its first use.
 * @param name of the file in the person's state folder
 * @returns `no_key` where it can be neither read nor created
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

function notCreated(code: string, path: string, error: unknown): Result<never> {
  return failure(code, `Cannot create ${path}: ${whyOf(error)}`, helpFor(error));
}
