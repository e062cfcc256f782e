import { lstatSync, mkdirSync } from 'node:fs';
import { homedir, userInfo } from 'node:os';
import { isAbsolute, join } from 'node:path';
import { failure, type Result, success } from './result.ts';

/**
 * Returns the folder with what a person has decided on this machine, and creates it with mode 0700: trust in
 * workspaces, the approval key. `$XDG_STATE_HOME/orch-tui`, else `~/.local/state/orch-tui` (XDG Base Directory
 * Specification 0.8, which ignores relative paths).
 * @returns `unsafe_folder` when it is a link, belongs to another user or is open to others
 */
export function stateFolder(env: Readonly<NodeJS.ProcessEnv> = process.env): Result<string> {
  const { XDG_STATE_HOME: given = '', HOME = homedir() } = env;
  const folder = join(isAbsolute(given) ? given : join(HOME, '.local', 'state'), 'orch-tui');
  try {
    mkdirSync(folder, { recursive: true, mode: 0o700 });
  } catch (error) {
    return failure('unsafe_folder', `Cannot create ${folder}: ${(error as Error).message}`);
  }
  const found = lstatSync(folder);
  if (found.isDirectory() && found.uid === userInfo().uid && (found.mode & 0o077) === 0)
    return success(folder);
  return failure(
    'unsafe_folder',
    `${folder} is not a folder of yours alone.`,
    `Close it to others: chmod 700 ${folder}`,
  );
}
