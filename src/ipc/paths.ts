import { createHash } from 'node:crypto';
import { existsSync, realpathSync } from 'node:fs';
import { tmpdir, userInfo } from 'node:os';
import { join } from 'node:path';
import type { Result } from '../lib/result.ts';
import { makePrivate } from '../lib/stateFolder.ts';

/** The two daemons of a workspace. */
export type DaemonName = 'host' | 'controller';

/** A socket's address holds 104 bytes on macOS and 108 on Linux, the final zero included (unix(7)). */
const maxSocketPathBytes = 100;

/** Room for the longest file name in the folder: `controller.<8 hex>.sock`. */
const longestName = '/controller.00000000.sock';

/**
 * The lock lies in the workspace, not beside the socket, so that two environments with different runtime
 * folders cannot run two controllers on one log.
 */
export function lockPath(root: string, program: DaemonName): string {
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
