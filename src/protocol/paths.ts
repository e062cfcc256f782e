import { createHash } from 'node:crypto';
import { existsSync, lstatSync, mkdirSync, realpathSync } from 'node:fs';
import { tmpdir, userInfo } from 'node:os';
import { join } from 'node:path';
import { failure, type Result, success } from '../domain/problem.ts';

/** The two daemons of a workspace. */
export type Program = 'host' | 'controller';

/** A socket's address holds 104 bytes on macOS and 108 on Linux, the final zero included (unix(7)). */
const maxSocketPathBytes = 100;

/** Room for the longest file name in the folder: `controller.<8 hex>.sock`. */
const longestName = '/controller.00000000.sock';

/**
 * The lock lies in the workspace, not beside the socket, so that two environments with different runtime
 * folders cannot run two controllers on one log.
 */
export function lockPath(root: string, program: Program): string {
  return join(root, '.orch', `${program}.lock`);
}

/**
 * The folder for sockets, logs and keys of a workspace's daemons, created 0700 when missing:
 * `$XDG_RUNTIME_DIR/orch-tui/<hash of the root>`, or below the temporary folder where there is none or its
 * path is too long for a socket.
 * @returns `unsafe_folder` when something there is not ours alone
 */
export function runtimeFolder(root: string, env: Readonly<NodeJS.ProcessEnv> = process.env): Result<string> {
  const hash = createHash('sha256').update(realpathSync(root)).digest('hex').slice(0, 12);
  const bases = [
    ...(env.XDG_RUNTIME_DIR && existsSync(env.XDG_RUNTIME_DIR)
      ? [join(env.XDG_RUNTIME_DIR, 'orch-tui')]
      : []),
    ...[env.TMPDIR ?? tmpdir(), '/tmp'].map((folder) => join(folder, `orch-tui-${userInfo().uid}`)),
  ];
  const base = bases.find((path) => Buffer.byteLength(join(path, hash) + longestName) <= maxSocketPathBytes);
  if (base === undefined) throw new Error('/tmp is never too long');
  const made = makePrivate(base);
  return made.ok ? makePrivate(join(base, hash)) : made;
}

/** Creates the folder, or checks that the one there is ours, closed to others, and no link elsewhere. */
function makePrivate(folder: string): Result<string> {
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

/** Whether a path is a folder, not a link, that belongs to us and is closed to everybody else. */
export function isPrivate(folder: string): boolean {
  const found = lstatSync(folder, { throwIfNoEntry: false });
  return found?.isDirectory() === true && found.uid === userInfo().uid && (found.mode & 0o077) === 0;
}
