import { lstatSync, mkdirSync } from 'node:fs';
import { userInfo } from 'node:os';
import { failure, type Result, success } from './result.ts';

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
