import { createHash, randomBytes, timingSafeEqual } from 'node:crypto';
import { linkSync, lstatSync, mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { homedir, userInfo } from 'node:os';
import { dirname, isAbsolute, join } from 'node:path';
import { draftName, readPlain } from './files.ts';
import { failure, type Result, success, whyOf } from './result.ts';

/**
 * Returns the path of the person's state folder: `$XDG_STATE_HOME/orch-tui`, else `~/.local/state/orch-tui`. A relative
 * path in the variable counts as none, as https://specifications.freedesktop.org/basedir-spec/latest/ says.
 */
export function stateFolder(env: Readonly<NodeJS.ProcessEnv> = process.env): string {
  const { XDG_STATE_HOME: base, HOME: home } = env;
  const folder = base && isAbsolute(base) ? base : join(home || homedir(), '.local', 'state');
  return join(folder, 'orch-tui');
}

/**
 * Creates the person's state folder where it is missing, closed to everybody else.
 * @returns its path, or `unsafe_folder` when something there is not the person's alone
 */
export function openStateFolder(env: Readonly<NodeJS.ProcessEnv> = process.env): Result<string> {
  const folder = stateFolder(env);
  try {
    mkdirSync(dirname(folder), { recursive: true, mode: 0o700 });
  } catch (error) {
    return failure('unsafe_folder', `Cannot create ${folder}: ${whyOf(error)}`);
  }
  return makePrivate(folder);
}

/** Creates the folder, or checks that the one there is ours, closed to others, and no link elsewhere. */
export function makePrivate(folder: string): Result<string> {
  try {
    mkdirSync(folder, { mode: 0o700 });
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST')
      return failure('unsafe_folder', `Cannot create ${folder}: ${whyOf(error)}`);
  }
  return isPrivate(folder)
    ? success(folder)
    : failure(
        'unsafe_folder',
        `${folder} is not a folder of yours alone.`,
        'Remove it, or make it yours with mode 0700.',
      );
}

/** Reports whether a path is a folder, not a link, that belongs to us and is closed to everybody else. */
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
      return failure('no_key', `Cannot create ${path}: ${whyOf(error)}`);
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
