import { lstatSync, mkdirSync } from 'node:fs';
import { homedir, userInfo } from 'node:os';
import { dirname, isAbsolute, join } from 'node:path';
import { failure, type Result, success } from './result.ts';

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
    return failure('unsafe_folder', `Cannot create ${folder}: ${(error as Error).message}`);
  }
  return makePrivate(folder);
}

/** Creates the folder, or checks that the one there is ours, closed to others, and no link elsewhere. */
export function makePrivate(folder: string): Result<string> {
  try {
    mkdirSync(folder, { mode: 0o700 });
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST')
      return failure('unsafe_folder', `Cannot create ${folder}: ${(error as Error).message}`);
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
